#include "engine/disturb.h"

#include <math.h>

#define US_PS 1000000LL
#define NOMINAL_BIT_PS (26 * US_PS)
#define IDLE_PS (5000 * US_PS)      /* longer than any gap inside a round */
#define BREAK_MIN_PS (1000 * US_PS) /* longer than any byte */
#define SYNC_FALLS 5

void disturb_init(struct disturb *d, uint64_t seed, int hop, bool level, int64_t now_ps)
{
    *d = (struct disturb){ .bit_ps = NOMINAL_BIT_PS, .byte = -1, .again = -1, .done_ps = now_ps };
    wire_init(&d->raw);
    wire_init(&d->held);
    d->raw.level = d->raw.tail_level = level;
    d->held.level = d->held.tail_level = level;
    d->level = d->in = level;
    d->fall_ps = d->rise_ps = now_ps - IDLE_PS;
    rng_seed(&d->rng, seed ^ 0xD157u, (uint64_t)hop);
}

/* ---- faults that begin ---------------------------------------------------------------------------- */

static void plan_noise(struct disturb *d, int64_t from_ps)
{
    double bits = -log(1.0 - rng_uniform(&d->rng, 0.0, 1.0)) / d->noise;
    d->noise_ps = from_ps + (int64_t)(fmin(bits, 1e12) * (double)NOMINAL_BIT_PS);
}

void disturb_noise(struct disturb *d, double rate, int64_t now_ps)
{
    d->noise = rate;
    if (rate > 0.0)
        plan_noise(d, now_ps);
}

void disturb_stuck(struct disturb *d, enum disturb_stuck stuck)
{
    d->stuck = stuck;
}

void disturb_babble(struct disturb *d, bool on, int64_t now_ps)
{
    if (on && !d->babbles)
        d->babble_bit = 0;
    d->babbles = on;
    d->babble_ps = now_ps;
}

bool disturb_arm(struct disturb *d, const struct disturb_fault *fault)
{
    for (int i = 0; i < DISTURB_FAULTS; i++)
        if (!d->armed[i] && !d->acts[i]) {
            d->fault[i] = *fault;
            d->armed[i] = true;
            return true;
        }
    return false;
}

/* ---- the line ------------------------------------------------------------------------------------- */

static void open_window(struct disturb *d, enum disturb_op op, int64_t from_ps, int64_t span_ps)
{
    if (d->windows == DISTURB_WINDOWS)
        return;
    d->window[d->windows].from_ps = from_ps;
    d->window[d->windows].to_ps = from_ps + span_ps;
    d->window[d->windows++].op = op;
}

static void forget_windows(struct disturb *d, int64_t before_ps)
{
    int kept = 0;

    for (int i = 0; i < d->windows; i++)
        if (d->window[i].to_ps > before_ps)
            d->window[kept++] = d->window[i];
    d->windows = kept;
}

static bool level_at(const struct disturb *d, int64_t at_ps)
{
    bool level = d->babbles ? d->babble_level : d->in;

    for (int i = 0; i < d->windows; i++) {
        if (at_ps < d->window[i].from_ps || at_ps >= d->window[i].to_ps)
            continue;
        switch (d->window[i].op) {
        case DISTURB_INVERT:
            level = !level;
            break;
        case DISTURB_FORCE_LOW:
            level = false;
            break;
        case DISTURB_FORCE_HIGH:
            level = true;
            break;
        }
    }
    if (d->stuck != DISTURB_FREE)
        return d->stuck == DISTURB_STUCK_HIGH;
    return level;
}

static void babble(struct disturb *d)
{
    if (d->babble_bit == 0)
        d->babble_byte = (uint8_t)rng_u64(&d->rng);
    d->babble_level =
        d->babble_bit == 9 || (d->babble_bit > 0 && ((d->babble_byte >> (d->babble_bit - 1)) & 1));
    d->babble_bit = (d->babble_bit + 1) % 10;
    d->babble_ps += d->bit_ps;
}

static int64_t earlier(int64_t a, int64_t b, int64_t from_ps)
{
    return b > from_ps && b < a ? b : a;
}

/* The next moment behind from_ps at which the line may change. */
static int64_t next_change(const struct disturb *d, int64_t from_ps)
{
    bool level;
    int64_t next = earlier(WIRE_NEVER, wire_next_edge(&d->held, from_ps + 1, &level), from_ps);

    for (int i = 0; i < d->windows; i++) {
        next = earlier(next, d->window[i].from_ps, from_ps);
        next = earlier(next, d->window[i].to_ps, from_ps);
    }
    if (d->noise > 0.0)
        next = earlier(next, d->noise_ps, from_ps);
    if (d->babbles)
        next = earlier(next, d->babble_ps, from_ps);
    return next;
}

