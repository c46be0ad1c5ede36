#include "debug/gdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "debug/hex.h"
#include "debug/memory.h"
#include "debug/registers.h"

/* Signals, as GDB numbers them. */
enum { GDB_SIGINT = 2, GDB_SIGILL = 4, GDB_SIGTRAP = 5, GDB_SIGABRT = 6, GDB_SIGSEGV = 11 };

enum outcome { STAYS, RUNS_ON };

static void say(struct gdb *g, const char *text)
{
    if (!rsp_send(&g->rsp, text))
        g->attached = false;
}

/* ---- packets ------------------------------------------------------------------------------------ */

static void all_registers(struct gdb *g)
{
    uint8_t bytes[REGISTERS_BYTES];
    char text[2 * REGISTERS_BYTES + 1];

    registers_read(g->board, bytes);
    hex_put(text, bytes, sizeof bytes);
    say(g, text);
}

static void set_all_registers(struct gdb *g, const char *text)
{
    uint8_t bytes[REGISTERS_BYTES];
    bool good = hex_take(text, bytes, sizeof bytes);

    for (unsigned i = 0; good && i < REGISTERS; i++) {
        int at = 0, size = 0;
        good = registers_find(i, &at, &size) && registers_write(g->board, i, bytes + at);
    }
    say(g, good ? "OK" : "E01");
}

static void one_register(struct gdb *g, const char *text)
{
    uint8_t bytes[REGISTERS_BYTES];
    char reply[16];
    int at, size;

    if (!registers_find((unsigned)strtoul(text, NULL, 16), &at, &size)) {
        say(g, "E01");
        return;
    }
    registers_read(g->board, bytes);
    hex_put(reply, bytes + at, (size_t)size);
    say(g, reply);
}

static void set_one_register(struct gdb *g, const char *text)
{
    uint8_t value[4];
    char *end;
    unsigned number = (unsigned)strtoul(text, &end, 16);
    int at, size;
    bool good = *end == '=' && registers_find(number, &at, &size) &&
                hex_take(end + 1, value, (size_t)size) && registers_write(g->board, number, value);

    say(g, good ? "OK" : "E01");
}

static void read_memory(struct gdb *g, const char *text)
{
    char reply[RSP_PACKET_MAX + 1] = "";
    uint32_t address;
    size_t length, i;

    if (!hex_take_range(text, &address, &length) || length > RSP_PACKET_MAX / 2) {
        say(g, "E01");
        return;
    }
    for (i = 0; i < length; i++) {
        uint8_t value;
        if (!memory_read(g->board, address + (uint32_t)i, &value))
            break;
        hex_put(reply + 2 * i, &value, 1);
    }
    say(g, i == 0 && length > 0 ? "E01" : reply);
}

static void write_memory(struct gdb *g, const char *text)
{
    uint32_t address;
    size_t length;
    const char *data = hex_take_range(text, &address, &length);
    bool good = data && *data == ':' && strlen(data + 1) == 2 * length;

    for (size_t i = 0; good && i < length; i++) {
        uint8_t value;
        good = hex_take(data + 1 + 2 * i, &value, 1) &&
               memory_write(g->board, address + (uint32_t)i, value);
    }
    say(g, good ? "OK" : "E01");
}

/* ---- breakpoints -------------------------------------------------------------------------------- */

/* "0,ADDRESS,KIND" and "1,...": breakpoints; "2,ADDRESS,LENGTH": a write to data. */
static void change_point(struct gdb *g, bool set, const char *text)
{
    uint32_t address;
    size_t length;
    bool good;

    if (text[0] < '0' || text[0] > '2' || text[1] != ',') {
        say(g, "");
        return;
    }
    good = hex_take_range(text + 2, &address, &length) != NULL;
    if (good && text[0] == '2')
        good = points_watch(&g->points, g->board, set, address, length);
    else if (good)
        good = points_break(&g->points, g->board, set, address);
    say(g, good ? "OK" : "E01");
}

/* ---- conversation ------------------------------------------------------------------------------- */

static void query(struct gdb *g, const char *text)
{
    if (strncmp(text, "Supported", 9) == 0)
        say(g, "PacketSize=1000");
    else if (strncmp(text, "Attached", 8) == 0)
        say(g, "1");
    else if (strcmp(text, "C") == 0)
        say(g, "QC1");
    else if (strcmp(text, "fThreadInfo") == 0)
        say(g, "m1");
    else if (strcmp(text, "sThreadInfo") == 0)
        say(g, "l");
    else
        say(g, "");
}

static void detach(struct gdb *g)
{
    g->attached = false;
    g->points.breaks = g->points.watches = 0;
    g->stepping = false;
    close(g->rsp.fd);
    g->rsp.fd = -1;
}

/* 'c' and 's', perhaps with the address to go on from. */
static enum outcome resume(struct gdb *g, bool stepping, const char *text)
{
    if (*text != '\0')
        g->board->mcu.avr->pc = (uint32_t)strtoul(text, NULL, 16);
    g->stepping = stepping;
    return RUNS_ON;
}

