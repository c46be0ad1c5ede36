/* `board K`: questions to one board, over the return wire and round the ring. */
#include "end_board/app.h"
#include "end_board/noise.h"

#include "common/command.h"
#include "common/hal.h"
#include "common/pgm.h"

#define AGAIN_MS 4000u /* a command, its round and the reply take two or three rounds */
#define PATIENCE_MS 9000u

/* ---- this board's own ------------------------------------------------------------------------- */

static uint32_t own_value(const struct link_counters *c, uint8_t item)
{
    switch ((enum command_item)item) {
    case ITEM_VERSION:
        return FIRMWARE_VERSION;
    case ITEM_ROUNDS_LOW:
        return (uint16_t)c->rounds;
    case ITEM_ROUNDS_HIGH:
        return c->rounds >> 16;
    case ITEM_BAD_FRAMES:
        return c->bad_frames;
    case ITEM_MARKED_FRAMES:
        return c->marked_frames;
    case ITEM_STALE_FRAMES:
        return c->stale_frames;
    case ITEM_LINE_ERRORS:
        return c->line_errors;
    case ITEM_BAD_SYNCS:
        return c->bad_syncs;
    case ITEM_CELL_SUM:
    case ITEM_NTC_SHARE:
    case ITEM_GAIN_Q16:
    case ITEM_OFFSET_DMV:
    case ITEM_TC_PPM:
    case ITEM_OFFSET_DC:
    case ITEM_SAVE_CALIBRATION:
        break;
    }
    return 0;
}

static uint32_t read_own(const struct app *a, uint8_t item)
{
    struct link_counters copy;
    uint8_t irq = hal_irq_save();

    copy = a->board->link.counters;
    hal_irq_restore(irq);
    return own_value(&copy, item);
}

/* ---- question and answer ---------------------------------------------------------------------- */

static void send(struct app *a, uint8_t target, uint8_t item)
{
    struct frame_command command = { .target = target,
                                     .item = item,
                                     .sequence = a->query.sequence };

    link_send_command(&a->board->link, &command);
    a->query.sent_ms = a->now_ms;
}

static void ask(struct app *a, uint8_t target, uint8_t item)
{
    a->query.asked = true;
    a->query.begun_ms = a->now_ms;
    a->query.sequence = (a->query.sequence + 1u) & (NOISE_SEQUENCE - 1u);
    send(a, target, item);
}

static bool take_reply(struct app *a, uint8_t target, struct frame_reply *reply)
{
    uint8_t irq = hal_irq_save();
    bool replied = a->intake->replied;

    *reply = a->intake->reply;
    a->intake->replied = false;
    hal_irq_restore(irq);
    return replied && reply->number == target && reply->sequence == a->query.sequence;
}

static void value_line(struct app *a, const struct app_board_row *row, uint32_t value)
{
    text_start(&a->out);
    text_ram(&a->out, row->name);
    text_int(&a->out, (int32_t)value);
    text_send(&a->out);
}

static void version_line(struct app *a, const struct app_board_row *row, uint32_t value)
{
    text_start(&a->out);
    text_ram(&a->out, row->name);
    text_int(&a->out, (uint8_t)(value >> 16));
    text_char(&a->out, '.');
    text_digits(&a->out, (uint8_t)(value >> 8), 1);
    text_char(&a->out, '.');
    text_digits(&a->out, (uint8_t)value, 1);
    text_send(&a->out);
}

static void item_line(struct app *a, const struct app_board_row *row, uint32_t value)
{
    if (row->item == ITEM_VERSION)
        version_line(a, row, value);
    else
        value_line(a, row, value);
}

static enum app_progress fail(struct app *a, enum app_error error, enum app_error *out)
{
    *out = error;
    a->query.asked = false;
    app_error_begin(a, error);
    if (error == APP_ERROR_TIMEOUT)
        text_word(&a->out, a->word[1]);
    if (error == APP_ERROR_CELL)
        text_int(&a->out, app_decide(a)->facts.pack->count);
    text_send(&a->out);
    return APP_DONE;
}

static enum app_progress wait(struct app *a, uint8_t target, const struct app_board_row *row,
                              enum app_error *error)
{
    struct frame_reply reply;

    if (take_reply(a, target, &reply)) {
        a->query.asked = false;
        if (reply.status != REPLY_DONE)
            return fail(a, APP_ERROR_BOARD, error);
        item_line(a, row, reply.value);
        return APP_MORE;
    }
    if (a->now_ms - a->query.begun_ms >= PATIENCE_MS)
        return fail(a, APP_ERROR_TIMEOUT, error);
    if (a->now_ms - a->query.sent_ms >= AGAIN_MS)
        send(a, target, row->item);
    return APP_WAITING;
}

enum app_progress app_ask_board(struct app *a, enum app_error *error)
{
    struct app_board_row row;
    int32_t target;

    if (!line_number(a->word[1], &target) || target < 1 ||
        target > app_decide(a)->facts.pack->count)
        return fail(a, APP_ERROR_CELL, error);
    if (!app_board_row((uint8_t)a->at, &row))
        return APP_DONE;
    if (target == a->board->link.number) {
        item_line(a, &row, read_own(a, row.item));
        return APP_MORE;
    }
    if (!a->board->link.start.ring_closed)
        return fail(a, APP_ERROR_OPEN, error);
    if (a->query.asked)
        return wait(a, (uint8_t)target, &row, error);
    ask(a, (uint8_t)target, row.item);
    return APP_WAITING;
}
