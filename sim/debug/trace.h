/* The last instructions of one board. */
#ifndef SIM_DEBUG_TRACE_H
#define SIM_DEBUG_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/board.h"

struct trace_step {
    int64_t at_ps;
    uint64_t cycle;
    uint32_t pc;
    uint16_t sp;
    uint8_t sreg;
    uint8_t r[32]; /* before the instruction */
};

struct trace {
    const struct board *board;
    struct trace_step *step; /* a ring of `size` */
    uint32_t size;
    uint64_t count; /* ever taken */
};

/* False when there is no memory for so many. */
bool trace_init(struct trace *t, const struct board *board, uint32_t size);
void trace_free(struct trace *t);
/* The instruction at the program counter is about to run. */
void trace_take(struct trace *t);
/* Oldest first: time, cycle, address, place, instruction, and the registers that it changed. */
void trace_print(const struct trace *t, FILE *out);

#endif
