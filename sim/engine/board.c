#include "engine/board.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <avr_ioport.h>
#include <sim_io.h>
#include <sim_irq.h>

#include "engine/board_analog.h"

enum { PINA = 0x20, PINB = 0x23, PINC = 0x26, PIND = 0x29 }; /* then DDR, PORT */

#define SWITCH_COLUMNS 4
#define SAGGED_V 1.5 /* below the brown-out level, above what the RAM needs */

struct wiring {
    struct board_output balance, led, charge, load, button;
};

static const struct wiring wiring_between = {
    .balance = { PINB + 2, 3 },
    .led = { PINB + 2, 5 },
};

static const struct wiring wiring_begin = {
    .balance = { PINB + 2, 3 },
    .led = { PINB + 2, 5 },
    .button = { PINB + 2, 4 },
};

static const struct wiring wiring_end = {
    .balance = { PINC + 2, 0 },
    .led = { PINB + 2, 4 },
    .charge = { PINB + 2, 0 },
    .load = { PINB + 2, 1 },
    .button = { PINB + 2, 5 },
};

static const struct wiring *wiring_of(const struct board *b)
{
    if (b->kind == BOARD_END)
        return &wiring_end;
    return b->kind == BOARD_BEGIN ? &wiring_begin : &wiring_between;
}

