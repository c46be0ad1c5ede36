#include "engine/adc.h"

#include <math.h>
#include <stddef.h>

#include <sim_io.h>

#include "engine/inside.h"

enum { ADEN = 0x80, ADSC = 0x40, ADIF = 0x10, ADIE = 0x08 };

#define CLOCKS_FIRST 25
#define CLOCKS_NORMAL 13
#define SAMPLE_FIRST_HALVES 27     /* 13.5 ADC clocks */
#define SAMPLE_HALVES 3            /* 1.5 */
#define AREF_INTERNAL_TAU_S 320e-6 /* 10 nF at AREF, 32 k (data sheet, R_AREF) */
#define AREF_SUPPLY_TAU_S 2e-6
#define FULL_SCALE 1024.0
#define CODE_MAX 1023.0
#define REFS_SUPPLY 1

static unsigned prescaler(const struct adc *a)
{
    unsigned bits = a->mcu->avr->data[REG_ADCSRA] & 7u;
    return bits == 0 ? 2u : 1u << bits;
}

static bool on(const struct adc *a)
{
    return (a->mcu->avr->data[REG_ADCSRA] & ADEN) != 0;
}

/* ---- reference ---------------------------------------------------------------------------------- */

/* Where AREF is going and how fast, with the present settings. */
static double aref_target(const struct adc *a, double *tau_s)
{
    unsigned refs = a->mcu->avr->data[REG_ADMUX] >> 6;

    *tau_s = AREF_INTERNAL_TAU_S;
    if (!on(a))
        return 0.0;
    if (refs == a->mcu->part->adc_ref_internal)
        return a->internal_ref_v(a->ctx);
    *tau_s = AREF_SUPPLY_TAU_S;
    return refs == REFS_SUPPLY ? a->supply_v(a->ctx) : 0.0;
}

static double aref_at(const struct adc *a, int64_t at_ps)
{
    double tau_s;
    double target = aref_target(a, &tau_s);
    double t_s = (double)(at_ps - a->aref_ps) * 1e-12;

    return target + (a->aref_v - target) * exp(-(t_s > 0 ? t_s : 0) / tau_s);
}

/* Call before a register changes what AREF does. */
static void latch_aref(struct adc *a)
{
    int64_t now_ps = mcu_now_ps(a->mcu);

    a->aref_v = aref_at(a, now_ps);
    a->aref_ps = now_ps;
}

/* ---- conversion --------------------------------------------------------------------------------- */

uint16_t adc_code(struct adc *a, double x)
{
    double code;

    x = x < 0.0 ? 0.0 : x > 1.2 ? 1.2 : x;
    code = x * (1.0 + a->parts->gain_error) * FULL_SCALE + a->parts->offset_lsb +
           4.0 * a->parts->inl_lsb * x * (1.0 - x) + rng_gauss(&a->noise, a->parts->noise_lsb);
    code = floor(code + 0.5);
    return (uint16_t)(code < 0.0 ? 0.0 : code > CODE_MAX ? CODE_MAX : code);
}

static uint16_t convert(struct adc *a)
{
    double ref_v = aref_at(a, a->sample_ps);
    int channel = a->mcu->avr->data[REG_ADMUX] & a->mcu->part->adc_mux_mask;

    double in_v = channel == a->mcu->part->adc_band_gap ? a->internal_ref_v(a->ctx)
                                                        : a->input_v(a->ctx, channel, a->sample_ps);

    return adc_code(a, ref_v < 0.01 ? 1.0 : in_v / ref_v);
}

static avr_cycle_count_t done(avr_t *avr, avr_cycle_count_t when, void *param)
{
    struct adc *a = param;
    uint16_t code = convert(a);

    (void)when;
    a->converting = false;
    a->conversions++;
    avr->data[REG_ADCL] = (uint8_t)code;
    avr->data[REG_ADCH] = (uint8_t)(code >> 8);
    avr->data[REG_ADCSRA] = (uint8_t)((avr->data[REG_ADCSRA] & ~ADSC) | ADIF);
    inside_raise(avr, a->vector);
    return 0;
}

static void start(struct adc *a)
{
    avr_t *avr = a->mcu->avr;
    avr_cycle_count_t clock = prescaler(a);

    a->converting = true;
    a->sample_ps =
        mcu_now_ps(a->mcu) +
        (int64_t)(clock * (a->first ? SAMPLE_FIRST_HALVES : SAMPLE_HALVES)) * a->mcu->period_ps / 2;
    inside_plan(avr, avr->cycle + clock * (a->first ? CLOCKS_FIRST : CLOCKS_NORMAL), done, a);
    a->first = false;
}

static void write_adcsra(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct adc *a = param;
    uint8_t old = avr->data[addr];

    latch_aref(a);
    gauge_set(&a->on, (v & ADEN) != 0, mcu_now_ps(a->mcu));
    if (v & ADIF) {
        inside_clear(avr, a->vector);
        v &= (uint8_t)~ADIF;
    } else {
        v |= old & ADIF;
    }
    if (!(v & ADEN)) {
        inside_cancel(avr, done, a);
        a->converting = false;
        avr->data[addr] = (uint8_t)(v & ~ADSC);
        return;
    }
    if (!(old & ADEN))
        a->first = true;
    avr->data[addr] = a->converting ? (uint8_t)(v | ADSC) : v;
    if ((v & ADSC) && !a->converting)
        start(a);
}

static void write_admux(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    latch_aref(param);
    avr->data[addr] = v;
}

static void write_result(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    /* read-only */
    (void)avr;
    (void)addr;
    (void)v;
    (void)param;
}

void adc_reset(struct adc *a)
{
    a->converting = false;
    a->first = true;
    a->aref_v = 0.0;
    gauge_set(&a->on, false, mcu_now_ps(a->mcu));
    a->aref_ps = mcu_now_ps(a->mcu);
}

void adc_init(struct adc *a, struct mcu *m)
{
    a->mcu = m;
    a->vector = mcu_vector(m, m->part->vector_adc);
    mcu_own_register(m, REG_ADCSRA, NULL, write_adcsra, a);
    mcu_own_register(m, REG_ADMUX, NULL, write_admux, a);
    mcu_own_register(m, REG_ADCL, NULL, write_result, a);
    mcu_own_register(m, REG_ADCH, NULL, write_result, a);
    mcu_name_timer(m, done, a);
    adc_reset(a);
}

void adc_state(struct adc *a, struct state *s)
{
    rng_state(&a->noise, s);
    STATE(s, a->first);
    STATE(s, a->converting);
    STATE(s, a->sample_ps);
    STATE(s, a->aref_ps);
    STATE(s, a->aref_v);
    STATE(s, a->conversions);
    gauge_state(&a->on, s);
}
