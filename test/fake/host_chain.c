#include "test/fake/host_chain.h"

#include <math.h>
#include <string.h>

#define TICK_CYCLES 65536.0 /* Timer1 */
#define MHZ 4.0
#define STEP_OF_TRIM 0.0055
#define FACTORY_TRIM 0x50u
#define FALL_NS 15000u                 /* an edge, its interrupt, and OUT is low as well */
#define REACHES_ALL_NS (8u * CHAIN_MS) /* Begin's break: 255 times 15 us */
#define MEASURE_NS (16u * CHAIN_MS)
#define RECEIVES 0.039 /* 8N1 bears so much of a difference */
#define SETTLE_ROUNDS 60u
#define QUARTER_NS (250u * CHAIN_MS)

struct chain chain;
bool chain_talks;
struct chain_board chain_board[CHAIN_BOARDS];
struct cell_board chain_cell[CHAIN_BOARDS];

/* ---- the next event: a tree of winners over all boards ---------------------------------------- */

#define LEAVES 256u
static uint64_t due_ns[2u * LEAVES];

static void put_due(uint16_t leaf, uint64_t at_ns)
{
    uint16_t i = (uint16_t)(leaf + LEAVES);

    due_ns[i] = at_ns;
    for (i >>= 1; i; i >>= 1) {
        uint64_t least =
            due_ns[2u * i] < due_ns[2u * i + 1u] ? due_ns[2u * i] : due_ns[2u * i + 1u];
        if (due_ns[i] == least)
            return;
        due_ns[i] = least;
    }
}

static void timers_changed(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];
    uint64_t least = b->at_ns[0];

    for (uint8_t t = 1; t < TIMERS; t++)
        least = b->at_ns[t] < least ? b->at_ns[t] : least;
    put_due(i, least);
}

void chain_timer_changed(void)
{
    put_due(LEAVES - 1u, chain.timer_ns);
}

static uint16_t first_due(void)
{
    uint16_t i = 1;

    while (i < LEAVES)
        i = (uint16_t)(due_ns[2u * i] <= due_ns[2u * i + 1u] ? 2u * i : 2u * i + 1u);
    return (uint16_t)(i - LEAVES);
}

static void clear_due(void)
{
    for (uint16_t i = 1; i < 2u * LEAVES; i++)
        due_ns[i] = CHAIN_NEVER;
}

uint32_t chain_draw(uint32_t below)
{
    chain.random ^= chain.random << 13;
    chain.random ^= chain.random >> 7;
    chain.random ^= chain.random << 17;
    return (uint32_t)((chain.random >> 24) % below);
}

/* ---- clocks ------------------------------------------------------------------------------------ */

static struct link *link_of(uint16_t i)
{
    return &chain_cell[i].link;
}

static double speed(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];

    return b->skew *
           (1.0 + b->error + STEP_OF_TRIM * ((int)fake_boards[i].trim - (int)FACTORY_TRIM));
}

void chain_clock_changed(uint16_t i)
{
    uint8_t divisor = fake_boards[i].divisor ? fake_boards[i].divisor : LINK_DIVISOR_NOMINAL;

    chain_board[i].bit_ns = divisor * 8.0 * 1000.0 / MHZ / speed(i);
}

static uint64_t bits_ns(uint16_t i, double bits)
{
    return (uint64_t)(chain_board[i].bit_ns * bits);
}

static uint16_t cycles_at(uint16_t i, double ns)
{
    return (uint16_t)(uint64_t)(ns * (MHZ / 1000.0) * speed(i));
}

/* ---- wires ------------------------------------------------------------------------------------- */

static bool leads(uint16_t i)
{
    return i == 0;
}

bool chain_is_low(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];

    switch ((enum chain_stuck)b->stuck) {
    case STUCK_HIGH:
        return false;
    case STUCK_LOW:
        return true;
    case STUCK_NOT:
        break;
    }
    return b->low && !b->dead;
}