static void change(struct disturb *d, int64_t at_ps)
{
    if (d->noise > 0.0 && d->noise_ps <= at_ps) {
        open_window(d, DISTURB_INVERT, at_ps, NOMINAL_BIT_PS);
        plan_noise(d, at_ps + NOMINAL_BIT_PS);
    }
    while (d->babbles && d->babble_ps <= at_ps)
        babble(d);
}

/* ---- the round as it goes by ---------------------------------------------------------------------- */

static void say(struct disturb *d, int64_t at_ps, uint8_t value)
{
    wire_drive(&d->held, at_ps, false);
    for (int i = 0; i < 8; i++)
        wire_drive(&d->held, at_ps + (i + 1) * d->bit_ps, (value >> i) & 1);
    wire_drive(&d->held, at_ps + 9 * d->bit_ps, true);
}

static void flip(struct disturb *d, int64_t at_ps, uint8_t mask)
{
    for (int i = 0; i < 8; i++)
        if ((mask >> i) & 1)
            open_window(d, DISTURB_INVERT, at_ps + (i + 1) * d->bit_ps, d->bit_ps);
}

static void insert(struct disturb *d, int64_t at_ps, uint8_t value)
{
    say(d, at_ps, value);
    d->delay_ps += 10 * d->bit_ps;
}

/* at_ps: of the byte at the receiver. Less than a whole stop bit, so that the next byte stays as it is. */
static void act_on_byte(struct disturb *d, const struct disturb_fault *f, int64_t at_ps)
{
    switch (f->kind) {
    case DISTURB_DROP:
        open_window(d, DISTURB_FORCE_HIGH, at_ps, 10 * d->bit_ps - d->bit_ps / 10);
        break;
    case DISTURB_FLIP:
        flip(d, at_ps, f->value);
        break;
    case DISTURB_INSERT:
        insert(d, at_ps, f->value);
        break;
    case DISTURB_DUPLICATE:
        d->again = 0;
        break;
    case DISTURB_TRUNCATE:
        d->mute = true;
        break;
    case DISTURB_FRAMING:
        open_window(d, DISTURB_FORCE_LOW, at_ps + 9 * d->bit_ps, d->bit_ps - d->bit_ps / 10);
        break;
    case DISTURB_DELAY:
        d->delay_ps += f->span_ps;
        break;
    case DISTURB_GLITCH:
        open_window(d, DISTURB_INVERT, at_ps + 5 * d->bit_ps, f->span_ps);
        break;
    case DISTURB_LOW:
    case DISTURB_HIGH:
        break;
    }
}

static bool is_pulse(const struct disturb_fault *f)
{
    return f->kind == DISTURB_LOW || f->kind == DISTURB_HIGH;
}

static void begin_round(struct disturb *d, int64_t at_ps)
{
    d->round_ps = at_ps;
    d->byte = -1;
    d->mute = false;
    d->delay_ps = 0;
    d->again = -1;
    for (int i = 0; i < DISTURB_FAULTS; i++) {
        const struct disturb_fault *f = &d->fault[i];
        d->acts[i] = d->armed[i] && at_ps >= f->from_ps;
        d->armed[i] = d->armed[i] && !d->acts[i];
        if (d->acts[i] && is_pulse(f)) {
            open_window(d, f->kind == DISTURB_LOW ? DISTURB_FORCE_LOW : DISTURB_FORCE_HIGH,
                        at_ps + f->after_ps, f->span_ps);
            d->acts[i] = false;
        }
    }
}

static void begin_byte(struct disturb *d, int64_t at_ps)
{
    if (d->again >= 0) {
        insert(d, at_ps + d->delay_ps, (uint8_t)(d->bits >> 1));
        d->again = -1;
    }
    d->byte++;
    d->byte_ps = at_ps;
    d->bits = 0;
    for (int i = 0; i < DISTURB_FAULTS; i++)
        if (d->acts[i] && d->fault[i].byte == d->byte) {
            d->acts[i] = false;
            act_on_byte(d, &d->fault[i], at_ps + d->delay_ps);
        }
}

/* The rest of the present byte has this level, until another edge says otherwise. */
static void fill_bits(struct disturb *d, int64_t at_ps, bool level)
{
    int from = (int)((at_ps - d->byte_ps + d->bit_ps / 2) / d->bit_ps);
    unsigned rest = from < 10 ? 0x3FFu & (0x3FFu << from) : 0;

    d->bits = (uint16_t)(level ? d->bits | rest : d->bits & ~rest);
}

static bool in_byte(const struct disturb *d, int64_t at_ps)
{
    return d->byte >= 0 && at_ps < d->byte_ps + 19 * d->bit_ps / 2;
}

