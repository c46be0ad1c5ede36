/* Which rule holds: the manual's tables of normal and critical mode and the faults as rows of one
 * table, one evaluator. docs/design.md shows the table. Pure logic, main loop. */
#ifndef END_BOARD_RULES_H
#define END_BOARD_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/facts.h"

/* Stable numbers: bit positions of masks, reasons in the event log. Any one of the first group,
 * and what came later behind the second, opens its relays; all of the second are needed to close them. */
enum rule_id {
    RULE_CELL_AT_VMAX,
    RULE_CELLS_FULL,
    RULE_CELL_AT_VMIN,
    RULE_CHARGE_COLD,
    RULE_CHARGE_HOT,
    RULE_LOAD_COLD,
    RULE_LOAD_HOT,
    RULE_CELL_SILENT,
    RULE_SIZE_MISFIT,
    RULE_SIZE_CHANGED,
    RULE_BOARD_UNTRUSTED,
    RULE_NO_TEMPERATURE,
    RULE_SENSOR_LOST,
    RULE_SETTINGS_LOST,
    RULE_CLOCK_LOST,
    RULE_BELOW_VBALANCE,
    RULE_BELOW_CHARGE_RESTART,
    RULE_BELOW_VMAX,
    RULE_CHARGE_WARM_ENOUGH,
    RULE_CHARGE_COOL_ENOUGH,
    RULE_ABOVE_VMIN,
    RULE_FROM_DISCHARGE_RESTART,
    RULE_LOAD_WARM_ENOUGH,
    RULE_LOAD_COOL_ENOUGH,
    RULE_NO_FAULT,
    RULE_NO_CLOCK, /* faults as above */
    RULE_OTHER_BOARDS,
    RULE_COUNT,
    RULE_REST = RULE_COUNT, /* no row: the relay opened less than RELAY_REST_MS ago */
};

_Static_assert(RULE_REST < 32, "a bit for each rule");

#define RULE_BIT(id) ((uint32_t)1u << (id))

enum relay_name { RELAY_CHARGE, RELAY_LOAD, RELAY_COUNT };

enum rule_action { RULE_ENABLE, RULE_DISABLE };

enum rule_quantity {
    QUANTITY_LOWEST_MV,
    QUANTITY_HIGHEST_MV,
    QUANTITY_LOWEST_AT_LOW_RATE_MV, /* 0 while the charge rate is above 5 % */
    QUANTITY_COLDEST_DC,
    QUANTITY_HOTTEST_DC,
    QUANTITY_SOC_PM,
    QUANTITY_FAULTS,
};

enum rule_compare {
    COMPARE_BELOW,
    COMPARE_AT_MOST,
    COMPARE_AT_LEAST,
    COMPARE_ABOVE,
    COMPARE_ANY_BIT,
    COMPARE_NO_BIT
};

#define RULE_NAME_SIZE 24u

struct rule {
    uint8_t modes;    /* bit per enum pack_mode */
    uint8_t relays;   /* bit per enum relay_name */
    uint8_t action;   /* enum rule_action */
    uint8_t quantity; /* enum rule_quantity */
    uint8_t compare;  /* enum rule_compare */
    uint8_t limit;    /* enum setting_id; with the bit comparisons the mask is in bits */
    uint8_t margin;   /* enum setting_id, SETTING_NONE: none */
    int8_t inside;    /* where the good values are from the limit: +1 above, -1 below */
    uint16_t bits;
    uint16_t hold_ms; /* the condition must hold this long before the row acts */
};

struct rules {
    uint32_t disabling[RELAY_COUNT]; /* the rows of each action, bit per rule */
    uint32_t enabling[RELAY_COUNT][MODE_COUNT];
    uint32_t running; /* bit per rule: its condition holds */
    uint32_t acting;  /* and has held for hold_ms */
    uint32_t since_ms[RULE_COUNT];
};

void rules_init(struct rules *r);

/* A condition is left only beyond limit and margin: the disabling rows let go, and the enabling
 * rows begin, that much farther inside. Rows of the other mode never act. */
void rules_step(struct rules *r, const struct facts *f);

/* Disabling rows of a relay that act. */
uint32_t rules_against(const struct rules *r, uint8_t relay);
/* Enabling rows of a relay that a mode needs and that do not act. */
uint32_t rules_missing(const struct rules *r, uint8_t relay, uint8_t mode);

/* A copy of a row, and of its name, out of flash; id below RULE_COUNT. */
void rules_row(uint8_t id, struct rule *row);
void rules_name(uint8_t id, char name[RULE_NAME_SIZE]);

#endif
