#include "engine/pipeline.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

/* Cycles in a step; with fewer of them, handing over costs more than it gains. */
#define WORTH_IT 30000u

struct pipeline {
    struct chain *chain;
    int cut;               /* boards 0..cut-1 here, the others in the worker */
    struct wire *cut_wire; /* what board cut-1 sends on */
    struct wire staging;   /* written by board cut-1 during a step */
    struct wire slice_edges[CHAIN_SLICES_PER_STEP];
    int64_t end_ps;
    bool quit;
    sem_t begin; /* a step may begin */
    sem_t slice; /* one more slice's edges are there */
    sem_t done;
    pthread_t worker;
    uint64_t *seen;   /* active cycles of each board up to the last step */
    uint64_t *lately; /* in it */
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
            wire_hand_over(&p->slice_edges[i], p->cut_wire, end_ps, 0);
            chain_run_boards(c, p->cut, c->cells, end_ps);
        }
        sem_post(&p->done);
    }
}

/* Late in a round only the far boards are awake: the cut moves with the work. */
static int find_cut(const struct pipeline *p, uint64_t sum)
{
    uint64_t near = 0;
    int cut = 0;

    while (cut < p->chain->cells - 1 && 2 * near < sum)
        near += p->lately[cut++];
    return cut;
}

/* What the boards did in the last step is what they will do in this one, more or less. */
static uint64_t look_at_work(struct pipeline *p)
{
    uint64_t sum = 0;

    for (int i = 0; i < p->chain->cells; i++) {
        uint64_t cycles = p->chain->board[i].mcu.active_cycles;
        p->lately[i] = cycles - p->seen[i];
        p->seen[i] = cycles;
        sum += p->lately[i];
    }
    return sum;
}

static void share_step(struct pipeline *p)
{
    struct chain *c = p->chain;
    struct usart *sender = &c->board[p->cut - 1].usart;
    struct wire *real = sender->out;

    p->cut_wire = real;
    wire_continue(&p->staging, real, c->now_ps);
    p->staging.broken = real->broken; /* then the sender's current is another */
    sender->out = &p->staging;
    sem_post(&p->begin);
    for (int i = 0; i < CHAIN_SLICES_PER_STEP; i++) {
        int64_t slice_ps = slice_end_ps(p, i);
        chain_run_boards(c, 0, p->cut, slice_ps);
        wire_hand_over(&p->staging, &p->slice_edges[i], slice_ps, 0);
        sem_post(&p->slice);
    }
    sem_wait(&p->done);
    wire_hand_over(&p->staging, real, INT64_MAX, 0);
    sender->out = real;
}

void pipeline_step(struct pipeline *p, int64_t end_ps)
{
    uint64_t sum = look_at_work(p);

    if (sum < WORTH_IT) {
        chain_run_all(p->chain, end_ps);
        return;
    }
    p->end_ps = end_ps;
    p->cut = find_cut(p, sum);
    share_step(p);
}

static void free_all(struct pipeline *p)
{
    free(p->seen);
    free(p->lately);
    free(p);
}

struct pipeline *pipeline_new(struct chain *c)
{
    struct pipeline *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->seen = calloc((size_t)c->cells, sizeof *p->seen);
    p->lately = calloc((size_t)c->cells, sizeof *p->lately);
    p->chain = c;
    wire_init(&p->staging);
    for (int i = 0; i < CHAIN_SLICES_PER_STEP; i++)
        wire_init(&p->slice_edges[i]);
    sem_init(&p->begin, 0, 0);
    sem_init(&p->slice, 0, 0);
    sem_init(&p->done, 0, 0);
    if (!p->seen || !p->lately || pthread_create(&p->worker, NULL, work, p) != 0) {
        free_all(p);
        return NULL;
    }
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
    free_all(p);
}