static uint16_t before(uint16_t i)
{
    return (uint16_t)((i ? i : chain.boards) - 1u);
}

static bool in_is_low(uint16_t i)
{
    return chain_is_low(before(i));
}

enum hearing { DEAF, EDGE, CAPTURE, BYTES };

static enum hearing hearing(uint16_t r)
{
    const struct chain_board *b = &chain_board[r];
    const struct link *l = link_of(r);

    if (b->dead)
        return DEAF;
    if (leads(r))
        return b->receiving ? BYTES : DEAF;
    switch (l->state) {
    case LINK_IDLE:
    case LINK_WAIT:
        return EDGE;
    case LINK_BREAK:
        return l->heading ? EDGE : CAPTURE;
    case LINK_START:
    case LINK_HOP:
    case LINK_STREAM:
    case LINK_HUNT:
    case LINK_DRAIN:
    case LINK_TAIL:
    case LINK_RETURN:
        break;
    }
    return b->receiving ? BYTES : DEAF;
}

bool chain_hears(uint16_t r)
{
    return hearing(r) == BYTES;
}

static void woken(uint16_t i)
{
    chain_board[i].heard_ns = chain.now_ns;
}

static void break_seen(uint16_t r)
{
    woken(r);
    fake_use((uint8_t)r);
    link_break_seen(link_of(r));
    chain_settle(r);
}

void chain_level(uint16_t i, bool was_low)
{
    uint16_t r = chain_next(i);
    bool low = chain_is_low(i);

    if (low == was_low)
        return;
    chain_board[r].at_ns[TIMER_ZERO] = CHAIN_NEVER;
    if (low)
        chain_board[r].at_ns[TIMER_FALL] = chain.now_ns + FALL_NS;
    if (low && hearing(r) == BYTES)
        chain_board[r].at_ns[TIMER_ZERO] = chain.now_ns + bits_ns(r, 10);
    timers_changed(r);
}

void chain_pulse(uint16_t i)
{
    uint16_t r = chain_next(i);

    chain_board[r].at_ns[TIMER_FALL] = chain.now_ns + FALL_NS;
    timers_changed(r);
    if (hearing(r) == BYTES)
        chain_deliver(i, (uint8_t)(0xFFu << chain_draw(8)), false, true);
}

static void captured(uint16_t r, double ns)
{
    struct chain_board *b = &chain_board[r];

    memmove(b->edge, b->edge + 1, sizeof b->edge - sizeof b->edge[0]);
    b->edge[SYNC_EDGES - 1u] = cycles_at(r, ns);
    if (b->edges < SYNC_EDGES - 1u) {
        b->edges++;
        return;
    }
    fake_use((uint8_t)r);
    link_edges(link_of(r), b->edge);
}

/* Falling edges of a byte: start bit, and each 0 behind a 1. */
static void capture_byte(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];
    uint16_t r = chain_next(i);
    uint16_t bits = (uint16_t)(b->byte << 1 | 1u << 9); /* start bit first */

    for (uint8_t at = 0; at < 9 && hearing(r) == CAPTURE; at++) {
        double ns = (double)b->byte_ns + at * b->bit_ns;
        bool falls = !(bits >> at & 1) && (at == 0 || (bits >> (at - 1) & 1));
        if (falls && ns >= (double)chain_board[r].capture_ns)
            captured(r, ns);
    }
    woken(r);
    chain_settle(r);
}

void chain_deliver(uint16_t i, uint8_t byte, bool line_error, bool met)
{
    uint16_t r = chain_next(i);
    struct chain_board *to = &chain_board[r];
    double off = chain_board[i].bit_ns / to->bit_ns - 1.0;

    if (hearing(r) != BYTES)
        return;
    if (!met || fabs(off) > RECEIVES) {
        byte = (uint8_t)chain_draw(256);
        line_error = chain_draw(3) == 0;
    }
    woken(r);
    fake_use((uint8_t)r);
    if (!line_error || byte != 0)
        link_byte(link_of(r), byte, line_error);
    else if (!leads(r))
        link_break_seen(link_of(r));
    chain_settle(r);
}

