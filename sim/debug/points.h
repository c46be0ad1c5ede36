/* Where a debugger wants a board to stop: at instructions, and after writes to data. */
#ifndef SIM_DEBUG_POINTS_H
#define SIM_DEBUG_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/board.h"

#define POINTS_BREAKS 64
#define POINTS_WATCHES 8
#define POINTS_WATCH_BYTES 8

struct points {
    uint32_t address[POINTS_BREAKS]; /* byte addresses in the flash */
    int breaks;
    struct points_watch {
        uint32_t address; /* as avr-gdb has it */
        size_t size;
        uint8_t value[POINTS_WATCH_BYTES]; /* when last looked at */
    } watch[POINTS_WATCHES];
    int watches;
};

/* Setting one that is set, and clearing one that is not, is fine. False: too many, or not there. */
bool points_break(struct points *p, const struct board *b, bool set, uint32_t address);
bool points_watch(struct points *p, const struct board *b, bool set, uint32_t address, size_t size);
bool points_break_here(const struct points *p, const struct board *b);
/* The first one whose value is not that of the last look, or NULL. */
const struct points_watch *points_changed(const struct points *p, const struct board *b);
void points_look(struct points *p, const struct board *b);

#endif
