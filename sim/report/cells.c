/* Voltages and temperatures of the cells. */
#include <math.h>
#include <stdlib.h>

#include "report/heat.h"
#include "report/page.h"

enum { LINES_MAX = 16, COLORS = 8, NAME_SIZE = 40 };
#define TAKEN_OUT_V 0.5 /* below it a cell is not there */
#define PLOT_HEIGHT 250.0

struct cell_figure {
    enum cell_channel channel;
    enum cell_channel other; /* of the figure with the same scale */
    const char *id;
    const char *title;
    const char *what;
    const char *unit;
    double min_span;
    double floor;
};

static const struct cell_figure figures[] = {
    { CELL_V_TRUE, CELL_V_END, "voltage-true", "Cell voltages: what was",
      "Terminal voltage of the simulated cells, with whatever current and balance resistor flowed",
      "V", 0.02, TAKEN_OUT_V },
    { CELL_V_END, CELL_V_TRUE, "voltage-end", "Cell voltages: what the End board believed",
      "Readings that reached the End board, measured with the balance resistor off; a gap is a "
      "cell "
      "that was not heard",
      "V", 0.02, TAKEN_OUT_V },
    { CELL_C_TRUE, CELL_C_END, "temperature-true", "Cell temperatures: what was",
      "Temperature of the simulated cells at their terminals", "°C", 4.0, -INFINITY },
    { CELL_C_END, CELL_C_TRUE, "temperature-end", "Cell temperatures: what the End board believed",
      "Readings that reached the End board; a gap is a cell or sensor that was not heard", "°C",
      4.0, -INFINITY },
};

static const char *const line_css[LINES_MAX] = {
    "c1",        "c2",        "c3",        "c4",        "c5",        "c6",
    "c7",        "c8",        "c1 dashed", "c2 dashed", "c3 dashed", "c4 dashed",
    "c5 dashed", "c6 dashed", "c7 dashed", "c8 dashed",
};

/* ---- a line for each cell ----------------------------------------------------------------------- */

static void draw_lines(const struct page *page, const struct cell_figure *c, struct figure *f)
{
    struct legend legend[LINES_MAX];
    char name[LINES_MAX][NAME_SIZE];
    struct plot plot;
    char caption[256];
    int cells = page->history->cells;

    for (int i = 0; i < cells; i++) {
        snprintf(name[i], NAME_SIZE, "cell %d", i + 1);
        legend[i] = (struct legend){ name[i], line_css[i], false };
    }
    snprintf(caption, sizeof caption, "%s.", c->what);
    f->caption = caption;
    f->legend = legend;
    f->legends = cells;
    plot_begin(&plot, &page->paper, f);
    for (int i = 0; i < cells; i++)
        plot_curve(&plot, page->history, &page->history->cell[c->channel][i], cells, name[i],
                   line_css[i]);
    plot_end(&plot);
}

/* ---- many cells --------------------------------------------------------------------------------- */

static int by_value(const void *left, const void *right)
{
    float a = *(const float *)left;
    float b = *(const float *)right;
    return (a > b) - (a < b);
}

static float median(float *value, int count)
{
    if (count == 0)
        return NAN;
    qsort(value, (size_t)count, sizeof *value, by_value);
    return (value[(count - 1) / 2] + value[count / 2]) / 2.0f;
}

/* Of one bucket over all cells that are known and there. */
static void sum_up(const struct page *page, const struct cell_figure *c, int bucket,
                   struct span *band, struct span *middle)
{
    int cells = page->history->cells;
    const struct span *span = &page->history->cell[c->channel][bucket * cells];
    float value[256];
    int count = 0;

    *band = (struct span){ NAN, NAN };
    for (int i = 0; i < cells; i++) {
        if (isnan(span[i].min) || span[i].max < c->floor)
            continue;
        band->min = fminf(band->min, span[i].min);
        band->max = fmaxf(band->max, span[i].max);
        value[count++] = (span[i].min + span[i].max) / 2.0f;
    }
    middle->min = middle->max = median(value, count);
}

