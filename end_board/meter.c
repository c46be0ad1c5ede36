#include "end_board/meter.h"

#define WINDOW_MS 60000ul    /* over this much the 20 ms jitter of a round's arrival is 0.03 % */
#define RATIO_MIN_Q14 13926u /* 0.85: outside +-15 % a clock is broken, not slow */
#define RATIO_MAX_Q14 18842u /* 1.15 */
/* More than 550 A over the 65 s that a time stamp covers is no charge but a restarted counter. */
#define JUMP_LIMIT_MAS 36000000UL

void meter_init(struct meter *m)
{
    *m = (struct meter){ .ratio_q14 = METER_UNITY_Q14 };
}

/* ---- ratio of clocks --------------------------------------------------------------------------- */

static void start_window(struct meter *m, uint32_t now_ms)
{
    m->base_ms = now_ms;
    m->window_ms = 0;
    m->ratio_based = true;
}

static void close_window(struct meter *m, uint32_t now_ms)
{
    uint32_t crystal_ms = now_ms - m->base_ms;
    /* below 2^17 * 2^14: fits 32 bits for windows up to 131 s */
    uint32_t ratio =
        m->window_ms < 131000u && crystal_ms < 131000u ? (crystal_ms << 14) / m->window_ms : 0;

    m->clock_lost = ratio < RATIO_MIN_Q14 || ratio > RATIO_MAX_Q14;
    if (!m->clock_lost)
        m->ratio_q14 = (uint16_t)ratio;
    start_window(m, now_ms);
}

/* Rounds can be missing: the time stamp's 65.5 s must not be lapped, or the window is void. */
static void follow_clock(struct meter *m, uint16_t begin_ms, uint32_t now_ms)
{
    uint16_t step_ms = (uint16_t)(begin_ms - m->begin_ms);

    m->begin_ms = begin_ms;
    if (!m->ratio_based || now_ms - m->base_ms > 2u * WINDOW_MS) {
        start_window(m, now_ms);
        return;
    }
    m->window_ms += step_ms;
    if (m->window_ms >= WINDOW_MS)
        close_window(m, now_ms);
}

static void begin_restarted(struct meter *m)
{
    m->ratio_based = false;
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        m->sensor[i].with_arrow.based = false;
        m->sensor[i].against_arrow.based = false;
    }
}

void meter_round(struct meter *m, const struct frame_start *start, uint32_t now_ms)
{
    if (!m->boot_known || start->boot != m->boot)
        begin_restarted(m);
    m->boot = start->boot;
    m->boot_known = true;
    follow_clock(m, start->time_ms, now_ms);
}

static bool works(uint8_t state)
{
    return state == SENSOR_OK || state == SENSOR_UNZEROED || state == SENSOR_OVER_RANGE;
}

/* ---- charge ------------------------------------------------------------------------------------- */

/* Charge since the last reading of one total; 0 when there is no last one. */
static uint32_t advance(struct meter_total *t, uint32_t mas, uint16_t now_ms)
{
    uint32_t step_mas = mas - t->mas;
    uint16_t step_ms = (uint16_t)(now_ms - t->at_ms);
    bool usable = t->based && step_mas < JUMP_LIMIT_MAS && step_ms != 0;

    t->based = true;
    t->mas = mas;
    t->at_ms = now_ms;
    if (!usable)
        return 0;
    t->ma = (int32_t)((uint64_t)step_mas * 1000u / step_ms);
    return step_mas;
}

void meter_charge(struct meter *m, const struct frame_charge *frame)
{
    struct meter_sensor *s;

    if (frame->sensor >= FRAME_SENSORS_MAX)
        return;
    s = &m->sensor[frame->sensor];
    s->seen = s->seen || works(frame->state);
    s->state = frame->state;
    if (frame->reverse)
        s->pending_mas -= advance(&s->against_arrow, frame->mas, m->begin_ms);
    else
        s->pending_mas += advance(&s->with_arrow, frame->mas, m->begin_ms);
}

bool meter_known(const struct meter *m)
{
    return works(m->sensor[0].state);
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
    return (s->with_arrow.ma - s->against_arrow.ma) / passes;
}

int32_t meter_battery_ma(const struct meter *m, uint8_t passes)
{
    return meter_sensor_ma(m, 0, passes) - meter_sensor_ma(m, 1, passes);
}

int64_t meter_take_mas(struct meter *m, uint8_t passes)
{
    int64_t net_mas = m->sensor[0].pending_mas - m->sensor[1].pending_mas;
    int64_t scaled = net_mas * m->ratio_q14 / ((int32_t)METER_UNITY_Q14 * passes);

    /* what the division left stays pending, so nothing is lost to rounding */
    m->sensor[0].pending_mas =
        net_mas - scaled * ((int32_t)METER_UNITY_Q14 * passes) / m->ratio_q14;
    m->sensor[1].pending_mas = 0;
    return scaled;
}
