/* Packets of the GDB remote serial protocol over a socket: "$data#checksum", acknowledged by + and -.
 * GDB manual, "Overview" of the remote protocol. */
#ifndef SIM_DEBUG_RSP_H
#define SIM_DEBUG_RSP_H

#include <stdbool.h>
#include <stddef.h>

#define RSP_PACKET_MAX 4096

enum rsp_kind {
    RSP_PACKET,    /* in data */
    RSP_INTERRUPT, /* Ctrl-C */
    RSP_CLOSED,    /* the other end is gone */
    RSP_NOTHING,   /* so far */
};

struct rsp {
    int fd;
    char in[2 * RSP_PACKET_MAX];
    size_t filled;
    char data[RSP_PACKET_MAX + 1]; /* the last packet, ended by a zero */
    size_t size;
};

/* The next thing that came. wait: until there is one. */
enum rsp_kind rsp_receive(struct rsp *r, bool wait);
/* Sends a packet; false when the other end is gone. Text without the characters $ # } *. */
bool rsp_send(struct rsp *r, const char *text);

#endif
