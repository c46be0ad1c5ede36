/* When the balance resistor of this board is on. Pure logic, called once per measurement. */
#ifndef COMMON_BALANCE_H
#define COMMON_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#define BALANCE_HYSTERESIS_MV 5u /* off at this much below the balance voltage */
#define BALANCE_HOT_DC \
    750                     /* stops at this board temperature (resistor and FR4 stay below
                                     their 105 C with 1 A at this ambient, docs/hardware.md) */
#define BALANCE_COOL_DC 650 /* and may go on at this one */
#define BALANCE_LOST_S 30u  /* seconds without a round until balancing ends */

struct balance {
    bool on;  /* wanted state of the resistor */
    bool hot; /* held off by temperature */
};

struct balance_input {
    uint16_t mv; /* measured with the resistor off */
    int16_t dc;
    bool trusted;         /* mv and dc are measured values of a calibrated, healthy board */
    uint16_t vbalance_mv; /* 0: switches say no balancing */
    bool lost;            /* no round for BALANCE_LOST_S */
};

void balance_step(struct balance *b, const struct balance_input *in);

#endif
