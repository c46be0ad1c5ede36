#include "common/command.h"

#include <stddef.h>

#include "common/cell_board.h"
#include "common/pgm.h"
#include "protocol/bytes.h"

#define WRITE 0x80u

#define SHIFT_MAX_MV 200 /* as the range of the offset: beyond it, another part is wrong */

enum { IS_SIGNED = 0x8000, IS_WRITABLE = 0x4000, OFFSET = 0x3FFF };

/* Fields of 16 bits in struct cell_board. The rounds are two halves, the low one first as on all our
 * machines. */
static const struct row {
    uint16_t field; /* offset and flags */
    uint8_t item;
} rows[] FLASH_TABLE = {
#define FIELD(name) offsetof(struct cell_board, name)
    { FIELD(cell_sum), ITEM_CELL_SUM },
    { FIELD(ntc_share), ITEM_NTC_SHARE },
    { FIELD(staged.gain_q16) | IS_WRITABLE, ITEM_GAIN_Q16 },
    { FIELD(staged.offset_dmv) | IS_WRITABLE | IS_SIGNED, ITEM_OFFSET_DMV },
    { FIELD(staged.tc_ppm) | IS_WRITABLE | IS_SIGNED, ITEM_TC_PPM },
    { FIELD(staged.offset_dc) | IS_WRITABLE | IS_SIGNED, ITEM_OFFSET_DC },
    { FIELD(link.counters.bad_frames), ITEM_BAD_FRAMES },
    { FIELD(link.counters.marked_frames), ITEM_MARKED_FRAMES },
    { FIELD(link.counters.stale_frames), ITEM_STALE_FRAMES },
    { FIELD(link.counters.line_errors), ITEM_LINE_ERRORS },
    { FIELD(link.counters.bad_syncs), ITEM_BAD_SYNCS },
    { FIELD(link.counters.rounds), ITEM_ROUNDS_LOW },
    { FIELD(link.counters.rounds) + 2u, ITEM_ROUNDS_HIGH },
    { FIELD(identify_rounds), ITEM_IDENTIFY },
    { FIELD(balance.forced_rounds), ITEM_BALANCE },
    { FIELD(mv), ITEM_CELL_MV },
    { FIELD(balance_limit_mv), ITEM_BALANCE_LIMIT },
    { FIELD(health.resets.boots), ITEM_BOOTS },
    { FIELD(health.resets.count[CAUSE_POWER_ON]), ITEM_POWER_ON },
    { FIELD(health.resets.count[CAUSE_EXTERNAL]), ITEM_EXTERNAL },
    { FIELD(health.resets.count[CAUSE_BROWN_OUT]), ITEM_BROWN_OUT },
    { FIELD(health.resets.count[CAUSE_WATCHDOG]), ITEM_WATCHDOG },
    { FIELD(health.lowest_mv), ITEM_LOWEST_MV },
    { FIELD(health.stack_free), ITEM_STACK_FREE },
    { FIELD(health.trim_steps), ITEM_CLOCK },
    { FIELD(health.causes), ITEM_CONDITION },
    { FIELD(health.uptime_s), ITEM_UPTIME_LOW },
    { FIELD(health.uptime_s) + 2u, ITEM_UPTIME_HIGH },
    { FIELD(clock_steps) | IS_WRITABLE | IS_SIGNED, ITEM_CLOCK_STEPS },
#undef FIELD
};

#define ROWS (sizeof rows / sizeof rows[0])

_Static_assert(sizeof(struct cell_board) <= OFFSET, "offsets leave room for the flags");

static enum reply_status save_calibration(struct cell_board *b, uint16_t key)
{
    if (key != COMMAND_SAVE_KEY || !calibration_in_range(&b->staged))
        return REPLY_OUT_OF_RANGE;
    calibration_save(&b->staged);
    calibration_load(&b->calibration);
    cell_board_seal(b);
    return b->calibration.valid ? REPLY_DONE : REPLY_FAILED;
}

/* The offset takes all of the difference: one point is known, not the slope. */
static enum reply_status calibrate_voltage(struct cell_board *b, uint16_t true_mv)
{
    int16_t shift_mv = (int16_t)(true_mv - b->mv);

    if (!b->calibration.valid)
        return REPLY_REFUSED;
    if (shift_mv > SHIFT_MAX_MV || shift_mv < -SHIFT_MAX_MV)
        return REPLY_OUT_OF_RANGE;
    b->staged = b->calibration;
    b->staged.offset_dmv = (int16_t)(b->staged.offset_dmv + 10 * shift_mv);
    return save_calibration(b, COMMAND_SAVE_KEY);
}

