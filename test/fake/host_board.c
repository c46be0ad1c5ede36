/* One board's hardware in a chain in memory: transmitter, line, timers and main loop. */
#include "test/fake/host_parts.h"

#define FALL_NS 15000u                 /* an edge, its interrupt, and OUT is low as well */
#define REACHES_ALL_NS (8u * CHAIN_MS) /* Begin's break: 255 times 15 us */
#define MEASURE_NS (16u * CHAIN_MS)
#define MEASURES (LINK_BREAK_SEEN | LINK_BREAK_LASTS)

/* ---- transmitter ------------------------------------------------------------------------------- */

bool chain_comes_through(const struct chain_board *b)
{
    return b->stuck == STUCK_NOT && !b->cut;
}

void chain_begin_byte(uint16_t i, uint8_t byte)
{
    struct chain_board *b = &chain_board[i];
    uint16_t r = chain_next(i);
    uint64_t late_ns = 0;

    if (b->faulty)
        late_ns = hit_byte_begins(i, &byte);
    b->sending = true;
    b->byte = byte;
    b->byte_ns = chain.now_ns + late_ns;
    b->at_ns[TIMER_BYTE] = b->byte_ns + chain_bits_ns(i, 10);
    b->sent++;
    b->last = b->last << 8 | byte;
    if (!chain_comes_through(b) || b->dead)
        return;
    switch (chain_hearing(r)) {
    case EDGE:
        chain_board[r].at_ns[TIMER_FALL] = b->byte_ns + FALL_NS;
        chain_timers_changed(r);
        break;
    case CAPTURE:
        b->at_ns[TIMER_EDGES] = b->byte_ns + chain_bits_ns(i, 8.2);
        break;
    case BYTES:
    case DEAF:
        break;
    }
    b->met = chain_hearing(r) == BYTES;
}

/* What is under way when the board is reset: the rest of its bits are high. */
void chain_cut_byte(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    bool sending = b->sending && chain.now_ns >= b->byte_ns;
    double bits;
    uint8_t mask;

    b->at_ns[TIMER_BYTE] = b->at_ns[TIMER_EDGES] = CHAIN_NEVER;
    b->sending = b->ends_low = false;
    if (!sending)
        return;
    bits = (double)(chain.now_ns - b->byte_ns) / b->bit_ns;
    mask = (uint8_t)(bits < 1.0 ? 0u : bits >= 9.0 ? 0xFFu : (1u << ((unsigned)bits - 1u)) - 1u);
    if (chain_comes_through(b) && !b->dead)
        chain_deliver(i, b->byte | (uint8_t)~mask, false, b->met);
}

static void set_low(uint16_t i, bool low)
{
    bool was_low = chain_is_low(i);

    chain_board[i].low = low;
    chain_level(i, was_low);
}

void chain_byte_has_left(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    b->sending = false;
    if (b->faulty)
        hit_byte_ends(i, b->byte, b->met);
    else if (chain_comes_through(b))
        chain_deliver(i, b->byte, false, b->met);
    if (b->ends_low)
        set_low(i, true);
    b->ends_low = false;
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

void chain_shut(struct chain_board *b)
{
    b->open = b->syncing = b->receiving = false;
    b->at_ns[TIMER_LINE] = b->at_ns[TIMER_ZERO] = CHAIN_NEVER;
    fake->out_limit = 0;
    fake->out_count = 0;
}

/* A transmitter that is turned off finishes its byte (data sheet, "Disabling the transmitter"). */
static bool finishes_byte(struct chain_board *b)
{
    if (b->sending && chain.now_ns < b->byte_ns) { /* a late one, which has not begun */
        b->sending = false;
        b->at_ns[TIMER_BYTE] = b->at_ns[TIMER_EDGES] = CHAIN_NEVER;
    }
    return b->sending;
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
    fake_use((uint8_t)i);
    chain_shut(b);
    b->edges = 0;
    b->risen = false;
    b->capture_ns = chain.now_ns;
    start_ticks(b);
    b->ends_low = finishes_byte(b);
    if (!b->ends_low)
        set_low(i, true);
}

static void released(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    chain_shut(b);
    b->cut = false;
    b->sent = 0;
    start_ticks(b);
    chain_clock_changed(i);
    b->at_ns[TIMER_LINE] = chain.now_ns + chain_bits_ns(i, 2);
    set_low(i, false);
}

static void went_idle(uint16_t i)
{
    struct chain_board *b = &chain_board[i];

    note_half(b);
    b->ends_low = false;
    finishes_byte(b);
    fake_use((uint8_t)i);
    chain_shut(b);
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
            chain_begin_byte(i, byte);
            fake_use((uint8_t)i);
        } else if (fake->drain && hal_link_ready()) {
            link_drain(chain_link_of(i));
        } else {
            return;
        }
    }
}

void chain_listen_again(uint16_t i)
{
    if (!chain_board[i].risen)
        return;
    chain_board[i].risen = false;
    chain_board[i].edges = 0;
    link_break_lasts(chain_link_of(i));
}

/* A break that began before the receiver was on has no edge left. */
static void all_sent(uint16_t i)
{
    fake->notify_sent = false;
    link_sent(chain_link_of(i));
    if (!chain_leads(i) && chain_link_of(i)->state == LINK_IDLE && chain_in_is_low(i))
        link_break_seen(chain_link_of(i));
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
    chain_timers_changed(i);
}

/* ---- main loops ---------------------------------------------------------------------------------- */

bool chain_ends(uint16_t i)
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
    if (events & MEASURES)
        set_inputs(i);
    cell_board_events(&chain_cell[i], events);
    if (events & MEASURES)
        note_reading(i);
    if (chain_board[i].mute)
        chain_link_of(i)->own_ready = false;
    if (chain_ends(i))
        host_end_step(events);
    cell_board_rest(&chain_cell[i], events);
    chain_clock_changed(i);
}

void chain_main_loop(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    uint8_t events = b->events;

    b->at_ns[TIMER_LOOP] = CHAIN_NEVER;
    fake_use((uint8_t)i);
    if (!b->measuring) {
        fake->told = false;
        events = link_take_events(chain_link_of(i));
        if (events & MEASURES) {
            b->measuring = true;
            if (chain_ends(i))
                host_end_events(events);
            b->events = events;
            b->at_ns[TIMER_LOOP] = chain.now_ns + (uint64_t)((double)MEASURE_NS / chain_speed(i));
            chain_timers_changed(i);
            return;
        }
    }
    b->measuring = false;
    handle(i, events);
    chain_settle(i);
}

/* Power-down ends by the watchdog's interrupt a second behind the last one that woke the board. */
void chain_watchdog(uint16_t i)
{
    struct chain_board *b = &chain_board[i];
    bool asleep = chain_link_of(i)->state == LINK_IDLE ||
                  (chain_link_of(i)->state == LINK_BREAK && chain_in_is_low(i) && !b->risen);

    if (chain.now_ns - b->heard_ns < b->dog_ns) {
        b->at_ns[TIMER_DOG] = b->heard_ns + b->dog_ns;
        chain_timers_changed(i);
        return;
    }
    chain_woken(i);
    b->at_ns[TIMER_DOG] = chain.now_ns + b->dog_ns;
    fake_use((uint8_t)i);
    if (asleep && !chain_leads(i) && !chain_ends(i)) {
        cell_board_second(&chain_cell[i]);
        link_lead_section(chain_link_of(i));
    }
    chain_settle(i);
}
