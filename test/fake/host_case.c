#include "test/fake/host_case.h"

#include <stdio.h>
#include <string.h>

#include "test/fake/host_chain.h"

/* Two places within a second: End may have heard a head behind the first that another was about to take over, and
 * then nothing more. It says so until the next round it hears, for two seconds at most. */
#define HASTY_STEPS 10u
#define FIRE_NS (1100u * CHAIN_MS) /* a round and its period */

static struct link_counters counters[CHAIN_BOARDS];
static uint16_t broken_off[CHAIN_BOARDS];

static void complain(struct case_result *out, enum promise promise, const char *what, long a,
                     long b)
{
    if (!out->broken[promise])
        snprintf(out->why, sizeof out->why, what, a, b);
    out->broken[promise] = true;
}

/* Boards that may count what came in: those behind a hop that was hit, and one that was in reset itself or
 * whose clock was off. */
static bool may_count(uint16_t r)
{
    for (uint8_t k = 0; k < hit_count; k++) {
        const struct hit *f = &hits[k];
        bool board = f->kind == HIT_RESET || f->kind == HIT_DEAD || f->kind == HIT_CLOCK ||
                     f->kind == HIT_LATE;
        if (chain_next(f->hop) == r || (board && f->hop == r))
            return true;
    }
    return false;
}

static bool was_reset(uint16_t i)
{
    for (uint8_t k = 0; k < hit_count; k++)
        if (hits[k].hop == i && (hits[k].kind == HIT_RESET || hits[k].kind == HIT_DEAD))
            return true;
    return false;
}

/* A reset End knows nothing of before, and takes the chain it finds for the pack. */
static bool may_be_named(uint16_t after)
{
    if (after == PLACE_UNKNOWN)
        return true;
    for (uint8_t k = 0; k < hit_count; k++)
        if (hits[k].hop + 1u == after)
            return true;
    return false;
}

/* Where a board, or the one before it, broke off its round, or took something else for a break, it met halves of
 * frames: that is counted apart. */
static bool halves(uint16_t r)
{
    uint16_t before = (uint16_t)((r ? r : chain.boards) - 1u);

    return chain_board[before].halves != broken_off[before] ||
           chain_board[r].halves != broken_off[r];
}

static void check_blame(struct case_result *out)
{
    for (uint16_t i = 0; i < chain.boards; i++) {
        const struct link_counters *now = &chain_cell[i].link.counters;
        if (was_reset(i) || may_count(i))
            continue;
        if (halves(i))
            out->halves += (unsigned)(now->bad_frames - counters[i].bad_frames);
        else if (now->bad_frames != counters[i].bad_frames)
            complain(out, PROMISE_BLAME, "board %ld counts %ld bad frames", i + 1,
                     now->bad_frames - counters[i].bad_frames);
        else if (now->stale_frames != counters[i].stale_frames)
            complain(out, PROMISE_BLAME, "board %ld counts %ld stale frames", i + 1,
                     now->stale_frames - counters[i].stale_frames);
    }
    for (uint16_t after = 0; after < chain.boards; after++) {
        if (host_end.named[after] == 0)
            continue;
        out->named = out->named || after != PLACE_UNKNOWN;
        if (may_be_named(after))
            continue;
        if (hit_count > 1 && host_end.named[after] <= HASTY_STEPS)
            out->hasty = true;
        else
            complain(out, PROMISE_BLAME, "called broken behind board %ld", after, 0);
    }
}

static void check_end(struct case_result *out)
{
    if (host_end.untrue)
        complain(out, PROMISE_TRUE, "%ld readings that nobody measured", host_end.untrue, 0);
    if (host_end.untrue_charge)
        complain(out, PROMISE_TRUE, "%ld charges or times that Begin did not send",
                 host_end.untrue_charge, 0);
    if (host_end.old)
        complain(out, PROMISE_TRUE, "at %ld steps a reading is shown 3 s behind its measurement",
                 host_end.old, 0);
    if (host_end.late)
        complain(out, PROMISE_RELEASE, "relays closed at %ld steps, cells silent for 3 s",
                 host_end.late, 0);
    if (host_end.doubted)
        complain(out, PROMISE_RELEASE, "relays closed at %ld steps with a fault known",
                 host_end.doubted, 0);
    out->release_s = (double)host_end.release_ns / (double)CHAIN_S;
    out->opened = host_end.opened_ns != 0;
    out->missing = host_end.missing;
    out->forged = host_end.forged;
    out->forged_what = host_end.forged_what;
}

