#include "engine/pipeline.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

/* Cost of boards against each other, from their active cycles a second (docs/benchmarks.md): Begin
 * samples currents, each other board has a fixed part and one per board whose frames it passes. */
#define COST_BEGIN 560.0
#define COST_FIXED 27.0
#define COST_PER_FRAME 1.5

struct pipeline {
    struct chain *chain;
    int cut;               /* boards 0..cut-1 here, the others in the worker */
    struct wire staging;   /* written by board cut-1 */
    struct wire slice_edges[CHAIN_SLICES_PER_STEP];
    int64_t end_ps;
    bool quit;
    sem_t begin;           /* a step may begin */
    sem_t slice;           /* one more slice's edges are there */
    sem_t done;
    pthread_t worker;
};

static int64_t slice_end_ps(const struct pipeline *p, int slice)
{
    return p->end_ps - (CHAIN_SLICES_PER_STEP - 1 - slice) * CHAIN_SLICE_PS;
}

static void *work(void *arg)
{
    struct pipeline *p = arg;
    struct chain *c = p->chain;

    for (;;) {
        sem_wait(&p->begin);
        if (p->quit)
            return NULL;
        for (int i = 0; i < CHAIN_SLICES_PER_STEP; i++) {
            int64_t end_ps = slice_end_ps(p, i);
            sem_wait(&p->slice);
            wire_hand_over(&p->slice_edges[i], &c->wire[p->cut - 1], end_ps, 0);
            chain_run_boards(c, p->cut, c->cells, end_ps);
        }
        sem_post(&p->done);
    }
}

void pipeline_step(struct pipeline *p, int64_t end_ps)
{
    p->end_ps = end_ps;
    sem_post(&p->begin);
    for (int i = 0; i < CHAIN_SLICES_PER_STEP; i++) {
        int64_t slice_ps = slice_end_ps(p, i);
        chain_run_boards(p->chain, 0, p->cut, slice_ps);
        wire_hand_over(&p->staging, &p->slice_edges[i], slice_ps, 0);
        sem_post(&p->slice);
    }
    sem_wait(&p->done);
}

static double cost(int board)
{
    return board == 0 ? COST_BEGIN : COST_FIXED + COST_PER_FRAME * board;
}

/* Where both halves cost about the same. */
static int find_cut(int cells)
{
    double total = 0.0;
    double sum = 0.0;
    int cut = 0;

    for (int i = 0; i < cells; i++)
        total += cost(i);
    while (cut < cells - 1 && sum + cost(cut) / 2.0 < total / 2.0)
        sum += cost(cut++);
    return cut < 1 ? 1 : cut;
}

struct pipeline *pipeline_new(struct chain *c)
{
    struct pipeline *p = calloc(1, sizeof *p);
    struct board *last;

    if (!p)
        return NULL;
    p->chain = c;
    p->cut = find_cut(c->cells);
    wire_init(&p->staging);
    for (int i = 0; i < CHAIN_SLICES_PER_STEP; i++)
        wire_init(&p->slice_edges[i]);
    sem_init(&p->begin, 0, 0);
    sem_init(&p->slice, 0, 0);
    sem_init(&p->done, 0, 0);
    if (pthread_create(&p->worker, NULL, work, p) != 0) {
        free(p);
        return NULL;
    }
    last = &c->board[p->cut - 1];
    last->out = last->usart.out = &p->staging;
    return p;
}

void pipeline_free(struct pipeline *p)
{
    if (!p)
        return;
    p->quit = true;
    sem_post(&p->begin);
    pthread_join(p->worker, NULL);
    sem_destroy(&p->begin);
    sem_destroy(&p->slice);
    sem_destroy(&p->done);
    free(p);
}
