/* What each board draws from its cell, by consumer. */
#include <math.h>
#include <stddef.h>

#include "power.h"
#include "report/page.h"
#include "report/svg.h"

#define HEIGHT 220.0
#define AXIS_ROW 40.0
#define TEXT_SIZE 32
#define NUMBERS_UP_TO 32

struct consumer {
    const char *name;
    const char *css;
    size_t offset; /* in struct power_report */
};

static const struct consumer consumers[] = {
    { "chip", "p1", offsetof(struct power_report, chip_ua) },
    { "converter", "p2", offsetof(struct power_report, adc_ua) },
    { "cell divider", "p3", offsetof(struct power_report, divider_ua) },
    { "temperature sensor", "p4", offsetof(struct power_report, ntc_ua) },
    { "LED", "p5", offsetof(struct power_report, led_ua) },
    { "link, receiving", "p6", offsetof(struct power_report, link_in_ua) },
    { "link, sending", "p7", offsetof(struct power_report, link_out_ua) },
};

enum { CONSUMERS = sizeof consumers / sizeof consumers[0] };

static void report_of(const struct run *r, int board, struct power_report *p)
{
    int before = board ? board - 1 : r->chain.cells - 1;
    power_report(&r->chain.board[board], &r->chain.board[before], p);
}

static double part_ua(const struct power_report *p, int i)
{
    return *(const double *)(const void *)((const char *)p + consumers[i].offset);
}

static double highest_ua(const struct run *r)
{
    double highest = 0.0;

    for (int i = 0; i < r->chain.cells; i++) {
        struct power_report p;
        report_of(r, i, &p);
        highest = fmax(highest, p.avg_current_ua);
    }
    return highest;
}

static void bar(FILE *out, const struct power_report *p, int board, double x, double width,
                const struct scale *y)
{
    double ua = 0.0;

    fprintf(
        out,
        "<g class=\"bar\" data-board=\"%d\" data-ua=\"%.2f\"><title>board %d: %.0f µA</title>\n",
        board, p->avg_current_ua, board, p->avg_current_ua);
    for (int i = 0; i < CONSUMERS; i++) {
        double top = scale_at(y, ua + part_ua(p, i));
        svg_rect(out, x, top, width, scale_at(y, ua) - top, consumers[i].css);
        ua += part_ua(p, i);
    }
    fputs("</g>\n", out);
}

static void value_axis(FILE *out, const struct scale *y, const struct ticks *ticks)
{
    char text[TEXT_SIZE];

    for (int i = 0; i < ticks->count; i++) {
        double at = scale_at(y, ticks->first + i * ticks->step);
        snprintf(text, sizeof text, "%.*f", ticks->decimals, ticks->first + i * ticks->step);
        svg_line(out, PLOT_LEFT, at, PLOT_RIGHT, at, i == 0 ? "zero" : "grid");
        svg_text(out, PLOT_LEFT - 8.0, at + 4.0, SVG_FONT, SVG_END, "tick", text);
    }
    svg_text(out, PLOT_LEFT - 8.0, y->to - 13.0, SVG_FONT, SVG_END, "axistext", "µA");
}

static void board_numbers(FILE *out, int cells, double slot, double bottom)
{
    int step = cells <= NUMBERS_UP_TO ? 1 : cells <= 100 ? 5 : 20;
    char text[TEXT_SIZE];

    for (int board = 1; board <= cells; board++) {
        if (board != 1 && board % step != 0)
            continue;
        snprintf(text, sizeof text, "%d", board);
        svg_text(out, PLOT_LEFT + (board - 0.5) * slot, bottom + 16.0, SVG_FONT, SVG_MIDDLE, "tick",
                 text);
    }
    svg_text(out, (PLOT_LEFT + PLOT_RIGHT) / 2.0, bottom + 33.0, SVG_FONT, SVG_MIDDLE, "axistext",
             "board (first is Begin, last is End)");
}

static void bars(const struct page *page, const struct figure *f)
{
    const struct run *r = page->run;
    FILE *out = page->paper.out;
    double top = 6.0 + legend_height(f->legend, f->legends) + 22.0;
    double slot = (PLOT_RIGHT - PLOT_LEFT) / r->chain.cells;
    struct scale y = { 0.0, highest_ua(r), top + HEIGHT, top };
    struct ticks ticks;

    scale_round(&y, 10.0, 5, &ticks);
    figure_begin(out, f, top + HEIGHT + AXIS_ROW);
    legend_draw(out, f->legend, f->legends, 2.0);
    value_axis(out, &y, &ticks);
    for (int i = 0; i < r->chain.cells; i++) {
        struct power_report p;
        report_of(r, i, &p);
        bar(out, &p, i + 1, PLOT_LEFT + i * slot + slot * 0.15, slot * 0.7, &y);
    }
    board_numbers(out, r->chain.cells, slot, y.from);
    svg_close(out);
    fputs("</figure>\n", out);
}

void page_supply(const struct page *page)
{
    struct legend legend[CONSUMERS];
    const struct figure f = { .id = "supply",
                              .title = "Supply current of each board",
                              .caption = "Mean over the run, balancing excluded: the time each "
                                         "consumer was on times its typical price.",
                              .legend = legend,
                              .legends = CONSUMERS };

    for (int i = 0; i < CONSUMERS; i++)
        legend[i] = (struct legend){ consumers[i].name, consumers[i].css, true };
    fputs("<h2 id=\"supply-section\">Supply current</h2>\n", page->paper.out);
    bars(page, &f);
}
