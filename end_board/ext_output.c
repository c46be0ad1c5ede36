#include "end_board/ext_output.h"

#include "common/command.h"
#include "common/hal.h"
#include "protocol/bytes.h"

#define STEP_MV 5u
#define STEP_MA 125u
#define ZERO_C 276 /* raw temperature of 0 C */
#define KEY_BASE 25u
#define SOH_PERCENT 100u /* nobody measures it: see docs/ext-output.md */
#define MILLI 1000u

#define NOT_MEASURED (CELL_NTC_OPEN | CELL_NTC_SHORT)

enum status_2 {
    COLD_FOR_CHARGE = 1u << 2,
    COLD_FOR_LOAD = 1u << 3,
    CHARGE_CLOSED = 1u << 4,
    LOAD_CLOSED = 1u << 5,
};

enum offset {
    AT_PACK_V = 0,
    AT_CURRENT_IN = 3,
    AT_CURRENT_OUT = 6,
    AT_CURRENT = 9,
    AT_LOWEST = 12,
    AT_HIGHEST = 15,
    AT_COLDEST = 18,
    AT_HOTTEST = 21,
    AT_CELL_V = 26,
    AT_CELL_T = 28,
    AT_IN_TODAY = 31,
    AT_STORED = 34,
    AT_OUT_TODAY = 37,
    AT_SOC = 40,
    AT_IN = 41,
    AT_OUT = 44,
    AT_KEY = 47,
    AT_CAPACITY = 49,
    AT_VMIN = 51,
    AT_VMAX = 53,
    AT_VBALANCE = 55,
};

_Static_assert(METER_UNITY_Q14 == EXT_RATIO_UNITY, "the ratio goes as it is");
_Static_assert(EXT_AT_SUM + 1u == EXT_FRAME_SIZE, "the sum closes the frame");

/* What the table of cells says, with the last reading of each; numbers are 0 where nobody was heard. */
struct extremes_now {
    uint32_t total_mv;
    uint16_t min_mv, max_mv;
    int16_t min_dc, max_dc;
    uint8_t lowest, highest, coldest, hottest;
};

void ext_init(struct ext_output *x)
{
    *x = (struct ext_output){ 0 };
}

/* ---- numbers ---------------------------------------------------------------------------------- */

/* Rounds. Not inline: a division of 64 bits fills 200 bytes. */
__attribute__((noinline)) static uint32_t scaled(uint64_t value, uint32_t step)
{
    uint64_t steps = value / step + (value % step >= step - value % step);
    return steps > UINT32_MAX ? UINT32_MAX : (uint32_t)steps;
}

static void put_u24(uint8_t *out, uint32_t value)
{
    if (value > 0xFFFFFFul)
        value = 0xFFFFFFul;
    out[0] = (uint8_t)(value >> 16);
    put_u16(out + 1, (uint16_t)value);
}

static void put_saturated(uint8_t *out, uint32_t value)
{
    put_u16(out, value > UINT16_MAX ? UINT16_MAX : (uint16_t)value);
}

static uint16_t volts(int32_t mv)
{
    return (uint16_t)(((uint32_t)mv + STEP_MV / 2u) / STEP_MV);
}

/* Rounds halves up. Colder than absolute zero is not possible: 0 is no temperature. */
static uint16_t celsius(int16_t dc)
{
    return (uint16_t)((dc + 10 * ZERO_C + 5) / 10);
}

static void put_current(uint8_t *out, const struct ext_current *current)
{
    uint32_t ma = current->ma < 0 ? 0u - (uint32_t)current->ma : (uint32_t)current->ma;

    out[0] = current->known ? (current->ma < 0 ? '-' : '+') : 'X';
    put_saturated(out + 1, current->known ? scaled(ma, STEP_MA) : 0);
}

/* ---- cells ------------------------------------------------------------------------------------ */

