#include "report/plot.h"

#include <math.h>

#include "report/svg.h"

#define MARK_ROW 22.0
#define AXIS_ROW 40.0
#define TICKS_ABOUT 5
#define TEXT_SIZE 64

void time_text(const struct time_axis *axis, double s, char *text, size_t size)
{
    double value = s / axis->unit_s;
    snprintf(text, size, "%.*f %s", axis->unit_s > 1.0 ? 2 : 1, value, axis->unit);
}

/* ---- axes --------------------------------------------------------------------------------------- */

void time_axis_draw(const struct paper *paper, const struct scale *x, double top, double bottom)
{
    const struct time_axis *axis = &paper->time;
    char text[TEXT_SIZE];

    int first = (int)ceil(axis->from_s / axis->unit_s / axis->step - 1e-9);

    for (int i = first; i * axis->step * axis->unit_s <= axis->end_s * (1.0 + 1e-9); i++) {
        double at = scale_at(x, i * axis->step * axis->unit_s);
        if (top < bottom)
            svg_line(paper->out, at, top, at, bottom, "grid");
        svg_line(paper->out, at, bottom, at, bottom + 4.0, "axis");
        snprintf(text, sizeof text, "%.*f", axis->decimals, i * axis->step);
        svg_text(paper->out, at, bottom + 16.0, SVG_FONT, SVG_MIDDLE, "tick", text);
    }
    snprintf(text, sizeof text, "time (%s)", axis->unit);
    svg_text(paper->out, (PLOT_LEFT + PLOT_RIGHT) / 2.0, bottom + 33.0, SVG_FONT, SVG_MIDDLE,
             "axistext", text);
}

static void value_axis(const struct plot *p, const struct ticks *ticks)
{
    FILE *out = p->paper->out;
    char text[TEXT_SIZE];

    for (int i = 0; i < ticks->count; i++) {
        double value = ticks->first + i * ticks->step;
        double at = scale_at(&p->y, value);
        if (fabs(value) < ticks->step * 1e-6)
            value = 0.0;
        snprintf(text, sizeof text, "%.*f", ticks->decimals, value);
        svg_line(out, PLOT_LEFT, at, PLOT_RIGHT, at, value == 0.0 ? "zero" : "grid");
        svg_text(out, PLOT_LEFT - 8.0, at + 4.0, SVG_FONT, SVG_END, "tick", text);
    }
    svg_text(out, PLOT_LEFT - 8.0, p->top - 13.0, SVG_FONT, SVG_END, "axistext", p->figure->unit);
}

/* ---- the figure --------------------------------------------------------------------------------- */

void figure_begin(FILE *out, const struct figure *f, double height)
{
    fprintf(out, "<figure id=\"%s\">\n<figcaption><h3>", f->id);
    svg_escape(out, f->title);
    fputs("</h3><p>", out);
    svg_escape(out, f->caption);
    fputs("</p></figcaption>\n", out);
    svg_open(out, "plot", PLOT_WIDTH, height, f->title);
}

/* What the script and the tests need to read values off the curves. */
static void curves_begin(const struct plot *p)
{
    FILE *out = p->paper->out;

    fprintf(out,
            "<clipPath id=\"clip-%s\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
            "height=\"%.1f\"/></clipPath>\n",
            p->figure->id, PLOT_LEFT, p->top - 1.0, PLOT_RIGHT - PLOT_LEFT,
            p->bottom - p->top + 2.0);
    fprintf(
        out,
        "<g class=\"curves\" clip-path=\"url(#clip-%s)\" data-unit=\"%s\" "
        "data-time-unit=\"%s\" data-x=\"%.1f %.1f %.9g %.9g\" data-y=\"%.1f %.1f %.9g %.9g\">\n",
        p->figure->id, p->figure->unit, p->paper->time.unit, p->x.from, p->x.to,
        p->x.lo / p->paper->time.unit_s, p->x.hi / p->paper->time.unit_s, p->y.from, p->y.to,
        p->y.lo, p->y.hi);
}

void plot_begin(struct plot *p, const struct paper *paper, const struct figure *figure)
{
    struct ticks ticks;
    double lo = figure->lo <= figure->hi ? figure->lo : 0.0;
    double hi = figure->lo <= figure->hi ? figure->hi : 0.0;

    *p = (struct plot){ .paper = paper, .figure = figure, .x = time_scale(paper) };
    p->top = 6.0 + legend_height(figure->legend, figure->legends) + MARK_ROW;
    p->bottom = p->top + figure->height;
    p->y = (struct scale){ lo, hi, p->bottom, p->top };
    figure_begin(paper->out, figure, p->bottom + AXIS_ROW);
    legend_draw(paper->out, figure->legend, figure->legends, 2.0);
    if (!figure->no_curves) {
        scale_round(&p->y, figure->min_span, figure->height < 150.0 ? TICKS_ABOUT - 2 : TICKS_ABOUT,
                    &ticks);
        value_axis(p, &ticks);
    }
    time_axis_draw(paper, &p->x, figure->no_curves ? p->bottom : p->top, p->bottom);
    marks_draw(paper, &p->x, p->top - 5.0, p->top - 2.0, p->bottom);
    if (!figure->no_curves)
        curves_begin(p);
}

void plot_end(const struct plot *p)
{
    FILE *out = p->paper->out;

    if (!p->figure->no_curves)
        fputs("</g>\n", out);
    svg_close(out);
    if (!p->figure->no_curves)
        fputs("<p class=\"readout\"></p>\n", out);
    fputs("</figure>\n", out);
}
