#include "engine/board.h"

#include <math.h>
#include <stddef.h>

#include <avr_ioport.h>
#include <sim_io.h>
#include <sim_irq.h>

enum { PINA = 0x20, PINB = 0x23, PINC = 0x26, PIND = 0x29 }; /* then DDR, PORT */

#define SENSOR_CHANNEL 4
#define SENSOR_ZERO_V 0.55
#define SENSOR_V_PER_A (1.1 / 1024.0 / 0.05)
#define SENSOR_HIGH_RATIO 25.0
#define SENSOR_RAIL_CODES 410.0
#define SWITCH_COLUMNS 4

struct wiring {
    struct board_output balance, charge, load;
    uint16_t divider_ddr;
    uint8_t divider_bit, ntc_bit;
};

static const struct wiring wiring_small = {
    .balance = { PINB + 2, 3 },
    .divider_ddr = PINC + 1,
    .divider_bit = 1,
    .ntc_bit = 3,
};

static const struct wiring wiring_end = {
    .balance = { PINC + 2, 0 },
    .charge = { PINB + 2, 0 },
    .load = { PINB + 2, 1 },
    .divider_ddr = PINA + 1,
    .divider_bit = 1,
    .ntc_bit = 3,
};

static const struct wiring *wiring_of(const struct board *b)
{
    return b->kind == BOARD_END ? &wiring_end : &wiring_small;
}

static double seconds_since(int64_t from_ps, int64_t at_ps)
{
    return from_ps < 0 ? -1.0 : (double)(at_ps - from_ps) * 1e-12;
}

/* ---- analog inputs ------------------------------------------------------------------------------ */

static double cell_v_now(const struct board *b, int64_t at_ps)
{
    return world_cell_v_at(b->world, b->number - 1, b->balancing, (double)at_ps * 1e-12);
}

static double sensor_v(struct board *b, int input, int64_t at_ps)
{
    struct hall_sensor *s = &b->sensor[input / 2];
    double t_s = (double)at_ps * 1e-12;
    double amps =
        input / 2 == 0 ? world_current_in_a(b->world, t_s) : world_current_out_a(b->world, t_s);
    double limit_v = SENSOR_RAIL_CODES * 1.1 / 1024.0;
    double v;

    if (!s->present || s->open)
        return 0.0;
    v = (amps * s->gain + s->offset_a) * SENSOR_V_PER_A +
        rng_gauss(&b->rng, s->noise_a * SENSOR_V_PER_A);
    if (input % 2 == 1)
        v = (amps * s->gain + s->offset_a) / SENSOR_HIGH_RATIO * SENSOR_V_PER_A +
            rng_gauss(&b->rng, s->noise_a * SENSOR_V_PER_A);
    v = v > limit_v ? limit_v : v < -limit_v ? -limit_v : v;
    return SENSOR_ZERO_V + v;
}

