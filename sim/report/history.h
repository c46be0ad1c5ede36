/* What a report draws, second by second, in a bounded number of buckets of time: a longer run has
 * wider ones, and each keeps the lowest and highest value of its seconds. */
#ifndef SIM_REPORT_HISTORY_H
#define SIM_REPORT_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/link.h"

struct run;

#define HISTORY_BUCKETS_MAX 1200

/* Of the pack. The last three are sums since all cells were first known. */
enum pack_channel {
    PACK_CURRENT_TRUE, /* A, charging positive */
    PACK_CURRENT_END,
    PACK_SOC_TRUE, /* % */
    PACK_SOC_END,
    PACK_BALANCING,  /* cells whose resistor is on */
    PACK_BAD_FRAMES, /* over all hops */
    PACK_INCOMPLETE, /* rounds that Begin sent and End did not get whole */
    PACK_LOST,       /* readings */
    PACK_CHANNELS,
};

/* Of each cell: V, °C. */
enum cell_channel {
    CELL_V_TRUE,
    CELL_V_END,
    CELL_C_TRUE,
    CELL_C_END,
    CELL_CHANNELS,
};

/* NAN, NAN: not known in any second of the bucket. */
struct span {
    float min;
    float max;
};

/* What one board has counted over its hop, also over its resets. */
struct hop_sum {
    uint64_t frames;
    uint64_t bad;
    uint64_t marked;
    uint64_t stale;
    uint64_t line_errors;
    uint64_t bad_syncs;
};

struct history {
    int cells;
    int buckets; /* room */
    int used;
    double from_s;                    /* the first bucket begins, whole */
    double stride_s;                  /* seconds in a bucket, whole */
    struct span *pack[PACK_CHANNELS]; /* [bucket] */
    struct span *cell[CELL_CHANNELS]; /* [bucket * cells + cell] */
    struct hop_sum *hop;              /* [board] */
    struct link_counters *last;       /* [board], at the second before */
    struct hop_sum *base;             /* [board], when all cells were first known, or at from_s */
    uint64_t base_lost;               /* readings, by then */
    bool locked;
    uint64_t sent; /* rounds since then */
    uint64_t whole;
    uint32_t last_sent;
    uint32_t last_whole;
    uint64_t incomplete;
};

/* Of a run from one second to another; to_s may be INFINITY, then buckets grow with the run. False when there is no memory; to be freed in any case. */
bool history_init(struct history *h, int cells, double from_s, double to_s);
void history_free(struct history *h);
/* At the end of each second. */
void history_second(struct history *h, const struct run *r);

/* The middle of a bucket's seconds. */
double history_time_s(const struct history *h, int bucket);

#endif
