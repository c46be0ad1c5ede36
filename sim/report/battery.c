/* Current, charge state and balancing of the battery, and the health of the ring over time. */
#include <math.h>

#include "report/page.h"

#define PLOT_HEIGHT 200.0
#define LOW_HEIGHT 100.0
#define COUNT_MIN 4.0 /* an axis of counts reaches at least so far */

static const struct legend truth_and_belief[] = {
    { "what was", "truth", false }, { "what the End board believed", "belief", false }
};

/* Truth and belief of one value; belief stands behind truth in enum pack_channel. */
static void draw_pair(const struct page *page, enum pack_channel truth, struct figure *f)
{
    const struct history *h = page->history;
    struct plot plot;

    page_range(page, h->pack[truth], 1, -INFINITY, &f->lo, &f->hi);
    page_range(page, h->pack[truth + 1], 1, -INFINITY, &f->lo, &f->hi);
    f->legend = truth_and_belief;
    f->legends = 2;
    plot_begin(&plot, &page->paper, f);
    plot_curve(&plot, h, h->pack[truth], 1, truth_and_belief[0].name, "truth");
    plot_curve(&plot, h, h->pack[truth + 1], 1, truth_and_belief[1].name, "belief");
    plot_end(&plot);
}

static void draw_one(const struct page *page, enum pack_channel channel, struct figure *f)
{
    const struct history *h = page->history;
    struct plot plot;

    f->lo = 0.0;
    f->hi = COUNT_MIN;
    page_range(page, h->pack[channel], 1, -INFINITY, &f->lo, &f->hi);
    plot_begin(&plot, &page->paper, f);
    plot_curve(&plot, h, h->pack[channel], 1, f->title, "belief");
    plot_end(&plot);
}

static void draw_current(const struct page *page)
{
    struct figure f = { .id = "current",
                        .title = "Battery current",
                        .caption = "Into the battery is positive; a gap in what was believed is a "
                                   "current that was not heard.",
                        .unit = "A",
                        .height = PLOT_HEIGHT,
                        .min_span = 1.0 };

    draw_pair(page, PACK_CURRENT_TRUE, &f);
}

static void draw_soc(const struct page *page)
{
    struct figure f = { .id = "soc",
                        .title = "State of charge",
                        .caption = "True is 0 % when the first cell is empty and 100 % when the "
                                   "first one is full; the End board counts charge and corrects "
                                   "itself at both ends.",
                        .unit = "%",
                        .height = PLOT_HEIGHT,
                        .lo = INFINITY,
                        .hi = -INFINITY,
                        .min_span = 5.0 };

    draw_pair(page, PACK_SOC_TRUE, &f);
}

static void draw_balancing(const struct page *page)
{
    struct figure f = { .id = "balancing",
                        .title = "Cells balancing",
                        .caption = "How many balance resistors were on, as the boards reported.",
                        .unit = "cells",
                        .height = LOW_HEIGHT };

    draw_one(page, PACK_BALANCING, &f);
}

void page_battery(const struct page *page)
{
    fputs("<h2 id=\"battery\">Battery</h2>\n", page->paper.out);
    draw_current(page);
    draw_soc(page);
    draw_balancing(page);
}

/* ---- ring --------------------------------------------------------------------------------------- */

static void draw_counts(const struct page *page)
{
    struct figure bad = { .id = "bad-frames",
                          .title = "Bad frames",
                          .caption = "Frames that a board found damaged, summed over all hops "
                                     "since all cells were first known.",
                          .unit = "frames",
                          .height = LOW_HEIGHT };
    struct figure incomplete = { .id = "incomplete",
                                 .title = "Incomplete rounds",
                                 .caption = "Rounds that the Begin board sent and the End board "
                                            "did not get whole.",
                                 .unit = "rounds",
                                 .height = LOW_HEIGHT };
    struct figure lost = { .id = "lost",
                           .title = "Lost readings",
                           .caption = "Readings of single cells that were sent and did not reach "
                                      "the End board.",
                           .unit = "readings",
                           .height = LOW_HEIGHT };

    draw_one(page, PACK_BAD_FRAMES, &bad);
    draw_one(page, PACK_INCOMPLETE, &incomplete);
    draw_one(page, PACK_LOST, &lost);
}