static void fell(struct disturb *d, int64_t at_ps)
{
    bool behind_break = d->rise_ps - d->fall_ps >= BREAK_MIN_PS && d->rise_ps > d->fall_ps;

    if (at_ps - d->rise_ps >= IDLE_PS) {
        begin_round(d, at_ps);
    } else if (behind_break) {
        d->byte = -1;
        d->falls = 1;
        begin_byte(d, at_ps);
    } else if (in_byte(d, at_ps)) {
        if (d->byte == 0 && ++d->falls == SYNC_FALLS)
            d->bit_ps = (at_ps - d->byte_ps) / 8;
        fill_bits(d, at_ps, false);
    } else if (d->byte >= 0) {
        begin_byte(d, at_ps);
    }
    d->fall_ps = at_ps;
}

static void rose(struct disturb *d, int64_t at_ps)
{
    d->rise_ps = at_ps;
    if (in_byte(d, at_ps))
        fill_bits(d, at_ps, true);
    else if (at_ps - d->fall_ps >= BREAK_MIN_PS && d->fall_ps != d->round_ps)
        begin_round(d, d->fall_ps); /* a break inside a round */
}

/* Returns when the first of them is. A sender that was stopped in the middle of an instruction may bring an
 * edge from just before the end of its last piece of time. */
static int64_t take_edges(struct disturb *d, struct wire *from, int64_t end_ps)
{
    int64_t first_ps = end_ps;
    int64_t at_ps;

    while (wire_take(from, end_ps, &at_ps, &d->level)) {
        if (d->level)
            rose(d, at_ps);
        else
            fell(d, at_ps);
        if (at_ps < first_ps)
            first_ps = at_ps;
        if (!d->mute || d->level)
            wire_drive(&d->held, at_ps + d->delay_ps, d->level);
    }
    return first_ps;
}

void disturb_carry(struct disturb *d, struct wire *from, struct wire *to, int64_t end_ps,
                   int64_t late_ps)
{
    int64_t at_ps;

    wire_drive(to, d->done_ps + late_ps, level_at(d, d->done_ps));
    at_ps = take_edges(d, from, end_ps);
    at_ps = (at_ps < d->done_ps ? at_ps : d->done_ps) - 1;
    while ((at_ps = next_change(d, at_ps)) < end_ps) {
        change(d, at_ps);
        d->in = wire_level(&d->held, at_ps);
        wire_drive(to, at_ps + late_ps, level_at(d, at_ps));
    }
    d->done_ps = end_ps;
    forget_windows(d, end_ps);
    wire_forget(&d->held, end_ps);
}

static void fault_state(struct disturb *d, int i, struct state *s)
{
    struct disturb_fault *f = &d->fault[i];

    STATE(s, f->kind);
    STATE(s, f->byte);
    STATE(s, f->value);
    STATE(s, f->span_ps);
    STATE(s, f->after_ps);
    STATE(s, f->from_ps);
    STATE(s, d->armed[i]);
    STATE(s, d->acts[i]);
}

static void windows_state(struct disturb *d, struct state *s)
{
    uint32_t windows = (uint32_t)d->windows;

    state_count(s, "windows", &windows, DISTURB_WINDOWS);
    d->windows = (int)windows;
    for (int i = 0; i < d->windows; i++) {
        STATE(s, d->window[i].from_ps);
        STATE(s, d->window[i].to_ps);
        STATE(s, d->window[i].op);
    }
}

static void round_state(struct disturb *d, struct state *s)
{
    STATE(s, d->bit_ps);
    STATE(s, d->fall_ps);
    STATE(s, d->rise_ps);
    STATE(s, d->round_ps);
    STATE(s, d->byte_ps);
    STATE(s, d->byte);
    STATE(s, d->falls);
    STATE(s, d->bits);
    STATE(s, d->level);
    STATE(s, d->mute);
    STATE(s, d->delay_ps);
    STATE(s, d->again);
}

void disturb_state(struct disturb *d, struct state *s)
{
    wire_state(&d->raw, s);
    wire_state(&d->held, s);
    rng_state(&d->rng, s);
    round_state(d, s);
    for (int i = 0; i < DISTURB_FAULTS; i++)
        fault_state(d, i, s);
    windows_state(d, s);
    STATE(s, d->in);
    STATE(s, d->done_ps);
    STATE(s, d->noise);
    STATE(s, d->noise_ps);
    STATE(s, d->stuck);
    STATE(s, d->babbles);
    STATE(s, d->babble_ps);
    STATE(s, d->babble_bit);
    STATE(s, d->babble_byte);
    STATE(s, d->babble_level);
}
