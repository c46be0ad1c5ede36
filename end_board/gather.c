#include "end_board/gather.h"

#include "common/hal.h"

#define SECOND_MS 1000u

/* ---- as it comes in --------------------------------------------------------------------------------- */

void gather_frame(struct gather *g, struct pack *pack, const uint8_t *frame)
{
    intake_frame(&g->intake, pack, frame, g->round_tick);
}

void gather_break(struct gather *g, uint32_t coarse_ms)
{
    g->break_ms = coarse_ms;
}

/* No more than so old: boards measured again since. The break's own time may be the finer one, and ahead. */
static uint32_t measured_ms(const struct gather *g, uint32_t coarse_ms)
{
    int32_t lasted_ms = (int32_t)(coarse_ms - g->break_ms);

    return lasted_ms < (int32_t)GATHER_BREAK_MS ? g->break_ms : coarse_ms - GATHER_BREAK_MS;
}

void gather_round(struct gather *g, struct pack *pack, struct decide *d, const struct link *l,
                  uint32_t coarse_ms)
{
    g->round_tick = pack_tick(measured_ms(g, coarse_ms));
    intake_begin(&g->intake, l->origin == LINK_FROM_HEAD);
    if (l->number == 0) {
        pack_unnumbered(pack);
        return;
    }
    switch ((enum link_origin)l->origin) {
    case LINK_FROM_BEGIN:
        pack_round(pack, l->number);
        if (l->hop_good)
            members_heard(&d->members, l->sum);
        break;
    case LINK_FROM_HEAD:
        pack_section(pack, l->head_number, l->number, place_tick(coarse_ms));
        break;
    case LINK_FROM_NOBODY:
        pack_unmarked(pack, l->number);
        break;
    }
}

/* ---- after a round ---------------------------------------------------------------------------------- */

static void take_own_cell(const struct gather *g, const struct link *l, struct pack *pack)
{
    struct frame_cell own = l->own;

    own.number = l->number;
    if (own.number != 0 && l->own_ready)
        pack_store(pack, &own, g->round_tick);
}

/* CHARGE frames of START's round, and of no sensor that it does not name. */
static bool charge_fits_start(const struct intake *in, const struct frame_start *start)
{
    return in->got != 0 && in->round == start->round && in->got >> (2u * start->sensors) == 0;
}

/* That START was of this round says a good HOP or, where that was lost, the charge behind it. */
static bool start_is_known(const struct gather *g, const struct link *l)
{
    return l->origin == LINK_FROM_BEGIN &&
           (l->hop_good || charge_fits_start(&g->intake, &l->start));
}

static void take_sensors(struct gather *g, const struct link *l, struct meter *meter,
                         uint32_t now_ms)
{
    if (!start_is_known(g, l))
        return;
    meter_round(meter, &l->start, g->intake.begin_rounds, now_ms);
    for (uint8_t i = 0; i < INTAKE_CHARGES; i++)
        if (g->intake.got & (1u << i))
            meter_charge(meter, &g->intake.charge[i]);
    g->intake.got = 0;
}

static void take_round(struct gather *g, const struct link *l, struct pack *pack,
                       struct meter *meter, uint32_t now_ms)
{
    take_own_cell(g, l, pack);
    take_sensors(g, l, meter, now_ms);
    if (l->origin == LINK_FROM_BEGIN)
        g->begin_ms = now_ms; /* those of a head come too seldom to see the others' age */
}

/* ---- main loop --------------------------------------------------------------------------------------- */

static void time_break(struct gather *g, uint32_t now_ms)
{
    uint8_t irq = hal_irq_save();

    g->break_ms = now_ms;
    hal_irq_restore(irq);
}

void gather_events(struct gather *g, struct pack *pack, uint8_t events, uint32_t now_ms)
{
    if (events & LINK_BREAK_SEEN) {
        place_doubt(&pack->place);
        time_break(g, now_ms);
    }
    if (events & (LINK_BREAK_SEEN | LINK_BREAK_LASTS))
        g->heard_ms = now_ms; /* also when the clock is the CPU's, which may be 10 % fast */
}

/* Not by the watchdog: the crystal wakes this board four times as often as that would bark. */
static void count_seconds(struct gather *g, struct cell_board *board, uint32_t now_ms)
{
    if (now_ms - g->second_ms < SECOND_MS)
        return;
    g->second_ms += SECOND_MS;
    cell_board_second(board);
}

/* The last board of a section that is broken right before it is its head. */
static void lead_if_silent(struct gather *g, struct link *l, bool round, uint32_t now_ms)
{
    if (round)
        g->heard_ms = now_ms;
    if (now_ms - g->heard_ms >= GATHER_SILENT_MS)
        link_lead_section(l);
}

bool gather_step(struct gather *g, struct cell_board *board, struct pack *pack, struct decide *d,
                 bool round, uint32_t now_ms, uint32_t coarse_ms)
{
    bool judge;

    count_seconds(g, board, now_ms);
    lead_if_silent(g, &board->link, round, now_ms);
    if (round)
        take_round(g, &board->link, pack, &d->meter, now_ms);
    judge = round || pack->waits || now_ms - g->begin_ms > GATHER_OVERDUE_MS;
    if (place_step(&pack->place, place_tick(coarse_ms)))
        judge = true;
    if (judge)
        pack_evaluate(pack, board->link.start.switches, pack_tick(now_ms));
    if (round && (pack->faults & PACK_SILENT))
        members_forget(&d->members);
    return judge;
}
