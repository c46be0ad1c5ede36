/* `board K` and `order K`: questions and orders to one board, over the return wire and round the ring. */
#include "end_board/app.h"
#include "end_board/noise.h"

#include "common/command.h"
#include "common/hal.h"
#include "common/pgm.h"
#include "end_board/owner.h"

#define AGAIN_MS 4000u /* a command, its round and the reply take two or three rounds */
#define PATIENCE_MS 9000u
#define WRITE 0x80u
#define ROUND_MS 900
/* Balancing by order ends BALANCE_FORCED_DROP_MV lower: not below Vmin. */
#define BALANCE_ABOVE_VMIN_MV 100

/* ---- one item ---------------------------------------------------------------------------------- */

/* This board's own. Counters move in interrupts; a write may take 40 ms and reads none of them. */
static enum reply_status use_own(struct app *a, uint8_t code, uint16_t argument)
{
    uint8_t irq = code & WRITE ? 0 : hal_irq_save();
    enum reply_status status = command_execute(a->board, code, argument);

    a->query.value = (uint32_t)a->board->command.value_high << 16 | a->board->command.value;
    if (!(code & WRITE))
        hal_irq_restore(irq);
    return status;
}

static void send(struct app *a, uint8_t target, uint8_t code, uint16_t argument)
{
    struct frame_command command = { .target = target,
                                     .write = (code & WRITE) != 0,
                                     .item = code & (uint8_t)~WRITE,
                                     .argument = argument,
                                     .sequence = a->query.sequence };

    link_send_command(&a->board->link, &command);
    a->query.sent_ms = a->now_ms;
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

static enum app_error error_of(enum reply_status status)
{
    switch (status) {
    case REPLY_DONE:
        return APP_OK;
    case REPLY_UNKNOWN:
        return APP_ERROR_BOARD;
    case REPLY_OUT_OF_RANGE:
        return APP_ERROR_VALUE;
    case REPLY_REFUSED:
        return APP_ERROR_REFUSED;
    case REPLY_FAILED:
        return APP_ERROR_FAILED;
    }
    return APP_ERROR_BOARD;
}

/* Asks, or looks whether the answer is there: APP_MORE with a->query.value, or APP_DONE with an error. */
static enum app_progress ask(struct app *a, uint8_t target, uint8_t code, uint16_t argument,
                             enum app_error *error)
{
    struct app_query *q = &a->query;
    struct frame_reply reply;

    if (target == a->board->link.number) {
        *error = error_of(use_own(a, code, argument));
        return *error == APP_OK ? APP_MORE : APP_DONE;
    }
    if (!a->board->link.start.ring_closed) {
        *error = APP_ERROR_OPEN;
        return APP_DONE;
    }
    if (!q->asked) {
        q->asked = true;
        q->begun_ms = a->now_ms;
        q->sequence = (uint8_t)((q->sequence + 1u) % NOISE_SEQUENCE);
        send(a, target, code, argument);
    } else if (take_reply(a, target, &reply)) {
        q->asked = false;
        q->value = reply.value;
        *error = error_of((enum reply_status)reply.status);
        return *error == APP_OK ? APP_MORE : APP_DONE;
    } else if (a->now_ms - q->begun_ms >= PATIENCE_MS) {
        *error = APP_ERROR_TIMEOUT;
        return APP_DONE;
    } else if (a->now_ms - q->sent_ms >= AGAIN_MS) {
        send(a, target, code, argument);
    }
    return APP_WAITING;
}

/* ---- common --------------------------------------------------------------------------------------- */

static enum app_progress fail(struct app *a, enum app_error error, enum app_error *out)
{
    *out = error;
    a->query.asked = false;
    app_error_begin(a, error);
    if (error == APP_ERROR_TIMEOUT)
        text_word(&a->out, a->word[1]);
    if (error == APP_ERROR_CELL)
        text_int(&a->out, app_decide(a)->facts.pack->count);
    if (error == APP_ERROR_NUMBER)
        text_word(&a->out, a->word[3]);
    if (error == APP_ERROR_NAME)
        text_word(&a->out, a->word[2]);
    text_send(&a->out);
    return APP_DONE;
}

static bool target_of(const struct app *a, uint8_t *target)
{
    int32_t number;

    if (!line_number(a->word[1], &number) || number < 1 ||
        number > app_decide(a)->facts.pack->count)
        return false;
    *target = (uint8_t)number;
    return true;
}

/* ---- board K ------------------------------------------------------------------------------------ */

static void version_line(struct app *a, uint32_t value)
{
    text_int(&a->out, (uint8_t)(value >> 16));
    text_char(&a->out, '.');
    text_digits(&a->out, (uint8_t)(value >> 8), 1);
    text_char(&a->out, '.');
    text_digits(&a->out, (uint8_t)value, 1);
}

static void item_line(struct app *a, const struct app_board_row *row, uint32_t value)
{
    text_start(&a->out);
    text_ram(&a->out, row->name);
    switch ((enum app_board_part)row->part) {
    case PART_WHOLE:
        text_int(&a->out, (int32_t)value);
        break;
    case PART_VERSION:
        version_line(a, value);
        break;
    case PART_LOW:
        text_int(&a->out, (uint8_t)value);
        break;
    case PART_HIGH:
        text_int(&a->out, (uint8_t)(value >> 8));
        break;
    case PART_LOW_SIGNED:
        text_int(&a->out, (int8_t)value);
        break;
    case PART_HIGH_SIGNED:
        text_int(&a->out, (int8_t)(value >> 8));
        break;
    }
    text_send(&a->out);
}

/* Two halves of one item are asked for once. */
static bool is_known(const struct app *a, const struct app_board_row *row)
{
    struct app_board_row before;

    return a->at > 0 && app_board_row((uint8_t)(a->at - 1u), &before) && before.item == row->item;
}

enum app_progress app_ask_board(struct app *a, enum app_error *error)
{
    struct app_board_row row;
    enum app_progress progress = APP_MORE;
    uint8_t target;

    if (!target_of(a, &target))
        return fail(a, APP_ERROR_CELL, error);
    if (!app_board_row((uint8_t)a->at, &row))
        return APP_DONE;
    if (!is_known(a, &row))
        progress = ask(a, target, row.item, 0, error);
    if (progress == APP_DONE)
        return fail(a, *error, error);
    if (progress == APP_MORE)
        item_line(a, &row, a->query.value);
    return progress;
}

/* ---- order K ------------------------------------------------------------------------------------ */

static bool may_balance(const struct app *a, uint8_t target)
{
    const struct decide *d = app_decide(a);
    const struct pack_cell *cell = &d->facts.pack->cell[target - 1u];

    return cell->fresh && cell->mv > d->settings.vmin_mv + BALANCE_ABOVE_VMIN_MV;
}

/* The argument that goes over the ring; false with an error. */
static bool argument_of(const struct app *a, const struct app_order_row *row, uint16_t *argument,
                        enum app_error *error)
{
    int32_t value = row->key;

    if (row->unit != ORDER_KEY && (a->words < 4 || !line_number(a->word[3], &value))) {
        *error = a->words < 4 ? APP_ERROR_VALUE : APP_ERROR_NUMBER;
        return false;
    }
    if (row->unit == ORDER_SECONDS && value >= 0 && value < INT32_MAX / 1000)
        value = (value * 1000 + ROUND_MS - 1) / ROUND_MS;
    if (value < INT16_MIN || value > UINT16_MAX) {
        *error = APP_ERROR_VALUE;
        return false;
    }
    *argument = (uint16_t)value;
    return true;
}

/* One write, and where it is only staged, a second one that keeps it. a->at counts them. */
enum app_progress app_order_board(struct app *a, enum app_error *error)
{
    struct app_order_row row;
    enum app_progress progress;
    uint16_t argument;
    uint8_t target;

    if (!target_of(a, &target))
        return fail(a, APP_ERROR_CELL, error);
    if (!app_order_find(a->word[2], &row))
        return fail(a, APP_ERROR_NAME, error);
    if (!argument_of(a, &row, &argument, error))
        return fail(a, *error, error);
    if (row.item == ITEM_BALANCE && argument != 0 && !may_balance(a, target))
        return fail(a, APP_ERROR_REFUSED, error);
    if (a->at == 0)
        progress = ask(a, target, WRITE | row.item, argument, error);
    else
        progress = ask(a, target, WRITE | ITEM_SAVE_CALIBRATION, COMMAND_SAVE_KEY, error);
    if (progress == APP_DONE)
        return fail(a, *error, error);
    if (progress == APP_WAITING)
        return APP_WAITING;
    if (a->at == 0 && row.staged) {
        a->at++;
        return APP_WAITING; /* nothing is said in between */
    }
    owner_ordered(a->owner, target, row.item);
    return APP_DONE;
}
