#include "report/heat.h"

#include <math.h>
#include <stdlib.h>

#include "report/png.h"
#include "report/svg.h"

#define COLORS 64
#define UNKNOWN COLORS /* behind them in the palette */
#define BAR_WIDTH 220.0
#define BAR_ROW 20.0
#define AXIS_ROW 40.0
#define TEXT_SIZE 64

/* Points of the colour map "cividis" (Nunez, Anderton, Renslow 2018): even steps of lightness, also
 * for those who cannot tell red from green. */
static const struct png_color cividis[] = {
    { 0, 34, 78 },     { 18, 53, 112 },   { 59, 73, 108 },   { 87, 93, 109 },  { 112, 113, 115 },
    { 138, 134, 121 }, { 165, 156, 116 }, { 195, 179, 105 }, { 225, 204, 85 }, { 254, 232, 56 },
};

static uint8_t mix(uint8_t a, uint8_t b, double share)
{
    return (uint8_t)lround(a + (b - a) * share);
}

static struct png_color color_at(double share)
{
    const int last = sizeof cividis / sizeof cividis[0] - 1;
    int i = share >= 1.0 ? last - 1 : (int)(share * last);
    const struct png_color *a = &cividis[i];
    double rest = share * last - i;

    return (struct png_color){ mix(a[0].red, a[1].red, rest), mix(a[0].green, a[1].green, rest),
                               mix(a[0].blue, a[1].blue, rest) };
}

static void make_palette(struct png_color palette[COLORS + 1])
{
    for (int i = 0; i < COLORS; i++)
        palette[i] = color_at((double)i / (COLORS - 1));
    palette[UNKNOWN] = (struct png_color){ 200, 60, 160 };
}

static uint8_t index_of(const struct span *s, const struct figure *f)
{
    double value = (s->min + s->max) / 2.0;
    double share = (value - f->lo) / fmax(f->hi - f->lo, 1e-9);

    if (isnan(value))
        return UNKNOWN;
    return (uint8_t)lround(fmin(fmax(share, 0.0), 1.0) * (COLORS - 1));
}

/* The first cell stands at the bottom. */
static void put_picture(FILE *out, const struct figure *f, const struct history *h,
                        const struct span *span)
{
    uint8_t *pixel = malloc((size_t)h->used * (size_t)h->cells);
    struct png_color palette[COLORS + 1];

    make_palette(palette);
    for (int cell = 0; pixel && cell < h->cells; cell++)
        for (int i = 0; i < h->used; i++)
            pixel[(h->cells - 1 - cell) * h->used + i] = index_of(&span[i * h->cells + cell], f);
    if (pixel)
        png_write_data(out, pixel, h->used, h->cells, palette, COLORS + 1);
    free(pixel);
}

static void color_bar(FILE *out, const struct figure *f)
{
    char text[TEXT_SIZE];
    int decimals = f->hi - f->lo < 3.0 ? 3 : 1;
    double x = PLOT_LEFT;

    fprintf(out, "<linearGradient id=\"colors-%s\">", f->id);
    for (int i = 0; i <= 9; i++) {
        struct png_color c = color_at(i / 9.0);
        fprintf(out, "<stop offset=\"%.3f\" stop-color=\"#%02x%02x%02x\"/>", i / 9.0, c.red,
                c.green, c.blue);
    }
    fputs("</linearGradient>\n", out);
    snprintf(text, sizeof text, "%.*f %s", decimals, f->lo, f->unit);
    svg_text(out, x, 13.0, SVG_FONT, SVG_START, "name", text);
    x += svg_text_width(text, SVG_FONT) + 8.0;
    fprintf(out,
            "<rect x=\"%.1f\" y=\"4\" width=\"%.1f\" height=\"10\" fill=\"url(#colors-%s)\"/>\n", x,
            BAR_WIDTH, f->id);
    snprintf(text, sizeof text, "%.*f %s", decimals, f->hi, f->unit);
    svg_text(out, x + BAR_WIDTH + 8.0, 13.0, SVG_FONT, SVG_START, "name", text);
}

static void cell_axis(FILE *out, int cells, const struct scale *y, double top)
{
    struct scale s = { 1.0, cells, y->from, y->to };
    struct ticks ticks;
    char text[TEXT_SIZE];

    scale_round(&s, 1.0, 6, &ticks);
    for (int i = 0; i < ticks.count; i++) {
        double cell = fmax(1.0, ticks.first + i * ticks.step);
        double at = scale_at(y, cell);
        if (cell > cells)
            continue;
        snprintf(text, sizeof text, "%.0f", cell);
        svg_line(out, PLOT_LEFT - 4.0, at, PLOT_LEFT, at, "axis");
        svg_text(out, PLOT_LEFT - 8.0, at + 4.0, SVG_FONT, SVG_END, "tick", text);
    }
    svg_text(out, PLOT_LEFT - 8.0, top - 13.0, SVG_FONT, SVG_END, "axistext", "cell");
}

void heat_draw(const struct paper *paper, const struct figure *f, const struct history *h,
               const struct span *span)
{
    FILE *out = paper->out;
    double top = BAR_ROW + 22.0;
    double bottom = top + f->height;
    struct scale x = time_scale(paper);
    struct scale y = { 0.5, h->cells + 0.5, bottom, top };

    figure_begin(out, f, bottom + AXIS_ROW);
    color_bar(out, f);
    cell_axis(out, h->cells, &y, top);
    time_axis_draw(paper, &x, bottom, bottom);
    fprintf(out,
            "<image class=\"map\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "preserveAspectRatio=\"none\" href=\"",
            PLOT_LEFT, top,
            scale_at(&x, fmin(h->from_s + h->used * h->stride_s, paper->time.end_s)) - PLOT_LEFT,
            f->height);
    put_picture(out, f, h, span);
    fputs("\"/>\n", out);
    marks_draw(paper, &x, top - 5.0, top - 2.0, top);
    svg_close(out);
    fputs("</figure>\n", out);
}
