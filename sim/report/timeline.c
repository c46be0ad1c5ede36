#include "report/timeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "belief.h"
#include "end_board/relay.h"
#include "run.h"

#define PATIENCE_S 1.0
#define SETTLED_S 0.19 /* End judges the ring four times a second */

/* ---- the scenario's text ------------------------------------------------------------------------ */

static bool add_line(struct timeline *t, const char *text, size_t length)
{
    char **all = realloc(t->line, (size_t)(t->lines + 1) * sizeof *all);

    if (!all)
        return false;
    t->line = all;
    t->line[t->lines] = strndup(text, length);
    return t->line[t->lines++] != NULL;
}

bool timeline_init(struct timeline *t, const char *text)
{
    bool ok = true;

    *t = (struct timeline){ .seen_s = { NAN, NAN } };
    while (ok && text && *text) {
        size_t length = strcspn(text, "\n");
        ok = add_line(t, text, length > 0 && text[length - 1] == '\r' ? length - 1 : length);
        text += length + (text[length] == '\n');
    }
    return ok;
}

void timeline_free(struct timeline *t)
{
    for (int i = 0; i < t->lines; i++)
        free(t->line[i]);
    free(t->line);
    free(t->change);
    free(t->span);
}

const char *timeline_line(const struct timeline *t, int number)
{
    return number >= 1 && number <= t->lines ? t->line[number - 1] : "";
}

/* ---- relays ------------------------------------------------------------------------------------- */

static void add_change(struct timeline *t, const struct relay_change *change)
{
    struct relay_change *all = NULL;

    if (t->changes < TIMELINE_CHANGES_MAX)
        all = realloc(t->change, (size_t)(t->changes + 1) * sizeof *all);
    if (!all) {
        t->changes_left_out++;
        return;
    }
    t->change = all;
    t->change[t->changes++] = *change;
}

/* A board that was reset releases its relays, and no rule of it says why. */
static bool end_was_reset(struct timeline *t, const struct run *r)
{
    struct health health;
    bool restarted = r->view.now_ms < t->end_now_ms;

    t->end_now_ms = r->view.now_ms;
    return restarted || !belief_health(&r->chain, r->chain.cells - 1, &health);
}

/* The pin is what a charger or load sees. End says why a little later. */
static void look_at_relay(struct timeline *t, uint8_t relay, bool closed, double now_s, bool reset,
                          bool believed, uint8_t reason)
{
    struct relay_change change = { t->seen_s[relay], relay, closed, REASON_NONE };

    if (closed == t->closed[relay])
        return;
    if (isnan(change.s))
        change.s = t->seen_s[relay] = now_s;
    if (believed != closed && now_s - change.s < PATIENCE_S)
        return;
    if (!closed)
        change.reason = reset ? REASON_END_IN_RESET : reason;
    add_change(t, &change);
    t->closed[relay] = closed;
    t->seen_s[relay] = NAN;
}

static void look_at_relays(struct timeline *t, const struct run *r, double now_s)
{
    const struct board *end = &r->chain.board[r->chain.cells - 1];
    bool reset = end_was_reset(t, r);

    look_at_relay(t, RELAY_CHARGE, board_relay(end, 0), now_s, reset, r->view.charge_closed,
                  r->view.charge_reason);
    look_at_relay(t, RELAY_LOAD, board_relay(end, 1), now_s, reset, r->view.load_closed,
                  r->view.load_reason);
}

/* ---- the ring ----------------------------------------------------------------------------------- */

static void add_span(struct timeline *t, double from_s, uint8_t after)
{
    struct ring_span *all = realloc(t->span, (size_t)(t->spans + 1) * sizeof *all);

    if (!all)
        return;
    t->span = all;
    t->span[t->spans++] = (struct ring_span){ from_s, NAN, after };
}

static void ring_changed(struct timeline *t, double from_s)
{
    if (t->spans > 0 && isnan(t->span[t->spans - 1].to_s))
        t->span[t->spans - 1].to_s = from_s;
    t->broken = t->maybe_broken;
    t->after = t->maybe_after;
    if (t->broken && t->spans < TIMELINE_CHANGES_MAX)
        add_span(t, from_s, t->after);
}

/* Before a board clears its RAM, and while it tests it, anything stands in it. */
static bool possible(const struct run *r)
{
    return r->view.broken <= 1 && r->view.broken_after < r->chain.cells;
}

static void look_at_ring(struct timeline *t, const struct run *r, double now_s)
{
    if (!possible(r))
        return;
    if ((bool)r->view.broken != t->maybe_broken || r->view.broken_after != t->maybe_after) {
        t->maybe_broken = r->view.broken;
        t->maybe_after = r->view.broken_after;
        t->maybe_s = now_s;
    }
    if (now_s - t->maybe_s >= SETTLED_S &&
        (t->maybe_broken != t->broken || t->maybe_after != t->after))
        ring_changed(t, t->maybe_s);
}

void timeline_look(struct timeline *t, const struct run *r)
{
    double now_s = (double)r->chain.now_ps * 1e-12;

    look_at_relays(t, r, now_s);
    look_at_ring(t, r, now_s);
}
