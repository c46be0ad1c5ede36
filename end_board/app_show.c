/* Commands that show something. */
#include "end_board/app_show.h"

#include "common/command.h"
#include "common/pgm.h"
#include "end_board/app_date.h"

static enum app_progress show_help(struct app *a)
{
    struct app_command_row row;

    if (!app_command_row((uint8_t)a->at, &row))
        return APP_DONE;
    text_start(&a->out);
    text_ram(&a->out, row.name);
    text_word(&a->out, row.arguments);
    text_flash(&a->out, row.login ? FLASH_TEXT(" - (login) ") : FLASH_TEXT(" - "));
    text_ram(&a->out, row.help);
    text_send(&a->out);
    return APP_MORE;
}

static enum app_progress show_clock(struct app *a)
{
    const struct calendar *c = &app_decide(a)->calendar;

    text_start(&a->out);
    if (a->at == 0) {
        text_flash(&a->out, FLASH_TEXT("clock"));
        date_text(&a->out, c->now_s);
    } else if (a->at == 1) {
        text_flash(&a->out, FLASH_TEXT("clock_set"));
        text_int(&a->out, c->set);
    } else {
        return APP_DONE;
    }
    text_send(&a->out);
    return APP_MORE;
}

static enum app_progress show_versions(struct app *a)
{
    text_start(&a->out);
    if (a->at == 0) {
        text_flash(&a->out, FLASH_TEXT("firmware"));
        text_int(&a->out, (uint8_t)(FIRMWARE_VERSION >> 16));
        text_char(&a->out, '.');
        text_digits(&a->out, (uint8_t)(FIRMWARE_VERSION >> 8), 1);
        text_char(&a->out, '.');
        text_digits(&a->out, (uint8_t)FIRMWARE_VERSION, 1);
    } else if (a->at == 1) {
        text_flash(&a->out, FLASH_TEXT("protocol"));
        text_int(&a->out, APP_PROTOCOL_VERSION);
    } else {
        return APP_DONE;
    }
    text_send(&a->out);
    return APP_MORE;
}

enum app_progress app_show(struct app *a, enum app_error *error)
{
    switch ((enum app_command)a->command) {
    case APP_HELP:
        return show_help(a);
    case APP_PACK:
        return app_show_items(a, 0, SHOW_COUNTERS);
    case APP_CELLS:
        return app_show_cells(a, error);
    case APP_WARNINGS:
        return app_show_warnings(a);
    case APP_REASONS:
        return app_show_reasons(a);
    case APP_SETTINGS:
        return app_show_settings(a);
    case APP_GET:
        return app_show_setting(a, error);
    case APP_EVENTS:
        return app_show_events(a, error);
    case APP_COUNTERS:
        return app_show_items(a, SHOW_COUNTERS, SHOW_ITEMS);
    case APP_CLOCK:
        return show_clock(a);
    case APP_VERSIONS:
        return show_versions(a);
    case APP_SET:
    case APP_PRESET:
    case APP_CONFIRM:
    case APP_LOGIN:
    case APP_LOGOUT:
    case APP_PIN:
    case APP_CLEAR:
    case APP_WATCH:
    case APP_BOARD:
    case APP_ORDER:
    case APP_COMMANDS:
        break;
    }
    return APP_DONE;
}