/* All fired faults are over; one whose byte never came counts as none. */
static void run_faults(struct case_result *out)
{
    uint64_t late_ns = chain.now_ns + FIRE_NS;

    for (uint8_t k = 0; k < hit_count; k++)
        if (hits[k].byte == HIT_ANY_BYTE && chain.now_ns + hits[k].at_ns + CHAIN_MS > late_ns)
            late_ns = chain.now_ns + hits[k].at_ns + CHAIN_MS;
    while (!hit_all_over()) {
        chain_step();
        if (chain.now_ns > late_ns) {
            hit_give_up();
            late_ns = CHAIN_NEVER;
        }
    }
    for (uint8_t k = 0; k < hit_count; k++)
        out->fired = out->fired || hits[k].fired;
}

/* In the quiet right before Begin's next break. */
static void check_boards(struct case_result *out)
{
    uint32_t round = chain.begun;

    while (chain.begun == round)
        chain_step();
    for (uint16_t i = 1; i < chain.boards; i++) {
        const struct link *l = &chain_cell[i].link;
        if (l->state != LINK_IDLE && l->state != LINK_BREAK && l->state != LINK_WAIT)
            complain(out, PROMISE_NO_PERSON, "board %ld is in state %ld", i + 1, l->state);
        if (l->home != i + 1u)
            complain(out, PROMISE_NO_PERSON, "board %ld has number %ld", i + 1, l->home);
        if (chain_cell[i].restarted || chain_cell[i].lost_s > 1)
            complain(out, PROMISE_NO_PERSON, "board %ld has not heard Begin for %ld s", i + 1,
                     chain_cell[i].restarted ? -1 : chain_cell[i].lost_s);
        if (fake_boards[i].lost != 0)
            complain(out, PROMISE_NO_PERSON, "board %ld lost %ld bytes", i + 1,
                     fake_boards[i].lost);
    }
    if (fake_irq_depth != 0)
        complain(out, PROMISE_NO_PERSON, "interrupts are off", 0, 0);
}

static void wait_for_whole(struct case_result *out)
{
    uint32_t healed = chain.begun;

    while (host_end.complete <= healed && chain.begun - healed <= CASE_PATIENCE)
        chain_step();
    if (host_end.complete <= healed) {
        complain(out, PROMISE_NO_PERSON, "not whole in %ld rounds, faults 0x%lx", CASE_PATIENCE,
                 host_end.pack.faults);
        out->broken[PROMISE_WHOLE] = true;
        out->rounds = CASE_PATIENCE;
        return;
    }
    out->rounds = (unsigned)(host_end.complete - healed);
    if (out->rounds > CASE_ROUNDS)
        complain(out, PROMISE_WHOLE, "whole after %ld rounds", (long)out->rounds, 0);
    check_boards(out);
}

static void wait_for_relays(struct case_result *out)
{
    uint32_t from = chain.begun;
    const bool *closed = host_end.decide.relay.closed;

    while (!(closed[RELAY_CHARGE] && closed[RELAY_LOAD])) {
        chain_step();
        if (chain.begun - from > CASE_CLOSE_ROUNDS) {
            complain(out, PROMISE_NO_PERSON, "whole, but after %ld rounds a relay is held by 0x%lx",
                     CASE_CLOSE_ROUNDS,
                     (long)(host_end.decide.relay.held[0] | host_end.decide.relay.held[1]));
            return;
        }
    }
}

void case_run(const struct hit *set, uint8_t count, uint64_t seed, bool until_closed,
              struct case_result *out)
{
    *out = (struct case_result){ .fired = false };
    chain_restore();
    chain.random = (seed * 0x9E3779B97F4A7C15u) | 1u;
    chain_draw(2);
    for (uint16_t i = 0; i < chain.boards; i++) {
        counters[i] = chain_cell[i].link.counters;
        broken_off[i] = chain_board[i].halves;
    }
    hit_arm(set, count);
    run_faults(out);
    out->taken = hit_taken;
    wait_for_whole(out);
    if (until_closed && !out->broken[PROMISE_NO_PERSON])
        wait_for_relays(out);
    check_end(out);
    check_blame(out);
}
