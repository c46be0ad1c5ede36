/* What a board knows of its own condition: how often and why it was reset, for how long it runs, its
 * lowest cell voltage, stack, clock and self-test. Main loop only. */
#ifndef COMMON_HEALTH_H
#define COMMON_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of the bits of MCUSR (ATmega328P and ATmega1284P). */
enum reset_cause {
    CAUSE_POWER_ON,
    CAUSE_EXTERNAL,
    CAUSE_BROWN_OUT,
    CAUSE_WATCHDOG,
    RESET_CAUSES,
};

struct reset_counts {
    uint16_t boots;               /* starts of any kind, modulo 2^16 */
    uint16_t count[RESET_CAUSES]; /* by the worst cause of each, modulo 2^16 */
};

/* Lives in RAM that a reset leaves alone, sealed; see hal_reset_log(). The record in the EEPROM is
 * counts and tag as they lie here, low byte first. */
struct reset_log {
    struct reset_counts counts;
    uint8_t tag; /* differs from the start before, see reset_log_start() */
    uint8_t magic;
    uint16_t crc;
};

#define RESETS_PAYLOAD 11u
#define RESETS_VERSION 1u

/* Counts this start. causes: bits of enum reset_cause; several may be set since hardware keeps them,
 * then power-on counts before brown-out, watchdog, external. A start without any (a jump to the
 * first address) shows in boots alone.
 *
 * While the RAM keeps its contents the log goes on, and tag steps by one. Else it goes on from the
 * EEPROM record, and tag steps by 1..15 as the RAM's power-up contents have it: modulo 16 it differs
 * for certain if the run before lasted until the record was saved, and by 14 of 15 if not. */
void reset_log_start(struct reset_log *log, uint8_t causes);

enum self_test_fault {
    FAULT_RAM = 1u << 0,
    FAULT_FLASH = 1u << 1,
    FAULT_ANALOG = 1u << 2, /* cell voltage and supply disagree */
};

/* The same layout on AVR and host, without padding: the simulator reads it. */
struct health {
    uint32_t uptime_s; /* by Begin's clock, in silence by that of the watchdog: within 10 % */
    uint16_t uptime_ms;
    struct reset_counts resets;
    uint16_t lowest_mv;  /* of the cell since the reset, UINT16_MAX before the first reading */
    uint16_t stack_free; /* bytes the stack has never reached, looked at every 16 rounds */
    int8_t trim_steps;   /* OSCCAL now minus the factory's */
    int8_t clock_error;  /* against Begin in 1/1024 of the bit rate, > 0 is fast */
    uint8_t causes;      /* of the last reset, bits of enum reset_cause */
    uint8_t faults;      /* enum self_test_fault */
    uint8_t saved;       /* 1: this start is in the EEPROM record */
    uint8_t strikes;     /* implausible conversions in a row */
    uint8_t rounds;      /* modulo 2^8, when to look again */
    uint8_t reserved;
};

void health_init(struct health *h);
/* Time has passed, 0..64 000 ms. */
void health_elapsed(struct health *h, uint16_t ms);
/* A round is over: nothing hurries now. Looking at the stack takes 3 ms, on End 25 ms. After
 * HEALTH_SAVE_S without a fault the counts are saved (50 ms, once a start), so that a chattering supply
 * does not wear the EEPROM. */
#define HEALTH_SAVE_S 60u
void health_round(struct health *h, int8_t trim_steps, int8_t clock_error);
/* A reading was taken. */
void health_reading(struct health *h, uint16_t mv);
/* The verdict of one plausibility check of the converter: three bad ones in a row are a fault, a good
 * one ends it. A load step between two conversions is not to count. */
void health_analog(struct health *h, bool plausible);
/* True when the converter is to be checked in this round. */
static inline bool health_check_due(const struct health *h)
{
    return (h->rounds & 15u) == 0 || h->strikes != 0;
}

#endif
