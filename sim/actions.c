#include "actions.h"

#include <stdio.h>

#include "factory.h"
#include "live.h"
#include "view/view.h"

static void each_cell(struct run *r, const struct event *e,
                      void (*act)(struct run *, const struct event *, int))
{
    for (int i = 0; i < r->chain.cells; i++)
        if (e->cell == 0 || e->cell == i + 1)
            act(r, e, i);
}

static void leak(struct run *r, const struct event *e, int cell)
{
    world_short_resistance(r->world, cell, e->a);
}

static void set_soc(struct run *r, const struct event *e, int cell)
{
    world_set_cell_soc(r->world, cell, e->a);
}

static void reset(struct run *r, const struct event *e, int cell)
{
    (void)e;
    chain_reset_board(&r->chain, cell + 1);
}

static void ntc(struct run *r, const struct event *e, int cell)
{
    struct front_end *f = &r->chain.board[cell].front_end;
    enum ntc_wire wire = e->ntc == NTC_WIRE_OPEN ? NTC_CUT
                         : e->ntc == NTC_SHORTED ? NTC_BRIDGED
                                                 : NTC_CONNECTED;
    if (e->flag2)
        f->resistor_ntc.wire = wire;
    else
        f->cell_ntc.wire = wire;
}

static void sensor_event(struct run *r, const struct event *e)
{
    struct hall_sensor *s = &r->chain.board[0].sensor[e->sensor - 1];

    if (e->kind == EVENT_SENSOR_OFFSET)
        s->offset_a = e->a;
    else if (e->kind == EVENT_SENSOR_GAIN)
        s->gain = e->a;
    else
        s->open = e->flag;
}

/* An address that the part does not have breaks nothing. */
static void break_part(struct board *b, const struct event *e)
{
    unsigned address = (unsigned)e->address;

    if (e->kind == EVENT_FAULT_CRYSTAL)
        timer2_crystal(&b->timer2, e->flag);
    else if (e->kind == EVENT_FAULT_DIVIDER)
        b->front_end.divider *= e->a;
    else if (e->kind == EVENT_FAULT_BYTE) {
        if (address >= b->mcu.part->ram_start && address <= b->mcu.avr->ramend)
            mcu_corrupt(&b->mcu, (uint16_t)address, (uint8_t)e->bit);
    } else if (e->kind == EVENT_FAULT_EEPROM)
        eeprom_cut(&b->eeprom, address, (enum eeprom_torn)e->bit);
    else if (e->kind == EVENT_FAULT_FLASH && address <= b->mcu.avr->flashend) {
        firmware_flip(b->firmware, b->mcu.avr, address, (uint8_t)e->bit);
        board_decode(b);
    } else if (e->kind == EVENT_FAULT_RAM && address >= b->mcu.part->ram_start &&
               address <= b->mcu.avr->ramend)
        mcu_stuck_bit(&b->mcu, (uint16_t)address, (uint8_t)e->bit, e->flag);
}

_Static_assert((int)WIRE_DROP == (int)DISTURB_DROP && (int)WIRE_HIGH == (int)DISTURB_HIGH &&
                   (int)STUCK_HIGH == (int)DISTURB_STUCK_HIGH,
               "scenario and engine number the faults alike");

static void arm(struct disturb *d, const struct event *e, int64_t now_ps)
{
    struct disturb_fault fault = { .kind = (enum disturb_kind)e->wire,
                                   .byte = e->address,
                                   .from_ps = now_ps,
                                   .after_ps = (int64_t)(e->b * 1e9) };

    if (e->wire == WIRE_FLIP || e->wire == WIRE_INSERT)
        fault.value = (uint8_t)e->a;
    else
        fault.span_ps = (int64_t)(e->a * 1e6);
    disturb_arm(d, &fault);
}

static void hop(struct run *r, const struct event *e, int cell)
{
    struct disturb *d = chain_disturb(&r->chain, cell + 1);
    int64_t now_ps = r->chain.now_ps;

    if (!d)
        return;
    if (e->kind == EVENT_NOISE)
        disturb_noise(d, e->a, now_ps);
    else if (e->kind == EVENT_STUCK)
        disturb_stuck(d, (enum disturb_stuck)e->stuck);
    else if (e->kind == EVENT_BABBLE)
        disturb_babble(d, e->flag, now_ps);
    else
        arm(d, e, now_ps);
}

static void drift(struct run *r, const struct event *e, int cell)
{
    mcu_drift(&r->chain.board[cell].mcu, e->a, (int64_t)(e->b * 1e12));
}