static struct pack_cell cell_of(const struct pack *p, uint8_t number)
{
    uint8_t irq = hal_irq_save();
    struct pack_cell copy = p->cell[number - 1u];

    hal_irq_restore(irq);
    return copy;
}

static bool heard_once(const struct pack_cell *cell)
{
    return cell->mv != 0; /* a board does not run below 1.8 V */
}

static bool has_temperature(const struct pack_cell *cell)
{
    return heard_once(cell) && !(cell->flags & NOT_MEASURED);
}

static void see_voltage(struct extremes_now *e, uint8_t number, uint16_t mv)
{
    e->total_mv += mv;
    if (e->lowest == 0 || mv < e->min_mv) {
        e->min_mv = mv;
        e->lowest = number;
    }
    if (e->highest == 0 || mv > e->max_mv) {
        e->max_mv = mv;
        e->highest = number;
    }
}

static void see_temperature(struct extremes_now *e, uint8_t number, int16_t dc)
{
    if (e->coldest == 0 || dc < e->min_dc) {
        e->min_dc = dc;
        e->coldest = number;
    }
    if (e->hottest == 0 || dc > e->max_dc) {
        e->max_dc = dc;
        e->hottest = number;
    }
}

static void look_at_cells(struct extremes_now *e, const struct pack *p)
{
    *e = (struct extremes_now){ 0 };
    for (uint8_t i = 0; i < p->count; i++) {
        uint8_t number = (uint8_t)(i + 1u);
        struct pack_cell cell = cell_of(p, number);
        if (heard_once(&cell))
            see_voltage(e, number, cell.mv);
        if (has_temperature(&cell))
            see_temperature(e, number, cell.dc);
    }
}

static void put_extremes(uint8_t *frame, const struct extremes_now *e)
{
    put_u24(&frame[AT_PACK_V], scaled(e->total_mv, STEP_MV));
    put_u16(&frame[AT_LOWEST], volts(e->min_mv));
    frame[AT_LOWEST + 2] = e->lowest;
    put_u16(&frame[AT_HIGHEST], volts(e->max_mv));
    frame[AT_HIGHEST + 2] = e->highest;
    put_u16(&frame[AT_COLDEST], e->coldest ? celsius(e->min_dc) : 0);
    frame[AT_COLDEST + 2] = e->coldest;
    put_u16(&frame[AT_HOTTEST], e->hottest ? celsius(e->max_dc) : 0);
    frame[AT_HOTTEST + 2] = e->hottest;
}

static void put_cell(struct ext_output *x, uint8_t *frame, const struct pack *p)
{
    struct pack_cell cell;

    x->cell = x->cell >= p->count ? 1u : (uint8_t)(x->cell + 1u);
    cell = cell_of(p, x->cell);
    frame[EXT_AT_CELL] = x->cell;
    frame[EXT_AT_CELLS] = p->count;
    put_u16(&frame[AT_CELL_V], volts(cell.mv));
    put_u16(&frame[AT_CELL_T], has_temperature(&cell) ? celsius(cell.dc) : 0);
}

/* ---- currents --------------------------------------------------------------------------------- */

static bool sensor_works(const struct meter_sensor *s)
{
    return s->state == SENSOR_OK || s->state == SENSOR_UNZEROED || s->state == SENSOR_OVER_RANGE;
}

/* A sensor that is not heard keeps its last value: the chain is broken, and the frame says so. */
static void follow_sensor(struct ext_current *current, const struct decide *d, uint8_t sensor)
{
    const struct meter_sensor *s = &d->meter.sensor[sensor];

    if (!s->fresh)
        return;
    current->known = sensor_works(s);
    current->ma = meter_sensor_ma(&d->meter, sensor, (uint8_t)d->settings.sensor_passes);
}

