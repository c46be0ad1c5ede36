/* When the balance resistor of this board is on. Pure logic, called once per measurement. */
#ifndef COMMON_BALANCE_H
#define COMMON_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#define BALANCE_HYSTERESIS_MV 5u /* off at this much below the balance voltage */
/* The cell's sensor, which the resistor warms: stops at the first, may go on at the second. */
#define BALANCE_HOT_DC 750
#define BALANCE_COOL_DC 650
/* The resistor: FR4, solder and the plastic of a cell's lid stay below 105 C (docs/hardware.md). */
#define BALANCE_RESISTOR_HOT_DC 950
#define BALANCE_RESISTOR_COOL_DC 850
#define BALANCE_LOST_S 30u /* seconds without a round until balancing ends */

/* Balancing by command ends when the cell has come down by so much since: who asks looks at Vmin. */
#define BALANCE_FORCED_DROP_MV 100u

struct balance {
    bool on;                /* wanted state of the resistor */
    bool hot;               /* held off by the cell's temperature */
    bool resistor_hot;      /* held off by that of the resistor */
    uint16_t forced_rounds; /* by command: on without a balance voltage, so many rounds more */
    uint16_t forced_mv;     /* down to this voltage */
};

struct balance_input {
    uint16_t mv; /* measured with the resistor off */
    int16_t dc;
    int16_t resistor_dc;  /* measured or estimated, see resistor.h */
    bool trusted;         /* all of these are measured values of a calibrated, healthy board */
    uint16_t vbalance_mv; /* 0: switches say no balancing */
    bool lost;            /* no round for BALANCE_LOST_S */
};

/* On for so many rounds, whatever the switches say; heat, doubt and silence still switch it off. 0 ends
 * it. False without a reading of the cell. */
bool balance_force(struct balance *b, uint16_t rounds, uint16_t mv);

void balance_step(struct balance *b, const struct balance_input *in);

#endif