static double input_v(void *ctx, int channel, int64_t at_ps)
{
    struct board *b = ctx;
    double celsius = b->mcu.celsius;

    switch (channel) {
    case 0:
        b->sampled_v += cell_v_now(b, at_ps);
        b->samples++;
        return front_end_cell_tap_v(&b->front_end, cell_v_now(b, at_ps), celsius,
                                    seconds_since(b->divider_on_ps, at_ps));
    case 2:
        return front_end_ntc_tap_v(&b->front_end, cell_v_now(b, at_ps),
                                   world_cell_temp_c(b->world, b->number - 1),
                                   seconds_since(b->ntc_on_ps, at_ps));
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

/* ---- outputs ------------------------------------------------------------------------------------ */

static bool output_on(const struct board *b, struct board_output o)
{
    const uint8_t *data = b->mcu.avr->data;
    return ((data[o.port] & data[o.port - 1]) >> o.bit) & 1;
}

bool board_relay(const struct board *b, int relay)
{
    if (b->kind != BOARD_END || !b->mcu.supplied)
        return false;
    return output_on(b, relay == 0 ? wiring_of(b)->charge : wiring_of(b)->load);
}

static void count_on_time(bool *on, int64_t *since_ps, int64_t *sum_ps, bool now, int64_t now_ps)
{
    if (*on)
        *sum_ps += now_ps - *since_ps;
    *since_ps = now_ps;
    *on = now;
}

static void look_at_outputs(struct board *b)
{
    const struct wiring *w = wiring_of(b);
    int64_t now_ps = mcu_now_ps(&b->mcu);

    count_on_time(&b->balancing, &b->balance_since_ps, &b->balance_on_ps,
                  b->mcu.supplied && output_on(b, w->balance), now_ps);
}

int64_t board_take_balance_ps(struct board *b)
{
    int64_t on_ps;

    look_at_outputs(b);
    on_ps = b->balance_on_ps;
    b->balance_on_ps = 0;
    return on_ps;
}

static void port_changed(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)value;
    look_at_outputs(param);
}

/* What a reading should have been: the mean of the cell at its conversions. */
static void note_truth(struct board *b)
{
    if (b->samples == 0)
        return;
    for (int i = BOARD_TRUTHS - 1; i > 0; i--)
        b->measured[i] = b->measured[i - 1];
    b->measured[0].mv = b->sampled_v / b->samples * 1000.0;
    b->measured[0].dc = world_cell_temp_c(b->world, b->number - 1) * 10.0;
}

double board_error_mv(const struct board *b, double mv)
{
    double best = INFINITY;
    for (int i = 0; i < BOARD_TRUTHS; i++)
        best = fmin(best, fabs(mv - b->measured[i].mv));
    return best;
}

double board_error_dc(const struct board *b, double dc)
{
    double best = INFINITY;
    for (int i = 0; i < BOARD_TRUTHS; i++)
        best = fmin(best, fabs(dc - b->measured[i].dc));
    return best;
}

/* Dividers conduct while their foot is an output (its PORT bit stays low). */
static void divider_direction(avr_irq_t *irq, uint32_t value, void *param)
{
    struct board *b = param;
    const struct wiring *w = wiring_of(b);
    int64_t now_ps = mcu_now_ps(&b->mcu);
    bool divider = (value >> w->divider_bit) & 1;
    bool ntc = (value >> w->ntc_bit) & 1;

    (void)irq;
    if (ntc != (b->ntc_on_ps >= 0))
        b->ntc_on_ps = ntc ? now_ps : -1;
    if (divider == (b->divider_on_ps >= 0))
        return;
    b->divider_on_ps = divider ? now_ps : -1;
    if (!divider)
        note_truth(b);
    b->sampled_v = 0.0;
    b->samples = 0;
}

/* ---- option switches ---------------------------------------------------------------------------- */

/* Rows PD2, PD3 driven low pull the columns PD4..7 low through closed switches. */
static void show_switches(struct board *b, uint8_t ddr)
{
    uint8_t port = b->mcu.avr->data[PIND + 2];
    uint8_t closed = 0;
    uint8_t levels = 0xF0;
    avr_ioport_external_t external = { .name = 'D', .mask = 0xF0 };

    if ((ddr & 0x04) && !(port & 0x04))
        closed |= b->switches >> 4;
    if ((ddr & 0x08) && !(port & 0x08))
        closed |= b->switches & 0x0F;
    for (int column = 0; column < SWITCH_COLUMNS; column++)
        if ((closed >> (SWITCH_COLUMNS - 1 - column)) & 1)
            levels &= (uint8_t) ~(0x10u << column);
    /* simavr would show the pull-ups of the port over levels that are only raised on the pins */
    external.value = levels;
    avr_ioctl(b->mcu.avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('D'), &external);
    for (int column = 0; column < SWITCH_COLUMNS; column++)
        avr_raise_irq(mcu_pin(&b->mcu, 'D', (uint8_t)(4 + column)), (levels >> (4 + column)) & 1);
}

static void switch_direction(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    show_switches(param, (uint8_t)value);
}

void board_set_switches(struct board *b, uint8_t switches)
{
    b->switches = switches;
    show_switches(b, b->mcu.avr->data[PIND + 1]);
}

/* ---- building ----------------------------------------------------------------------------------- */

static void chip_was_reset(void *ctx)
{
    struct board *b = ctx;

    usart_reset(&b->usart);
    ring_pins_reset(&b->pins);
    adc_reset(&b->adc);
    watchdog_model_reset(&b->watchdog);
    if (b->kind == BOARD_END)
        timer2_reset(&b->timer2);
    b->divider_on_ps = b->ntc_on_ps = -1;
    look_at_outputs(b);
}

static void init_analog(struct board *b)
{
    struct adc *a = &b->adc;

    front_end_draw(&b->front_end, &b->rng);
    a->noise_lsb = b->front_end.adc_noise_lsb;
    a->offset_lsb = b->front_end.adc_offset_lsb;
    a->gain_error = b->front_end.adc_gain_error;
    a->inl_lsb = b->front_end.adc_inl_lsb;
    a->input_v = input_v;
    a->internal_ref_v = internal_ref_v;
    a->supply_v = supply_v;
    a->ctx = b;
    rng_seed(&a->noise, rng_u64(&b->rng), 1);
    adc_init(a, &b->mcu);
}

static char port_letter(uint16_t port)
{
    return (char)('A' + (port - 2 - PINA) / 3);
}

static void watch(struct board *b, char port, int irq, avr_irq_notify_t notify)
{
    avr_irq_register_notify(mcu_pin(&b->mcu, port, (uint8_t)irq), notify, b);
}

/* Port writes raise the port's irq before or after the register changes; the pins' own irqs come
 * after it, so outputs are looked at there. */
static void init_pins(struct board *b)
{
    const struct wiring *w = wiring_of(b);

    watch(b, port_letter(w->balance.port), w->balance.bit, port_changed);
    watch(b, port_letter((uint16_t)(w->divider_ddr + 1)), IOPORT_IRQ_DIRECTION_ALL,
          divider_direction);
    if (b->kind == BOARD_BEGIN)
        watch(b, 'D', IOPORT_IRQ_DIRECTION_ALL, switch_direction);
}

void board_init(struct board *b, enum board_kind kind, int number, struct firmware *firmware,
                struct world *world, struct wire *in, struct wire *out, uint64_t seed,
                const struct board_tolerance *tolerance)
{
    *b = (struct board){ .kind = kind,
                         .number = number,
                         .firmware = firmware,
                         .world = world,
                         .in = in,
                         .out = out,
                         .divider_on_ps = -1,
                         .ntc_on_ps = -1 };
    rng_seed(&b->rng, seed, (uint64_t)number);
    mcu_init(&b->mcu, firmware_chip(firmware), firmware->part, number);
    b->mcu.bss_end = firmware->bss_end;
    oscillator_draw(&b->mcu.oscillator, tolerance->clock_error, &b->rng);
    usart_init(&b->usart, &b->mcu, in, out);
    ring_pins_init(&b->pins, &b->usart);
    init_analog(b);
    watchdog_model_init(&b->watchdog, &b->mcu, tolerance->watchdog_error);
    if (kind == BOARD_END)
        timer2_init(&b->timer2, &b->mcu, tolerance->crystal_ppm);
    for (int i = 0; i < 2; i++)
        b->sensor[i] =
            (struct hall_sensor){ .present = kind == BOARD_BEGIN, .gain = 1.0, .noise_a = 0.03 };
    init_pins(b);
    b->mcu.on_reset = chip_was_reset;
    b->mcu.reset_ctx = b;
}

void board_free(struct board *b)
{
    avr_t *avr = b->mcu.avr;

    if (!avr)
        return;
    firmware_chip_free(b->firmware, avr);
    b->mcu.avr = NULL;
}

void board_environment(struct board *b)
{
    mcu_environment(&b->mcu, world_cell_v(b->world, b->number - 1),
                    world_cell_temp_c(b->world, b->number - 1));
}

double board_factory_sum(struct board *b, double cell_v, double celsius, int count)
{
    double x = front_end_cell_tap_v(&b->front_end, cell_v, celsius, 1.0) /
               front_end_ref_v(&b->front_end, celsius);
    double sum = 0.0;

    for (int i = 0; i < count; i++)
        sum += adc_code(&b->adc, x);
    return sum;
}