/* ---- transmitter ------------------------------------------------------------------------------- */

static bool comes_through(const struct chain_board *b)
{
    return b->stuck == STUCK_NOT && !b->cut;
}

static void begin_byte(uint16_t i, uint8_t byte)
{
    struct chain_board *b = &chain_board[i];
    uint16_t r = chain_next(i);
    uint64_t late_ns = 0;

    if (b->faulty)
        late_ns = hit_byte_begins(i, &byte);
    b->sending = true;
    b->byte = byte;
    b->byte_ns = chain.now_ns + late_ns;
    b->at_ns[TIMER_BYTE] = b->byte_ns + bits_ns(i, 10);
    b->sent++;
    b->last = b->last << 8 | byte;
    if (!comes_through(b) || b->dead)
        return;
    switch (hearing(r)) {
    case EDGE:
        chain_board[r].at_ns[TIMER_FALL] = b->byte_ns + FALL_NS;
        timers_changed(r);
        break;
    case CAPTURE:
        b->at_ns[TIMER_EDGES] = b->byte_ns + bits_ns(i, 8.2);
        break;
    case BYTES:
    case DEAF:
        break;
    }
    b->met = hearing(r) == BYTES;
}

/* What is under way when OUT is taken away from the transmitter: the rest of its bits have one level. A
 * receiver in which the stop bit is missing waits for another edge, as the data sheet has it. */
static void cut_byte(uint16_t i, bool low)
{
    struct chain_board *b = &chain_board[i];
    double bits;
    uint8_t mask;

    b->at_ns[TIMER_BYTE] = b->at_ns[TIMER_EDGES] = CHAIN_NEVER;
    if (!b->sending || chain.now_ns < b->byte_ns) {
        b->sending = false;
        return;
    }
    b->sending = false;
    bits = (double)(chain.now_ns - b->byte_ns) / b->bit_ns;
    mask = (uint8_t)(bits < 1.0 ? 0u : bits >= 9.0 ? 0xFFu : (1u << ((unsigned)bits - 1u)) - 1u);
    if (comes_through(b) && !b->dead)
        chain_deliver(i, (uint8_t)(low ? b->byte & mask : b->byte | (uint8_t)~mask), low, b->met);
}

static void byte_has_left(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    b->sending = false;
    if (b->faulty)
        hit_byte_ends(i, b->byte, b->met);
    else if (comes_through(b))
        chain_deliver(i, b->byte, false, b->met);
    chain_settle(i);
}

/* ---- a board's hardware follows its logic ------------------------------------------------------- */

static void start_ticks(struct chain_board *b)
{
    if (b->at_ns[TIMER_TICK] == CHAIN_NEVER)
        b->at_ns[TIMER_TICK] = chain.now_ns + b->tick_rest_ns;
}

static void stop_ticks(struct chain_board *b)
{
    if (b->at_ns[TIMER_TICK] != CHAIN_NEVER)
        b->tick_rest_ns = b->at_ns[TIMER_TICK] - chain.now_ns;
    b->at_ns[TIMER_TICK] = CHAIN_NEVER;
}

static void shut(struct chain_board *b)
{
    b->open = b->syncing = b->receiving = false;
    b->at_ns[TIMER_LINE] = b->at_ns[TIMER_ZERO] = CHAIN_NEVER;
    fake->out_limit = 0;
    fake->out_count = 0;
}

static void set_low(uint16_t i, bool low)
{
    bool was_low = chain_is_low(i);

    chain_board[i].low = low;
    chain_level(i, was_low);
}

