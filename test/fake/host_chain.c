/* A chain in memory: Begin, starts and resets, the events in their order, a sound chain to begin with. */
#include "test/fake/host_parts.h"

#include <math.h>
#include <string.h>

#define TICK_CYCLES 65536.0 /* Timer1 */
#define MHZ 4.0
#define FACTORY_TRIM 0x50u
#define SETTLE_ROUNDS 60u
#define QUARTER_NS (250u * CHAIN_MS)

struct chain chain;
bool chain_talks;
struct chain_board chain_board[CHAIN_BOARDS];
struct cell_board chain_cell[CHAIN_BOARDS];

/* ---- Begin ---------------------------------------------------------------------------------------- */

static uint16_t begin_ms(void)
{
    chain.begin_ms +=
        (double)(chain.now_ns - chain.begin_at_ns) / (double)CHAIN_MS * chain_speed(0);
    chain.begin_at_ns = chain.now_ns;
    return (uint16_t)(uint64_t)chain.begin_ms;
}

static void send_round(uint16_t now_ms)
{
    struct frame_start start = {
        .switches = chain.switches, .boot = chain.boot, .sensors = chain.sensors, .time_ms = now_ms
    };

    chain.time_ms = now_ms;
    for (uint8_t i = 0; i < 2u * chain.sensors; i++) {
        struct frame_charge *c = &chain.charge[i];
        c->sensor = i / 2u;
        c->reverse = i & 1u;
        c->state = SENSOR_OK;
        c->mas += 100u + chain_draw(50);
    }
    link_lead_round(chain_link_of(0), &start, chain.charge);
    for (uint8_t i = 0; i < 2u * FRAME_SENSORS_MAX; i++)
        chain.sent_mas[chain_link_of(0)->round % CHAIN_PAST_ROUNDS][i] = chain.charge[i].mas;
    chain.sent_ms[chain_link_of(0)->round % CHAIN_PAST_ROUNDS] = now_ms;
}

static void begin_clock(void)
{
    uint16_t now_ms = begin_ms();
    uint16_t wait_ms;

    fake_use(0);
    switch (rounds_step(&chain.rounds, link_lead_look(chain_link_of(0)), now_ms)) {
    case ROUND_START_BREAK:
        host_end_next_round();
        chain.begun++;
        chain.begun_ns = chain.now_ns;
        link_lead_break(chain_link_of(0));
        break;
    case ROUND_SEND:
        send_round(now_ms);
        break;
    case ROUND_SHOW:
        link_lead_rest(chain_link_of(0));
        break;
    case ROUND_WAIT:
        break;
    }
    wait_ms = (uint16_t)(rounds_next(&chain.rounds) - now_ms);
    chain_board[0].at_ns[TIMER_CLOCK] =
        chain.now_ns + (uint64_t)((wait_ms ? wait_ms : 1u) * (double)CHAIN_MS / chain_speed(0)) +
        1000u;
    chain_settle(0);
}

static void clock(uint16_t i)
{
    if (chain_leads(i)) {
        begin_clock();
        return;
    }
    chain_board[i].at_ns[TIMER_CLOCK] = chain.now_ns + QUARTER_NS;
    host_end_quarter();
    fake_use((uint8_t)i);
    if (!chain_board[i].measuring)
        chain_main_loop(i);
    else
        chain_timers_changed(i);
}

/* ---- start and reset -------------------------------------------------------------------------------- */

static void calibrate(uint16_t i)
{
    chain_cell[i].calibration.valid = true;
    chain_cell[i].staged = chain_cell[i].calibration;
    cell_board_seal(&chain_cell[i]);
}

