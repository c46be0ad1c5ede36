#include "actions.h"

#include <stdio.h>

#include "factory.h"
#include "live.h"
#include "view/view.h"

/* ---- the world ----------------------------------------------------------------------------- */

static void charger(struct run *r, const struct event *e)
{
    world_charger(r->world, e->a, e->b);
}

static void load_current(struct run *r, const struct event *e)
{
    world_load_current(r->world, e->a);
}

static void load_power(struct run *r, const struct event *e)
{
    world_load_power(r->world, e->a);
}

static void profile(struct run *r, const struct event *e)
{
    world_profile(r->world, e->series, e->a, e->flag);
}

static void ripple(struct run *r, const struct event *e)
{
    world_ripple(r->world, e->a, e->b);
}

static void ambient(struct run *r, const struct event *e)
{
    world_set_ambient(r->world, e->a);
}

static void temperature(struct run *r, const struct event *e, int cell)
{
    world_force_cell_temp(r->world, cell, e->a);
}

static void temperature_free(struct run *r, const struct event *e, int cell)
{
    (void)e;
    world_release_cell_temp(r->world, cell);
}

static void remove_cell(struct run *r, const struct event *e, int cell)
{
    world_remove_cell(r->world, cell, e->kind == EVENT_REMOVE);
}

static void leak(struct run *r, const struct event *e, int cell)
{
    world_short_resistance(r->world, cell, e->a);
}

static void soc(struct run *r, const struct event *e, int cell)
{
    world_set_cell_soc(r->world, cell, e->a);
}

/* ---- boards ---------------------------------------------------------------------------------- */

static void swap(struct run *r, const struct event *e)
{
    board_swap(&r->chain.board[e->cell - 1], &r->chain.board[e->cell2 - 1]);
}

/* With parts of its own, as it comes from the factory. */
static void replace(struct run *r, const struct event *e, int cell)
{
    struct board *b = &r->chain.board[cell];
    struct rng rng;

    (void)e;
    rng_seed(&rng, r->options->seed + r->second, (uint64_t)b->number);
    board_replace(b, rng_uniform(&rng, -r->options->clock_spread, r->options->clock_spread), &rng);
    if (r->options->calibrated)
        factory_calibrate_board(b);
}

static void reset(struct run *r, const struct event *e, int cell)
{
    (void)e;
    chain_reset_board(&r->chain, cell + 1);
}

static void drift(struct run *r, const struct event *e, int cell)
{
    mcu_drift(&r->chain.board[cell].mcu, e->a, (int64_t)(e->b * 1e12));
}

static void brown_out(struct run *r, const struct event *e, int cell)
{
    board_brown_out(&r->chain.board[cell], r->chain.now_ps + (int64_t)(e->a * 1e12));
}

static void switches(struct run *r, const struct event *e)
{
    board_set_switches(&r->chain.board[0], e->switches);
}

