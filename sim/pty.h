/* A pseudo-terminal with a symbolic link that names it: raw, never blocking, never hanging up. */
#ifndef SIM_PTY_H
#define SIM_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/err.h"

struct pty {
    int fd;    /* ours */
    int other; /* the client's side, kept open so that its end is no hang-up here */
    const char *link;
};

/* The link is removed by pty_close() and when a signal ends the program. An old link of that name is
 * replaced, anything else is an error. */
bool pty_open(struct pty *p, const char *link, struct err *err);
void pty_close(struct pty *p);
/* What nobody reads is dropped, the oldest first. */
void pty_write(struct pty *p, uint8_t byte);
/* Bytes that came, 0 for none. */
size_t pty_read(struct pty *p, uint8_t *to, size_t size);

#endif