/* What left ends with END, or it is half a round. */
static void note_half(struct chain_board *b)
{
    uint8_t frame[FRAME_STREAM_SIZE];

    for (uint8_t k = 0; k < FRAME_STREAM_SIZE; k++)
        frame[k] = (uint8_t)(b->last >> (56u - 8u * k));
    if (b->sent > 0 && (frame_type_of(frame[0]) != FRAME_END || !frame_valid(frame, sizeof frame)))
        b->halves++;
    b->sent = 0;
}

static void broke(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    note_half(b);
    b->halves = (uint16_t)(b->halves + (chain.now_ns - chain.begun_ns > REACHES_ALL_NS));
    cut_byte(i, true);
    fake_use((uint8_t)i);
    shut(b);
    b->edges = 0;
    b->capture_ns = chain.now_ns;
    start_ticks(b);
    set_low(i, true);
}

static void released(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    shut(b);
    b->cut = false;
    b->sent = 0;
    start_ticks(b);
    chain_clock_changed(i);
    b->at_ns[TIMER_LINE] = chain.now_ns + bits_ns(i, 2);
    set_low(i, false);
}

static void went_idle(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    note_half(b);
    cut_byte(i, false);
    fake_use((uint8_t)i);
    shut(b);
    stop_ticks(b);
    b->heard_ns = chain.now_ns;
    b->at_ns[TIMER_DOG] = chain.now_ns + b->dog_ns;
    set_low(i, false);
}

static void resumed(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    chain_clock_changed(i);
    b->open = b->receiving = true;
    fake->out_limit = 1;
}

static void follow_line(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    const struct fake_board *f = &fake_boards[i];

    if (b->idles != f->idles) {
        b->idles = f->idles;
        went_idle(i);
    }
    if (b->breaks != f->breaks) {
        b->breaks = f->breaks;
        broke(i);
    }
    if (b->releases != f->releases) {
        b->releases = f->releases;
        released(i);
    }
    if (b->resumes != f->resumes) {
        b->resumes = f->resumes;
        resumed(i);
    }
    if (b->waits != f->waits) {
        b->waits = f->waits;
        start_ticks(b);
    }
}

static void feed_transmitter(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    uint8_t byte;

    fake_use((uint8_t)i);
    while (b->open) {
        if (!b->sending && fake_take(&byte)) {
            begin_byte(i, byte);
            fake_use((uint8_t)i);
        } else if (fake->drain && hal_link_ready()) {
            link_drain(link_of(i));
        } else {
            return;
        }
    }
}

/* A break that began before the receiver was on has no edge left. */
static void all_sent(uint16_t i)
{
    fake->notify_sent = false;
    link_sent(link_of(i));
    if (!leads(i) && link_of(i)->state == LINK_IDLE && in_is_low(i))
        link_break_seen(link_of(i));
}

void chain_settle(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    follow_line(i);
    feed_transmitter(i);
    if (fake->notify_sent && b->open && !b->sending && fake->out_count == 0) {
        all_sent(i);
        follow_line(i);
        feed_transmitter(i);
    }
    fake_use((uint8_t)i);
    if (fake->told && !b->measuring)
        b->at_ns[TIMER_LOOP] = chain.now_ns;
    timers_changed(i);
}

/* ---- main loops ---------------------------------------------------------------------------------- */

static bool ends(uint16_t i)
{
    return i + 1u == chain.boards;
}

/* Values that nobody has twice soon. */
static void set_inputs(uint16_t i)
{
    fake->sum[ANALOG_CELL] = (uint16_t)(18400u + chain_draw(500));
    fake->sum[ANALOG_NTC] = (uint16_t)(3600u + chain_draw(900));
    fake->resistor_sum = 8150;
    (void)i;
}

static void note_reading(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    const struct cell_board *c = &chain_cell[i];

    b->readings = (uint8_t)((b->readings + 1u) % CHAIN_READINGS);
    b->reading[b->readings] = (struct chain_reading){ chain.now_ns, c->mv, c->dc, c->flags };
}