static void boot(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    struct fake_board *f = &fake_boards[i];

    b->at_ns[TIMER_BOOT] = CHAIN_NEVER;
    b->dead = false;
    fake_use((uint8_t)i);
    f->trim = FACTORY_TRIM;
    f->line = FAKE_LINE_HIGH;
    f->drain = f->notify_sent = f->told = false;
    f->divisor = LINK_DIVISOR_NOMINAL;
    cell_board_init(&chain_cell[i]);
    calibrate(i);
    chain_shut(b);
    b->tick_rest_ns = chain_draw(16384) * 1000ull;
    b->heard_ns = chain.now_ns;
    if (!chain_leads(i) && !chain_ends(i))
        b->at_ns[TIMER_DOG] = chain.now_ns + b->dog_ns;
    if (chain_leads(i)) {
        cell_board_lead(&chain_cell[i]);
        chain.boot = (uint8_t)(chain.boot + 1u) & 0x0Fu;
        for (uint8_t c = 0; c < 2u * FRAME_SENSORS_MAX; c++)
            chain.charge[c].mas = 0;
        rounds_init(&chain.rounds, begin_ms());
    }
    if (chain_ends(i))
        host_end_boot();
    if (chain_leads(i) || chain_ends(i))
        b->at_ns[TIMER_CLOCK] = chain.now_ns + QUARTER_NS / 250u;
    chain_clock_changed(i);
    chain_settle(i);
}

void chain_reset(uint16_t i, uint64_t dark_ns)
{
    struct chain_board *b = &chain_board[i];
    bool was_low = chain_is_low(i);

    fake_use((uint8_t)i);
    b->at_ns[TIMER_BYTE] = CHAIN_NEVER;
    chain_cut_byte(i);
    for (uint8_t t = 0; t < TIMERS; t++)
        b->at_ns[t] = CHAIN_NEVER;
    fake_use((uint8_t)i);
    chain_shut(b);
    b->measuring = false;
    b->low = false;
    b->dead = true;
    b->at_ns[TIMER_BOOT] = chain.now_ns + dark_ns;
    if (chain_ends(i)) { /* its relays' drivers have pull-downs */
        host_end.decide.relay.closed[RELAY_CHARGE] = host_end.decide.relay.closed[RELAY_LOAD] =
            false;
    }
    chain_level(i, was_low);
    chain_timers_changed(i);
}

/* ---- one event ----------------------------------------------------------------------------------------- */

/* From 0 on. */
void chain_start_ticks_anew(uint16_t i)
{
    chain_board[i].at_ns[TIMER_TICK] =
        chain.now_ns + (uint64_t)(TICK_CYCLES * 1000.0 / MHZ / chain_speed(i));
}

static void tick(uint16_t i)
{
    chain_start_ticks_anew(i);
    fake_use((uint8_t)i);
    if (chain_link_of(i)->state == LINK_BREAK && chain_in_is_low(i))
        chain_listen_again(i);
    else
        link_tick(chain_link_of(i));
    chain_settle(i);
    if (chain_hearing(i) == EDGE && chain_in_is_low(i))
        chain_break_seen(i);
}

static void line_timer(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    fake_use((uint8_t)i);
    if (!b->syncing) {
        b->syncing = true;
        b->receiving = !chain_leads(i);
        if (b->receiving && chain_in_is_low(i)) {
            chain_break_seen(i);
            return;
        }
        b->at_ns[TIMER_LINE] = chain.now_ns + chain_bits_ns(i, 18);
        chain_begin_byte(i, FRAME_SYNC_BYTE);
    } else {
        b->at_ns[TIMER_LINE] = CHAIN_NEVER;
        b->open = b->receiving = true;
        fake->out_limit = 1;
        link_open(chain_link_of(i));
    }
    chain_settle(i);
}

static void fell(uint16_t r)
{
    switch (chain_hearing(r)) {
    case EDGE:
        chain_break_seen(r);
        break;
    case CAPTURE:
        chain_captured(r, (double)chain.now_ns);
        chain_settle(r);
        break;
    case BYTES:
    case DEAF:
        break;
    }
}

static void run_timer(uint16_t i, enum chain_timer timer)
{
    chain_board[i].at_ns[timer] = CHAIN_NEVER;
    switch (timer) {
    case TIMER_BYTE:
        chain_byte_has_left(i);
        break;
    case TIMER_EDGES:
        if (chain_comes_through(&chain_board[i]))
            chain_capture_byte(i);
        break;
    case TIMER_LINE:
        line_timer(i);
        break;
    case TIMER_TICK:
        tick(i);
        break;
    case TIMER_DOG:
        chain_watchdog(i);
        break;
    case TIMER_LOOP:
        chain_main_loop(i);
        break;
    case TIMER_FALL:
        fell(i);
        break;
    case TIMER_ZERO:
        if (chain_hearing(i) == BYTES && !chain_leads(i))
            chain_break_seen(i);
        break;
    case TIMER_CLOCK:
        clock(i);
        break;
    case TIMER_BOOT:
        boot(i);
        break;
    case TIMERS:
        break;
    }
    chain_timers_changed(i);
}

