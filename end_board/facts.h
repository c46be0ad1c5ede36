/* What decisions are made of: one picture of the pack at one moment. Pure data, main loop. */
#ifndef END_BOARD_FACTS_H
#define END_BOARD_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/pack.h"
#include "end_board/settings.h"

/* Beside those of enum pack_fault, which are bits 0..7. */
enum fault {
    FAULT_SENSOR_LOST = 1u << 8,   /* a current sensor failed that had worked: counting is blind */
    FAULT_SETTINGS_LOST = 1u << 9, /* nobody has confirmed the settings */
    FAULT_CLOCK = 1u << 10,        /* crystal and Begin's clock disagree: no time can be trusted */
    FAULT_NO_CLOCK = 1u << 11,     /* the crystal stands: time is the CPU clock's, up to 10 % off */
    FAULT_OTHER_BOARDS =
        1u << 12, /* not the boards that the owner confirmed, or not in their places */
};

#define FAULT_BITS 13u
#define FAULT_ANY ((1u << FAULT_BITS) - 1u)

struct facts {
    const struct pack *pack;
    const struct settings *settings;
    uint32_t now_ms;
    uint16_t faults;      /* enum pack_fault and enum fault */
    uint16_t vbalance_mv; /* in force: from the switches, else from the settings */
    uint16_t soc_pm;
    int32_t battery_ma; /* charge positive */
    bool current_known; /* a sensor works; without one the charge cannot be counted */
    bool load_allowed;
};

/* Charge power at most 5 % of capacity per hour, in the direction of charge or zero. Without a
 * current nobody can say: false. */
bool facts_charge_rate_low(const struct facts *f);

#endif
