#include "test/fake/host_fault.h"

#include <string.h>

#include "test/fake/host_chain.h"

#define START_NS (215u * CHAIN_MS) /* 65 ms of the fuses and a start of 0.15 to 0.53 s */

struct hit hits[HITS_MAX];
uint8_t hit_count;
uint32_t hit_taken;
const uint8_t *hit_raw;
size_t hit_raw_left;

static const struct kind {
    const char *name;
    bool lasts;
} kinds[HIT_KINDS] = {
    [HIT_DROP] = { "lost byte", false },       [HIT_FLIP] = { "wrong bit", false },
    [HIT_FLIPS] = { "2-8 wrong bits", false }, [HIT_INSERT] = { "extra bytes", false },
    [HIT_DUPLICATE] = { "byte twice", false }, [HIT_CUT] = { "rest of round lost", false },
    [HIT_LATE] = { "late bytes", false },      [HIT_LINE_ERROR] = { "line error", false },
    [HIT_OLD_FRAME] = { "old frame", false },  [HIT_PULSE] = { "pulse", false },
    [HIT_RESET] = { "reset", false },          [HIT_CLOCK] = { "clock off", true },
    [HIT_NOISE] = { "noise", true },           [HIT_LOW] = { "stuck low", true },
    [HIT_HIGH] = { "stuck high", true },       [HIT_BABBLE] = { "babble", true },
    [HIT_BROKEN] = { "broken wire", true },    [HIT_MUTE] = { "mute board", true },
    [HIT_DEAD] = { "dead board", true },
};

const char *hit_name(uint8_t kind)
{
    return kinds[kind].name;
}

bool hit_lasts(uint8_t kind)
{
    return kinds[kind].lasts;
}

/* ---- frames of earlier rounds ------------------------------------------------------------------ */

static uint8_t old_cell(uint8_t *frame, uint8_t age, uint8_t round)
{
    uint16_t index = (uint16_t)chain_draw(chain.boards);
    const struct chain_board *b = &chain_board[index];
    const struct chain_reading *r =
        &b->reading[(b->readings + CHAIN_READINGS - age) % CHAIN_READINGS];
    struct frame_cell cell = {
        .number = (uint8_t)(index + 1u), .mv = r->mv, .dc = r->dc, .flags = r->flags
    };

    cell.round = round;
    return frame_cell_encode(frame, &cell);
}

/* Of the round under way, or of the one that a break announces. */
static uint8_t present_round(void)
{
    return (uint8_t)(chain_cell[0].link.round + chain.rounds.in_break);
}

/* One of 16 rounds ago would bear the number of this one, and nobody could tell. Neither behind a head, which counts
 * on from the last round that it heard, of one of Begin's that never came so far. */
static uint8_t age_of_old(uint8_t hop)
{
    const struct link *l = &chain_cell[chain_next(hop)].link;
    uint8_t age = (uint8_t)(1u + chain_draw(15));

    if (l->origin == LINK_FROM_HEAD && ((present_round() - age - l->round) & 0x0F) == 0)
        return age > 1u ? (uint8_t)(age - 1u) : 2u;
    return age;
}

static uint8_t old_frame(uint8_t frame[FRAME_SIZE_MAX], uint8_t hop)
{
    uint8_t age = age_of_old(hop);
    uint8_t round = (uint8_t)(present_round() - age) & 0x0Fu;
    struct frame_charge charge = { .round = round, .state = SENSOR_OK, .mas = HIT_OLD_MAS };
    struct frame_end end = { .round = round,
                             .sensors = chain.sensors,
                             .rounds = chain_cell[0].link.counters.rounds - age };
    struct frame_start start = { .round = round,
                                 .switches = chain.switches,
                                 .boot = chain.boot,
                                 .sensors = chain.sensors,
                                 .time_ms = chain.sent_ms[round] };
    struct frame_hop head = { .round = round, .hop = (uint8_t)(hop + 1u) };

    switch (chain_draw(8)) {
    case 0:
        return frame_charge_encode(frame, &charge);
    case 1:
        return frame_end_encode(frame, &end);
    case 2:
        return frame_start_encode(frame, &start);
    case 3:
        return frame_hop_encode(frame, &head);
    default:
        return old_cell(frame, age, round);
    }
}

