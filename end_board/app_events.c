/* What `events` shows. */
#include "end_board/app_show.h"

#include "common/pgm.h"
#include "end_board/app_date.h"

#define EVENTS_SHOWN 10u

/* The rule that a fault's bit is the condition of. */
static void fault_name(struct app *a, int32_t bit)
{
    struct rule row;

    for (uint8_t rule = 0; rule < RULE_COUNT; rule++) {
        rules_row(rule, &row);
        if (row.compare == COMPARE_ANY_BIT && row.bits == 1u << bit) {
            app_rule_name(a, rule);
            return;
        }
    }
    text_int(&a->out, bit);
}

static void setting_event(struct app *a, const struct event *e)
{
    struct setting row;

    if (!setting_row(e->cell, &row))
        return;
    text_word(&a->out, row.name);
    text_int(&a->out, e->value);
}

static void order_name(struct app *a, uint8_t item)
{
    struct app_order_row row;

    for (uint8_t i = 0; app_order_row(i, &row); i++)
        if (row.item == item)
            text_word(&a->out, row.name);
}

static void event_details(struct app *a, const struct event *e)
{
    switch ((enum event_code)e->code) {
    case EVENT_FAULT_BEGIN:
    case EVENT_FAULT_END:
        fault_name(a, e->value);
        break;
    case EVENT_CHARGE_OPENED:
    case EVENT_LOAD_OPENED:
        app_rule_name(a, (uint8_t)e->value);
        break;
    case EVENT_SETTING:
        setting_event(a, e);
        return;
    case EVENT_CHAIN_BROKEN:
        app_place_words(&a->out, e->cell);
        return;
    case EVENT_ORDER:
        order_name(a, (uint8_t)e->value);
        break;
    case EVENT_HOP_NOISY:
    case EVENT_HOP_QUIET:
        text_int(&a->out, e->cell);
        text_int(&a->out, e->value);
        return;
    case EVENT_RESET:
    case EVENT_SOC_FULL:
    case EVENT_SOC_EMPTY:
    case EVENT_CLOCK_SET:
        text_int(&a->out, e->value);
        break;
    case EVENT_NONE:
    case EVENT_CHARGE_CLOSED:
    case EVENT_LOAD_CLOSED:
    case EVENT_SETTINGS_CONFIRMED:
    case EVENT_BOARDS_CONFIRMED:
    case EVENT_PIN_RESET:
    case EVENT_PIN_WRONG:
    case EVENT_ENERGY_CLEARED:
    case EVENT_CHAIN_WHOLE:
    case EVENT_BOARD_RESET:
    case EVENT_COUNT:
        break;
    }
    if (e->cell == 0)
        return;
    text_flash(&a->out, FLASH_TEXT(" cell"));
    text_int(&a->out, e->cell);
}

static void event_line(struct app *a, const struct event *e)
{
    struct event_row row;

    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("event"));
    text_int(&a->out, (int32_t)a->at + 1);
    date_text(&a->out, e->time_s);
    if (event_row(e->code, &row))
        text_word(&a->out, row.name);
    else
        text_int(&a->out, e->code); /* written by a newer firmware */
    event_details(a, e);
    text_send(&a->out);
}

static enum app_error event_count(struct app *a)
{
    int32_t count = EVENTS_SHOWN;

    if (a->words > 1 && (!line_number(a->word[1], &count) || count < 1))
        return app_bad_number(a, a->word[1]);
    a->end = (uint16_t)(count > (int32_t)EVENT_LOG_SIZE ? (int32_t)EVENT_LOG_SIZE : count);
    return APP_OK;
}

enum app_progress app_show_events(struct app *a, enum app_error *error)
{
    struct event e;

    if (a->end == 0)
        *error = event_count(a);
    if (*error != APP_OK || a->at >= a->end ||
        !event_log_read(&a->owner->keeper->log, (uint8_t)a->at, &e))
        return APP_DONE;
    event_line(a, &e);
    return APP_MORE;
}
