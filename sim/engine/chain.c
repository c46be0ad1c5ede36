#define _GNU_SOURCE

#include "engine/chain.h"

#include "engine/pipeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const image_name[BOARD_KINDS] = { "begin_board", "between_board", "end_board" };

static bool load_images(struct chain *c, const char *dir, struct err *err)
{
    for (int kind = 0; kind < BOARD_KINDS; kind++) {
        char *path = NULL;
        const struct part *part = kind == BOARD_END ? &part_atmega1284p : &part_atmega328p;

        if (asprintf(&path, "%s/%s.elf", dir, image_name[kind]) < 0)
            return err_set(err, "out of memory");
        if (!firmware_load(&c->firmware[kind], path, part, err)) {
            free(path);
            return false;
        }
    }
    return true;
}

static enum board_kind kind_of(const struct chain *c, int index)
{
    if (index == 0)
        return BOARD_BEGIN;
    return index == c->cells - 1 ? BOARD_END : BOARD_BETWEEN;
}

void chain_twin(struct chain *c, const struct chain_config *config, int index, struct wire *in,
                struct wire *out, struct board *twin)
{
    enum board_kind kind = kind_of(c, index);
    double given = kind == BOARD_BEGIN ? config->clock_begin
                   : kind == BOARD_END ? config->clock_end
                                       : NAN;
    struct rng rng;

    rng_seed(&rng, config->seed ^ 0xB0A2D5u, (uint64_t)index);
    struct board_tolerance tolerance = {
        .clock_error = rng_uniform(&rng, -config->clock_spread, config->clock_spread),
        .watchdog_error = rng_uniform(&rng, -0.10, 0.10),
        .crystal_ppm = rng_uniform(&rng, -20.0, 20.0),
    };
    if (!isnan(given))
        tolerance.clock_error = given;
    board_init(twin, kind, index + 1, &c->firmware[kind], c->world, in, out, rng_u64(&rng),
               &tolerance);
    if (config->simavr_core)
        twin->mcu.core = NULL;
}

static void init_board(struct chain *c, int index, const struct chain_config *config)
{
    struct wire *in = &c->wire[index == 0 ? c->cells - 1 : index - 1];
    struct wire *out = index == c->cells - 1 ? &c->back : &c->wire[index];

    chain_twin(c, config, index, in, out, &c->board[index]);
}

bool chain_init(struct chain *c, const struct chain_config *config, struct world *world,
                struct err *err)
{
    *c = (struct chain){ .cells = config->cells, .world = world, .seed = config->seed };
    if (!load_images(c, config->firmware_dir, err))
        return false;
    c->board = calloc((size_t)c->cells, sizeof *c->board);
    c->wire = calloc((size_t)c->cells, sizeof *c->wire);
    c->disturb = calloc((size_t)c->cells, sizeof *c->disturb);
    if (!c->board || !c->wire || !c->disturb)
        return err_set(err, "out of memory");
    wire_init(&c->back);
    for (int i = 0; i < c->cells; i++)
        wire_init(&c->wire[i]);
    for (int i = 0; i < c->cells; i++)
        init_board(c, i, config);
    board_set_switches(&c->board[0], config->switches);
    for (int s = 0; s < 2; s++) {
        c->board[0].sensor[s].present = s < config->sensors;
        c->board[0].sensor[s].passes = config->passes;
    }
    if (config->threads > 1)
        c->pipeline = pipeline_new(c);
    return true;
}

void chain_free(struct chain *c)
{
    pipeline_free(c->pipeline);
    for (int i = 0; c->board && i < c->cells; i++)
        board_free(&c->board[i]);
    for (int kind = 0; kind < BOARD_KINDS; kind++)
        firmware_free(&c->firmware[kind]);
    for (int i = 0; c->disturb && i < c->cells; i++)
        free(c->disturb[i]);
    free(c->disturb);
    free(c->board);
    free(c->wire);
    c->disturb = NULL;
    c->board = NULL;
    c->wire = NULL;
}

static void step_world(struct chain *c)
{
    double step_s = (double)CHAIN_STEP_PS * 1e-12;
    struct board *end = &c->board[c->cells - 1];

    world_set_relays(c->world, board_relay(end, 0), board_relay(end, 1));
    for (int i = 0; i < c->cells; i++) {
        double on_s = (double)board_take_balance_ps(&c->board[i]) * 1e-12;
        world_set_balance_duty(c->world, i, on_s > step_s ? 1.0 : on_s / step_s);
    }
    world_step(c->world, step_s);
    for (int i = 0; i < c->cells; i++)
        board_environment(&c->board[i]);
}