/* ---- one byte ------------------------------------------------------------------------------------ */

static uint8_t raw_byte(void)
{
    hit_raw_left--;
    return *hit_raw++;
}

static void random_bytes(uint16_t i, uint8_t count)
{
    if (hit_raw_left)
        count = (uint8_t)(hit_raw_left < 200 ? hit_raw_left : 200);
    for (; count; count--) {
        /* drawn before the byte, whatever the compiler: a seed does the same with each */
        bool bad_stop = !hit_raw_left && chain_draw(8) == 0;
        uint8_t byte = hit_raw_left ? raw_byte() : (uint8_t)chain_draw(256);
        chain_deliver(i, byte, bad_stop, true);
    }
}

static uint8_t flipped(uint8_t byte, uint8_t bits)
{
    uint8_t hit = 0;

    while (bits) {
        uint8_t bit = (uint8_t)(1u << chain_draw(8));
        bits = (uint8_t)(bits - !(hit & bit));
        hit |= bit;
    }
    return byte ^ hit;
}

static void repeat_frame(uint16_t i)
{
    uint8_t frame[FRAME_SIZE_MAX];
    uint8_t size = old_frame(frame, (uint8_t)i);

    for (uint8_t at = 0; at < size; at++)
        chain_deliver(i, frame[at], false, true);
}

/* Bytes that noise hits. */
static void noisy(uint16_t i, uint8_t byte, bool met)
{
    bool bad_stop;

    switch (chain_draw(24)) {
    case 0:
    case 1:
    case 2:
        bad_stop = chain_draw(4) == 0;
        chain_deliver(i, flipped(byte, (uint8_t)(1u + chain_draw(8))), bad_stop, met);
        break;
    case 3:
        break;
    case 4:
        random_bytes(i, 1);
        chain_deliver(i, byte, false, met);
        break;
    default:
        chain_deliver(i, byte, false, met);
        hit_taken--;
        break;
    }
    hit_taken++;
}

static void damaged(const struct hit *f, uint16_t i, uint8_t byte, bool met)
{
    hit_taken++;
    switch ((enum hit_kind)f->kind) {
    case HIT_DROP:
        return;
    case HIT_FLIP:
        byte = flipped(byte, 1);
        break;
    case HIT_FLIPS:
        byte = flipped(byte, (uint8_t)(2u + chain_draw(7)));
        break;
    case HIT_INSERT:
        random_bytes(i, (uint8_t)(1u + chain_draw(8)));
        break;
    case HIT_DUPLICATE:
        chain_deliver(i, byte, false, met);
        break;
    case HIT_OLD_FRAME:
        repeat_frame(i);
        break;
    case HIT_LINE_ERROR:
        chain_deliver(i, byte, true, met);
        return;
    case HIT_PULSE:
        chain_pulse(i);
        break;
    case HIT_CUT:
    case HIT_LATE:
    case HIT_RESET:
    case HIT_CLOCK:
    case HIT_NOISE:
    case HIT_LOW:
    case HIT_HIGH:
    case HIT_BABBLE:
    case HIT_BROKEN:
    case HIT_MUTE:
    case HIT_DEAD:
    case HIT_KINDS:
        break;
    }
    chain_deliver(i, byte, false, met);
}

/* ---- begin and end --------------------------------------------------------------------------------- */

static void next_timer(void)
{
    chain.timer_ns = CHAIN_NEVER;
    for (uint8_t k = 0; k < hit_count; k++)
        if (!hits[k].over && hits[k].next_ns < chain.timer_ns)
            chain.timer_ns = hits[k].next_ns;
    chain_timer_changed();
}

static void stick(uint16_t i, enum chain_stuck how)
{
    bool was_low = chain_is_low(i);

    chain_board[i].stuck = (uint8_t)how;
    chain_level(i, was_low);
}

