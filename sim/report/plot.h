/* A figure over time: frame, axes, legend, the scenario's marks, curves. All figures have the same
 * width and margins, so that a moment stands in one vertical line down the page. */
#ifndef SIM_REPORT_PLOT_H
#define SIM_REPORT_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "report/history.h"
#include "report/scale.h"

#define PLOT_WIDTH 1000.0
#define PLOT_LEFT 64.0
#define PLOT_RIGHT 984.0

/* Events of the scenario that stand so close that they share a mark. */
struct mark {
    double s;
    int first; /* numbers in the table of events */
    int last;
};

/* What all figures of a report share. */
struct paper {
    FILE *out;
    struct time_axis time;
    struct mark *mark;
    int marks;
};

struct legend {
    const char *name;
    const char *css; /* of its curve */
    bool band;
};

struct figure {
    const char *id;
    const char *title;
    const char *caption;
    const char *unit; /* behind figures, and above the axis */
    const struct legend *legend;
    int legends;
    double height; /* of the plotting area */
    double lo;     /* of the values; hi < lo: there is none */
    double hi;
    double min_span;
    bool no_curves; /* no axis of values: rows of their own */
};

struct plot {
    const struct paper *paper;
    const struct figure *figure;
    struct scale x;
    struct scale y;
    double top;
    double bottom;
};

/* Title, caption and the start of the picture; svg_close() and </figure> end it. */
void figure_begin(FILE *out, const struct figure *figure, double height);
/* Writes the figure up to where its curves come. */
void plot_begin(struct plot *p, const struct paper *paper, const struct figure *figure);
/* A line through the spans, from lowest to highest in each; NAN leaves a gap. every: distance of
 * the spans in memory. */
void plot_curve(const struct plot *p, const struct history *h, const struct span *span, int every,
                const char *name, const char *css);
/* A band between lowest and highest. */
void plot_band(const struct plot *p, const struct history *h, const struct span *span,
               const char *name);
void plot_end(const struct plot *p);

/* In as many rows as it needs, from y down. */
void legend_draw(FILE *out, const struct legend *legend, int legends, double y);
double legend_height(const struct legend *legend, int legends);
struct scale time_scale(const struct paper *paper);
/* Puts marks together that stand too close. */
void marks_place(struct paper *paper, const double *event_s, int events);
/* Lines of the marks from top to bottom, their numbers above numbers_y. */
void marks_draw(const struct paper *paper, const struct scale *x, double numbers_y, double top,
                double bottom);
/* Axis with ticks at the bottom. */
void time_axis_draw(const struct paper *paper, const struct scale *x, double top, double bottom);
/* "12.5 min". */
void time_text(const struct time_axis *axis, double s, char *text, size_t size);

#endif