static char port_letter(uint16_t port)
{
    return (char)('A' + (port - 2 - PINA) / 3);
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

static struct board_output output_of(const struct board *b, enum board_pin pin)
{
    const struct wiring *w = wiring_of(b);

    switch (pin) {
    case PIN_LED:
        return w->led;
    case PIN_BALANCE:
        return w->balance;
    case PIN_CHARGE:
        return w->charge;
    case PIN_LOAD:
        return w->load;
    case BOARD_PINS:
        break;
    }
    return (struct board_output){ 0 };
}

bool board_pin_on(const struct board *b, enum board_pin pin)
{
    struct board_output o = output_of(b, pin);

    return o.port != 0 && b->mcu.supplied && output_on(b, o);
}

avr_irq_t *board_pin_irq(struct board *b, enum board_pin pin)
{
    struct board_output o = output_of(b, pin);

    return o.port ? mcu_pin(&b->mcu, port_letter(o.port), o.bit) : NULL;
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
    gauge_set(&b->led, b->mcu.supplied && output_on(b, w->led), now_ps);
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

/* ---- button and option switches ------------------------------------------------------------------ */

static void swap_bytes(void *a, void *b, size_t size)
{
    uint8_t *x = a;
    uint8_t *y = b;

    for (size_t i = 0; i < size; i++) {
        uint8_t byte = x[i];
        x[i] = y[i];
        y[i] = byte;
    }
}

void board_swap(struct board *a, struct board *b)
{
    swap_bytes(&a->front_end, &b->front_end, sizeof a->front_end);
    swap_bytes(&a->mcu.oscillator, &b->mcu.oscillator, sizeof a->mcu.oscillator);
    swap_bytes(a->eeprom.cell, b->eeprom.cell, a->mcu.avr->e2end + 1u);
    mcu_supply_fails(&a->mcu, mcu_now_ps(&a->mcu));
    mcu_supply_fails(&b->mcu, mcu_now_ps(&b->mcu));
}

void board_replace(struct board *b, double clock_error, struct rng *rng)
{
    oscillator_draw(&b->mcu.oscillator, clock_error, rng);
    front_end_draw(&b->front_end, rng);
    memset(b->eeprom.cell, 0xFF, b->mcu.avr->e2end + 1u);
    mcu_supply_fails(&b->mcu, mcu_now_ps(&b->mcu));
}

void board_press(struct board *b, bool down)
{
    struct board_output pin = wiring_of(b)->button;
    uint8_t mask = (uint8_t)(1u << pin.bit);
    avr_ioport_external_t external = { .mask = mask, .value = down ? 0 : mask };

    b->button = down;
    if (pin.port == 0)
        return;
    avr_ioctl(b->mcu.avr, AVR_IOCTL_IOPORT_SET_EXTERNAL((uint32_t)port_letter(pin.port)),
              &external);
    avr_raise_irq(mcu_pin(&b->mcu, port_letter(pin.port), pin.bit), !down);
}

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
    eeprom_reset(&b->eeprom);
    if (b->kind == BOARD_END)
        timer2_reset(&b->timer2);
    if (b->ports)
        ports_reset(b->ports);
    if (b->kind != BOARD_BETWEEN)
        ext_pin_reset(&b->ext);
    board_analog_reset(b);
    board_press(b, b->button);
    look_at_outputs(b);
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
    watch(b, port_letter(w->led.port), w->led.bit, port_changed);
    if (b->kind == BOARD_BEGIN)
        watch(b, 'D', IOPORT_IRQ_DIRECTION_ALL, switch_direction);
}

void board_init(struct board *b, enum board_kind kind, int number, struct firmware *firmware,
                struct world *world, struct wire *in, struct wire *out, uint64_t seed,
                const struct board_tolerance *tolerance)
{
    *b = (struct board){
        .kind = kind, .number = number, .firmware = firmware, .world = world, .in = in, .out = out
    };
    rng_seed(&b->rng, seed, (uint64_t)number);
    mcu_init(&b->mcu, firmware_chip(firmware), firmware->part, number);
    b->mcu.bss_end = firmware->bss_end;
    b->mcu.core = firmware->core;
    oscillator_draw(&b->mcu.oscillator, tolerance->clock_error, &b->rng);
    usart_init(&b->usart, &b->mcu,
               &(struct usart_unit){ b->mcu.part->usart_base, b->mcu.part->vector_usart_rx,
                                     b->mcu.part->vector_usart_udre, b->mcu.part->vector_usart_tx,
                                     false },
               in, out);
    ring_pins_init(&b->pins, &b->usart);
    board_analog_init(b);
    watchdog_model_init(&b->watchdog, &b->mcu, tolerance->watchdog_error);
    eeprom_init(&b->eeprom, &b->mcu, seed);
    if (kind == BOARD_END)
        timer2_init(&b->timer2, &b->mcu, tolerance->crystal_ppm);
    if (kind == BOARD_END)
        b->ports = ports_new(&b->mcu);
    if (kind == BOARD_END)
        ext_pin_init_end(&b->ext, &b->mcu);
    if (kind == BOARD_BEGIN)
        ext_pin_init_begin(&b->ext, &b->mcu);
    for (int i = 0; i < 2; i++)
        b->sensor[i] = (struct hall_sensor){
            .present = kind == BOARD_BEGIN, .passes = 1, .gain = 1.0, .noise_a = 0.03
        };
    init_pins(b);
    b->mcu.on_reset = chip_was_reset;
    b->mcu.reset_ctx = b;
}

void board_decode(struct board *b)
{
    if (!b->mcu.core)
        return;
    free(b->own_core);
    b->own_core = core_new(b->mcu.avr->flash, b->mcu.avr->flashend + 1u);
    b->mcu.core = b->own_core;
}

void board_free(struct board *b)
{
    avr_t *avr = b->mcu.avr;

    if (!avr)
        return;
    firmware_chip_free(b->firmware, avr);
    free(b->ports);
    free(b->own_core);
    b->mcu.avr = NULL;
}

void board_brown_out(struct board *b, int64_t until_ps)
{
    b->browned_ps = until_ps;
}

void board_environment(struct board *b)
{
    double volts = b->bench ? b->bench->volts : world_cell_v(b->world, b->number - 1);

    if (mcu_now_ps(&b->mcu) < b->browned_ps)
        volts = fmin(volts, SAGGED_V);
    mcu_environment(&b->mcu, volts, board_celsius(b));
}

/* ---- state ---------------------------------------------------------------------------------------- */

static void flash_state(struct board *b, struct state *s)
{
    avr_t *avr = b->mcu.avr;
    bool own = avr->flash != b->firmware->flash;

    STATE(s, own);
    if (!own || s->failed)
        return;
    if (!firmware_own_flash(b->firmware, avr)) {
        state_fail(s, "out of memory");
        return;
    }
    state_bytes(s, "flash", avr->flash, avr->flashend + 1u);
    if (s->loading)
        board_decode(b);
}

static void truths_state(struct board *b, struct state *s)
{
    for (int i = 0; i < BOARD_TRUTHS; i++) {
        STATE(s, b->measured[i].at_ps);
        STATE(s, b->measured[i].mv);
        STATE(s, b->measured[i].dc);
    }
    STATE(s, b->sampled_v);
    STATE(s, b->samples);
}

static void outputs_state(struct board *b, struct state *s)
{
    STATE(s, b->divider_on_ps);
    STATE(s, b->ntc_moved_ps);
    STATE(s, b->balancing);
    STATE(s, b->balance_since_ps);
    STATE(s, b->balance_on_ps);
    gauge_state(&b->led, s);
    gauge_state(&b->divider, s);
    gauge_state(&b->ntc, s);
}

static void inputs_state(struct board *b, struct state *s)
{
    STATE(s, b->browned_ps);
    STATE(s, b->switches);
    STATE(s, b->button);
    for (int i = 0; i < 2; i++) {
        STATE(s, b->sensor[i].open);
        STATE(s, b->sensor[i].offset_a);
        STATE(s, b->sensor[i].gain);
    }
    front_end_state(&b->front_end, s);
    rng_state(&b->rng, s);
}

void board_state(struct board *b, const struct simavr_timers *t, struct state *s)
{
    flash_state(b, s);
    mcu_state(&b->mcu, t, s);
    usart_state(&b->usart, s);
    ring_pins_state(&b->pins, s);
    adc_state(&b->adc, s);
    watchdog_model_state(&b->watchdog, s);
    eeprom_state(&b->eeprom, s);
    if (b->kind == BOARD_END) {
        timer2_state(&b->timer2, s);
        ports_state(b->ports, s);
    }
    if (b->kind != BOARD_BETWEEN)
        ext_pin_state(&b->ext, s);
    outputs_state(b, s);
    inputs_state(b, s);
    truths_state(b, s);
}