static void put_currents(struct ext_output *x, uint8_t *frame, const struct decide *d)
{
    follow_sensor(&x->in, d, 0);
    follow_sensor(&x->out, d, 1);
    if (d->meter.sensor[0].fresh) {
        x->battery.known = d->facts.current_known;
        x->battery.ma = d->facts.battery_ma;
    }
    put_current(&frame[AT_CURRENT_IN], &x->in);
    put_current(&frame[AT_CURRENT_OUT], &x->out);
    put_current(&frame[AT_CURRENT], &x->battery);
}

/* ---- status ----------------------------------------------------------------------------------- */

static bool communicates(const struct decide *d)
{
    return !(d->facts.faults & PACK_FAULT_ANY);
}

static uint8_t bit_if(bool condition, uint8_t bit)
{
    return condition ? bit : 0;
}

static uint8_t limits_crossed(const struct extremes_now *e, const struct settings *s)
{
    uint8_t status = 0;

    if (e->lowest && e->min_mv < s->vmin_mv)
        status |= EXT_BELOW_VMIN;
    if (e->highest && e->max_mv > s->vmax_mv)
        status |= EXT_ABOVE_VMAX;
    if (e->coldest && (e->min_dc < s->charge_tmin_dc || e->min_dc < s->discharge_tmin_dc))
        status |= EXT_BELOW_TMIN;
    if (e->hottest && (e->max_dc > s->charge_tmax_dc || e->max_dc > s->discharge_tmax_dc))
        status |= EXT_ABOVE_TMAX;
    return status;
}

static uint8_t status_1(const struct decide *d, const struct extremes_now *e)
{
    bool good = communicates(d);

    return limits_crossed(e, &d->settings) |
           bit_if(good && d->relay.closed[RELAY_CHARGE], EXT_CHARGE_ALLOWED) |
           bit_if(good && d->relay.closed[RELAY_LOAD], EXT_LOAD_ALLOWED) |
           bit_if(!good, EXT_COMMUNICATION) | bit_if(!d->soc.calibrated, EXT_NOT_CALIBRATED);
}

static uint8_t status_2(const struct decide *d, const struct extremes_now *e)
{
    const struct settings *s = &d->settings;

    return bit_if(e->coldest && e->min_dc < s->charge_tmin_dc, COLD_FOR_CHARGE) |
           bit_if(e->coldest && e->min_dc < s->discharge_tmin_dc, COLD_FOR_LOAD) |
           bit_if(d->relay.closed[RELAY_CHARGE], CHARGE_CLOSED) |
           bit_if(d->relay.closed[RELAY_LOAD], LOAD_CLOSED);
}

/* ---- energy and keys -------------------------------------------------------------------------- */

#define MWH_PER_KWH 1000000ul

static uint32_t u24(uint32_t value)
{
    return value > 0xFFFFFFul ? 0xFFFFFFul : value;
}

static void put_energy(uint8_t *frame, const struct decide *d)
{
    put_u24(&frame[AT_IN_TODAY], scaled(energy_today_mwh(&d->energy.in), MILLI));
    put_u24(&frame[AT_STORED], soc_stored_wh(&d->soc, &d->settings));
    put_u24(&frame[AT_OUT_TODAY], scaled(energy_today_mwh(&d->energy.out), MILLI));
    frame[AT_SOC] = (uint8_t)scaled(d->facts.soc_pm, 10);
    put_u24(&frame[AT_IN], scaled(d->energy.in.mwh, MWH_PER_KWH));
    put_u24(&frame[AT_OUT], scaled(d->energy.out.mwh, MWH_PER_KWH));
}

static void put_settings(uint8_t *frame, const struct decide *d)
{
    put_saturated(&frame[AT_CAPACITY], scaled((uint32_t)d->settings.capacity_wh, 100));
    put_u16(&frame[AT_VMIN], volts(d->settings.vmin_mv));
    put_u16(&frame[AT_VMAX], volts(d->settings.vmax_mv));
    put_u16(&frame[AT_VBALANCE], volts(d->facts.vbalance_mv));
}