void chain_step(void)
{
    uint16_t i = chain_first_due(&chain.now_ns);

    chain.steps++;
    if (i == CHAIN_FAULT_DUE) {
        hit_timer();
        return;
    }
    for (uint8_t t = 0; t < TIMERS; t++)
        if (chain_board[i].at_ns[t] == chain.now_ns) {
            run_timer(i, (enum chain_timer)t);
            return;
        }
}

/* ---- a sound chain --------------------------------------------------------------------------------------- */

static void on_frame(struct link *l, const uint8_t *frame)
{
    if (l == chain_link_of((uint16_t)(chain.boards - 1u)))
        host_end_frame(l, frame);
}

static void on_break(struct link *l)
{
    if (l == chain_link_of((uint16_t)(chain.boards - 1u)))
        host_end_break_started();
}

static void on_round(struct link *l)
{
    if (l == chain_link_of((uint16_t)(chain.boards - 1u)))
        host_end_round_started(l);
}

static uint8_t switches_for(uint16_t boards)
{
    static const uint8_t most[] = { 4, 8, 16, 25, 40, 80, 150, 255 };
    uint8_t class = 0;

    while (most[class] < boards)
        class ++;
    return (uint8_t)((uint8_t)(class << 5) | 0x10u);
}

static void power_up(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    *b = (struct chain_board){ .skew = 1.0 };
    for (uint8_t t = 0; t < TIMERS; t++)
        b->at_ns[t] = CHAIN_NEVER;
    b->error = ((int)chain_draw(2001) - 1000) / 10000.0;
    b->dog_ns = (920u + chain_draw(211)) * CHAIN_MS;
    b->at_ns[TIMER_BOOT] = chain.now_ns + chain_draw(200) * CHAIN_MS;
    b->dead = true;
    chain_timers_changed(i);
}

/* The quiet behind a round, so that a fault may wait for the next one. */
void chain_start(uint16_t boards, uint8_t sensors, uint64_t seed)
{
    uint32_t until;

    fake_reset();
    fake_on_frame = on_frame;
    fake_on_break = on_break;
    fake_on_round = on_round;
    chain_clear_due();
    memset(&host_end, 0, sizeof host_end);
    chain = (struct chain){ .boards = boards,
                            .sensors = sensors,
                            .switches = switches_for(boards),
                            .now_ns = CHAIN_S,
                            .begin_at_ns = CHAIN_S,
                            .timer_ns = CHAIN_NEVER,
                            .random = seed * 0x9E3779B97F4A7C15u | 1u };
    for (uint16_t i = 0; i < boards; i++)
        power_up(i);
    until = SETTLE_ROUNDS + chain_draw(16);
    while (chain.begun < until || host_end.complete != chain.begun)
        chain_step();
    host_end.missing = 0;
    chain_save();
}

static struct {
    struct chain chain;
    struct host_end end;
    struct chain_board board[CHAIN_BOARDS];
    struct cell_board cell[CHAIN_BOARDS];
    struct fake_board fake[CHAIN_BOARDS];
} saved;

void chain_save(void)
{
    size_t n = chain.boards;

    saved.chain = chain;
    saved.end = host_end;
    memcpy(saved.board, chain_board, n * sizeof saved.board[0]);
    memcpy(saved.cell, chain_cell, n * sizeof saved.cell[0]);
    memcpy(saved.fake, fake_boards, n * sizeof saved.fake[0]);
}

void chain_restore(void)
{
    size_t n = saved.chain.boards;

    chain = saved.chain;
    host_end = saved.end;
    memcpy(chain_board, saved.board, n * sizeof saved.board[0]);
    memcpy(chain_cell, saved.cell, n * sizeof saved.cell[0]);
    memcpy(fake_boards, saved.fake, n * sizeof saved.fake[0]);
    fake_irq_depth = 0;
    chain_clear_due();
    for (uint16_t i = 0; i < n; i++)
        chain_timers_changed(i);
    chain_timer_changed();
}
