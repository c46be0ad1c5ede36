#include "end_board/settings.h"

#include "common/record.h"
#include "protocol/bytes.h"

#define CELL_MV_MIN 1500u
#define CELL_MV_MAX 5000u
#define DC_MIN (-400)
#define DC_MAX 850
#define CAPACITY_MIN_WH 10u
#define CAPACITY_MAX_WH 4000000u
#define PM_MAX 1000u

void settings_default(struct settings *s)
{
    *s = (struct settings){
        .mode = MODE_NORMAL,
        .sensor_passes = 1,
        .capacity_wh = 2000, /* the manual's example: four 200 Ah cells, 80 % */
        .nominal_mv = 3200,
        .vmin_mv = 3000, /* LiFePO4 row of the manual's threshold table */
        .vmax_mv = 3700,
        .vbalance_mv = 3400,
        .tmin_dc = -200,
        .tmax_dc = 600,
        .charge_tmin_dc = 0, /* LiFePO4 must not be charged below freezing */
        .charge_restart_pm = 900,
        .discharge_restart_pm = 200,
    };
}

static uint8_t *add_u16(uint8_t *out, uint16_t value)
{
    put_u16(out, value);
    return out + 2;
}

static const uint8_t *take_u16(const uint8_t *in, uint16_t *value)
{
    *value = get_u16(in);
    return in + 2;
}

static const uint8_t *take_i16(const uint8_t *in, int16_t *value)
{
    uint16_t raw;
    in = take_u16(in, &raw);
    *value = (int16_t)raw;
    return in;
}

void settings_encode(uint8_t out[SETTINGS_PAYLOAD], const struct settings *s)
{
    *out++ = s->mode;
    *out++ = s->sensor_passes;
    *out++ = 0; /* reserved */
    out = add_u16(out, (uint16_t)(s->capacity_wh >> 16));
    out = add_u16(out, (uint16_t)s->capacity_wh);
    out = add_u16(out, s->nominal_mv);
    out = add_u16(out, s->vmin_mv);
    out = add_u16(out, s->vmax_mv);
    out = add_u16(out, s->vbalance_mv);
    out = add_u16(out, (uint16_t)s->tmin_dc);
    out = add_u16(out, (uint16_t)s->tmax_dc);
    out = add_u16(out, (uint16_t)s->charge_tmin_dc);
    out = add_u16(out, s->charge_restart_pm);
    put_u16(out, s->discharge_restart_pm);
}

static bool voltages_fit(const struct settings *s)
{
    return s->vmin_mv >= CELL_MV_MIN && s->vmax_mv <= CELL_MV_MAX && s->vmin_mv < s->vbalance_mv &&
           s->vbalance_mv < s->vmax_mv && s->nominal_mv >= CELL_MV_MIN &&
           s->nominal_mv <= CELL_MV_MAX;
}

static bool temperatures_fit(const struct settings *s)
{
    return s->tmin_dc >= DC_MIN && s->tmax_dc <= DC_MAX && s->tmin_dc < s->tmax_dc &&
           s->charge_tmin_dc >= DC_MIN && s->charge_tmin_dc < s->tmax_dc;
}

static bool rest_fits(const struct settings *s)
{
    return s->mode <= MODE_CRITICAL &&
           (s->sensor_passes == 1 || s->sensor_passes == 2 || s->sensor_passes == 4) &&
           s->capacity_wh >= CAPACITY_MIN_WH && s->capacity_wh <= CAPACITY_MAX_WH &&
           s->charge_restart_pm <= PM_MAX && s->discharge_restart_pm <= PM_MAX;
}

bool settings_decode(const uint8_t in[SETTINGS_PAYLOAD], struct settings *s)
{
    struct settings read = { .mode = in[0], .sensor_passes = in[1] };
    uint16_t high;
    uint16_t low;

    in = take_u16(in + 3, &high);
    in = take_u16(in, &low);
    read.capacity_wh = (uint32_t)high << 16 | low;
    in = take_u16(in, &read.nominal_mv);
    in = take_u16(in, &read.vmin_mv);
    in = take_u16(in, &read.vmax_mv);
    in = take_u16(in, &read.vbalance_mv);
    in = take_i16(in, &read.tmin_dc);
    in = take_i16(in, &read.tmax_dc);
    in = take_i16(in, &read.charge_tmin_dc);
    in = take_u16(in, &read.charge_restart_pm);
    take_u16(in, &read.discharge_restart_pm);
    if (!voltages_fit(&read) || !temperatures_fit(&read) || !rest_fits(&read))
        return false;
    *s = read;
    return true;
}

bool settings_load(struct settings *s)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    if (record_load(EEPROM_SETTINGS, SETTINGS_VERSION, payload, SETTINGS_PAYLOAD) &&
        settings_decode(payload, s))
        return true;
    settings_default(s);
    return false;
}

void settings_save(const struct settings *s)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    settings_encode(payload, s);
    record_save(EEPROM_SETTINGS, SETTINGS_VERSION, payload, SETTINGS_PAYLOAD);
}
