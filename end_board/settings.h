/* What the owner sets. One record in EEPROM; defaults are those of LiFePO4. Main loop only. */
#ifndef END_BOARD_SETTINGS_H
#define END_BOARD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/eeprom_map.h"

#define SETTINGS_PAYLOAD 25u
#define SETTINGS_VERSION 1u
/* Behind the records every cell board has. */
#define EEPROM_SETTINGS EEPROM_BOARD

enum pack_mode {
    MODE_NORMAL,   /* charger and load switch separately; full and empty cut them off */
    MODE_CRITICAL, /* one cable for both: only limits cut off */
};

struct settings {
    uint8_t mode;          /* enum pack_mode */
    uint8_t sensor_passes; /* 1, 2 or 4 turns of the cable through each sensor */
    uint32_t capacity_wh;  /* 10..4 000 000 */
    uint16_t nominal_mv;   /* nominal cell voltage, 1500..5000 */
    uint16_t vmin_mv;      /* 1500..5000, vmin < vbalance < vmax */
    uint16_t vmax_mv;
    uint16_t vbalance_mv; /* used when the switches say no balancing */
    int16_t tmin_dc;      /* -400..850 */
    int16_t tmax_dc;
    int16_t charge_tmin_dc;        /* separate limit for charging, 0.1 C */
    uint16_t charge_restart_pm;    /* charge relay may close below this SOC, 0..1000 */
    uint16_t discharge_restart_pm; /* load relay may close from this SOC on */
};

void settings_default(struct settings *s);
/* Loads the record; without a valid one the defaults, and returns false. */
bool settings_load(struct settings *s);
void settings_save(const struct settings *s);

void settings_encode(uint8_t out[SETTINGS_PAYLOAD], const struct settings *s);
/* False, with s untouched, when a value is out of range or limits contradict each other. */
bool settings_decode(const uint8_t in[SETTINGS_PAYLOAD], struct settings *s);

#endif