/* The cell that went farthest down (sign -1) or up, by what was; 0-based. */
static int farthest(const struct page *page, const struct cell_figure *c, float sign)
{
    enum cell_channel truth = c->channel < c->other ? c->channel : c->other;
    const struct span *span = page->history->cell[truth];
    int cells = page->history->cells;
    float best = -INFINITY;
    int cell = 0;

    for (int i = 0; i < page->history->used * cells; i++) {
        float value = sign * (sign < 0.0f ? span[i].min : span[i].max);
        if (span[i].min < c->floor || !(value > best))
            continue;
        best = value;
        cell = i % cells;
    }
    return cell;
}

static void draw_envelope(const struct page *page, const struct cell_figure *c, struct figure *f,
                          struct span *band, struct span *middle)
{
    const struct history *h = page->history;
    int low = farthest(page, c, -1.0f);
    int high = farthest(page, c, 1.0f);
    char low_name[NAME_SIZE], high_name[NAME_SIZE], caption[320];
    const struct legend legend[] = { { "lowest to highest cell", "band", true },
                                     { "median", "c8", false },
                                     { low_name, "c1", false },
                                     { high_name, "c2", false } };
    struct plot plot;

    snprintf(low_name, NAME_SIZE, "cell %d (went lowest)", low + 1);
    snprintf(high_name, NAME_SIZE, "cell %d (went highest)", high + 1);
    snprintf(caption, sizeof caption, "%s; %d cells as a band, with two of them.", c->what,
             h->cells);
    f->caption = caption;
    f->legend = legend;
    f->legends = 4;
    plot_begin(&plot, &page->paper, f);
    plot_band(&plot, h, band, "lowest to highest cell");
    plot_curve(&plot, h, middle, 1, "median", "c8");
    plot_curve(&plot, h, &h->cell[c->channel][low], h->cells, low_name, "c1");
    plot_curve(&plot, h, &h->cell[c->channel][high], h->cells, high_name, "c2");
    plot_end(&plot);
}

static void draw_many(const struct page *page, const struct cell_figure *c, struct figure *f)
{
    const struct history *h = page->history;
    struct span *band = calloc((size_t)h->used + 1, sizeof *band);
    struct span *middle = calloc((size_t)h->used + 1, sizeof *middle);

    for (int i = 0; band && middle && i < h->used; i++)
        sum_up(page, c, i, &band[i], &middle[i]);
    if (band && middle)
        draw_envelope(page, c, f, band, middle);
    free(band);
    free(middle);
}

static void draw_map(const struct page *page, const struct cell_figure *c, const char *id,
                     const char *title)
{
    struct figure f = { .id = id,
                        .title = title,
                        .caption = "Each row is a cell, the first one at the bottom; the colour is "
                                   "what was.",
                        .unit = c->unit,
                        .height = fmin(fmax(page->history->cells * 2.0, 120.0), 340.0),
                        .lo = INFINITY,
                        .hi = -INFINITY };

    page_range(page, page->history->cell[c->channel], page->history->cells, c->floor, &f.lo, &f.hi);
    heat_draw(&page->paper, &f, page->history, page->history->cell[c->channel]);
}

static void draw(const struct page *page, const struct cell_figure *c)
{
    struct figure f = { .id = c->id,
                        .title = c->title,
                        .unit = c->unit,
                        .height = PLOT_HEIGHT,
                        .lo = INFINITY,
                        .hi = -INFINITY,
                        .min_span = c->min_span };
    int cells = page->history->cells;

    page_range(page, page->history->cell[c->channel], cells, c->floor, &f.lo, &f.hi);
    page_range(page, page->history->cell[c->other], cells, c->floor, &f.lo, &f.hi);
    if (cells <= LINES_MAX)
        draw_lines(page, c, &f);
    else
        draw_many(page, c, &f);
}

void page_cells(const struct page *page)
{
    bool many = page->history->cells > LINES_MAX && page->history->used > 0;

    fputs("<h2 id=\"cells\">Cells</h2>\n", page->paper.out);
    draw(page, &figures[0]);
    draw(page, &figures[1]);
    if (many)
        draw_map(page, &figures[0], "voltage-map", "Cell voltages: each cell over time");
    draw(page, &figures[2]);
    draw(page, &figures[3]);
    if (many)
        draw_map(page, &figures[2], "temperature-map", "Cell temperatures: each cell over time");
}
