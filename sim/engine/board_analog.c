#include "engine/board_analog.h"

#include <math.h>
#include <stddef.h>

#include <avr_ioport.h>
#include <sim_irq.h>

enum { PINA = 0x20, PINB = 0x23, PINC = 0x26 }; /* then DDR, PORT */

#define CELL_CHANNEL 0
#define NTC_CHANNEL 2
#define NTC_FOOT_CHANNEL 3
#define SENSOR_CHANNEL 4
#define SENSOR_DIVISION 4.55 /* 35.5 k and 10 k */
#define SENSOR_ZERO_V 2.5
#define SENSOR_V_PER_A (1.1 / 1024.0 * SENSOR_DIVISION / 0.05)
#define SENSOR_HIGH_RATIO 25.0
#define SENSOR_SWING_V 2.0

struct feet {
    uint16_t divider_ddr; /* data address; the cell's NTC is on the same port */
    uint8_t divider_bit, ntc_bit;
    uint16_t resistor_ddr;
    uint8_t resistor_bit;
};

static const struct feet feet_small = { PINC + 1, 1, 3, PINB + 1, 1 };
static const struct feet feet_end = { PINA + 1, 1, 3, PINC + 1, 1 };

static const struct feet *feet_of(const struct board *b)
{
    return b->kind == BOARD_END ? &feet_end : &feet_small;
}

static double seconds_since(int64_t from_ps, int64_t at_ps)
{
    return from_ps < 0 ? -1.0 : (double)(at_ps - from_ps) * 1e-12;
}

double board_celsius(const struct board *b)
{
    return b->bench ? b->bench->celsius : world_cell_temp_c(b->world, b->number - 1);
}

static double resistor_celsius(const struct board *b)
{
    return b->bench ? b->bench->celsius : world_board_temp_c(b->world, b->number - 1);
}

/* ---- inputs ------------------------------------------------------------------------------------- */

static double cell_v_now(const struct board *b, int64_t at_ps)
{
    if (b->bench)
        return b->bench->volts;
    return world_cell_v_at(b->world, b->number - 1, b->balancing, (double)at_ps * 1e-12);
}

static enum foot foot_at(const struct board *b, uint16_t ddr, uint8_t bit)
{
    const uint8_t *data = b->mcu.avr->data;
    bool high = (data[ddr + 1] >> bit) & 1;

    if (high)
        return FOOT_PULLED_UP;
    return (data[ddr] >> bit) & 1 ? FOOT_LOW : FOOT_OPEN;
}

static struct ntc_tap ntc_tap(const struct board *b, int64_t at_ps)
{
    const struct feet *f = feet_of(b);

    return (struct ntc_tap){
        .cell_foot = foot_at(b, f->divider_ddr, f->ntc_bit),
        .resistor_foot = foot_at(b, f->resistor_ddr, f->resistor_bit),
        .cell_c = board_celsius(b),
        .resistor_c = resistor_celsius(b),
        .board_c = b->mcu.celsius,
        .on_s = seconds_since(b->ntc_moved_ps, at_ps),
    };
}

static double ntc_tap_v(const struct board *b, int64_t at_ps)
{
    struct ntc_tap tap = ntc_tap(b, at_ps);
    return front_end_ntc_tap_v(&b->front_end, cell_v_now(b, at_ps), &tap);
}

static double ntc_foot_v(const struct board *b, int64_t at_ps)
{
    struct ntc_tap tap = ntc_tap(b, at_ps);
    return front_end_ntc_foot_v(&b->front_end, cell_v_now(b, at_ps), &tap);
}

/* At the input's pin, from the volts a sensor gives. */
static double divided_v(const struct board *b, int input, double sensor_v)
{
    return sensor_v / SENSOR_DIVISION * b->front_end.sensor_divider[input];
}

static double sensor_v(struct board *b, int input, int64_t at_ps)
{
    struct hall_sensor *s = &b->sensor[input / 2];
    double t_s = (double)at_ps * 1e-12;
    double amps =
        input / 2 == 0 ? world_current_in_a(b->world, t_s) : world_current_out_a(b->world, t_s);
    double v;

    if (!s->present || s->open)
        return 0.0;
    v = (amps * s->passes * s->gain + s->offset_a) * SENSOR_V_PER_A /
            (input % 2 ? SENSOR_HIGH_RATIO : 1.0) +
        rng_gauss(&b->rng, s->noise_a * SENSOR_V_PER_A);
    return divided_v(b, input, SENSOR_ZERO_V + fmin(fmax(v, -SENSOR_SWING_V), SENSOR_SWING_V));
}

static double input_v(void *ctx, int channel, int64_t at_ps)
{
    struct board *b = ctx;

    switch (channel) {
    case CELL_CHANNEL:
        b->sampled_v += cell_v_now(b, at_ps);
        b->samples++;
        return front_end_cell_tap_v(&b->front_end, cell_v_now(b, at_ps), b->mcu.celsius,
                                    seconds_since(b->divider_on_ps, at_ps));
    case NTC_CHANNEL:
        return ntc_tap_v(b, at_ps);
    case NTC_FOOT_CHANNEL:
        return ntc_foot_v(b, at_ps);
    default:
        if (b->kind == BOARD_BEGIN && channel >= SENSOR_CHANNEL && channel < SENSOR_CHANNEL + 4)
            return sensor_v(b, channel - SENSOR_CHANNEL, at_ps);
        return 0.0;
    }
}

