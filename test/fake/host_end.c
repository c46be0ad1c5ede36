#include "test/fake/host_end.h"

#include "test/fake/host_chain.h"
#include "test/fake/host_fault.h"

struct host_end host_end;

static struct host_end *const e = &host_end;

static uint32_t crystal_ms(void)
{
    return (uint32_t)((chain.now_ns - e->booted_ns) / CHAIN_MS);
}

/* As of the last quarter of a second. */
static uint32_t crystal_coarse_ms(void)
{
    return e->quarter_ms;
}

void host_end_quarter(void)
{
    e->quarter = true;
    e->quarter_ms = crystal_ms();
}

static struct cell_board *board(void)
{
    return &chain_cell[chain.boards - 1u];
}

void host_end_boot(void)
{
    int64_t half_mas;

    e->booted_ns = chain.now_ns;
    e->quarter = false;
    e->quarter_ms = 0;
    e->gather = (struct gather){ 0 };
    pack_init(&e->pack);
    settings_default(&e->decide.settings);
    e->decide.settings.confirmed = true;
    decide_init(&e->decide, 0);
    half_mas = (int64_t)e->decide.settings.capacity_wh * 3600000000ll /
               (2ll * e->decide.settings.nominal_mv * chain.boards);
    soc_restore(&e->decide.soc, half_mas, true);
    decide_step(&e->decide, &e->pack, 0, 0);
}

/* ---- what is taken in ------------------------------------------------------------------------ */

/* The last time that it measured this, 0: never. */
static uint64_t measured_ns(uint16_t index, const struct pack_cell *cell)
{
    const struct chain_board *b = &chain_board[index];
    uint64_t at_ns = 0;

    for (uint8_t i = 0; i < CHAIN_READINGS; i++) {
        const struct chain_reading *r = &b->reading[i];
        if (r->at_ns > at_ns && r->mv == cell->mv && r->dc == cell->dc && r->flags == cell->flags)
            at_ns = r->at_ns;
    }
    return at_ns;
}

static bool measured(uint16_t index, const struct pack_cell *cell)
{
    uint64_t at_ns = measured_ns(index, cell);
    uint64_t age_ns = chain.now_ns - at_ns;

    e->measured_ns[index] = at_ns;
    if (at_ns == 0 || age_ns > HOST_END_TRUE_NS)
        return false;
    if (age_ns > e->oldest_ns)
        e->oldest_ns = age_ns;
    return true;
}

static bool has_measured(const struct chain_board *b, const struct pack_cell *cell)
{
    bool mv = false;
    bool dc = false;

    for (uint8_t k = 0; k < CHAIN_READINGS; k++) {
        const struct chain_reading *r = &b->reading[k];
        mv = mv || (r->at_ns != 0 && r->mv == cell->mv);
        dc = dc || (r->at_ns != 0 && r->dc == cell->dc);
    }
    return mv && dc;
}

/* Voltage and temperature by some board at any times that are remembered: then it is a mistake, else a chance. */
static bool ever_measured(const struct pack_cell *cell)
{
    for (uint16_t i = 0; i < chain.boards; i++)
        if (has_measured(&chain_board[i], cell))
            return true;
    return false;
}

static void forged(const char *what)
{
    e->forged++;
    e->forged_what = what;
}

static void note_cell(uint16_t index)
{
    if (index >= chain.boards || !measured(index, &e->pack.cell[index])) {
        if (index >= chain.boards || ever_measured(&e->pack.cell[index]))
            e->untrue++;
        else
            forged("CELL");
        return;
    }
    e->word_ns[index] = chain.now_ns;
    e->stored_in[index] = chain.begun;
}

/* By Begin in one of the last 16 rounds, or in an old frame of host_fault.c: then it is a mistake, else a chance. */
static bool was_sent(const struct frame_charge *charge)
{
    uint8_t index = (uint8_t)(2u * charge->sensor + charge->reverse);

    if (charge->state != SENSOR_OK)
        return false;
    for (uint8_t round = 0; round < CHAIN_PAST_ROUNDS; round++)
        if (charge->mas == chain.sent_mas[round][index])
            return true;
    return charge->mas == HIT_OLD_MAS;
}

/* The same for the time that START bore. */
static void note_time(uint16_t time_ms)
{
    for (uint8_t round = 0; round < CHAIN_PAST_ROUNDS; round++)
        if (time_ms == chain.sent_ms[round]) {
            e->untrue_charge++;
            return;
        }
    forged("START");
}

static void note_charge(const uint8_t *frame, bool of_begin)
{
    struct frame_charge charge;
    const struct frame_charge *sent;

    frame_charge_decode(frame, &charge);
    if (charge.sensor >= FRAME_SENSORS_MAX)
        return; /* no such sensor: not taken */
    if (!(e->gather.intake.got & (e->gather.intake.got - 1u)))
        e->stray = false; /* the only one that waits */
    sent = &chain.charge[2u * charge.sensor + charge.reverse];
    if (charge.sensor < chain.sensors && charge.mas == sent->mas && charge.state == sent->state)
        return;
    if (!of_begin)
        e->stray = true; /* counted when it is used */
    else if (was_sent(&charge))
        e->untrue_charge++;
    else
        forged("CHARGE");
}

static void note_end(const uint8_t *frame)
{
    struct frame_end end;

    frame_end_decode(frame, &end);
    if (chain_cell[0].link.counters.rounds - end.rounds < CHAIN_PAST_ROUNDS)
        return;
    forged("END");
}