static void handle(uint16_t i, uint8_t events)
{
    if (events & LINK_BREAK_SEEN)
        set_inputs(i);
    cell_board_events(&chain_cell[i], events);
    if (events & LINK_BREAK_SEEN)
        note_reading(i);
    if (chain_board[i].mute)
        link_of(i)->own_ready = false;
    if (ends(i))
        host_end_step(events);
    cell_board_rest(&chain_cell[i], events);
    chain_clock_changed(i);
}

static void main_loop(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    uint8_t events = b->events;

    b->at_ns[TIMER_LOOP] = CHAIN_NEVER;
    fake_use((uint8_t)i);
    if (!b->measuring) {
        fake->told = false;
        events = link_take_events(link_of(i));
        if (events & LINK_BREAK_SEEN) {
            b->measuring = true;
            if (ends(i))
                place_doubt(&host_end.pack.place);
            b->events = events;
            b->at_ns[TIMER_LOOP] = chain.now_ns + (uint64_t)((double)MEASURE_NS / speed(i));
            timers_changed(i);
            return;
        }
    }
    b->measuring = false;
    handle(i, events);
    chain_settle(i);
}

/* Power-down ends by the watchdog's interrupt a second behind the last one that woke the board. */
static void watchdog(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    bool asleep =
        link_of(i)->state == LINK_IDLE || (link_of(i)->state == LINK_BREAK && in_is_low(i));

    if (chain.now_ns - b->heard_ns < b->dog_ns) {
        b->at_ns[TIMER_DOG] = b->heard_ns + b->dog_ns;
        timers_changed(i);
        return;
    }
    woken(i);
    b->at_ns[TIMER_DOG] = chain.now_ns + b->dog_ns;
    fake_use((uint8_t)i);
    if (asleep && !leads(i) && !ends(i)) {
        cell_board_second(&chain_cell[i]);
        link_lead_section(link_of(i));
    }
    chain_settle(i);
}

/* ---- Begin ---------------------------------------------------------------------------------------- */

static uint16_t begin_ms(void)
{
    chain.begin_ms += (double)(chain.now_ns - chain.begin_at_ns) / (double)CHAIN_MS * speed(0);
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
    link_lead_round(link_of(0), &start, chain.charge);
}

static void begin_clock(void)
{
    uint16_t now_ms = begin_ms();
    uint16_t wait_ms;

    fake_use(0);
    switch (rounds_step(&chain.rounds, link_lead_look(link_of(0)), now_ms)) {
    case ROUND_START_BREAK:
        host_end_next_round();
        chain.begun++;
        chain.begun_ns = chain.now_ns;
        link_lead_break(link_of(0));
        break;
    case ROUND_SEND:
        send_round(now_ms);
        break;
    case ROUND_SHOW:
        link_lead_rest(link_of(0));
        break;
    case ROUND_WAIT:
        break;
    }
    wait_ms = (uint16_t)(rounds_next(&chain.rounds) - now_ms);
    chain_board[0].at_ns[TIMER_CLOCK] =
        chain.now_ns + (uint64_t)((wait_ms ? wait_ms : 1u) * (double)CHAIN_MS / speed(0)) + 1000u;
    chain_settle(0);
}

static void clock(uint16_t i)
{
    if (leads(i)) {
        begin_clock();
        return;
    }
    chain_board[i].at_ns[TIMER_CLOCK] = chain.now_ns + QUARTER_NS;
    host_end.quarter = true;
    fake_use((uint8_t)i);
    if (!chain_board[i].measuring)
        main_loop(i);
    else
        timers_changed(i);
}

/* ---- start and reset -------------------------------------------------------------------------------- */

