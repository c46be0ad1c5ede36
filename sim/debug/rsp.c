#include "debug/rsp.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CTRL_C 0x03
#define ESCAPE '}'
#define ESCAPED_XOR 0x20

static bool send_all(struct rsp *r, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(r->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool rsp_send(struct rsp *r, const char *text)
{
    char packet[RSP_PACKET_MAX + 8];
    uint8_t sum = 0;
    int size;

    for (const char *c = text; *c; c++)
        sum = (uint8_t)(sum + (uint8_t)*c);
    size = snprintf(packet, sizeof packet, "$%s#%02x", text, sum);
    return size < (int)sizeof packet && send_all(r, packet, (size_t)size);
}

static void drop(struct rsp *r, size_t count)
{
    memmove(r->in, r->in + count, r->filled - count);
    r->filled -= count;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes what is escaped apart; returns the sum of the bytes as they were sent. */
static uint8_t take_data(struct rsp *r, size_t end)
{
    uint8_t sum = 0;

    r->size = 0;
    for (size_t i = 1; i < end; i++) {
        sum = (uint8_t)(sum + (uint8_t)r->in[i]);
        if (i > 1 && r->in[i - 1] == ESCAPE)
            r->data[r->size - 1] = (char)(r->in[i] ^ ESCAPED_XOR);
        else
            r->data[r->size++] = r->in[i];
    }
    r->data[r->size] = '\0';
    return sum;
}

/* The packet at the beginning of the input, when it is there to its end. */
static enum rsp_kind take_packet(struct rsp *r)
{
    const char *hash = memchr(r->in, '#', r->filled);
    size_t end = hash ? (size_t)(hash - r->in) : 0;
    int sum, high, low;

    if (!hash || r->filled < end + 3) {
        if (r->filled == sizeof r->in)
            r->filled = 0; /* no packet of ours is so long */
        return RSP_NOTHING;
    }
    high = hex_digit(hash[1]);
    low = hex_digit(hash[2]);
    if (end > RSP_PACKET_MAX) {
        drop(r, end + 3);
        return send_all(r, "-", 1) ? RSP_NOTHING : RSP_CLOSED;
    }
    sum = take_data(r, end);
    drop(r, end + 3);
    if (high < 0 || low < 0 || sum != high * 16 + low)
        return send_all(r, "-", 1) ? RSP_NOTHING : RSP_CLOSED;
    return send_all(r, "+", 1) ? RSP_PACKET : RSP_CLOSED;
}

/* What is no packet: acknowledgements are not waited for, a stream socket loses nothing. */
static enum rsp_kind take(struct rsp *r)
{
    while (r->filled > 0 && r->in[0] != '$') {
        bool interrupt = r->in[0] == CTRL_C;
        drop(r, 1);
        if (interrupt)
            return RSP_INTERRUPT;
    }
    return r->filled > 0 ? take_packet(r) : RSP_NOTHING;
}

static bool readable(const struct rsp *r, bool wait)
{
    struct pollfd p = { .fd = r->fd, .events = POLLIN };

    return poll(&p, 1, wait ? -1 : 0) > 0;
}

enum rsp_kind rsp_receive(struct rsp *r, bool wait)
{
    for (;;) {
        size_t before = r->filled;
        enum rsp_kind kind = take(r);
        ssize_t got;

        if (kind != RSP_NOTHING)
            return kind;
        if (r->filled != before)
            continue;
        if (!readable(r, wait)) {
            if (wait)
                continue; /* a signal */
            return RSP_NOTHING;
        }
        got = recv(r->fd, r->in + r->filled, sizeof r->in - r->filled, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return RSP_CLOSED;
        r->filled += (size_t)got;
    }
}
