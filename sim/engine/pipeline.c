#include "engine/pipeline.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

/* With fewer boards awake, handing over costs more than it gains. */
#define WORTH_IT 8

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

/* Late in a round only the far boards are awake: the cut moves with them. */
static int find_cut(const struct chain *c, int awake)
{
    int seen = 0;
    int cut = 0;

    while (cut < c->cells - 1 && 2 * seen < awake)
        seen += !c->board[cut++].mcu.frozen;
    return cut;
}

static int count_awake(const struct chain *c)
{
    int awake = 0;

    for (int i = 0; i < c->cells; i++)
        awake += !c->board[i].mcu.frozen;
    return awake;
}

static void share_step(struct pipeline *p)
{
    struct chain *c = p->chain;
    struct usart *sender = &c->board[p->cut - 1].usart;
    struct wire *real = sender->out;

    p->cut_wire = real;
    wire_continue(&p->staging, real, c->now_ps);
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
    int awake = count_awake(p->chain);

    if (awake < WORTH_IT) {
        chain_run_all(p->chain, end_ps);
        return;
    }
    p->end_ps = end_ps;
    p->cut = find_cut(p->chain, awake);
    share_step(p);
}

struct pipeline *pipeline_new(struct chain *c)
{
    struct pipeline *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->chain = c;
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