void chain_run_boards(struct chain *c, int from, int to, int64_t end_ps)
{
    for (int i = from; i < to; i++) {
        struct board *b = &c->board[i];
        struct disturb *d = i > 0 ? c->disturb[i - 1] : NULL;
        if (d)
            disturb_carry(d, &d->raw, b->in, end_ps, 0);
        usart_wire_grew(&b->usart);
        ring_pins_wire_grew(&b->pins);
        if (b->ports)
            ports_wire_grew(b->ports);
        mcu_run(&b->mcu, end_ps);
    }
}

/* A disturbed wire shows an edge when the piece of time in which it was sent is over: the pieces are then those
 * of the pipeline, so that two threads still give the same. */
void chain_run_all(struct chain *c, int64_t end_ps)
{
    int slices = c->disturbed ? CHAIN_SLICES_PER_STEP : 1;

    while (slices--)
        chain_run_boards(c, 0, c->cells, end_ps - slices * CHAIN_SLICE_PS);
}

static int crashed_board(const struct chain *c)
{
    for (int i = 0; i < c->cells; i++)
        if (c->board[i].mcu.crash != MCU_NO_CRASH)
            return c->board[i].number;
    return 0;
}

static void carry_back(struct chain *c, int64_t end_ps)
{
    struct disturb *d = c->disturb[c->cells - 1];
    struct wire *to = &c->wire[c->cells - 1];

    if (d)
        disturb_carry(d, &c->back, to, end_ps, CHAIN_STEP_PS);
    else
        wire_hand_over(&c->back, to, end_ps, CHAIN_STEP_PS);
}

int chain_step(struct chain *c)
{
    int64_t end_ps = c->now_ps + CHAIN_STEP_PS;

    step_world(c);
    if (c->pipeline)
        pipeline_step(c->pipeline, end_ps);
    else
        chain_run_all(c, end_ps);
    carry_back(c, end_ps);
    c->now_ps = end_ps;
    return crashed_board(c);
}

/* What the sender has announced for later goes through the disturbance as well. */
struct disturb *chain_disturb(struct chain *c, int from_cell)
{
    int hop = from_cell - 1;
    struct wire *wire = &c->wire[hop];
    struct wire *sent = hop == c->cells - 1 ? &c->back : wire;
    struct disturb *d = c->disturb[hop];

    if (d)
        return d;
    d = malloc(sizeof *d);
    if (!d)
        return NULL;
    disturb_init(d, c->seed, from_cell, wire_level(sent, c->now_ps - 1), c->now_ps);
    if (hop < c->cells - 1) {
        wire_continue(&d->raw, wire, c->now_ps);
        d->raw.broken = wire->broken;
        c->board[hop].usart.out = &d->raw;
    }
    c->disturb[hop] = d;
    c->disturbed = true;
    return d;
}

void chain_break(struct chain *c, int from_cell, bool broken)
{
    if (c->disturb[from_cell - 1])
        c->disturb[from_cell - 1]->raw.broken = broken;
    wire_break(&c->wire[from_cell - 1], broken, c->now_ps);
}

void chain_reset_board(struct chain *c, int cell)
{
    struct mcu *m = &c->board[cell - 1].mcu;
    mcu_reset(m, RESET_EXTERNAL, mcu_now_ps(m));
}

/* ---- state ---------------------------------------------------------------------------------------- */

static void hop_state(struct chain *c, int hop, struct state *s)
{
    bool disturbed = c->disturb[hop] != NULL;

    STATE(s, disturbed);
    if (disturbed && !s->failed && !chain_disturb(c, hop + 1))
        state_fail(s, "out of memory");
    wire_state(&c->wire[hop], s);
    if (disturbed && !s->failed)
        disturb_state(c->disturb[hop], s);
}

static void images_state(const struct chain *c, struct state *s)
{
    state_begin(s, "IMGS");
    for (int kind = 0; kind < BOARD_KINDS; kind++)
        firmware_state(&c->firmware[kind], s);
    state_end(s);
}

static void wires_state(struct chain *c, struct state *s)
{
    state_begin(s, "WIRE");
    STATE(s, c->now_ps);
    wire_state(&c->back, s);
    for (int i = 0; i < c->cells; i++)
        hop_state(c, i, s);
    state_end(s);
}

void chain_state(struct chain *c, struct state *s)
{
    struct simavr_timers timers;

    if (!simavr_timers_learn(&timers)) {
        state_fail(s, "this simavr is not version 1.6");
        return;
    }
    images_state(c, s);
    wires_state(c, s);
    for (int i = 0; i < c->cells && !s->failed; i++) {
        state_begin(s, "BORD");
        board_state(&c->board[i], &timers, s);
        state_end(s);
    }
}
