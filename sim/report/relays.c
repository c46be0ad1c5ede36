/* The relays as two strips, and every change with its reason. */
#include <math.h>
#include <string.h>

#include "end_board/relay.h"
#include "report/page.h"
#include "report/svg.h"
#include "view/words.h"

#define STRIP_HEIGHT 24.0
#define NUMBER_ROW 16.0
#define STRIP_GAP 10.0
#define TABLE_MAX 2000
#define TEXT_SIZE 96

static const char *const relay_name[RELAY_COUNT] = { "charge", "load" };

static const char *const short_reason[RULE_COUNT] = {
    [RULE_CELL_AT_VMAX] = "Vmax",
    [RULE_CELLS_FULL] = "full",
    [RULE_CELL_AT_VMIN] = "Vmin",
    [RULE_CHARGE_COLD] = "too cold",
    [RULE_CHARGE_HOT] = "too hot",
    [RULE_LOAD_COLD] = "too cold",
    [RULE_LOAD_HOT] = "too hot",
    [RULE_CELL_SILENT] = "cell silent",
    [RULE_SIZE_MISFIT] = "cell count",
    [RULE_SIZE_CHANGED] = "cell count changed",
    [RULE_BOARD_UNTRUSTED] = "board untrusted",
    [RULE_NO_TEMPERATURE] = "no temperature",
    [RULE_SENSOR_LOST] = "sensor lost",
    [RULE_SETTINGS_LOST] = "not confirmed",
    [RULE_CLOCK_LOST] = "clocks",
    [RULE_NO_CLOCK] = "crystal dead",
    [RULE_OTHER_BOARDS] = "other boards",
};

static const char *short_text(const struct relay_change *c)
{
    if (c->closed)
        return "closed";
    if (c->reason == REASON_END_IN_RESET)
        return "End in reset";
    return c->reason < RULE_COUNT && short_reason[c->reason] ? short_reason[c->reason] : "open";
}

static const char *long_text(const struct relay_change *c)
{
    if (c->closed)
        return "nothing holds it open";
    if (c->reason == REASON_END_IN_RESET)
        return "the End board was in reset or without supply";
    return words_rule(c->reason);
}

/* ---- strips ------------------------------------------------------------------------------------- */

static void segment(const struct plot *p, double y, double from_s, double to_s, const char *css,
                    const char *text)
{
    double left = scale_at(&p->x, from_s);
    double right = scale_at(&p->x, fmin(to_s, p->x.hi));

    svg_rect(p->paper->out, left, y, right - left, STRIP_HEIGHT, css);
    if (svg_text_width(text, SVG_SMALL_FONT) + 8.0 < right - left)
        svg_text(p->paper->out, (left + right) / 2.0, y + 16.0, SVG_SMALL_FONT, SVG_MIDDLE,
                 "striptext", text);
}

/* The number of a change above its place, where there is room for it. */
static void number(const struct plot *p, double y, double s, int change, double *free_from)
{
    char text[TEXT_SIZE];
    double x = scale_at(&p->x, s);
    double half;

    snprintf(text, sizeof text, "%d", change + 1);
    half = svg_text_width(text, SVG_SMALL_FONT) / 2.0 + 2.0;
    if (x - half < *free_from)
        return;
    svg_text(p->paper->out, x, y - 4.0, SVG_SMALL_FONT, SVG_MIDDLE, "changenumber", text);
    *free_from = x + half;
}

static void strip(const struct page *page, const struct plot *p, uint8_t relay, double y)
{
    const struct timeline *t = page->timeline;
    struct relay_change last = { .s = p->x.lo, .reason = RULE_COUNT };
    double free_from = PLOT_LEFT;

    svg_text(p->paper->out, PLOT_LEFT - 8.0, y + 16.0, SVG_FONT, SVG_END, "tick",
             relay_name[relay]);
    for (int i = 0; i < t->changes; i++) {
        if (t->change[i].relay != relay)
            continue;
        segment(p, y, last.s, t->change[i].s, last.closed ? "closed" : "open", short_text(&last));
        last = t->change[i];
        number(p, y, last.s, i, &free_from);
    }
    segment(p, y, last.s, p->x.hi, last.closed ? "closed" : "open", short_text(&last));
}

static void strips(const struct page *page)
{
    static const struct legend legend[] = { { "closed: allowed", "closed", true },
                                            { "open: not allowed", "open", true } };
    const struct figure f = { .id = "relays",
                              .title = "What was allowed",
                              .caption = "The two relays with the reason for opening; "
                                         "numbers above a strip are those of the table below.",
                              .legend = legend,
                              .legends = 2,
                              .height = 2.0 * (NUMBER_ROW + STRIP_HEIGHT) + STRIP_GAP,
                              .no_curves = true };
    struct plot plot;

    plot_begin(&plot, &page->paper, &f);
    strip(page, &plot, RELAY_CHARGE, plot.top + NUMBER_ROW);
    strip(page, &plot, RELAY_LOAD, plot.top + 2.0 * NUMBER_ROW + STRIP_HEIGHT);
    plot_end(&plot);
}

/* ---- table -------------------------------------------------------------------------------------- */

static void change_row(const struct page *page, int i)
{
    const struct relay_change *c = &page->timeline->change[i];
    FILE *out = page->paper.out;

    fprintf(out, "<tr><td>%d</td><td>%.2f s</td><td>%s</td><td class=\"%s\">%s</td><td>", i + 1,
            c->s, relay_name[c->relay], c->closed ? "closes" : "opens",
            c->closed ? "closes" : "opens");
    svg_escape(out, long_text(c));
    fputs("</td></tr>\n", out);
}

static void change_table(const struct page *page)
{
    const struct timeline *t = page->timeline;
    FILE *out = page->paper.out;
    int shown = t->changes < TABLE_MAX ? t->changes : TABLE_MAX;

    if (t->changes == 0) {
        fputs("<p class=\"note\">Both relays stayed open all the time.</p>\n", out);
        return;
    }
    table_open(out, "changes", "", shown,
               "<th>no.</th><th>time</th><th>relay</th><th>change</th><th>reason</th>");
    for (int i = 0; i < shown; i++)
        change_row(page, i);
    table_close(out);
    if (shown < t->changes + t->changes_left_out)
        fprintf(out, "<p class=\"note\">%d more changes are left out.</p>\n",
                t->changes + t->changes_left_out - shown);
}

void page_relays(const struct page *page)
{
    fputs("<h2 id=\"relay-section\">Relays</h2>\n", page->paper.out);
    strips(page);
    change_table(page);
}
