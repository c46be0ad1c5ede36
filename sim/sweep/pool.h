/* Jobs in processes of their own, as many at once as there are cores for this program. */
#ifndef SIM_SWEEP_POOL_H
#define SIM_SWEEP_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
    int jobs;
    void *ctx;
    char *results; /* jobs times size */
    size_t size;   /* of one, at most what a pipe holds */
    /* In the process of the job; fills in its result. Nothing else of what it does is seen here. */
    void (*job)(void *ctx, int number, void *result);
    /* Here, whenever one has ended. died: what it died of instead of handing over a result, or NULL.
     * False: no more are begun. */
    bool (*ended)(void *ctx, int number, const char *died);
};

/* Begins the jobs in their order, so that of those that ran none is missing before the last. */
void pool_run(const struct pool *pool);

#endif