static bool is_clean(const struct hop_sum *now, const struct hop_sum *base)
{
    return now->bad == base->bad && now->marked == base->marked && now->stale == base->stale &&
           now->line_errors == base->line_errors && now->bad_syncs == base->bad_syncs;
}

static int clean_hops(const struct history *h)
{
    int clean = 0;

    for (int i = 0; i < h->cells; i++)
        clean += is_clean(&h->hop[i], &h->base[i]);
    return clean;
}

static void hop_row(FILE *out, const struct history *h, int i)
{
    const struct hop_sum *now = &h->hop[i];
    const struct hop_sum *base = &h->base[i];

    fprintf(out, "<tr%s><td>%d → %d</td>", is_clean(now, base) ? "" : " class=\"noted\"",
            i == 0 ? h->cells : i, i + 1);
    fprintf(out, "<td>%llu</td><td>%llu</td><td>%llu</td><td>%llu</td><td>%llu</td><td>%llu</td>",
            (unsigned long long)(now->frames - base->frames),
            (unsigned long long)(now->bad - base->bad),
            (unsigned long long)(now->marked - base->marked),
            (unsigned long long)(now->stale - base->stale),
            (unsigned long long)(now->line_errors - base->line_errors),
            (unsigned long long)(now->bad_syncs - base->bad_syncs));
    fputs("</tr>\n", out);
}

/* With many boards only those hops that had something. */
static void hop_table(const struct page *page)
{
    enum { ALL_UP_TO = 16 };
    const struct history *h = page->history;
    FILE *out = page->paper.out;

    fputs("<h3>Hop by hop</h3>\n", out);
    table_open(out, "hops", "figures", h->cells - (h->cells > ALL_UP_TO ? clean_hops(h) : 0),
               "<th>from → to board</th><th>good frames</th><th>bad</th><th>marked bad before</th>"
               "<th>stale</th><th>line errors</th><th>bad syncs</th>");
    for (int i = 0; i < h->cells; i++) {
        if (h->cells <= ALL_UP_TO || !is_clean(&h->hop[i], &h->base[i]))
            hop_row(out, h, i);
    }
    table_close(out);
    if (h->cells > ALL_UP_TO)
        fprintf(out, "<p class=\"note\">%d hops without anything bad are left out.</p>\n",
                clean_hops(h));
}

static void span_row(FILE *out, const struct ring_span *s)
{
    fprintf(out, "<tr><td>%.2f s</td>", s->from_s);
    if (isnan(s->to_s))
        fputs("<td>end of the run</td>", out);
    else
        fprintf(out, "<td>%.2f s</td>", s->to_s);
    if (s->after == 0)
        fputs("<td>End did not know where</td></tr>\n", out);
    else
        fprintf(out, "<td>between board %d and board %d</td></tr>\n", s->after, s->after + 1);
}

static void span_table(const struct page *page)
{
    const struct timeline *t = page->timeline;
    FILE *out = page->paper.out;

    fputs("<h3>Breaks of the ring</h3>\n", out);
    if (t->spans == 0) {
        fputs("<p class=\"note\">The End board saw none.</p>\n", out);
        return;
    }
    table_open(out, "breaks", "", t->spans,
               "<th>from</th><th>to</th><th>where, as the End board said</th>");
    for (int i = 0; i < t->spans; i++)
        span_row(out, &t->span[i]);
    table_close(out);
}

void page_ring(const struct page *page)
{
    fputs("<h2 id=\"ring\">Ring</h2>\n", page->paper.out);
    draw_counts(page);
    hop_table(page);
    span_table(page);
}