/* Byte of a number, 0 = the lowest. */
static uint8_t byte_of(uint32_t value, uint8_t index)
{
    return (uint8_t)(value >> 8u * index);
}

static uint8_t energy_byte(const struct energy_counter *c, uint8_t index)
{
    return byte_of(u24(scaled(c->mwh, MWH_PER_KWH)), index);
}

static uint8_t cycles_byte(const struct decide *d, uint8_t index)
{
    uint32_t cycles = d->energy.cycles_milli / MILLI;
    return byte_of(cycles > UINT16_MAX ? UINT16_MAX : cycles, index);
}

static uint8_t value_of(enum ext_key key, const struct decide *d, const struct extremes_now *e)
{
    switch (key) {
    case EXT_SOH:
        return SOH_PERCENT;
    case EXT_EFFICIENCY:
        return (uint8_t)scaled((uint32_t)d->settings.charge_efficiency_pm, 10);
    case EXT_LOW_HIGH:
        return byte_of(volts(d->settings.vmin_mv), 1);
    case EXT_LOW_LOW:
        return byte_of(volts(d->settings.vmin_mv), 0);
    case EXT_NOMINAL_HIGH:
        return byte_of(volts(d->settings.nominal_mv), 1);
    case EXT_NOMINAL_LOW:
        return byte_of(volts(d->settings.nominal_mv), 0);
    case EXT_VERSION:
        return (uint8_t)((FIRMWARE_VERSION >> 16 & 0x0Fu) << 4 | (FIRMWARE_VERSION >> 8 & 0x0Fu));
    case EXT_PATCH:
        return (uint8_t)FIRMWARE_VERSION;
    case EXT_CYCLES_HIGH:
        return cycles_byte(d, 1);
    case EXT_CYCLES_LOW:
        return cycles_byte(d, 0);
    case EXT_CHARGED_HIGH:
        return energy_byte(&d->energy.in, 2);
    case EXT_CHARGED_MIDDLE:
        return energy_byte(&d->energy.in, 1);
    case EXT_CHARGED_LOW:
        return energy_byte(&d->energy.in, 0);
    case EXT_DISCHARGED_HIGH:
        return energy_byte(&d->energy.out, 2);
    case EXT_DISCHARGED_MIDDLE:
        return energy_byte(&d->energy.out, 1);
    case EXT_DISCHARGED_LOW:
        return energy_byte(&d->energy.out, 0);
    case EXT_STATUS_2:
        return status_2(d, e);
    case EXT_FULL_HIGH:
        return byte_of(volts(d->facts.vbalance_mv), 1);
    case EXT_FULL_LOW:
        return byte_of(volts(d->facts.vbalance_mv), 0);
    case EXT_KEYS:
        break;
    }
    return 0;
}

/* ---- frame ------------------------------------------------------------------------------------ */

bool ext_encode(struct ext_output *x, const struct decide *d, uint8_t frame[EXT_FRAME_SIZE])
{
    const struct pack *pack = d->facts.pack;
    struct extremes_now cells;

    if (!pack || pack->count == 0)
        return false;
    look_at_cells(&cells, pack);
    put_extremes(frame, &cells);
    put_cell(x, frame, pack);
    put_currents(x, frame, d);
    frame[EXT_AT_STATUS] = status_1(d, &cells);
    put_energy(frame, d);
    put_settings(frame, d);
    frame[AT_KEY] = (uint8_t)(KEY_BASE + x->key);
    frame[AT_KEY + 1] = value_of((enum ext_key)x->key, d, &cells);
    x->key = (uint8_t)((x->key + 1u) % EXT_KEYS);
    frame[EXT_AT_SUM] = ext_sum(frame);
    return true;
}

bool ext_complete_parcel(uint8_t parcel[EXT_PARCEL_SIZE], const struct meter *m)
{
    put_u16(&parcel[EXT_AT_RATIO], m->step_q14);
    return m->ratio_known;
}