static enum outcome act(struct gdb *g)
{
    const char *p = g->rsp.data;

    switch (p[0]) {
    case '?':
        say(g, g->stop);
        return STAYS;
    case 'g':
        all_registers(g);
        return STAYS;
    case 'G':
        set_all_registers(g, p + 1);
        return STAYS;
    case 'p':
        one_register(g, p + 1);
        return STAYS;
    case 'P':
        set_one_register(g, p + 1);
        return STAYS;
    case 'm':
        read_memory(g, p + 1);
        return STAYS;
    case 'M':
        write_memory(g, p + 1);
        return STAYS;
    case 'Z':
    case 'z':
        change_point(g, p[0] == 'Z', p + 1);
        return STAYS;
    case 'H':
    case 'T':
        say(g, "OK");
        return STAYS;
    case 'q':
        query(g, p + 1);
        return STAYS;
    case 'c':
    case 's':
        return resume(g, p[0] == 's', p + 1);
    case 'D':
        say(g, "OK");
        detach(g);
        return RUNS_ON;
    case 'k':
        g->killed = true;
        detach(g);
        return RUNS_ON;
    default:
        say(g, ""); /* not supported */
        return STAYS;
    }
}

/* The board stands until GDB lets it go on. */
static void converse(struct gdb *g)
{
    enum outcome outcome = STAYS;

    g->stepping = false;
    while (outcome == STAYS && g->attached) {
        enum rsp_kind kind = rsp_receive(&g->rsp, true);
        if (kind == RSP_PACKET)
            outcome = act(g);
        else if (kind == RSP_CLOSED)
            detach(g);
    }
    if (!g->attached && g->rsp.fd >= 0)
        detach(g);
    points_look(&g->points, g->board);
}

static void stop(struct gdb *g, int signal)
{
    snprintf(g->stop, sizeof g->stop, "S%02x", signal);
    say(g, g->stop);
    converse(g);
}

void gdb_before(struct gdb *g)
{
    const struct points_watch *changed;
    bool resuming = g->resuming;

    g->resuming = false;
    if (!g->attached)
        return;
    changed = points_changed(&g->points, g->board);
    if (changed) {
        snprintf(g->stop, sizeof g->stop, "T%02xwatch:%x;", GDB_SIGTRAP, changed->address);
        say(g, g->stop);
        converse(g);
        return;
    }
    if (resuming)
        return;
    if (g->stepping || points_break_here(&g->points, g->board))
        stop(g, GDB_SIGTRAP);
}

void gdb_look(struct gdb *g)
{
    enum rsp_kind kind;

    if (!g->attached)
        return;
    if (g->starts) {
        g->starts = false;
        g->resuming = true;
        converse(g);
        return;
    }
    kind = rsp_receive(&g->rsp, false);
    if (kind == RSP_CLOSED) {
        detach(g);
    } else if (kind == RSP_INTERRUPT) {
        g->resuming = true;
        stop(g, GDB_SIGINT);
    }
}

void gdb_crashed(struct gdb *g)
{
    static const int signal[] = { [MCU_NO_CRASH] = 0,
                                  [MCU_BAD_OPCODE] = GDB_SIGILL,
                                  [MCU_SLEEP_FOREVER] = GDB_SIGABRT,
                                  [MCU_STACK_IN_DATA] = GDB_SIGSEGV,
                                  [MCU_RESET_LOOP] = GDB_SIGABRT };

    if (!g->attached)
        return;
    g->board->mcu.avr->pc = g->board->mcu.crash_pc;
    stop(g, signal[g->board->mcu.crash]);
}

/* ---- opening and closing ------------------------------------------------------------------------ */

static int listen_on(int port, int *bound)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof at;
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        close(fd);
        return -1;
    }
    *bound = ntohs(at.sin_port);
    return fd;
}

bool gdb_open(struct gdb *g, struct board *board, int port, struct err *err)
{
    int bound = port;
    int fd = listen_on(port, &bound);
    int on = 1;

    *g = (struct gdb){ .board = board, .rsp = { .fd = -1 } };
    if (fd < 0)
        return err_set(err, "--gdb: cannot listen on port %d: %s", port, strerror(errno));
    fprintf(stderr, "bms-sim: board %d waits for avr-gdb %s, `target remote :%d`\n", board->number,
            board->firmware->path, bound);
    do
        g->rsp.fd = accept(fd, NULL, NULL);
    while (g->rsp.fd < 0 && errno == EINTR);
    close(fd);
    if (g->rsp.fd < 0)
        return err_set(err, "--gdb: nobody came on port %d: %s", bound, strerror(errno));
    setsockopt(g->rsp.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    snprintf(g->stop, sizeof g->stop, "S%02x", GDB_SIGTRAP);
    g->attached = g->starts = true;
    return true;
}

void gdb_close(struct gdb *g, int exit_code)
{
    char text[8];

    if (!g->attached)
        return;
    snprintf(text, sizeof text, "W%02x", exit_code);
    say(g, text);
    detach(g);
}
