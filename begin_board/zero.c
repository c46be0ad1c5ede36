#include "begin_board/zero.h"

#include "common/hal.h"

#define PPM 1000000L
#define LIMIT_Q6(ma) ((ma) / 50 * (int16_t)SENSOR_ZERO_UNITY) /* low range */

/* ---- zero points ------------------------------------------------------------------------------ */

static bool present(const struct current *c, uint8_t sensor)
{
    uint8_t state = c->sensor[sensor].state;
    return state != SENSOR_ABSENT && state != SENSOR_BROKEN;
}

static void collect(struct current *c)
{
    uint8_t irq;

    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        c->zero[i] = (struct current_zero){ .least = UINT16_MAX };
    irq = hal_irq_save();
    c->zeroing = true;
    hal_irq_restore(irq);
}

static uint16_t mean_q6(const struct current_zero *z)
{
    return (uint16_t)((z->sum * SENSOR_ZERO_UNITY + z->samples / 2u) / z->samples);
}

/* Distance of a low-range zero point from where it may be. */
static bool near(const struct current *c, uint8_t sensor, uint16_t zero_q6, bool forced)
{
    bool again = c->record.zeroed[sensor] && !forced;
    uint16_t middle_q6 =
        (uint16_t)((uint32_t)CURRENT_ZERO_NOMINAL_Q6 * SENSOR_GAIN_UNITY / c->scale_q14);
    int16_t limit_q6 = again ? LIMIT_Q6(ZERO_AGAIN_MA) : LIMIT_Q6(ZERO_FIRST_MA);
    int16_t distance_q6;

    if (again)
        middle_q6 = c->sensor[sensor].zero_q6[0];
    distance_q6 = (int16_t)(zero_q6 - middle_q6);
    return distance_q6 <= limit_q6 && distance_q6 >= -limit_q6;
}

static bool usable(const struct current *c, uint8_t sensor, bool forced)
{
    const struct current_zero *low = &c->zero[2u * sensor];

    return low->samples != 0 && (uint16_t)(low->most - low->least) <= ZERO_STEADY_CODES &&
           near(c, sensor, mean_q6(low), forced);
}

/* Records hold what the input would give with the board at 25 C. */
static void take(struct current *c, uint8_t input)
{
    uint16_t now_q6 = mean_q6(&c->zero[input]);

    c->record.input[input].zero_q6 =
        (uint16_t)(now_q6 + (int32_t)now_q6 * (c->drift_ppm / 4) / (PPM / 4));
}

/* All sensors that are there, or none. */
static bool finish(struct current *c, bool forced)
{
    bool any = false;

    c->zeroing = false;
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        if (present(c, i) && !usable(c, i, forced))
            return false;
        any = any || present(c, i);
    }
    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        if (present(c, i / 2u))
            take(c, i);
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        c->record.zeroed[i] = c->record.zeroed[i] || present(c, i);
    if (!any)
        return false;
    sensor_record_save(&c->record);
    current_use_record(c);
    return true;
}

/* From the present zero point; a forced one may be at the other end of the range of offsets. */
static int32_t start_limit_ma(const struct current *c, uint8_t sensor, bool forced)
{
    if (forced)
        return 2 * ZERO_FIRST_MA;
    return c->record.zeroed[sensor] ? ZERO_AGAIN_MA : ZERO_FIRST_MA;
}

/* A current that flows is not put aside for a second: it goes on being counted. */
static bool may_start(const struct current *c, bool forced)
{
    bool any = false;

    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        int32_t ma = c->sensor[i].ma;
        int32_t limit_ma = start_limit_ma(c, i, forced);
        if (ma > limit_ma || ma < -limit_ma)
            return false;
        any = any || present(c, i);
    }
    return any;
}

/* ---- button ----------------------------------------------------------------------------------- */

static void start(struct zero *z, struct current *c, bool forced, uint16_t now_ms)
{
    z->forced = forced;
    z->collect_ms = now_ms;
    if (!may_start(c, forced)) {
        z->state = ZERO_REFUSED;
        return;
    }
    collect(c);
    z->state = ZERO_COLLECTING;
}

static void released(struct zero *z, struct current *c)
{
    c->zeroing = false;
    z->state = ZERO_RELEASED;
}

void zero_step(struct zero *z, struct current *c, bool pressed, uint16_t now_ms)
{
    uint16_t held_ms = (uint16_t)(now_ms - z->pressed_ms);

    if (!pressed) {
        released(z, c);
        return;
    }
    switch (z->state) {
    case ZERO_RELEASED:
        z->pressed_ms = now_ms;
        z->state = ZERO_PRESSED;
        break;
    case ZERO_PRESSED:
        if (held_ms >= ZERO_HOLD_MS)
            start(z, c, false, now_ms);
        break;
    case ZERO_COLLECTING:
        if ((uint16_t)(now_ms - z->collect_ms) >= ZERO_COLLECT_MS)
            z->state = finish(c, z->forced) ? ZERO_DONE : ZERO_REFUSED;
        break;
    case ZERO_REFUSED:
        if (!z->forced && held_ms >= ZERO_FORCE_MS)
            start(z, c, true, now_ms);
        break;
    case ZERO_DONE:
        break;
    }
}
