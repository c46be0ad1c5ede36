#include "report/plot.h"

#include <math.h>
#include <stdlib.h>

#include "report/svg.h"

#define LEGEND_ROW 16.0
#define LEGEND_KEY 22.0
#define LEGEND_GAP 16.0
#define MARK_GAP 5.0
#define TEXT_SIZE 64

/* ---- legend ------------------------------------------------------------------------------------- */

static double entry_width(const struct legend *l)
{
    return LEGEND_KEY + svg_text_width(l->name, SVG_FONT) + LEGEND_GAP;
}

/* As many as fit if there were no more than that in any row. */
static int per_row(const struct legend *legend, int legends)
{
    double widest = 1.0;
    double all = 0.0;
    int fit, rows;

    for (int i = 0; i < legends; i++) {
        widest = fmax(widest, entry_width(&legend[i]));
        all += entry_width(&legend[i]);
    }
    if (all <= PLOT_RIGHT - PLOT_LEFT)
        return legends;
    fit = (int)((PLOT_RIGHT - PLOT_LEFT) / widest);
    rows = (legends + fit - 1) / fit;
    return (legends + rows - 1) / rows;
}

double legend_height(const struct legend *legend, int legends)
{
    int in_row = per_row(legend, legends);
    return legends ? LEGEND_ROW * ((legends + in_row - 1) / in_row) : 0.0;
}

static void entry(FILE *out, const struct legend *l, double x, double y)
{
    if (l->band)
        svg_rect(out, x, y + 3.0, LEGEND_KEY - 6.0, 8.0, l->css);
    else
        svg_line(out, x, y + 7.0, x + LEGEND_KEY - 6.0, y + 7.0, l->css);
    svg_text(out, x + LEGEND_KEY, y + 11.0, SVG_FONT, SVG_START, "name", l->name);
}

/* More than one row: in columns. */
void legend_draw(FILE *out, const struct legend *legend, int legends, double y)
{
    int in_row = per_row(legend, legends);
    double column = (PLOT_RIGHT - PLOT_LEFT) / (in_row ? in_row : 1);
    double x = PLOT_LEFT;

    for (int i = 0; i < legends; i++) {
        if (in_row < legends) {
            x = PLOT_LEFT + column * (i % in_row);
            entry(out, &legend[i], x, y + LEGEND_ROW * (i / in_row));
            continue;
        }
        entry(out, &legend[i], x, y);
        x += entry_width(&legend[i]);
    }
}

/* ---- marks of the scenario ---------------------------------------------------------------------- */

static void mark_text(const struct mark *m, char *text, size_t size)
{
    if (m->first == m->last)
        snprintf(text, size, "%d", m->first);
    else
        snprintf(text, size, "%d–%d", m->first, m->last);
}

struct scale time_scale(const struct paper *paper)
{
    return (struct scale){ paper->time.from_s, paper->time.end_s, PLOT_LEFT, PLOT_RIGHT };
}

/* Room that a mark's number takes to each side. */
static double mark_half(const struct mark *m)
{
    char text[TEXT_SIZE];
    mark_text(m, text, sizeof text);
    return svg_text_width(text, SVG_SMALL_FONT) / 2.0 + MARK_GAP / 2.0;
}

/* The number of a mark at the left edge stands inside it. */
static double mark_center(const struct scale *x, const struct mark *m)
{
    return fmax(scale_at(x, m->s), x->from + mark_half(m) - MARK_GAP / 2.0);
}

static bool marks_touch(const struct scale *x, const struct mark *a, const struct mark *b)
{
    return mark_center(x, a) + mark_half(a) > mark_center(x, b) - mark_half(b);
}

/* One that grew may touch the one before. */
static void merge_back(struct paper *paper, const struct scale *x)
{
    while (paper->marks > 1 &&
           marks_touch(x, &paper->mark[paper->marks - 2], &paper->mark[paper->marks - 1])) {
        paper->mark[paper->marks - 2].last = paper->mark[paper->marks - 1].last;
        paper->marks--;
    }
}

void marks_place(struct paper *paper, const double *event_s, int events)
{
    struct scale x = time_scale(paper);

    paper->marks = 0;
    paper->mark = calloc((size_t)events + 1, sizeof *paper->mark);
    for (int i = 0; paper->mark && i < events; i++) {
        if (event_s[i] > paper->time.end_s)
            break;
        if (event_s[i] < paper->time.from_s)
            continue;
        paper->mark[paper->marks++] = (struct mark){ event_s[i], i + 1, i + 1 };
        merge_back(paper, &x);
    }
}

void marks_draw(const struct paper *paper, const struct scale *x, double numbers_y, double top,
                double bottom)
{
    char text[TEXT_SIZE];

    for (int i = 0; i < paper->marks; i++) {
        double at = scale_at(x, paper->mark[i].s);
        mark_text(&paper->mark[i], text, sizeof text);
        svg_line(paper->out, at, top, at, bottom, "mark");
        svg_text(paper->out, mark_center(x, &paper->mark[i]), numbers_y, SVG_SMALL_FONT, SVG_MIDDLE,
                 "marktext", text);
    }
}