static void calibrate(uint16_t i)
{
    chain_cell[i].calibration.valid = true;
    chain_cell[i].staged = chain_cell[i].calibration;
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
    shut(b);
    b->tick_rest_ns = chain_draw(16384) * 1000ull;
    b->heard_ns = chain.now_ns;
    if (!leads(i) && !ends(i))
        b->at_ns[TIMER_DOG] = chain.now_ns + b->dog_ns;
    if (leads(i)) {
        chain.boot = (uint8_t)(chain.boot + 1u) & 0x0Fu;
        for (uint8_t c = 0; c < 2u * FRAME_SENSORS_MAX; c++)
            chain.charge[c].mas = 0;
        rounds_init(&chain.rounds, begin_ms());
    }
    if (ends(i))
        host_end_boot();
    if (leads(i) || ends(i))
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
    cut_byte(i, false);
    for (uint8_t t = 0; t < TIMERS; t++)
        b->at_ns[t] = CHAIN_NEVER;
    fake_use((uint8_t)i);
    shut(b);
    b->measuring = false;
    b->low = false;
    b->dead = true;
    b->at_ns[TIMER_BOOT] = chain.now_ns + dark_ns;
    if (ends(i)) { /* its relays' drivers have pull-downs */
        host_end.decide.relay.closed[RELAY_CHARGE] = host_end.decide.relay.closed[RELAY_LOAD] =
            false;
    }
    chain_level(i, was_low);
    timers_changed(i);
}

/* ---- one event ----------------------------------------------------------------------------------------- */

static void tick(uint16_t i)
{
    chain_board[i].at_ns[TIMER_TICK] =
        chain.now_ns + (uint64_t)(TICK_CYCLES * 1000.0 / MHZ / speed(i));
    fake_use((uint8_t)i);
    if (link_of(i)->state != LINK_BREAK || !in_is_low(i) || leads(i))
        link_tick(link_of(i));
    chain_settle(i);
}

static void line_timer(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    fake_use((uint8_t)i);
    if (!b->syncing) {
        b->syncing = true;
        b->receiving = !leads(i);
        b->at_ns[TIMER_LINE] = chain.now_ns + bits_ns(i, 18);
        begin_byte(i, FRAME_SYNC_BYTE);
    } else {
        b->at_ns[TIMER_LINE] = CHAIN_NEVER;
        b->open = b->receiving = true;
        fake->out_limit = 1;
        link_open(link_of(i));
    }
    chain_settle(i);
}

static void fell(uint16_t r)
{
    switch (hearing(r)) {
    case EDGE:
        break_seen(r);
        break;
    case CAPTURE:
        captured(r, (double)chain.now_ns);
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
        byte_has_left(i);
        break;
    case TIMER_EDGES:
        if (comes_through(&chain_board[i]))
            capture_byte(i);
        break;
    case TIMER_LINE:
        line_timer(i);
        break;
    case TIMER_TICK:
        tick(i);
        break;
    case TIMER_DOG:
        watchdog(i);
        break;
    case TIMER_LOOP:
        main_loop(i);
        break;
    case TIMER_FALL:
        fell(i);
        break;
    case TIMER_ZERO:
        if (hearing(i) == BYTES && !leads(i))
            break_seen(i);
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
    timers_changed(i);
}

void chain_step(void)
{
    uint16_t i = first_due();

    chain.steps++;
    chain.now_ns = due_ns[1];
    if (i == LEAVES - 1u) {
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
    if (l == link_of((uint16_t)(chain.boards - 1u)))
        host_end_frame(l, frame);
}

static void on_round(struct link *l)
{
    if (l == link_of((uint16_t)(chain.boards - 1u)))
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
    timers_changed(i);
}

/* The quiet behind a round, so that a fault may wait for the next one. */
void chain_start(uint16_t boards, uint8_t sensors, uint64_t seed)
{
    uint32_t until;

    fake_reset();
    fake_on_frame = on_frame;
    fake_on_round = on_round;
    clear_due();
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
    clear_due();
    for (uint16_t i = 0; i < n; i++)
        timers_changed(i);
    chain_timer_changed();
}
