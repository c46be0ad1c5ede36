/* What is plugged into the End board: a reader of the extended data output, and somebody at the app
 * port; and a reader of Begin's extended data output. They are a scenario, files and
 * pseudo-terminals. */
#ifndef SIM_OUTSIDE_H
#define SIM_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/chain.h"
#include "engine/serial.h"
#include "options.h"
#include "pty.h"
#include "scenario/scenario.h"

#define OUTSIDE_FRAME_MAX 256
#define OUTSIDE_LINE_MAX 256
#define OUTSIDE_TYPED_MAX 4096

/* A reader of an extended data output. */
struct ext_reader {
    struct serial_ear ear;
    struct pty pty;
    FILE *log; /* may be NULL */
    uint8_t frame[OUTSIDE_FRAME_MAX];
    int frame_size;
    int64_t frame_ps; /* its first start bit */
    int64_t heard_ps; /* its last one */
    int frame_errors; /* bytes without a stop bit */
};

struct outside {
    struct ports *ports;
    struct scenario *scenario; /* may be NULL */
    struct ext_reader ext_begin;
    struct ext_reader ext_end;
    struct serial_ear app;
    struct serial_mouth mouth;
    struct pty app_pty;
    uint8_t typed[OUTSIDE_TYPED_MAX]; /* not yet sent */
    size_t typed_size;
    char line[OUTSIDE_LINE_MAX];
    int line_size;
};

bool outside_open(struct outside *o, struct chain *chain, const struct options *options,
                  struct scenario *scenario, struct err *err);
void outside_close(struct outside *o);
/* Types a line and CR. */
void outside_type(struct outside *o, const char *line);
/* After each step of the chain. */
void outside_step(struct outside *o, int64_t now_ps);
/* Who is behind a pseudo-terminal is not part of it. */
void outside_state(struct outside *o, struct state *s);

#endif
