/* What the owner sets: one table of rows, docs/settings.md shows it. Pure logic, main loop only;
 * end_board/settings_store.h keeps it over a power failure. */
#ifndef END_BOARD_SETTINGS_H
#define END_BOARD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

enum pack_mode {
    MODE_NORMAL,   /* charger and load switch separately; full and empty cut them off */
    MODE_CRITICAL, /* one cable for both: only limits cut off */
    MODE_COUNT,
};

enum cell_chemistry {
    CHEMISTRY_LFP,
    CHEMISTRY_LTO,
    CHEMISTRY_NMC,
    CHEMISTRY_LIION,
    CHEMISTRY_COUNT
};

/* Stable: EEPROM and apps know a setting by its number. New ones go to the end; the number of one
 * that is dropped stays unused. */
enum setting_id {
    SETTING_NONE,
    SETTING_CHEMISTRY,
    SETTING_MODE,
    SETTING_SENSOR_PASSES,
    SETTING_PIN,
    SETTING_CAPACITY_WH,
    SETTING_SOLAR_PEAK_W,
    SETTING_INVERTER_PEAK_W,
    SETTING_NOMINAL_MV,
    SETTING_VMIN_MV,
    SETTING_VMAX_MV,
    SETTING_VBALANCE_MV,
    SETTING_CHARGE_TMIN_DC,
    SETTING_CHARGE_TMAX_DC,
    SETTING_DISCHARGE_TMIN_DC,
    SETTING_DISCHARGE_TMAX_DC,
    SETTING_CHARGE_RESTART_PM,
    SETTING_DISCHARGE_RESTART_PM,
    SETTING_CHARGE_EFFICIENCY_PM,
    SETTING_RELEASE_MV,
    SETTING_RELEASE_DC,
    SETTING_BALANCE_DIFFERENCE_MV,
    SETTING_END,
};

#define SETTINGS_COUNT ((uint8_t)(SETTING_END - 1u))

/* The same values by name and by id - 1. Meaning, unit and range of each: the rows in settings.c. */
struct settings {
    union {
        struct {
            int32_t chemistry; /* enum cell_chemistry */
            int32_t mode;      /* enum pack_mode */
            int32_t sensor_passes;
            int32_t pin;
            int32_t capacity_wh;
            int32_t solar_peak_w;
            int32_t inverter_peak_w;
            int32_t nominal_mv;
            int32_t vmin_mv;
            int32_t vmax_mv;
            int32_t vbalance_mv; /* used when the switches say no balancing */
            int32_t charge_tmin_dc;
            int32_t charge_tmax_dc;
            int32_t discharge_tmin_dc;
            int32_t discharge_tmax_dc;
            int32_t charge_restart_pm;
            int32_t discharge_restart_pm;
            int32_t charge_efficiency_pm;
            int32_t release_mv;
            int32_t release_dc;
            int32_t balance_difference_mv; /* 0: whatever the others are */
        };
        int32_t value[SETTINGS_COUNT];
    };
    bool confirmed; /* by an owner; false: nobody said that these values fit the pack */
};

enum settings_result {
    SETTINGS_OK,
    SETTINGS_UNKNOWN,   /* no such id */
    SETTINGS_TOO_LOW,   /* below the row's minimum */
    SETTINGS_TOO_HIGH,  /* above its maximum */
    SETTINGS_NO_CHOICE, /* between both, but not one of the row's choices */
    SETTINGS_CONFLICT,  /* contradicts another setting */
};

#define SETTING_NAME_SIZE 24u
#define SETTING_UNIT_SIZE 8u

/* One row of the table. */
struct setting {
    char name[SETTING_NAME_SIZE]; /* as a person types it */
    char unit[SETTING_UNIT_SIZE]; /* "" where it has none */
    uint8_t id;                   /* enum setting_id */
    uint8_t flags;                /* enum setting_flag */
    uint8_t choices;              /* bit n: n is legal; 0: everything from min to max */
    int32_t min;
    int32_t max;
    int32_t standard;                /* the default */
    int16_t preset[CHEMISTRY_COUNT]; /* with SETTING_PRESET: by enum cell_chemistry */
};

enum setting_flag {
    SETTING_PRESET = 1u << 0, /* the chemistry decides: standard is that of LiFePO4 */
    SETTING_SECRET = 1u << 1, /* not for those who have not given the PIN */
};

/* Copies the row of an id out of flash; false when there is none. Ids run from 1 to SETTINGS_COUNT,
 * so that loop lists all. */
bool setting_row(uint8_t id, struct setting *row);
/* Id of a name, SETTING_NONE when there is none. */
uint8_t setting_find(const char *name);

/* Defaults, not confirmed. */
void settings_default(struct settings *s);
/* Value of an id, 0 for one that does not exist. */
int32_t settings_get(const struct settings *s, uint8_t id);
/* Sets one value, or changes nothing. After SETTINGS_CONFLICT *other is the id of the setting that
 * stands against it. Setting the chemistry applies its preset. */
enum settings_result settings_set(struct settings *s, uint8_t id, int32_t value, uint8_t *other);
/* All values that the chemistry decides in one step, and the chemistry; or changes nothing. */
enum settings_result settings_apply_preset(struct settings *s, int32_t chemistry, uint8_t *other);
/* Judges all values: that a record is sane, or that several changes fit together. */
enum settings_result settings_check(const struct settings *s, uint8_t *id, uint8_t *other);

/* Room for settings to come: a record keeps its size when rows are added. */
#define SETTINGS_ROOM 28u
#define SETTINGS_PAYLOAD (2u + 4u * SETTINGS_ROOM)

void settings_encode(uint8_t out[SETTINGS_PAYLOAD], const struct settings *s);
/* False, with s untouched, when the values are not sane. Settings that the writer did not know get
 * their defaults. */
bool settings_decode(const uint8_t in[SETTINGS_PAYLOAD], struct settings *s);

_Static_assert(SETTINGS_COUNT <= SETTINGS_ROOM, "settings outgrow their record");

#endif