static double internal_ref_v(void *ctx)
{
    struct board *b = ctx;
    return front_end_ref_v(&b->front_end, b->mcu.celsius);
}

static double supply_v(void *ctx)
{
    struct board *b = ctx;
    return cell_v_now(b, mcu_now_ps(&b->mcu));
}

/* ---- what a reading should have been ------------------------------------------------------------ */

/* The mean of the cell at its conversions. */
static void note_truth(struct board *b)
{
    if (b->samples == 0)
        return;
    for (int i = BOARD_TRUTHS - 1; i > 0; i--)
        b->measured[i] = b->measured[i - 1];
    b->measured[0].at_ps = mcu_now_ps(&b->mcu);
    b->measured[0].mv = b->sampled_v / b->samples * 1000.0;
    b->measured[0].dc = board_celsius(b) * 10.0;
}

static bool may_be_shown(const struct board *b, const struct board_truth *truth)
{
    return truth->at_ps > 0 && mcu_now_ps(&b->mcu) - truth->at_ps < BOARD_TRUTH_PS;
}

/* Infinite for a reading of something that the board has not measured. */
double board_error_mv(const struct board *b, double mv)
{
    double best = INFINITY;
    for (int i = 0; i < BOARD_TRUTHS; i++)
        if (may_be_shown(b, &b->measured[i]))
            best = fmin(best, fabs(mv - b->measured[i].mv));
    return best;
}

double board_error_dc(const struct board *b, double dc)
{
    double best = INFINITY;
    for (int i = 0; i < BOARD_TRUTHS; i++)
        if (may_be_shown(b, &b->measured[i]))
            best = fmin(best, fabs(dc - b->measured[i].dc));
    return best;
}

/* ---- feet --------------------------------------------------------------------------------------- */

/* Dividers conduct while their foot is an output (its PORT bit stays low). */
static void divider_direction(avr_irq_t *irq, uint32_t value, void *param)
{
    struct board *b = param;
    int64_t now_ps = mcu_now_ps(&b->mcu);
    bool divider = (value >> feet_of(b)->divider_bit) & 1;

    (void)irq;
    b->ntc_moved_ps = now_ps;
    gauge_set(&b->divider, divider, now_ps);
    gauge_set(&b->ntc, (value >> feet_of(b)->ntc_bit) & 1, now_ps);
    if (divider == (b->divider_on_ps >= 0))
        return;
    b->divider_on_ps = divider ? now_ps : -1;
    if (!divider)
        note_truth(b);
    b->sampled_v = 0.0;
    b->samples = 0;
}

static void resistor_direction(avr_irq_t *irq, uint32_t value, void *param)
{
    struct board *b = param;

    (void)irq;
    b->ntc_moved_ps = mcu_now_ps(&b->mcu);
    gauge_set(&b->ntc, (value >> feet_of(b)->resistor_bit) & 1, b->ntc_moved_ps);
}

static void watch_direction(struct board *b, uint16_t ddr, avr_irq_notify_t notify)
{
    char port = (char)('A' + (ddr - 1 - PINA) / 3);
    avr_irq_register_notify(mcu_pin(&b->mcu, port, IOPORT_IRQ_DIRECTION_ALL), notify, b);
}

/* ---- factory ------------------------------------------------------------------------------------ */

static double sum_of_codes(struct board *b, double x, int count)
{
    double sum = 0.0;

    for (int i = 0; i < count; i++)
        sum += adc_code(&b->adc, x);
    return sum;
}

double board_factory_sum(struct board *b, double cell_v, double celsius, int count)
{
    double tap_v = front_end_cell_tap_v(&b->front_end, cell_v, celsius, 1.0);
    return sum_of_codes(b, tap_v / front_end_ref_v(&b->front_end, celsius), count);
}

void board_factory_ntc_sums(struct board *b, double cell_v, double celsius, int count, double *tap,
                            double *foot)
{
    struct ntc_tap t = {
        .cell_foot = FOOT_LOW, .cell_c = celsius, .board_c = celsius, .on_s = 1.0
    };

    *tap = sum_of_codes(b, front_end_ntc_tap_v(&b->front_end, cell_v, &t) / cell_v, count);
    *foot = sum_of_codes(b, front_end_ntc_foot_v(&b->front_end, cell_v, &t) / cell_v, count);
}

double board_factory_sensor_sum(struct board *b, int input, double sensor_v, double celsius,
                                int count)
{
    double input_v = divided_v(b, input, sensor_v);
    return sum_of_codes(b, input_v / front_end_ref_v(&b->front_end, celsius), count);
}

/* ---- building ----------------------------------------------------------------------------------- */

void board_analog_reset(struct board *b)
{
    b->divider_on_ps = b->ntc_moved_ps = -1;
    gauge_set(&b->divider, false, mcu_now_ps(&b->mcu));
    gauge_set(&b->ntc, false, mcu_now_ps(&b->mcu));
}

void board_analog_init(struct board *b)
{
    struct adc *a = &b->adc;

    front_end_draw(&b->front_end, &b->rng);
    a->parts = &b->front_end.adc;
    a->input_v = input_v;
    a->internal_ref_v = internal_ref_v;
    a->supply_v = supply_v;
    a->ctx = b;
    rng_seed(&a->noise, rng_u64(&b->rng), 1);
    adc_init(a, &b->mcu);
    board_analog_reset(b);
    watch_direction(b, feet_of(b)->divider_ddr, divider_direction);
    watch_direction(b, feet_of(b)->resistor_ddr, resistor_direction);
}
