/* A server for avr-gdb that looks at one board, while the rest of the simulation waits whenever that
 * board is stopped. GDB manual, "Remote Serial Protocol"; addresses as avr-gdb has them: flash from 0,
 * data from 0x800000, EEPROM from 0x810000. */
#ifndef SIM_DEBUG_GDB_H
#define SIM_DEBUG_GDB_H

#include <stdbool.h>
#include <stdint.h>

#include "debug/points.h"
#include "debug/rsp.h"
#include "engine/board.h"
#include "scenario/err.h"

struct gdb {
    struct board *board;
    struct rsp rsp;
    bool attached;
    bool stepping;
    bool starts;   /* it has not run yet: stop at its first moment */
    bool resuming; /* the next instruction is where it stood: no breakpoint for it */
    bool killed;   /* the run is to end */
    struct points points;
    char stop[48]; /* the last reason to stop, as a packet */
};

/* Listens on 127.0.0.1 (port 0: any that is free), says so on standard error and waits for somebody.
 * False with one line in err. */
bool gdb_open(struct gdb *g, struct board *board, int port, struct err *err);
/* Says that the program has ended with that code, and closes. */
void gdb_close(struct gdb *g, int exit_code);

/* For struct mcu_watcher. */
void gdb_before(struct gdb *g);
void gdb_look(struct gdb *g);
void gdb_crashed(struct gdb *g);

#endif
