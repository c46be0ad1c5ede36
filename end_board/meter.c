#include "end_board/meter.h"

#define WINDOW_MS 60000ul    /* over this much the 20 ms jitter of a round's arrival is 0.03 % */
#define RATIO_MIN_Q14 13926u /* 0.85: outside +-15 % a clock is broken, not slow */
#define RATIO_MAX_Q14 18842u /* 1.15 */
#define FIRST_WINDOW_MS \
    4000ul /* enough for 0.5 %, and the error shrinks until the window is whole */
/* More than the 500 A of a sensor on a clock 15 % off is no charge but a restarted counter. */
#define JUMP_MAS_PER_MS 600u
#define JUMP_SLACK_MS 1000u
#define HALF_TURN_MS 32768u
#define STAMP_COVERS_MS 50000u /* beyond, Begin's 16 bit time may have gone round */
/* Between two readings: 0.80 and 1.20, since one of them may have come 5 % of a round late. */
#define STEP_RATIO_MIN_Q16 52429u
#define STEP_RATIO_MAX_Q16 78643u
#define UNITY_Q16 65536u

void meter_init(struct meter *m)
{
    *m = (struct meter){ .ratio_q14 = METER_UNITY_Q14, .step_q14 = METER_UNITY_Q14 };
}

/* ---- ratio of clocks --------------------------------------------------------------------------- */

static void start_window(struct meter *m, uint32_t now_ms)
{
    m->base_ms = now_ms;
    m->window_ms = 0;
    m->ratio_based = true;
}

/* Crystal time per Begin time, at most 131 s of either so that it fits 32 bits; 0 for what no two clocks in order
 * show. */
static uint32_t ratio_q14(uint32_t crystal_ms, uint32_t begin_ms)
{
    return begin_ms != 0 && begin_ms < 131000u && crystal_ms < 131000u
               ? (crystal_ms << 14) / begin_ms
               : 0;
}

static void take_ratio(struct meter *m, uint32_t crystal_ms)
{
    uint32_t ratio = ratio_q14(crystal_ms, m->window_ms);

    m->clock_lost = ratio < RATIO_MIN_Q14 || ratio > RATIO_MAX_Q14;
    if (m->clock_lost)
        return;
    m->ratio_q14 = (uint16_t)ratio;
    m->ratio_known = true;
}

/* Rounds can be missing: the time stamp's 65.5 s must not be lapped, or the window is void. */
static void follow_clock(struct meter *m, uint16_t begin_ms, uint32_t now_ms)
{
    uint16_t step_ms = (uint16_t)(begin_ms - m->begin_ms);
    uint32_t crystal_ms = now_ms - m->base_ms;

    m->begin_ms = begin_ms;
    if (!m->ratio_based || crystal_ms > 2u * WINDOW_MS) {
        start_window(m, now_ms);
        return;
    }
    m->window_ms += step_ms;
    if (crystal_ms < (m->ratio_settled ? WINDOW_MS : FIRST_WINDOW_MS))
        return;
    take_ratio(m, crystal_ms);
    if (crystal_ms < WINDOW_MS && !m->clock_lost)
        return;
    m->ratio_settled = !m->clock_lost; /* a short window is to find that it is right again */
    start_window(m, now_ms);
}

static void begin_restarted(struct meter *m)
{
    m->ratio_based = false;
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        m->sensor[i].with_arrow.based = false;
        m->sensor[i].against_arrow.based = false;
    }
}

/* By more than a clock that is 15 % off and a round that ends a whole round late. */
static bool has_jumped(uint16_t stamp_ms, uint32_t elapsed_ms)
{
    uint32_t off_ms = stamp_ms > elapsed_ms ? stamp_ms - elapsed_ms : elapsed_ms - stamp_ms;

    return elapsed_ms < STAMP_COVERS_MS && off_ms > elapsed_ms / 4u + JUMP_SLACK_MS;
}

/* No window reaches over it. */
static void take_jump(struct meter *m)
{
    m->ratio_based = false;
    if (m->jumps < METER_JUMPS)
        m->jumps++;
    if (m->jumps < METER_JUMPS)
        return;
    m->clock_lost = true;
    m->ratio_settled = false;
}

/* A round that was missed makes it longer, which does no harm until the stamp has gone round. */
static void take_step(struct meter *m, uint16_t begin_ms, uint32_t now_ms)
{
    uint16_t step_ms = (uint16_t)(begin_ms - m->begin_ms);
    uint32_t elapsed_ms = now_ms - m->now_ms;
    uint32_t ratio = elapsed_ms < STAMP_COVERS_MS ? ratio_q14(elapsed_ms, step_ms) : 0;

    if (has_jumped(step_ms, elapsed_ms)) {
        take_jump(m);
        return;
    }
    m->jumps = 0;
    if (ratio >= RATIO_MIN_Q14 && ratio <= RATIO_MAX_Q14)
        m->step_q14 = (uint16_t)ratio;
}

void meter_round(struct meter *m, const struct frame_start *start, uint32_t begin_rounds,
                 uint32_t now_ms)
{
    if (!m->boot_known || start->boot != m->boot || begin_rounds < m->begin_rounds)
        begin_restarted(m);
    else
        take_step(m, start->time_ms, now_ms);
    m->begin_rounds = begin_rounds;
    m->boot = start->boot;
    m->boot_known = true;
    m->now_ms = now_ms;
    follow_clock(m, start->time_ms, now_ms);
}

static bool works(uint8_t state)
{
    return state == SENSOR_OK || state == SENSOR_UNZEROED || state == SENSOR_OVER_RANGE;
}

