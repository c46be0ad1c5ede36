#include "engine/eeprom.h"

#include <stddef.h>

#include <avr_eeprom.h>
#include <sim_io.h>

#include "engine/inside.h"

enum { EECR = 0x3F, EEDR = 0x40, EEARL = 0x41, EEARH = 0x42 };
enum { EEMPE = 0x04, EEPE = 0x02, EERE = 0x01 };

#define WRITE_OSCILLATIONS 26368.0 /* of the RC oscillator, data sheet, "EEPROM programming time" */
#define MASTER_CYCLES 4
#define READ_CYCLES 4
#define WRITE_CYCLES 2
#define CUT_AT 0.5 /* of the time of a write */

/* The next timer comes as many cycles sooner for the run that goes on behind this. */
static void halt(avr_t *avr, unsigned cycles)
{
    avr->cycle += cycles;
    inside_limit_run(avr);
}

static uint16_t address_of(const struct eeprom *e)
{
    const uint8_t *data = e->mcu->avr->data;
    return (uint16_t)((unsigned)(data[EEARL] | data[EEARH] << 8) & e->mcu->avr->e2end);
}

static void finish(struct eeprom *e)
{
    e->cell[e->address] = e->value;
    e->busy = false;
    e->mcu->avr->data[EECR] &= (uint8_t)~EEPE;
}

static uint8_t torn_value(struct eeprom *e)
{
    switch (e->torn) {
    case TORN_OLD:
        return e->cell[e->address];
    case TORN_NEW:
        return e->value;
    case TORN_ERASED:
        return 0xFF;
    case TORN_RANDOM:
    case TORN_KINDS:
        break;
    }
    return (uint8_t)rng_u64(&e->rng);
}

static void write_ends(void *ctx, int64_t at_ps)
{
    struct eeprom *e = ctx;

    if (e->cut_in != 1) {
        e->cut_in -= e->cut_in != 0;
        finish(e);
        return;
    }
    e->cut_in = 0;
    mcu_supply_fails(e->mcu, at_ps);
}

static void start_write(struct eeprom *e, int64_t now_ps)
{
    double seconds = WRITE_OSCILLATIONS / e->mcu->hz * (e->cut_in == 1 ? CUT_AT : 1.0);

    e->busy = true;
    e->writes++;
    e->address = address_of(e);
    e->value = e->mcu->avr->data[EEDR];
    halt(e->mcu->avr, WRITE_CYCLES);
    source_plan(&e->done, now_ps + (int64_t)(seconds * 1e12));
}

static void write_eecr(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct eeprom *e = param;
    int64_t now_ps = mcu_now_ps(e->mcu);

    if ((v & EEPE) && now_ps <= e->master_until_ps && !e->busy) {
        e->master_until_ps = 0;
        start_write(e, now_ps);
    } else if (v & EEMPE) {
        e->master_until_ps = now_ps + (MASTER_CYCLES + 1) * e->mcu->period_ps;
    }
    if ((v & EERE) && !e->busy) {
        avr->data[EEDR] = e->cell[address_of(e)];
        halt(avr, READ_CYCLES);
    }
    avr->data[addr] = (uint8_t)((v & ~(EEMPE | EEPE | EERE)) | (e->busy ? EEPE : 0));
}

void eeprom_reset(struct eeprom *e)
{
    if (!e->busy)
        return;
    if (!e->mcu->supplied)
        e->value = torn_value(e);
    finish(e);
}

void eeprom_cut(struct eeprom *e, uint32_t n, enum eeprom_torn torn)
{
    e->cut_in = n;
    e->torn = torn;
}

void eeprom_init(struct eeprom *e, struct mcu *m, uint64_t seed)
{
    avr_eeprom_desc_t desc = { .size = 1 };

    *e = (struct eeprom){ .mcu = m };
    avr_ioctl(m->avr, AVR_IOCTL_EEPROM_GET, &desc); /* without a buffer: a pointer to the array */
    e->cell = desc.ee;
    rng_seed(&e->rng, seed, 2);
    mcu_own_register(m, EECR, NULL, write_eecr, e);
    mcu_add_source(m, &e->done, write_ends, e, ALIVE_ALWAYS);
}

void eeprom_state(struct eeprom *e, struct state *s)
{
    state_bytes(s, "cells", e->cell, e->mcu->avr->e2end + 1u);
    STATE(s, e->master_until_ps);
    STATE(s, e->busy);
    STATE(s, e->address);
    STATE(s, e->value);
    STATE(s, e->writes);
    STATE(s, e->cut_in);
    STATE(s, e->torn);
    rng_state(&e->rng, s);
}
