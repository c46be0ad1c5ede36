/* Commands that change something. Each sends its own line on an error. */
#include "end_board/app.h"
#include "end_board/app_date.h"

#include <string.h>

#include "common/pgm.h"

static enum app_error fail(struct app *a, enum app_error error)
{
    app_error_send(a, error);
    return error;
}

static enum app_error fail_word(struct app *a, enum app_error error, const char *word)
{
    app_error_begin(a, error);
    text_word(&a->out, word);
    text_send(&a->out);
    return error;
}

static enum app_error usage(struct app *a)
{
    struct app_command_row row;

    app_command_row(a->command, &row);
    app_error_begin(a, APP_ERROR_USAGE);
    text_word(&a->out, row.name);
    text_word(&a->out, row.arguments);
    text_send(&a->out);
    return APP_ERROR_USAGE;
}

/* ---- settings --------------------------------------------------------------------------------- */

/* The error's code and then the setting with its range, or the one that stands against it. */
static enum app_error fail_setting(struct app *a, enum app_error error, uint8_t id)
{
    struct setting row;
    struct app_error_row code;

    app_error_row((uint8_t)error, &code);
    setting_row(id, &row);
    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("error"));
    text_word(&a->out, code.code);
    text_word(&a->out, row.name);
    if (error == APP_ERROR_CONFLICT) {
        text_int(&a->out, settings_get(&app_decide(a)->settings, id));
        text_word(&a->out, row.unit);
        text_flash(&a->out, FLASH_TEXT(" stands against it"));
    } else {
        app_setting_range(&a->out, &row);
    }
    text_send(&a->out);
    return error;
}

static enum app_error put_setting(struct app *a, uint8_t id, int32_t value)
{
    uint8_t other = SETTING_NONE;

    switch (owner_set(a->owner, id, value, &other)) {
    case SETTINGS_OK:
        break;
    case SETTINGS_UNKNOWN:
        return fail(a, APP_ERROR_NAME);
    case SETTINGS_TOO_LOW:
    case SETTINGS_TOO_HIGH:
        return fail_setting(a, APP_ERROR_RANGE, id);
    case SETTINGS_NO_CHOICE:
        return fail_setting(a, APP_ERROR_CHOICE, id);
    case SETTINGS_CONFLICT:
        return fail_setting(a, APP_ERROR_CONFLICT, other);
    }
    return APP_OK;
}

static enum app_error set(struct app *a)
{
    uint8_t id = setting_find(a->word[1]);
    struct setting row;
    int32_t value;
    enum app_error error;

    if (!setting_row(id, &row))
        return fail_word(a, APP_ERROR_NAME, a->word[1]);
    if (row.flags & SETTING_SECRET)
        return fail(a, APP_ERROR_SECRET);
    if (!line_number(a->word[2], &value))
        return fail_word(a, APP_ERROR_NUMBER, a->word[2]);
    error = put_setting(a, id, value);
    if (error == APP_OK)
        app_setting_line(a, id, false);
    return error;
}

static enum app_error preset(struct app *a)
{
    static const char names[CHEMISTRY_COUNT][6] FLASH_TABLE = { "lfp", "lto", "nmc", "liion" };
    char name[6];

    for (uint8_t i = 0; i < CHEMISTRY_COUNT; i++) {
        flash_read(name, names[i], sizeof name);
        if (strcmp(name, a->word[1]) == 0)
            return put_setting(a, SETTING_CHEMISTRY, i);
    }
    return usage(a);
}

/* ---- session ---------------------------------------------------------------------------------- */

static bool parse_pin(const char *word, int32_t *pin)
{
    return strlen(word) == 4 && *word != '-' && line_number(word, pin);
}

/* While it waits not even the right PIN is taken, or waiting would slow nobody down. */
static enum app_error login(struct app *a)
{
    uint8_t wait_s = login_wait_s(&a->login, a->now_ms);
    int32_t pin;

    if (wait_s != 0) {
        app_error_begin(a, APP_ERROR_WAIT);
        text_int(&a->out, wait_s);
        text_send(&a->out);
        return APP_ERROR_WAIT;
    }
    if (!parse_pin(a->word[1], &pin))
        pin = -1; /* nobody's */
    if (!owner_pin_fits(a->owner, pin)) {
        login_wrong(&a->login, a->now_ms);
        return fail(a, APP_ERROR_PIN);
    }
    login_right(&a->login, a->now_ms);
    return APP_OK;
}

static enum app_error change_pin(struct app *a)
{
    int32_t pin;

    if (!parse_pin(a->word[1], &pin))
        return usage(a);
    return put_setting(a, SETTING_PIN, pin);
}

/* ---- the rest --------------------------------------------------------------------------------- */

static enum app_error clear(struct app *a)
{
    if (strcmp(a->word[1], "counters") != 0)
        return usage(a);
    owner_clear_energy(a->owner);
    owner_clear_extremes(a->owner);
    return APP_OK;
}

static enum app_error set_clock(struct app *a)
{
    uint32_t seconds;

    if (a->words != 4 || strcmp(a->word[1], "set") != 0)
        return usage(a);
    if (!a->login.in)
        return fail(a, APP_ERROR_LOGIN);
    if (!date_parse(a->word[2], a->word[3], &seconds))
        return fail(a, APP_ERROR_CLOCK);
    owner_set_clock(a->owner, seconds);
    return APP_OK;
}

static enum app_error watch(struct app *a)
{
    bool on = strcmp(a->word[1], "on") == 0;

    if (!on && strcmp(a->word[1], "off") != 0)
        return usage(a);
    a->watch.on = on;
    a->watch.fresh = (1u << KINDS) - 1u;
    return APP_OK;
}

enum app_error app_change(struct app *a)
{
    switch ((enum app_command)a->command) {
    case APP_SET:
        return set(a);
    case APP_PRESET:
        return preset(a);
    case APP_CONFIRM:
        owner_confirm(a->owner);
        return APP_OK;
    case APP_LOGIN:
        return login(a);
    case APP_LOGOUT:
        a->login.in = false;
        return APP_OK;
    case APP_PIN:
        return change_pin(a);
    case APP_CLEAR:
        return clear(a);
    case APP_CLOCK:
        return set_clock(a);
    case APP_WATCH:
        return watch(a);
    case APP_HELP:
    case APP_PACK:
    case APP_CELLS:
    case APP_WARNINGS:
    case APP_REASONS:
    case APP_SETTINGS:
    case APP_GET:
    case APP_EVENTS:
    case APP_COUNTERS:
    case APP_VERSIONS:
    case APP_BOARD:
    case APP_ORDER:
    case APP_COMMANDS:
        break;
    }
    return APP_OK;
}