static void button(struct run *r, const struct event *e)
{
    board_press(&r->chain.board[e->flag2 ? r->chain.cells - 1 : 0], e->flag);
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

static struct hall_sensor *sensor_of(struct run *r, const struct event *e)
{
    return &r->chain.board[0].sensor[e->sensor - 1];
}

static void sensor_offset(struct run *r, const struct event *e)
{
    sensor_of(r, e)->offset_a = e->a;
}

static void sensor_gain(struct run *r, const struct event *e)
{
    sensor_of(r, e)->gain = e->a;
}

static void sensor_open(struct run *r, const struct event *e)
{
    sensor_of(r, e)->open = e->flag;
}

/* ---- parts of a board ------------------------------------------------------------------------ */

static void crystal(struct run *r, const struct event *e, int cell)
{
    timer2_crystal(&r->chain.board[cell].timer2, e->flag);
}

static void divider(struct run *r, const struct event *e, int cell)
{
    r->chain.board[cell].front_end.divider *= e->a;
}

static void eeprom(struct run *r, const struct event *e, int cell)
{
    eeprom_cut(&r->chain.board[cell].eeprom, (unsigned)e->address, (enum eeprom_torn)e->bit);
}

/* An address that the part does not have breaks nothing. */
static bool has_ram(const struct mcu *m, const struct event *e)
{
    return e->address >= m->part->ram_start && e->address <= m->avr->ramend;
}

static void ram_byte(struct run *r, const struct event *e, int cell)
{
    struct mcu *m = &r->chain.board[cell].mcu;

    if (has_ram(m, e))
        mcu_corrupt(m, (uint16_t)e->address, (uint8_t)e->bit);
}

static void ram_bit(struct run *r, const struct event *e, int cell)
{
    struct mcu *m = &r->chain.board[cell].mcu;

    if (has_ram(m, e))
        mcu_stuck_bit(m, (uint16_t)e->address, (uint8_t)e->bit, e->flag);
}

static void flash_bit(struct run *r, const struct event *e, int cell)
{
    struct board *b = &r->chain.board[cell];

    if ((unsigned)e->address > b->mcu.avr->flashend)
        return;
    firmware_flip(b->firmware, b->mcu.avr, (unsigned)e->address, (uint8_t)e->bit);
    board_decode(b);
}

/* ---- the ring ---------------------------------------------------------------------------------- */

static void wire(struct run *r, const struct event *e)
{
    chain_break(&r->chain, e->cell, e->kind == EVENT_BREAK);
}

static void noise(struct disturb *d, const struct event *e, int64_t now_ps)
{
    disturb_noise(d, e->a, now_ps);
}

static void stick(struct disturb *d, const struct event *e, int64_t now_ps)
{
    (void)now_ps;
    disturb_stuck(d, (enum disturb_stuck)e->stuck);
}

static void babble(struct disturb *d, const struct event *e, int64_t now_ps)
{
    disturb_babble(d, e->flag, now_ps);
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

/* ---- the observer ------------------------------------------------------------------------------ */

static void print(struct run *r, const struct event *e)
{
    if (!r->options->quiet)
        live_say(r, "%s", e->text);
}

static void app(struct run *r, const struct event *e)
{
    outside_type(&r->outside, e->text);
}

/* ---- which does what --------------------------------------------------------------------------- */

/* Once, on each cell that the event names, or on the hop behind each of them. */
static const struct {
    void (*once)(struct run *r, const struct event *e);
    void (*cell)(struct run *r, const struct event *e, int cell);
    void (*hop)(struct disturb *d, const struct event *e, int64_t now_ps);
} actions[EVENT_KINDS] = {
    [EVENT_CHARGER] = { .once = charger },
    [EVENT_LOAD_CURRENT] = { .once = load_current },
    [EVENT_LOAD_POWER] = { .once = load_power },
    [EVENT_PROFILE] = { .once = profile },
    [EVENT_RIPPLE] = { .once = ripple },
    [EVENT_BREAK] = { .once = wire },
    [EVENT_REPAIR] = { .once = wire },
    [EVENT_TEMPERATURE] = { .cell = temperature },
    [EVENT_TEMPERATURE_FREE] = { .cell = temperature_free },
    [EVENT_AMBIENT] = { .once = ambient },
    [EVENT_REMOVE] = { .cell = remove_cell },
    [EVENT_INSERT] = { .cell = remove_cell },
    [EVENT_SWAP] = { .once = swap },
    [EVENT_REPLACE] = { .cell = replace },
    [EVENT_LEAK] = { .cell = leak },
    [EVENT_SOC] = { .cell = soc },
    [EVENT_SENSOR_OFFSET] = { .once = sensor_offset },
    [EVENT_SENSOR_GAIN] = { .once = sensor_gain },
    [EVENT_SENSOR_OPEN] = { .once = sensor_open },
    [EVENT_RESET] = { .cell = reset },
    [EVENT_BUTTON] = { .once = button },
    [EVENT_NTC] = { .cell = ntc },
    [EVENT_FAULT_RAM] = { .cell = ram_bit },
    [EVENT_FAULT_FLASH] = { .cell = flash_bit },
    [EVENT_FAULT_DIVIDER] = { .cell = divider },
    [EVENT_FAULT_EEPROM] = { .cell = eeprom },
    [EVENT_FAULT_CRYSTAL] = { .cell = crystal },
    [EVENT_FAULT_BYTE] = { .cell = ram_byte },
    [EVENT_FAULT_WIRE] = { .hop = arm },
    [EVENT_FAULT_PULSE] = { .hop = arm },
    [EVENT_NOISE] = { .hop = noise },
    [EVENT_STUCK] = { .hop = stick },
    [EVENT_BABBLE] = { .hop = babble },
    [EVENT_CLOCK] = { .cell = drift },
    [EVENT_BROWNOUT] = { .cell = brown_out },
    [EVENT_SWITCHES] = { .once = switches },
    [EVENT_PRINT] = { .once = print },
    [EVENT_APP] = { .once = app },
};

static void each_cell(struct run *r, const struct event *e)
{
    for (int i = 0; i < r->chain.cells; i++)
        if (e->cell == 0 || e->cell == i + 1)
            actions[e->kind].cell(r, e, i);
}

static void each_hop(struct run *r, const struct event *e)
{
    for (int i = 0; i < r->chain.cells; i++)
        if (e->cell == 0 || e->cell == i + 1) {
            struct disturb *d = chain_disturb(&r->chain, i + 1);
            if (d)
                actions[e->kind].hop(d, e, r->chain.now_ps);
        }
}

void action_do(struct run *r, const struct event *e)
{
    if (r->record.out)
        record_event(&r->record, e, (double)r->chain.now_ps * 1e-12);
    if (r->view_shown)
        view_note(r->view_shown, r, e);
    if (actions[e->kind].once)
        actions[e->kind].once(r, e);
    else if (actions[e->kind].cell)
        each_cell(r, e);
    else
        each_hop(r, e);
}