static uint64_t gap_ns(const struct hit *f)
{
    if (f->kind == HIT_BABBLE)
        return (uint64_t)(chain_board[f->hop].bit_ns * 10.0);
    return 1000ull * (200u + chain_draw(40000));
}

static void spoil_clock(uint16_t i)
{
    double by = (300 + chain_draw(2200)) / 10000.0;

    chain_board[i].skew = chain_draw(2) ? 1.0 + by : 1.0 - by;
    chain_clock_changed(i);
}

static void finish(struct hit *f)
{
    f->over = true;
    switch ((enum hit_kind)f->kind) {
    case HIT_LOW:
    case HIT_HIGH:
    case HIT_BABBLE:
    case HIT_BROKEN:
        stick(f->hop, STUCK_NOT);
        break;
    case HIT_CLOCK:
        chain_board[f->hop].skew = 1.0;
        chain_clock_changed(f->hop);
        break;
    case HIT_MUTE:
        chain_board[f->hop].mute = false;
        break;
    case HIT_DROP:
    case HIT_FLIP:
    case HIT_FLIPS:
    case HIT_INSERT:
    case HIT_DUPLICATE:
    case HIT_CUT:
    case HIT_LATE:
    case HIT_LINE_ERROR:
    case HIT_OLD_FRAME:
    case HIT_PULSE:
    case HIT_RESET:
    case HIT_NOISE:
    case HIT_DEAD:
    case HIT_KINDS:
        break;
    }
    next_timer();
}

static void set_off(struct hit *f)
{
    f->fired = true;
    f->until_ns = chain.now_ns + f->lasts_ns;
    f->next_ns = f->until_ns;
    switch ((enum hit_kind)f->kind) {
    case HIT_LOW:
        stick(f->hop, STUCK_LOW);
        break;
    case HIT_BABBLE:
        stick(f->hop, STUCK_HIGH);
        f->next_ns = chain.now_ns + gap_ns(f);
        break;
    case HIT_HIGH:
    case HIT_BROKEN:
        stick(f->hop, STUCK_HIGH);
        break;
    case HIT_NOISE:
        f->next_ns = chain.now_ns + gap_ns(f);
        break;
    case HIT_CLOCK:
        spoil_clock(f->hop);
        break;
    case HIT_MUTE:
        chain_board[f->hop].mute = true;
        break;
    case HIT_DEAD:
        if (f->lasts_ns < START_NS)
            f->lasts_ns = START_NS;
        f->until_ns = chain.now_ns + f->lasts_ns;
        chain_reset(f->hop, f->lasts_ns);
        f->next_ns = f->until_ns + 1u;
        break;
    case HIT_RESET:
        f->lasts_ns = START_NS + chain_draw(380) * CHAIN_MS;
        f->until_ns = chain.now_ns + f->lasts_ns;
        f->next_ns = f->until_ns + 1u;
        chain_reset(f->hop, f->lasts_ns);
        break;
    case HIT_PULSE:
        chain_pulse(f->hop);
        f->next_ns = chain.now_ns + 1u;
        break;
    case HIT_CUT:
        chain_board[f->hop].cut = true;
        f->next_ns = chain.now_ns + 1u;
        break;
    case HIT_INSERT:
        random_bytes(f->hop, (uint8_t)(1u + chain_draw(8)));
        f->next_ns = chain.now_ns + 1u;
        break;
    case HIT_OLD_FRAME:
        repeat_frame(f->hop);
        f->next_ns = chain.now_ns + 1u;
        break;
    case HIT_DROP:
    case HIT_FLIP:
    case HIT_FLIPS:
    case HIT_DUPLICATE:
    case HIT_LATE:
    case HIT_LINE_ERROR:
    case HIT_KINDS:
        f->next_ns = chain.now_ns + 1u;
        break;
    }
    next_timer();
}

