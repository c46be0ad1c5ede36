/* Seconds since 2000 from the crystal, and when a day is over. Pure logic, main loop. */
#ifndef END_BOARD_CALENDAR_H
#define END_BOARD_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_DAY_S ((uint32_t)86400)

/* Without a clock that somebody set, time goes on from the last one that was kept: it never runs
 * backward, and a power cut is a gap that is not counted. */
struct calendar {
    uint32_t now_s; /* since 2000-01-01 00:00 of the app's time when set */
    bool set;       /* since the reset */
    uint32_t ran_s; /* since the reset or since the last day was over, while not set */
    uint32_t last_ms;
    uint16_t rest_ms;
    bool day_known; /* day is that of the running day's counters */
    uint16_t day;   /* since 2000 */
};

void calendar_init(struct calendar *c, uint32_t now_ms);
/* Right after calendar_init(): the last time that was kept, and the day of the counters. */
void calendar_restore(struct calendar *c, uint32_t now_s, bool day_known, uint16_t day);
/* At least once in 49 days. True when a day is over: at midnight of a clock that is set, else 24 h
 * after the reset, and again after each 24 h. */
bool calendar_step(struct calendar *c, uint32_t now_ms);
/* The app's clock. */
void calendar_set(struct calendar *c, uint32_t seconds_since_2000);

#endif
