#include "begin_board/current.h"

#include <stddef.h>

#include "common/hal.h"
#include "common/seal.h"

/* Codes with a reference of 1.1 V. */
#define LEGAL_MIN 51u /* half of the lowest code a sensor gives: open or shorted */
#define LEGAL_MAX 973u
#define HANDOVER 400u /* 20 A in low-range codes */
/* A sensor's output stays within 512 +- 410, whatever its zero is: a low range that is near its end there
 * says no more. 10 codes are half an ampere, and 1 % of the highest. */
#define RAIL_MIN 112u
#define RAIL_MAX 912u
#define OVER_Q6 \
    (402u * SENSOR_ZERO_UNITY) /* beyond 500 A in high-range codes, with 0.5 % for the zero */
#define CODE_LIMIT 1020u       /* above, the converter is at its end */
#define HIGH_PER_LOW 25        /* 1.25 A against 50 mA */
#define LOW_MA 50
#define Q4 16
#define ALL_SHIFTS (SENSOR_GAIN_SHIFT + 2) /* gain in q14, q6 to q4 */
#define HALF (1L << (ALL_SHIFTS - 1))
#define PPM 1000000L

/* A code at 1.1 V as this board's reference makes it. */
static uint16_t scaled(const struct current *c, uint16_t code)
{
    return (uint16_t)((uint32_t)code * SENSOR_GAIN_UNITY / c->scale_q14);
}

/* A higher reference makes all codes smaller, those of the zero points too. */
static uint16_t zero_now_q6(const struct current *c, uint8_t input)
{
    uint16_t zero_q6 = c->record.input[input].zero_q6;
    int32_t drift_q6 = (int32_t)zero_q6 * (c->drift_ppm / 4) / (PPM / 4);

    return (uint16_t)(zero_q6 - drift_q6);
}

static uint16_t higher(uint16_t a, uint16_t b)
{
    return a > b ? a : b;
}

/* Low-range codes within 20 A of zero and off the rails, where the low range counts. The ISR looks at them. */
static void use_inputs(struct current *c, uint8_t sensor)
{
    struct current_sensor *s = &c->sensor[sensor];
    uint16_t handover = scaled(c, HANDOVER);
    uint16_t low_q6 = zero_now_q6(c, (uint8_t)(2u * sensor));
    uint16_t high_q6 = zero_now_q6(c, (uint8_t)(2u * sensor + 1u));
    uint16_t zero = (uint16_t)(low_q6 / SENSOR_ZERO_UNITY);
    uint16_t min = higher(zero, handover + c->rail_min) - handover;
    uint16_t max = zero + handover < c->rail_max ? (uint16_t)(zero + handover) : c->rail_max;
    uint8_t irq = hal_irq_save();

    s->zero_q6[0] = low_q6;
    s->zero_q6[1] = high_q6;
    s->low_min = min;
    s->low_max = max;
    hal_irq_restore(irq);
}

static void use_all(struct current *c)
{
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        use_inputs(c, i);
}

static uint16_t seal_of(const struct current *c)
{
    return seal_more(SEAL_INIT, c, offsetof(struct current, seal));
}

void current_use_record(struct current *c)
{
    c->seal = seal_of(c);
    use_all(c);
}

static void set_limits(struct current *c)
{
    c->legal_min = scaled(c, LEGAL_MIN);
    c->legal_max = scaled(c, LEGAL_MAX);
    if (c->legal_max > CODE_LIMIT)
        c->legal_max = CODE_LIMIT;
    c->rail_min = scaled(c, RAIL_MIN);
    c->rail_max = scaled(c, RAIL_MAX);
    c->over_q6 = (int16_t)scaled(c, OVER_Q6);
}

/* Zero points that were not measured are nominal, and gains those of the board's reference. */
static void fill_record(struct current *c)
{
    struct sensor_record *r = &c->record;

    for (uint8_t i = 0; i < CURRENT_INPUTS; i++) {
        if (!r->zeroed[i / 2u])
            r->input[i].zero_q6 = scaled(c, CURRENT_ZERO_NOMINAL_Q6);
        if (!r->gains_known)
            r->input[i].gain_q14 = c->scale_q14;
    }
}

void current_init(struct current *c)
{
    *c = (struct current){ .scale_q14 = SENSOR_GAIN_UNITY };
    fill_record(c);
    set_limits(c);
    current_use_record(c);
}

void current_load(struct current *c, const struct calibration *calibration)
{
    if (calibration->valid) {
        c->scale_q14 = (uint16_t)((uint32_t)calibration->gain_q16 * SENSOR_GAIN_UNITY /
                                  CALIBRATION_GAIN_NOMINAL);
        c->tc_ppm = calibration->tc_ppm;
    }
    sensor_record_load(&c->record);
    fill_record(c);
    set_limits(c);
    current_use_record(c);
}

void current_set_temperature(struct current *c, int16_t dc)
{
    c->drift_ppm = (int32_t)c->tc_ppm * (dc - CALIBRATION_DC) / 10;
    use_all(c);
}

/* ---- one sample --------------------------------------------------------------------------------- */

static uint8_t next_sensor(uint8_t input)
{
    uint8_t next = (uint8_t)((input | 1u) + 1u);
    return next < CURRENT_INPUTS ? next : CURRENT_INPUTS_DONE;
}