static void world_event(struct run *r, const struct event *e)
{
    struct world *w = r->world;

    switch (e->kind) {
    case EVENT_CHARGER:
        world_charger(w, e->a, e->b);
        break;
    case EVENT_LOAD_CURRENT:
        world_load_current(w, e->a);
        break;
    case EVENT_LOAD_POWER:
        world_load_power(w, e->a);
        break;
    case EVENT_PROFILE:
        world_profile(w, e->series, e->a, e->flag);
        break;
    case EVENT_RIPPLE:
        world_ripple(w, e->a, e->b);
        break;
    case EVENT_TEMPERATURE:
        world_force_cell_temp(w, e->cell - 1, e->a);
        break;
    case EVENT_TEMPERATURE_FREE:
        world_release_cell_temp(w, e->cell - 1);
        break;
    case EVENT_AMBIENT:
        world_set_ambient(w, e->a);
        break;
    case EVENT_REMOVE:
        world_remove_cell(w, e->cell - 1, true);
        break;
    case EVENT_INSERT:
        world_remove_cell(w, e->cell - 1, false);
        break;
    case EVENT_LEAK:
        each_cell(r, e, leak);
        break;
    case EVENT_SOC:
        each_cell(r, e, set_soc);
        break;
    case EVENT_BREAK:
    case EVENT_REPAIR:
    case EVENT_SENSOR_OFFSET:
    case EVENT_SENSOR_GAIN:
    case EVENT_SENSOR_OPEN:
    case EVENT_SWAP:
    case EVENT_REPLACE:
    case EVENT_RESET:
    case EVENT_FAULT_RAM:
    case EVENT_FAULT_FLASH:
    case EVENT_FAULT_DIVIDER:
    case EVENT_FAULT_EEPROM:
    case EVENT_FAULT_CRYSTAL:
    case EVENT_FAULT_BYTE:
    case EVENT_FAULT_WIRE:
    case EVENT_FAULT_PULSE:
    case EVENT_NOISE:
    case EVENT_STUCK:
    case EVENT_BABBLE:
    case EVENT_CLOCK:
    case EVENT_BROWNOUT:
    case EVENT_SWITCHES:
    case EVENT_BUTTON:
    case EVENT_NTC:
    case EVENT_PRINT:
    case EVENT_APP:
        break;
    }
}

/* With parts of its own, as it comes from the factory. */
static void replace(struct run *r, struct board *b)
{
    struct rng rng;

    rng_seed(&rng, r->options->seed + r->second, (uint64_t)b->number);
    board_replace(b, rng_uniform(&rng, -r->options->clock_spread, r->options->clock_spread), &rng);
    if (r->options->calibrated)
        factory_calibrate_board(b);
}

void action_do(struct run *r, const struct event *e)
{
    if (r->record.out)
        record_event(&r->record, e, (double)r->chain.now_ps * 1e-12);
    if (r->view_shown)
        view_note(r->view_shown, r, e);
    switch (e->kind) {
    case EVENT_BREAK:
        chain_break(&r->chain, e->cell, true);
        break;
    case EVENT_REPAIR:
        chain_break(&r->chain, e->cell, false);
        break;
    case EVENT_SWAP:
        board_swap(&r->chain.board[e->cell - 1], &r->chain.board[e->cell2 - 1]);
        break;
    case EVENT_REPLACE:
        replace(r, &r->chain.board[e->cell - 1]);
        break;
    case EVENT_RESET:
        each_cell(r, e, reset);
        break;
    case EVENT_BUTTON:
        board_press(&r->chain.board[e->flag2 ? r->chain.cells - 1 : 0], e->flag);
        break;
    case EVENT_NTC:
        each_cell(r, e, ntc);
        break;
    case EVENT_FAULT_RAM:
    case EVENT_FAULT_FLASH:
    case EVENT_FAULT_DIVIDER:
    case EVENT_FAULT_EEPROM:
    case EVENT_FAULT_CRYSTAL:
    case EVENT_FAULT_BYTE:
        break_part(&r->chain.board[e->cell - 1], e);
        break;
    case EVENT_FAULT_WIRE:
    case EVENT_FAULT_PULSE:
    case EVENT_NOISE:
    case EVENT_STUCK:
    case EVENT_BABBLE:
        each_cell(r, e, hop);
        break;
    case EVENT_CLOCK:
        each_cell(r, e, drift);
        break;
    case EVENT_BROWNOUT:
        board_brown_out(&r->chain.board[e->cell - 1], r->chain.now_ps + (int64_t)(e->a * 1e12));
        break;
    case EVENT_SWITCHES:
        board_set_switches(&r->chain.board[0], e->switches);
        break;
    case EVENT_SENSOR_OFFSET:
    case EVENT_SENSOR_GAIN:
    case EVENT_SENSOR_OPEN:
        sensor_event(r, e);
        break;
    case EVENT_PRINT:
        if (!r->options->quiet)
            live_say(r, "%s", e->text);
        break;
    case EVENT_APP:
        outside_type(&r->outside, e->text);
        break;
    case EVENT_CHARGER:
    case EVENT_LOAD_CURRENT:
    case EVENT_LOAD_POWER:
    case EVENT_PROFILE:
    case EVENT_RIPPLE:
    case EVENT_TEMPERATURE:
    case EVENT_TEMPERATURE_FREE:
    case EVENT_AMBIENT:
    case EVENT_REMOVE:
    case EVENT_INSERT:
    case EVENT_LEAK:
    case EVENT_SOC:
        world_event(r, e);
        break;
    }
}