static bool is_taken(uint8_t number)
{
    return e->pack.trusted_numbers &&
           (e->pack.count == 0 || number + e->pack.shift <= e->pack.count);
}

void host_end_frame(const struct link *l, const uint8_t *frame)
{
    uint32_t ended = e->gather.intake.rounds;

    gather_frame(&e->gather, &e->pack, frame);
    if (frame_type_of(frame[0]) == FRAME_CELL && is_taken(frame[1]))
        note_cell((uint16_t)(frame[1] - 1u + e->pack.shift));
    if (frame_type_of(frame[0]) == FRAME_CHARGE && !e->gather.intake.section)
        note_charge(frame, l->origin == LINK_FROM_BEGIN);
    if (e->gather.intake.rounds != ended)
        note_end(frame);
}

void host_end_break_started(void)
{
    gather_break(&e->gather, crystal_coarse_ms());
}

void host_end_round_started(const struct link *l)
{
    gather_round(&e->gather, &e->pack, &e->decide, l, crystal_coarse_ms());
    e->start_ms = chain.time_ms;
    e->stray = false;
    /* without a good HOP nobody uses what START said */
    if (l->origin == LINK_FROM_BEGIN && l->hop_good && l->start.time_ms != chain.time_ms)
        note_time(l->start.time_ms);
}

/* ---- main loop -------------------------------------------------------------------------------- */

static void note_own_cell(void)
{
    const struct link *l = &board()->link;

    if (l->number != 0 && l->own_ready && e->pack.trusted_numbers)
        note_cell((uint16_t)(l->number - 1u + e->pack.shift));
}

static bool any_closed(void)
{
    return e->decide.relay.closed[RELAY_CHARGE] || e->decide.relay.closed[RELAY_LOAD];
}

/* A relay is to be open before this step already. */
static void check_silence(void)
{
    for (uint16_t i = 0; i < e->pack.count && any_closed(); i++)
        if (chain.now_ns - e->word_ns[i] > HOST_END_SILENT_NS) {
            e->late++;
            return;
        }
}

/* Of one that nobody measured this is not asked. */
static void check_age(void)
{
    for (uint16_t i = 0; i < e->pack.count; i++)
        if (e->pack.cell[i].fresh && e->measured_ns[i] != 0 &&
            chain.now_ns - e->measured_ns[i] > HOST_END_SHOWN_NS) {
            e->old++;
            return;
        }
}

static void decide_all(uint32_t now_ms)
{
    bool closed = any_closed();

    decide_step(&e->decide, &e->pack, board()->link.start.switches, now_ms);
    e->doubted = (uint16_t)(e->doubted + (e->decide.facts.faults != 0 && any_closed()));
    e->closings = (uint16_t)(e->closings + (!closed && any_closed()));
    if (!closed || any_closed())
        return;
    e->opened_ns = chain.now_ns;
    for (uint16_t i = 0; i < e->pack.count && (e->pack.faults & PACK_SILENT); i++)
        if (!e->pack.cell[i].fresh && chain.now_ns - e->word_ns[i] > e->release_ns)
            e->release_ns = chain.now_ns - e->word_ns[i];
}

static uint16_t stored(void)
{
    uint16_t count = 0;

    for (uint16_t i = 0; i < chain.boards; i++)
        count = (uint16_t)(count + (e->stored_in[i] == chain.begun));
    return count;
}

void host_end_next_round(void)
{
    e->missing += (uint32_t)(chain.boards - stored());
}

static void note_round(bool round)
{
    const struct place *p = &e->pack.place;

    if (p->broken)
        e->named[p->after]++;
    if (round && board()->link.origin == LINK_FROM_BEGIN && pack_good(&e->pack) && !p->broken &&
        e->gather.intake.rounds != e->rounds && stored() == chain.boards)
        e->complete = chain.begun;
    if (round)
        e->rounds = e->gather.intake.rounds;
}

static void talk(void)
{
    static const uint8_t parcel[EXT_PARCEL_SIZE];
    struct frame_command command = { .target = (uint8_t)(1u + chain.begun % chain.boards),
                                     .item = 0x20,
                                     .sequence = chain.begun & 0x0Fu };

    link_send_command(&board()->link, &command);
    link_send_tail(&board()->link, parcel);
}

void host_end_events(uint8_t events)
{
    gather_events(&e->gather, &e->pack, events, crystal_ms());
}

/* Without app port, extended data output and EEPROM: step() of end_board/main.c. */
void host_end_step(uint8_t events)
{
    bool quarter = e->quarter;
    bool round = events & LINK_ROUND_DONE;
    uint32_t now_ms = crystal_ms();
    bool waits;
    bool judged;

    if (!quarter && !round)
        return;
    e->quarter = false;
    check_silence();
    check_age();
    waits = e->gather.intake.got != 0;
    judged =
        gather_step(&e->gather, board(), &e->pack, &e->decide, round, now_ms, crystal_coarse_ms());
    if (e->stray && waits && e->gather.intake.got == 0)
        e->untrue_charge++;
    if (round)
        note_own_cell();
    /* a round full of noise may end when the next one has begun: its own START counts */
    if (round && e->decide.meter.now_ms == now_ms && e->decide.meter.begin_ms != chain.time_ms &&
        e->decide.meter.begin_ms != e->start_ms)
        note_time(e->decide.meter.begin_ms);
    if (judged || decide_waits(&e->decide))
        decide_all(now_ms);
    note_round(round);
    if (chain_talks && round && board()->link.origin == LINK_FROM_BEGIN)
        talk();
}