static enum reply_status clear_counters(struct cell_board *b, uint16_t key)
{
    struct link_counters *c = &b->link.counters;
    uint8_t irq;

    if (key != COMMAND_CLEAR_KEY)
        return REPLY_OUT_OF_RANGE;
    irq = hal_irq_save();
    c->bad_frames = c->marked_frames = c->stale_frames = c->line_errors = c->bad_syncs = 0;
    hal_irq_restore(irq);
    b->health.lowest_mv = UINT16_MAX;
    return REPLY_DONE;
}

static enum reply_status force_balancing(struct cell_board *b, uint16_t rounds)
{
    if (rounds > COMMAND_BALANCE_MAX)
        return REPLY_OUT_OF_RANGE;
    if (!balance_force(&b->balance, rounds, b->mv))
        return REPLY_REFUSED;
    b->command.value = rounds;
    return REPLY_DONE;
}

static bool limit_balancing(struct cell_board *b, uint16_t mv)
{
    if (mv > COMMAND_LIMIT_MAX)
        return false;
    b->balance_limit_mv = mv;
    b->balance_limit_rounds = COMMAND_LIMIT_ROUNDS;
    return true;
}

static enum reply_status identify(struct cell_board *b, uint16_t rounds)
{
    if (rounds > COMMAND_IDENTIFY_MAX)
        return REPLY_OUT_OF_RANGE;
    b->command.value = b->identify_rounds = rounds;
    return REPLY_DONE;
}

static enum reply_status use_field(struct cell_board *b, uint8_t code, uint16_t argument,
                                   uint16_t field)
{
    uint16_t *place = (uint16_t *)((uint8_t *)b + (field & OFFSET));

    if (code & WRITE) {
        if (!(field & IS_WRITABLE))
            return REPLY_UNKNOWN;
        *place = argument;
    }
    b->command.value = *place;
    if ((field & IS_SIGNED) && (*place & 0x8000u))
        b->command.value_high = 0xFFu;
    return REPLY_DONE;
}

enum reply_status command_execute(struct cell_board *b, uint8_t code, uint16_t argument)
{
    b->command.value = 0;
    b->command.value_high = 0;
    switch (code) {
    case WRITE | ITEM_SAVE_CALIBRATION:
        return save_calibration(b, argument);
    case WRITE | ITEM_CELL_MV:
        return calibrate_voltage(b, argument);
    case WRITE | ITEM_CLEAR:
        return clear_counters(b, argument);
    case WRITE | ITEM_BALANCE:
        return force_balancing(b, argument);
    case WRITE | ITEM_IDENTIFY:
        return identify(b, argument);
    case WRITE | ITEM_BALANCE_LIMIT:
        b->command.value = argument;
        return limit_balancing(b, argument) ? REPLY_DONE : REPLY_OUT_OF_RANGE;
    case ITEM_VERSION:
        b->command.value = (uint16_t)FIRMWARE_VERSION;
        b->command.value_high = (uint8_t)(FIRMWARE_VERSION >> 16);
        return REPLY_DONE;
    default:
        break;
    }
    for (const struct row *row = rows; row < rows + ROWS; row++)
        if (flash_u8(&row->item) == (code & (uint8_t)~WRITE))
            return use_field(b, code, argument, flash_u16(&row->field));
    return REPLY_UNKNOWN;
}

/* True when all of it is that of the command before, which it replaces. */
static bool is_repeated(struct command *c, const uint8_t *body)
{
    bool same = c->any;

    for (uint8_t i = 0; i < LINK_COMMAND_BODY; i++) {
        if (c->last[i] != body[i])
            same = false;
        c->last[i] = body[i];
    }
    c->any = true;
    return same;
}

/* Nobody answers, or all would; and it is no other one in between for who asked this board something and asks again:
 * carried out twice it is the same. */
static void step_all(struct cell_board *b, const uint8_t *body)
{
    if (body[1] == (WRITE | ITEM_BALANCE_LIMIT))
        limit_balancing(b, get_u16(&body[3]));
}

/* Who starts anew may meet the sequence number of another command: all of it must be the same. */
void command_step(struct cell_board *b)
{
    struct command *c = &b->command;
    uint8_t body[LINK_COMMAND_BODY];

    if (!link_take_command(&b->link, body))
        return;
    if (body[0] == LINK_COMMAND_ALL) {
        step_all(b, body);
        return;
    }
    if (!is_repeated(c, body))
        c->status = command_execute(b, body[1], get_u16(&body[3]));
    link_send_reply(&b->link, (uint8_t)((body[2] & 0xF0u) | c->status),
                    (uint32_t)c->value_high << 16 | c->value);
}
