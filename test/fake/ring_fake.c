#include "test/fake/ring_fake.h"

#define FACTORY_TRIM 0x50u
#define EIGHT_BITS (LINK_DIVISOR_NOMINAL * 64u)
#define STEPS_MAX 10000u

struct link ring[FAKE_BOARDS];
struct ring_fault ring_fault = { .byte = RING_HEALTHY };
uint16_t ring_steps;
bool ring_closed;
bool ring_stuck;

static uint16_t hop_bytes[FAKE_BOARDS];
static uint8_t wire[FAKE_BOARDS];
static bool wire_full[FAKE_BOARDS];
static bool hop_is_cut;
static uint8_t first_board; /* of the present round */

uint16_t ring_mv(uint8_t number)
{
    return (uint16_t)(3000u + 3u * number);
}

int16_t ring_dc(uint8_t number)
{
    return (int16_t)(number * 4 - 350);
}

uint8_t ring_flags(uint8_t number)
{
    return (uint8_t)(number * 37u);
}

void ring_edges(uint16_t first, uint16_t cycles, uint16_t edges[SYNC_EDGES])
{
    for (uint8_t i = 0; i < SYNC_EDGES; i++)
        edges[i] = (uint16_t)(first + (uint16_t)(((uint32_t)cycles * i + 2u) / 4u));
}

void ring_init(uint8_t boards)
{
    fake_reset();
    ring_closed = false;
    ring_fault.byte = RING_HEALTHY;
    for (uint8_t i = 0; i < boards; i++) {
        link_init(&ring[i], FACTORY_TRIM);
        fake_boards[i].out_limit = 1;
    }
}

/* Number the board will have; its reading is known before its number is. */
static void measure(uint8_t board)
{
    uint8_t number = (uint8_t)(board + 1u);
    link_set_reading(&ring[board], ring_mv(number), ring_dc(number), ring_flags(number));
}

void ring_break(uint8_t boards)
{
    fake_use(0);
    ring[0].leader = true;
    link_lead_break(&ring[0]);
    measure(0);
    for (uint8_t i = 1; i < boards; i++) {
        fake_use(i);
        link_break_seen(&ring[i]);
        measure(i);
    }
}

/* ---- one step -------------------------------------------------------------------------------- */

/* Bytes leave the pins; a transmitter that ran empty says so. */
static bool send_step(uint8_t boards)
{
    bool moved = false;

    for (uint8_t i = first_board; i < boards; i++) {
        fake_use(i);
        wire_full[i] = fake_take(&wire[i]);
        moved = moved || wire_full[i];
        if (!wire_full[i] && fake->notify_sent) {
            fake->notify_sent = false;
            link_sent(&ring[i]);
            moved = true;
        }
    }
    return moved;
}

static void receive(uint8_t hop, uint8_t board, uint8_t byte)
{
    bool hit = hop == ring_fault.hop && hop_bytes[hop] == ring_fault.byte;

    hop_bytes[hop]++;
    fake_use(board);
    if (!hit) {
        if (!(hop_is_cut && hop == ring_fault.hop))
            link_byte(&ring[board], byte, false);
        return;
    }
    switch (ring_fault.damage) {
    case RING_CHANGE:
        link_byte(&ring[board], byte ^ ring_fault.flip, false);
        break;
    case RING_LOSE:
        break;
    case RING_REPEAT:
        link_byte(&ring[board], byte, false);
        link_byte(&ring[board], byte, false);
        break;
    case RING_CUT:
        hop_is_cut = true;
        break;
    case RING_BREAK:
        hop_is_cut = true;
        link_break_seen(&ring[board]);
        break;
    }
}

/* Receivers first: what they pump out in this step is on the wire in the next one. */
static void receive_step(uint8_t boards)
{
    for (uint8_t i = (uint8_t)(first_board + 1u); i < boards; i++)
        if (wire_full[i - 1u])
            receive((uint8_t)(i - 1u), i, wire[i - 1u]);
    if (ring_closed && wire_full[boards - 1u])
        receive((uint8_t)(boards - 1u), 0, wire[boards - 1u]);
    for (uint8_t i = first_board; i < boards; i++) {
        fake_use(i);
        while (fake->drain && hal_link_ready())
            link_drain(&ring[i]);
    }
}

static bool all_idle(uint8_t boards)
{
    for (uint8_t i = first_board; i < boards; i++)
        if (ring[i].state != LINK_IDLE && ring[i].state != LINK_RETURN)
            return false;
    return true;
}

static void fall_silent(uint8_t boards)
{
    for (uint8_t i = first_board; i < boards; i++) {
        fake_use(i);
        link_tick(&ring[i]);
    }
}

/* ---- a round --------------------------------------------------------------------------------- */

static void open(uint8_t boards)
{
    uint16_t edges[SYNC_EDGES];

    for (uint8_t i = first_board; i < boards; i++) {
        hop_bytes[i] = 0;
        wire_full[i] = false;
        fake_use(i);
        if (i > first_board) {
            ring_edges((uint16_t)(0xFF00u + i), EIGHT_BITS, edges);
            link_edges(&ring[i], edges);
        }
        link_open(&ring[i]);
    }
    hop_is_cut = false;
}

static void run(uint8_t boards)
{
    open(boards);
    for (ring_steps = 0; !all_idle(boards) && ring_steps < STEPS_MAX; ring_steps++) {
        bool moved;
        receive_step(boards);
        moved = send_step(boards);
        if (!moved)
            fall_silent(boards);
    }
    ring_stuck = ring_steps == STEPS_MAX;
}

void ring_send(uint8_t boards, const struct frame_start *start, const struct frame_charge *charges)
{
    first_board = 0;
    fake_use(0);
    link_lead_round(&ring[0], start, charges);
    run(boards);
}

static void tick_until(uint8_t board, enum link_state state)
{
    fake_use(board);
    for (uint8_t ticks = 0; ring[board].state != state && ticks < 100; ticks++)
        link_tick(&ring[board]);
}

void ring_section(uint8_t first, uint8_t boards)
{
    first_board = first;
    fake_use(first);
    link_lead_section(&ring[first]);
    tick_until(first, LINK_BREAK);
    measure(first);
    for (uint8_t i = (uint8_t)(first + 1u); i < boards; i++) {
        fake_use(i);
        link_break_seen(&ring[i]);
        measure(i);
    }
    tick_until(first, LINK_DRAIN);
    run(boards);
}

void ring_round(uint8_t boards, const struct frame_start *start, const struct frame_charge *charges)
{
    ring_break(boards);
    ring_send(boards, start, charges);
}
