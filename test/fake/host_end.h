/* The End board of a chain in memory: what end_board/main.c wires together of end_board/gather.h and decide.h, and
 * what a test wants to know about it. */
#ifndef TEST_FAKE_HOST_END_H
#define TEST_FAKE_HOST_END_H

#include "common/link.h"
#include "end_board/decide.h"
#include "end_board/gather.h"
#include "end_board/pack.h"

struct host_end {
    struct gather gather;
    struct pack pack;
    struct decide decide;
    uint64_t booted_ns;
    bool quarter;
    uint32_t quarter_ms; /* when it began */
    /* what is checked */
    uint64_t word_ns[PACK_CELLS_MAX];     /* a cell's last reading was taken in */
    uint64_t measured_ns[PACK_CELLS_MAX]; /* and measured */
    uint32_t stored_in[PACK_CELLS_MAX];   /* and in which of Begin's rounds */
    uint32_t complete;                    /* last of Begin's rounds that was all there and sound */
    uint32_t missing;                     /* readings that rounds of Begin went without */
    uint32_t rounds;                      /* whole ones that were taken note of */
    uint64_t opened_ns;  /* relays went from closed to open; 0: not since it was cleared */
    uint64_t release_ns; /* and that long behind the last word of a silent cell, longest */
    uint64_t oldest_ns;  /* oldest measurement that was taken in */
    uint16_t untrue;     /* readings that nobody measured lately */
    uint16_t start_ms; /* of the START that Begin had sent last when the present round began here */
    bool
        stray; /* a charge that Begin did not send waits, of a round that is not known to be of Begin */
    uint16_t untrue_charge;
    uint16_t forged;         /* frames that nobody made: damage whose CRC fits by chance */
    const char *forged_what; /* type of the last one */
    uint16_t old;     /* steps that began with a reading shown that was measured too long before */
    uint16_t late;    /* steps with a relay closed and a cell silent for too long */
    uint16_t doubted; /* steps with a relay closed and a fault known */
    uint16_t named[PACK_CELLS_MAX + 1u]; /* steps in which the ring was called broken there */
    uint16_t closings;
};

extern struct host_end host_end;

void host_end_boot(void);
/* ISR: once in 250 ms. */
void host_end_quarter(void);
/* ISR of the last board. */
void host_end_break_started(void);
void host_end_round_started(const struct link *l);
void host_end_frame(const struct link *l, const uint8_t *frame);
/* Begin is about to begin another one. */
void host_end_next_round(void);
/* A pass of its main loop, before the cell is measured and behind it. */
void host_end_events(uint8_t events);
void host_end_step(uint8_t events);

#define HOST_END_SILENT_NS 3000000000ull /* promised: from the last word of a cell to both relays */
#define HOST_END_SHOWN_NS \
    3000000000ull /* so long behind its measurement a reading is shown at most */
#define HOST_END_TRUE_NS 1900000000ull /* two rounds of 0.9 s with a clock 5 % slow */

#endif