/* ---- charge ------------------------------------------------------------------------------------- */

static uint32_t jump_limit_mas(uint32_t elapsed_ms)
{
    uint64_t limit = ((uint64_t)elapsed_ms + JUMP_SLACK_MS) * JUMP_MAS_PER_MS;
    return limit > UINT32_MAX / 2u ? UINT32_MAX / 2u : (uint32_t)limit;
}

/* Begin's time since the last reading. Where its stamp has jumped the ratio says how long that was. In a long gap the
 * stamp has gone round: the ratio says how often, when it has not changed by more than half a turn. */
static uint32_t begin_elapsed_ms(const struct meter *m, const struct meter_total *t,
                                 uint32_t elapsed_ms)
{
    uint16_t stamp_ms = (uint16_t)(m->begin_ms - t->at_ms);
    uint32_t likely_ms;
    uint32_t least_ms;

    if (elapsed_ms < STAMP_COVERS_MS && !has_jumped(stamp_ms, elapsed_ms))
        return stamp_ms;
    likely_ms = (uint32_t)(((uint64_t)elapsed_ms << 14) / m->ratio_q14);
    if (elapsed_ms < STAMP_COVERS_MS)
        return likely_ms;
    least_ms = likely_ms - HALF_TURN_MS;
    return least_ms + (uint16_t)(stamp_ms - (uint16_t)least_ms);
}

/* Crystal time per Begin time between two readings. */
static uint32_t step_ratio_q16(const struct meter *m, uint32_t elapsed_ms, uint32_t begin_ms)
{
    uint32_t ratio = elapsed_ms < STAMP_COVERS_MS
                         ? ((elapsed_ms << 16) + begin_ms / 2u) / begin_ms
                         : (uint32_t)(((uint64_t)elapsed_ms << 16) / begin_ms);

    if (ratio < STEP_RATIO_MIN_Q16 || ratio > STEP_RATIO_MAX_Q16)
        return (uint32_t)m->ratio_q14 << 2;
    return ratio;
}

/* Charge since the last reading of one total, in 2^-16 mAs; 0 when there is no last one. */
static uint64_t advance(struct meter_total *t, uint32_t mas, const struct meter *m)
{
    uint32_t step_mas = mas - t->mas;
    uint32_t elapsed_ms = m->now_ms - t->crystal_ms;
    uint32_t step_ms = begin_elapsed_ms(m, t, elapsed_ms);
    bool usable = t->based && step_mas < jump_limit_mas(elapsed_ms) && step_ms != 0;

    t->based = true;
    t->mas = mas;
    t->at_ms = m->begin_ms;
    t->crystal_ms = m->now_ms;
    t->rated = usable;
    if (!usable)
        return 0;
    t->ma = (int32_t)((uint64_t)step_mas * 1000u / step_ms);
    return (uint64_t)step_mas * step_ratio_q16(m, elapsed_ms, step_ms);
}

void meter_charge(struct meter *m, const struct frame_charge *frame)
{
    struct meter_sensor *s;
    bool into_battery = frame->reverse == (frame->sensor != 0);

    if (frame->sensor >= FRAME_SENSORS_MAX)
        return;
    s = &m->sensor[frame->sensor];
    s->seen = s->seen || works(frame->state);
    s->state = frame->state;
    s->fresh = true;
    s->heard_ms = m->now_ms;
    *(into_battery ? &m->in_q16 : &m->out_q16) +=
        advance(frame->reverse ? &s->against_arrow : &s->with_arrow, frame->mas, m);
}

void meter_age(struct meter *m, uint32_t now_ms)
{
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        if (now_ms - m->sensor[i].heard_ms > METER_FRESH_MS)
            m->sensor[i].fresh = false;
}

bool meter_silent(const struct meter *m, uint32_t now_ms, uint32_t limit_ms)
{
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        if (m->sensor[i].seen && !m->sensor[i].fresh && now_ms - m->sensor[i].heard_ms > limit_ms)
            return true;
    return false;
}

static bool is_rated(const struct meter_sensor *s)
{
    return s->fresh && s->with_arrow.rated && s->against_arrow.rated;
}

bool meter_known(const struct meter *m)
{
    return is_rated(&m->sensor[0]) && works(m->sensor[0].state);
}

bool meter_clock_lost(const struct meter *m)
{
    return m->clock_lost;
}

bool meter_lost(const struct meter *m)
{
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        if (m->sensor[i].seen && !works(m->sensor[i].state))
            return true;
    return false;
}

int32_t meter_sensor_ma(const struct meter *m, uint8_t sensor, uint8_t passes)
{
    const struct meter_sensor *s = &m->sensor[sensor];
    return is_rated(s) ? (s->with_arrow.ma - s->against_arrow.ma) / passes : 0;
}

int32_t meter_battery_ma(const struct meter *m, uint8_t passes)
{
    return meter_sensor_ma(m, 0, passes) - meter_sensor_ma(m, 1, passes);
}

/* What the division leaves stays, so nothing is lost to rounding. */
static uint64_t take(uint64_t *pending_q16, uint8_t passes)
{
    uint32_t unity = UNITY_Q16 * passes;
    uint64_t whole;

    if (*pending_q16 < unity)
        return 0;
    whole = *pending_q16 / unity;
    *pending_q16 -= whole * unity;
    return whole;
}

struct meter_taken meter_take(struct meter *m, uint8_t passes)
{
    struct meter_taken taken = { 0 };

    if (!m->ratio_known)
        return taken;
    taken.in_mas = take(&m->in_q16, passes);
    taken.out_mas = take(&m->out_q16, passes);
    return taken;
}
