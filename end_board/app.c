#include "end_board/app.h"

#include <string.h>

#include "common/pgm.h"

void app_init(struct app *a, const struct owner *owner, struct cell_board *board,
              struct intake *intake)
{
    *a = (struct app){ .owner = owner, .board = board, .intake = intake, .command = APP_IDLE };
    line_init(&a->line);
    login_init(&a->login);
}

bool app_listens(const struct app *a)
{
    return a->command == APP_IDLE && app_decide(a)->facts.pack;
}

bool app_in_use(const struct app *a)
{
    return a->login.in || a->watch.on || a->command != APP_IDLE ||
           (a->used && a->now_ms - a->used_ms < APP_USED_MS);
}

bool app_asks(const struct app *a)
{
    return a->query.asked;
}

void app_pin_was_reset(struct app *a)
{
    login_init(&a->login);
}

/* ---- errors ----------------------------------------------------------------------------------- */

void app_error_begin(struct app *a, enum app_error error)
{
    struct app_error_row row;

    app_error_row((uint8_t)error, &row);
    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("error"));
    text_word(&a->out, row.code);
    text_word(&a->out, row.text);
}

void app_error_send(struct app *a, enum app_error error)
{
    app_error_begin(a, error);
    text_send(&a->out);
}

/* A command that was not understood is shown as it should be. */
static void send_usage(struct app *a, const struct app_command_row *row)
{
    app_error_begin(a, APP_ERROR_USAGE);
    text_word(&a->out, row->name);
    text_word(&a->out, row->arguments);
    text_send(&a->out);
}

static void send_ok(struct app *a)
{
    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("ok"));
    text_send(&a->out);
}

/* ---- a line ----------------------------------------------------------------------------------- */

static void begin_command(struct app *a)
{
    struct app_command_row row;
    uint8_t command = app_command_find(a->word[0]);
    uint8_t arguments = (uint8_t)(a->words - 1u);

    if (!app_command_row(command, &row)) {
        app_error_send(a, APP_ERROR_UNKNOWN);
    } else if (arguments < row.least || arguments > row.most) {
        send_usage(a, &row);
    } else if (row.login && !a->login.in) {
        app_error_send(a, APP_ERROR_LOGIN);
    } else {
        a->command = command;
        a->used = true;
        a->used_ms = a->now_ms;
        a->at = a->end = 0;
        a->query.asked = false;
    }
}

static void take_line(struct app *a)
{
    static const uint8_t error_of[] = { APP_OK, APP_ERROR_LONG, APP_ERROR_TEXT,
                                        APP_ERROR_CHECKSUM };

    if (a->line.fault != LINE_GOOD) {
        a->out.checked |= a->line.checked;
        app_error_send(a, (enum app_error)error_of[a->line.fault]);
        return;
    }
    a->out.checked = a->line.checked;
    login_used(&a->login, a->now_ms);
    a->words = line_words(a->line.text, a->word);
    if (a->words == 0)
        send_ok(a);
    else
        begin_command(a);
}

void app_byte(struct app *a, uint8_t byte, uint32_t now_ms)
{
    a->now_ms = now_ms;
    if (line_byte(&a->line, byte, now_ms))
        take_line(a);
}

/* ---- answering -------------------------------------------------------------------------------- */

static enum app_progress run(struct app *a, enum app_error *error)
{
    switch ((enum app_command)a->command) {
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
        return app_show(a, error);
    case APP_CLOCK:
        if (a->words == 1)
            return app_show(a, error);
        break;
    case APP_BOARD:
        return app_ask_board(a, error);
    case APP_ORDER:
        return app_order_board(a, error);
    case APP_SET:
    case APP_PRESET:
    case APP_CONFIRM:
    case APP_LOGIN:
    case APP_LOGOUT:
    case APP_PIN:
    case APP_CLEAR:
    case APP_WATCH:
    case APP_COMMANDS:
        break;
    }
    *error = app_change(a);
    return APP_DONE;
}

/* A line of the reply, or its end. An error that has no line of its own yet comes as a code. */
static bool answer(struct app *a)
{
    enum app_error error = APP_OK;
    bool last = a->at == UINT16_MAX;
    enum app_progress progress;

    if (last) {
        a->command = APP_IDLE;
        send_ok(a);
        return true;
    }
    progress = run(a, &error);
    if (progress == APP_WAITING)
        return false;
    if (error != APP_OK)
        a->command = APP_IDLE; /* its line is out: nothing follows an error */
    else if (progress == APP_DONE)
        a->at = UINT16_MAX;
    else
        a->at++;
    return true;
}

bool app_step(struct app *a, uint32_t now_ms)
{
    a->now_ms = now_ms;
    if (!app_decide(a)->facts.pack)
        return false;
    if (login_step(&a->login, now_ms)) {
        a->watch.on = false;
        text_start(&a->out);
        text_flash(&a->out, FLASH_TEXT("!session ended"));
        text_send(&a->out);
        return true;
    }
    if (a->used && now_ms - a->used_ms >= APP_USED_MS)
        a->used = false; /* before the clock comes round */
    if (a->command != APP_IDLE)
        return answer(a);
    return app_watch_step(a);
}
