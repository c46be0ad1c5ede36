/* Faults in a sound chain, and what is promised of it. */
#ifndef TEST_FAKE_HOST_CASE_H
#define TEST_FAKE_HOST_CASE_H

#include "test/fake/host_fault.h"

enum promise {
    PROMISE_TRUE, /* End shows what a board measured in this round or the one before, for 3 s at most */
    PROMISE_BLAME, /* counters rise, and the ring is called broken, only at the place that was hit */
    PROMISE_RELEASE,   /* silence or doubt opens both relays within 3 s */
    PROMISE_WHOLE,     /* 3 rounds behind the end of the fault all is whole */
    PROMISE_NO_PERSON, /* no board stays away for good */
    PROMISES,
};

#define CASE_ROUNDS 3u    /* promised */
#define CASE_PATIENCE 60u /* and so many until a board is taken for lost */
#define CASE_CLOSE_ROUNDS 20u

struct case_result {
    bool broken[PROMISES];
    char why[160];
    bool fired;
    bool opened;      /* both relays */
    bool named;       /* the ring was called broken at the right place */
    bool hasty;       /* another place was named for a moment, with several faults at once */
    double release_s; /* last word of a silent cell to both relays; 0: none was silent */
    unsigned rounds;  /* from the end of the fault to a whole chain */
    unsigned halves;  /* bad frames counted behind a round that was broken off elsewhere */
    unsigned missing; /* readings that End went without */
    unsigned forged;  /* frames that End took and nobody made: damage whose CRC fits by chance */
    const char *forged_what; /* the last one's type */
    unsigned taken;          /* bytes damaged, added or lost */
};

/* From the saved chain; the same seed and faults give the same result. until_closed: also wait for the
 * relays to close again. */
void case_run(const struct hit *set, uint8_t count, uint64_t seed, bool until_closed,
              struct case_result *out);

#endif