static uint8_t high_sample(struct current_sensor *s, int16_t over_q6, uint8_t input, uint16_t code)
{
    int16_t value_q6 = (int16_t)(uint16_t)(code * SENSOR_ZERO_UNITY - s->zero_q6[1]);

    if (value_q6 > over_q6 || value_q6 < -over_q6)
        s->sum.over++;
    s->sum.high += code;
    s->sum.high_samples++;
    return next_sensor(input);
}

/* While zero points are taken each input is converted in turn, legal or not. */
static uint8_t zero_sample(struct current_zero *z, uint8_t input, uint16_t code)
{
    z->sum += code;
    z->samples++;
    if (code < z->least)
        z->least = code;
    if (code > z->most)
        z->most = code;
    return (uint8_t)(input + 1u) < CURRENT_INPUTS ? (uint8_t)(input + 1u) : CURRENT_INPUTS_DONE;
}

uint8_t current_sample(struct current *c, uint8_t input, uint16_t code)
{
    struct current_sensor *s = &c->sensor[input >> 1];
    bool high = (input & 1u) != 0;

    if (c->zeroing)
        return zero_sample(&c->zero[input], input, code);
    if (!high && code > s->low_min && code < s->low_max) {
        s->sum.low += code;
        s->sum.low_samples++;
        return next_sensor(input);
    }
    if (code < c->legal_min || code > c->legal_max) {
        s->sum.illegal++;
        return next_sensor(input);
    }
    return high ? high_sample(s, c->over_q6, input, code) : (uint8_t)(input + 1u);
}

/* ---- one block ---------------------------------------------------------------------------------- */

static uint16_t samples(const struct current_sum *sum)
{
    return (uint16_t)(sum->low_samples + sum->high_samples);
}

/* Sum of one range's codes away from zero: below 8000 * 410 * 64 before, a quarter behind the gain. */
static int32_t range_q4(const struct current_sensor *s, const struct sensor_input *input,
                        uint8_t range, uint32_t codes, uint16_t count)
{
    int32_t from_zero_q6 =
        (int32_t)(codes * SENSOR_ZERO_UNITY) - (int32_t)((uint32_t)count * s->zero_q6[range]);

    return (int32_t)(((int64_t)from_zero_q6 * input->gain_q14 + HALF) >> ALL_SHIFTS);
}

/* No division of 64 bits: the release of the ring waits for this. */
static int32_t mean_ma(const struct current *c, uint8_t sensor, const struct current_sum *sum)
{
    const struct current_sensor *s = &c->sensor[sensor];
    const struct sensor_input *input = &c->record.input[2u * sensor];
    int32_t total_q4 = range_q4(s, &input[0], 0, sum->low, sum->low_samples) +
                       range_q4(s, &input[1], 1, sum->high, sum->high_samples) * HIGH_PER_LOW;
    int32_t count = samples(sum);
    int32_t ma_q4 = total_q4 / count * LOW_MA + total_q4 % count * LOW_MA / count;

    return (ma_q4 + ma_q4 / 1000 * c->drift_ppm / 1000) / Q4;
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

static uint8_t state_of(const struct current *c, uint8_t sensor, const struct current_sum *sum)
{
    if (sum->illegal > samples(sum))
        return c->sensor[sensor].seen ? SENSOR_BROKEN : SENSOR_ABSENT;
    if (sum->over)
        return SENSOR_OVER_RANGE;
    return c->record.zeroed[sensor] ? SENSOR_OK : SENSOR_UNZEROED;
}

static void close_sensor(struct current *c, uint8_t sensor, const struct current_sum *sum,
                         uint16_t elapsed_ms)
{
    struct current_sensor *s = &c->sensor[sensor];

    if (samples(sum) == 0 && sum->illegal == 0)
        return; /* nothing measured: keep what is known, count no charge */
    s->state = state_of(c, sensor, sum);
    if (s->state == SENSOR_BROKEN || s->state == SENSOR_ABSENT) {
        s->ma = 0;
        return;
    }
    s->seen = true;
    s->ma = clean_ma(mean_ma(c, sensor, sum));
    if (s->ma >= 0)
        integrate(&s->forward_mas, &s->forward_rest_ua, (uint32_t)s->ma, elapsed_ms);
    else
        integrate(&s->reverse_mas, &s->reverse_rest_ua, (uint32_t)-s->ma, elapsed_ms);
}

static uint16_t block_ms(const struct current_sum *sum, uint16_t elapsed_ms)
{
    return elapsed_ms <= CURRENT_BLOCK_MAX_MS ? elapsed_ms : samples(sum);
}

void current_close(struct current *c, uint16_t elapsed_ms)
{
    struct current_sum sums[FRAME_SENSORS_MAX];

    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        uint8_t irq = hal_irq_save();
        sums[i] = c->sensor[i].sum;
        c->sensor[i].sum = (struct current_sum){ 0 };
        hal_irq_restore(irq);
    }
    c->spoiled = c->spoiled || seal_of(c) != c->seal;
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX && !c->spoiled; i++)
        close_sensor(c, i, &sums[i], block_ms(&sums[i], elapsed_ms));
}

void current_frames(const struct current *c, uint8_t sensor, struct frame_charge out[2])
{
    const struct current_sensor *s = &c->sensor[sensor];
    uint8_t state = c->spoiled ? (uint8_t)SENSOR_BROKEN : s->state;

    out[0] = (struct frame_charge){ .sensor = sensor, .state = state, .mas = s->forward_mas };
    out[1] = (struct frame_charge){
        .sensor = sensor, .reverse = true, .state = state, .mas = s->reverse_mas
    };
}
