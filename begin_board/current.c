#include "begin_board/current.h"

#include "common/eeprom_map.h"
#include "common/hal.h"
#include "common/record.h"
#include "protocol/bytes.h"

/* Codes with a reference of 1.1 V. */
#define LEGAL_MIN 51u /* half of the lowest code a sensor gives: open or shorted */
#define LEGAL_MAX 973u
#define HANDOVER 400u        /* 20 A in low-range codes */
#define OVER_Q4 (402u * 16u) /* beyond 500 A in high-range codes, with 0.5 % for the zero */
#define CODE_LIMIT 1020u     /* above, the converter is at its end */
#define HIGH_PER_LOW 25      /* 1.25 A against 50 mA */
#define LOW_MA 50
#define Q4 16
#define ZERO_VERSION 1u
#define ZERO_PAYLOAD 8u

/* A code at 1.1 V as this board's reference makes it. */
static uint16_t scaled(const struct current *c, uint16_t code)
{
    return (uint16_t)((uint32_t)code * CURRENT_SCALE_UNITY / c->scale_q14);
}

/* Scale and zero points must be set. */
static void set_limits(struct current *c)
{
    uint16_t handover = scaled(c, HANDOVER);

    c->legal_min = scaled(c, LEGAL_MIN);
    c->legal_max = scaled(c, LEGAL_MAX);
    if (c->legal_max > CODE_LIMIT)
        c->legal_max = CODE_LIMIT;
    c->over_q4 = (int16_t)scaled(c, OVER_Q4);
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        struct current_sensor *s = &c->sensor[i];
        uint16_t zero = (uint16_t)(s->zero_q4[0] / Q4);
        s->low_min = zero > handover + c->legal_min ? (uint16_t)(zero - handover) : c->legal_min;
        s->low_max = zero + handover < c->legal_max ? (uint16_t)(zero + handover) : c->legal_max;
    }
}

void current_init(struct current *c)
{
    *c = (struct current){ .scale_q14 = CURRENT_SCALE_UNITY };
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        for (uint8_t range = 0; range < 2; range++)
            c->sensor[i].zero_q4[range] = CURRENT_ZERO_NOMINAL_Q4;
    set_limits(c);
}

static void take_zero(struct current *c, const uint8_t payload[ZERO_PAYLOAD])
{
    for (uint8_t i = 0; i < CURRENT_INPUTS; i++) {
        struct current_sensor *s = &c->sensor[i / 2u];
        s->zero_q4[i & 1u] = get_u16(&payload[2u * i]);
        s->zeroed = true;
    }
}

void current_load(struct current *c, const struct calibration *calibration)
{
    uint8_t payload[ZERO_PAYLOAD];

    if (calibration->valid)
        c->scale_q14 = (uint16_t)((uint32_t)calibration->gain_q16 * CURRENT_SCALE_UNITY /
                                  CALIBRATION_GAIN_NOMINAL);
    if (record_load(EEPROM_BOARD, ZERO_VERSION, payload, ZERO_PAYLOAD))
        take_zero(c, payload);
    set_limits(c);
}

void current_save_zero(const uint16_t zero_q4[CURRENT_INPUTS])
{
    uint8_t payload[ZERO_PAYLOAD];

    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        put_u16(&payload[2u * i], zero_q4[i]);
    record_save(EEPROM_BOARD, ZERO_VERSION, payload, ZERO_PAYLOAD);
}

/* ---- one sample --------------------------------------------------------------------------------- */

static uint8_t next_sensor(uint8_t input)
{
    uint8_t next = (uint8_t)((input | 1u) + 1u);
    return next < CURRENT_INPUTS ? next : CURRENT_INPUTS_DONE;
}

static uint8_t high_sample(struct current_sensor *s, int16_t over_q4, uint8_t input, uint16_t code)
{
    int16_t value_q4 = (int16_t)((int16_t)(code * Q4) - (int16_t)s->zero_q4[1]);

    if (value_q4 > over_q4 || value_q4 < -over_q4)
        s->sum.over++;
    s->sum.high += code;
    s->sum.high_samples++;
    return next_sensor(input);
}

