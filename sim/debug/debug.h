/* What looks into a run without changing it: trace, debugger and waveforms, as the options ask. */
#ifndef SIM_DEBUG_DEBUG_H
#define SIM_DEBUG_DEBUG_H

#include <stdbool.h>

#include "debug/gdb.h"
#include "debug/trace.h"
#include "debug/vcd.h"
#include "engine/chain.h"
#include "options.h"

struct debug_watch {
    struct debug *debug;
    int index;
    struct mcu_watcher watcher;
};

struct debug {
    const struct options *options;
    struct trace trace; /* without steps: none */
    struct gdb gdb;
    struct vcd *vcd;           /* may be NULL */
    struct debug_watch *watch; /* one for each board, NULL: nobody looks */
};

/* The chain is ready to run and stays where it is. Waits for avr-gdb when that is asked for. False with
 * one line in err. */
bool debug_open(struct debug *d, struct chain *chain, const struct options *o, struct err *err);
void debug_before_step(struct debug *d);
void debug_after_step(struct debug *d);
/* Somebody has killed the program in the debugger. */
bool debug_killed(const struct debug *d);
/* The run is over, with the exit code of the program; crashed: number of a board or 0. */
void debug_report(struct debug *d, int crashed, int exit_code);
void debug_close(struct debug *d);

#endif