static void go_on(struct hit *f)
{
    if (chain.now_ns >= f->until_ns) {
        finish(f);
        return;
    }
    if (f->kind == HIT_BABBLE) {
        uint8_t byte = (uint8_t)chain_draw(256);
        uint16_t r = chain_next(f->hop);
        hit_taken++;
        if (chain_hears(r))
            chain_deliver(f->hop, byte, chain_draw(32) == 0, true);
        else
            chain_pulse(f->hop);
    } else if (f->kind == HIT_NOISE) {
        hit_taken++;
        chain_pulse(f->hop);
    }
    f->next_ns = chain.now_ns + gap_ns(f);
    if (f->next_ns > f->until_ns)
        f->next_ns = f->until_ns;
    next_timer();
}

void hit_timer(void)
{
    for (uint8_t k = 0; k < hit_count; k++) {
        struct hit *f = &hits[k];
        if (f->over || f->next_ns != chain.now_ns)
            continue;
        if (f->fired)
            go_on(f);
        else
            set_off(f);
        return;
    }
}

void hit_arm(const struct hit *set, uint8_t count)
{
    hit_count = count;
    hit_taken = 0;
    memcpy(hits, set, count * sizeof hits[0]);
    for (uint8_t k = 0; k < count; k++) {
        struct hit *f = &hits[k];
        f->fired = f->over = false;
        f->next_ns = f->byte == HIT_ANY_BYTE ? chain.now_ns + f->at_ns : CHAIN_NEVER;
        chain_board[f->hop].faulty = true;
    }
    next_timer();
}

bool hit_all_over(void)
{
    for (uint8_t k = 0; k < hit_count; k++)
        if (!hits[k].over)
            return false;
    return true;
}

void hit_give_up(void)
{
    for (uint8_t k = 0; k < hit_count; k++)
        if (!hits[k].fired)
            hits[k].over = true;
    next_timer();
}

/* ---- a faulty board sends ---------------------------------------------------------------------------- */

/* Nobody receives the sync: its edges are measured. */
static void damage_sync(struct hit *f, uint8_t *byte)
{
    if (f->kind == HIT_DROP)
        *byte = 0xFF;
    else if (f->kind == HIT_FLIP)
        *byte = flipped(*byte, 1);
    else if (f->kind == HIT_FLIPS)
        *byte = flipped(*byte, (uint8_t)(2u + chain_draw(7)));
}

uint64_t hit_byte_begins(uint16_t i, uint8_t *byte)
{
    uint64_t late_ns = 0;

    for (uint8_t k = 0; k < hit_count; k++) {
        struct hit *f = &hits[k];
        if (f->hop != i || f->fired || f->over || f->byte != chain_board[i].sent)
            continue;
        if (f->byte == 0)
            damage_sync(f, byte);
        if (hit_lasts(f->kind) || f->kind == HIT_CUT) {
            set_off(f);
        } else if (f->kind == HIT_RESET) {
            f->next_ns =
                chain.now_ns + 1000u * (1u + chain_draw(250)); /* in the middle of the byte */
            next_timer();
        } else if (f->kind == HIT_LATE) {
            f->fired = true;
            f->next_ns = chain.now_ns + 1u;
            late_ns = (uint64_t)(chain_board[i].bit_ns * 10.0 * (1.0 + chain_draw(200)));
            f->until_ns = f->next_ns = chain.now_ns + late_ns;
            next_timer();
        }
    }
    return late_ns;
}

void hit_byte_ends(uint16_t i, uint8_t byte, bool met)
{
    struct chain_board *b = &chain_board[i];

    if (b->stuck != STUCK_NOT || b->cut)
        return;
    for (uint8_t k = 0; k < hit_count; k++) {
        struct hit *f = &hits[k];
        if (f->hop != i)
            continue;
        if (f->kind == HIT_NOISE && f->fired && !f->over) {
            noisy(i, byte, met);
            return;
        }
        if (f->fired || f->over || hit_lasts(f->kind) || f->kind == HIT_RESET ||
            f->kind == HIT_LATE || f->kind == HIT_CUT || f->byte != b->sent - 1u)
            continue;
        f->fired = true;
        damaged(f, i, byte, met);
        finish(f);
        return;
    }
    chain_deliver(i, byte, false, met);
}