uint8_t current_sample(struct current *c, uint8_t input, uint16_t code)
{
    struct current_sensor *s = &c->sensor[input >> 1];
    bool high = (input & 1u) != 0;

    if (!high && code > s->low_min && code < s->low_max) {
        s->sum.low += code;
        s->sum.low_samples++;
        return next_sensor(input);
    }
    if (code < c->legal_min || code > c->legal_max) {
        s->sum.illegal++;
        return next_sensor(input);
    }
    return high ? high_sample(s, c->over_q4, input, code) : (uint8_t)(input + 1u);
}

/* ---- one block ---------------------------------------------------------------------------------- */

static uint16_t samples(const struct current_sum *sum)
{
    return (uint16_t)(sum->low_samples + sum->high_samples);
}

/* Sum of all samples in low-range codes times 16, away from zero: below 8000 * 410 * 16 * 25. */
static int32_t total_q4(const struct current_sensor *s, const struct current_sum *sum)
{
    int32_t low_q4 =
        (int32_t)(sum->low * Q4) - (int32_t)((uint32_t)sum->low_samples * s->zero_q4[0]);
    int32_t high_q4 =
        (int32_t)(sum->high * Q4) - (int32_t)((uint32_t)sum->high_samples * s->zero_q4[1]);

    return low_q4 + high_q4 * HIGH_PER_LOW;
}

static int32_t mean_ma(const struct current_sensor *s, const struct current_sum *sum,
                       uint16_t scale_q14)
{
    int32_t total = total_q4(s, sum);
    int32_t count = samples(sum);
    int32_t ma_q4 = total / count * LOW_MA + total % count * LOW_MA / count;

    return (int32_t)((int64_t)ma_q4 * scale_q14 / ((int32_t)CURRENT_SCALE_UNITY * Q4));
}

static int32_t clean_ma(int32_t ma)
{
    if (ma < CURRENT_DEAD_BAND_MA && ma > -CURRENT_DEAD_BAND_MA)
        return 0;
    if (ma > CURRENT_LIMIT_MA)
        return CURRENT_LIMIT_MA;
    return ma < -CURRENT_LIMIT_MA ? -CURRENT_LIMIT_MA : ma;
}

/* Adds mA * ms to a total of mA * s; what is below one stays in *rest. */
static void integrate(uint32_t *mas, uint16_t *rest, uint32_t ma, uint16_t elapsed_ms)
{
    uint32_t ua_s = ma * elapsed_ms + *rest;
    *mas += ua_s / 1000u;
    *rest = (uint16_t)(ua_s % 1000u);
}

static uint8_t state_of(const struct current_sensor *s, const struct current_sum *sum)
{
    if (sum->illegal > samples(sum))
        return s->seen ? SENSOR_BROKEN : SENSOR_ABSENT;
    if (sum->over)
        return SENSOR_OVER_RANGE;
    return s->zeroed ? SENSOR_OK : SENSOR_UNZEROED;
}

static void close_sensor(struct current_sensor *s, const struct current_sum *sum,
                         uint16_t scale_q14, uint16_t elapsed_ms)
{
    if (samples(sum) == 0 && sum->illegal == 0)
        return; /* nothing measured: keep what is known, count no charge */
    s->state = state_of(s, sum);
    if (s->state == SENSOR_BROKEN || s->state == SENSOR_ABSENT) {
        s->ma = 0;
        return;
    }
    s->seen = true;
    s->ma = clean_ma(mean_ma(s, sum, scale_q14));
    if (s->ma >= 0)
        integrate(&s->forward_mas, &s->forward_rest_ua, (uint32_t)s->ma, elapsed_ms);
    else
        integrate(&s->reverse_mas, &s->reverse_rest_ua, (uint32_t)-s->ma, elapsed_ms);
}

void current_close(struct current *c, uint16_t elapsed_ms)
{
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        struct current_sensor *s = &c->sensor[i];
        uint8_t irq = hal_irq_save();
        struct current_sum sum = s->sum;
        s->sum = (struct current_sum){ 0 };
        hal_irq_restore(irq);
        close_sensor(s, &sum, c->scale_q14, elapsed_ms);
    }
}

void current_frames(const struct current *c, uint8_t sensor, struct frame_charge out[2])
{
    const struct current_sensor *s = &c->sensor[sensor];

    out[0] = (struct frame_charge){ .sensor = sensor, .state = s->state, .mas = s->forward_mas };
    out[1] = (struct frame_charge){
        .sensor = sensor, .reverse = true, .state = s->state, .mas = s->reverse_mas
    };
}
