/* Rounds that this board begins: Begin's own, and those of the first board behind a broken wire. */
#include <stddef.h>

#include "common/identity.h"
#include "common/link_parts.h"

/* 0.33 s: with the watchdog's second, 10 % too short, longer than the silence between two rounds of Begin
 * (0.99 s less the round) or of a head (1.13 s and a break). */
#define HEAD_WAIT_TICKS 20u
#define HEAD_BREAK_TICKS 3u /* 33..49 ms: measuring takes 16 ms */

void link_lead_break(struct link *l)
{
    uint8_t irq = hal_irq_save();
    link_start_break(l);
    hal_irq_restore(irq);
}

static void push_round(struct link *l, const struct frame_start *start,
                       const struct frame_charge *charges)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_hop hop = { .round = l->round, .hop = l->number };
    struct frame_end end = { .round = l->round,
                             .sensors = start->sensors,
                             .rounds = l->leader ? l->counters.rounds : 0 };

    hop.sum = l->sum = identity_part(l->identity, l->number);
    link_push_frame(l, frame, frame_start_encode(frame, start));
    link_push_frame(l, frame, frame_hop_encode(frame, &hop));
    link_queue_own_frames(l);
    for (uint8_t i = 0; i < 2u * start->sensors; i++) {
        struct frame_charge charge = charges[i];
        charge.round = l->round;
        link_push_frame(l, frame, frame_charge_encode(frame, &charge));
    }
    link_push_frame(l, frame, frame_end_encode(frame, &end));
}

/* ---- head of a section ------------------------------------------------------------------------- */

static void head_break(struct link *l)
{
    link_start_break(l);
    l->heading = true;
}

static void head_round(struct link *l)
{
    struct frame_start start = { .section_head = true };

    l->round = (uint8_t)(l->round + 1u) & 0x0Fu;
    l->number = l->home ? l->home : LINK_HEAD_UNNUMBERED;
    l->origin = LINK_FROM_HEAD;
    l->head_number = l->number;
    board_round_started(l);
    start.round = l->round;
    start.switches = l->number;
    push_round(l, &start, NULL);
    link_set_state(l, LINK_DRAIN);
    hal_link_release(l->trim.divisor);
}

void link_head_tick(struct link *l)
{
    uint8_t ticks = l->state == LINK_WAIT ? HEAD_WAIT_TICKS : HEAD_BREAK_TICKS;

    if (++l->silent_ticks < ticks)
        return;
    if (l->state == LINK_WAIT)
        head_break(l);
    else
        head_round(l);
}

void link_lead_section(struct link *l)
{
    uint8_t irq = hal_irq_save();

    if (l->state == LINK_BREAK) {
        link_tell(l, LINK_BREAK_LASTS);
    } else if (l->state == LINK_IDLE && l->heading) {
        head_break(l);
    } else if (l->state == LINK_IDLE) {
        l->home_rounds = 0;
        link_set_state(l, LINK_WAIT);
        hal_link_wait();
    }
    hal_irq_restore(irq);
}

/* ---- leader ------------------------------------------------------------------------------------- */

/* What comes back at most, by the rounds so far. */
static void count_cells(struct link *l)
{
    if (l->cells >= l->chain_cells || ++l->short_rounds >= LINK_SHORT_ROUNDS) {
        l->chain_cells = l->cells;
        l->short_rounds = 0;
    }
    l->cells = 0;
}

/* Looks at the round before and expects the next one. */
static bool was_returned(struct link *l)
{
    count_cells(l);
    if (l->returned)
        l->not_returned = 0;
    else if (l->not_returned < LINK_ROUNDS_CLOSED)
        l->not_returned++;
    l->returned = false;
    return l->not_returned < LINK_ROUNDS_CLOSED;
}

void link_lead_round(struct link *l, const struct frame_start *start,
                     const struct frame_charge *charges)
{
    struct frame_start own = *start;
    uint8_t irq;

    l->round = (uint8_t)(l->round + 1u) & 0x0Fu;
    l->number = 1;
    l->origin = LINK_FROM_BEGIN;
    l->counters.rounds++;
    own.round = l->round;
    own.ring_closed = was_returned(l);
    l->command_out.frame[FRAME_COMMAND_INFO] |= FRAME_COMMAND_ISSUED;
    decoder_start_hunting(&l->decoder, l->round);
    push_round(l, &own, charges);
    irq = hal_irq_save();
    l->start = own;
    link_set_state(l, LINK_DRAIN);
    hal_link_release(l->trim.divisor);
    hal_irq_restore(irq);
}
