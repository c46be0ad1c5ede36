/* The EEPROM as silicon writes it: a byte takes 3.4 ms, EEPE stands meanwhile, and a supply that fails
 * within leaves that byte undefined. simavr's is written at once. Its array stays in use, so contents
 * are got and set the same way. The ready interrupt and the split erase and write modes are not
 * modelled. */
#ifndef SIM_ENGINE_EEPROM_H
#define SIM_ENGINE_EEPROM_H

#include "engine/mcu.h"
#include "world/rng.h"

/* What a byte holds whose write was cut short. */
enum eeprom_torn { TORN_OLD, TORN_NEW, TORN_ERASED, TORN_RANDOM, TORN_KINDS };

struct eeprom {
    struct mcu *mcu;
    struct source done;
    uint8_t *cell;
    int64_t master_until_ps; /* EEPE may be set until here */
    bool busy;
    uint16_t address;
    uint8_t value;
    uint32_t writes;
    uint32_t cut_in; /* the supply fails in the n-th write from now, 0: it does not */
    enum eeprom_torn torn;
    struct rng rng;
};

void eeprom_init(struct eeprom *e, struct mcu *m, uint64_t seed);
/* The chip was reset: a write goes on to its end as long as there is supply. */
void eeprom_reset(struct eeprom *e);
/* The supply fails for some milliseconds in the n-th write from now on. */
void eeprom_cut(struct eeprom *e, uint32_t n, enum eeprom_torn torn);
void eeprom_state(struct eeprom *e, struct state *s);

#endif
