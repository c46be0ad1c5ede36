/* Pieces of text one behind the other, that go on in the next row where one does not fit. */
#ifndef SIM_VIEW_FLOW_H
#define SIM_VIEW_FLOW_H

#include "view/grid.h"

struct flow {
    struct grid *grid; /* NULL: nothing is written, only measured */
    int cols;
    int row;
    int col;
    int left; /* where a further row begins */
    int end;  /* first row that is not ours */
    bool full;
};

/* Rows from..end-1; further rows are indented by `left`, less on a narrow page. */
struct flow flow_begin(struct grid *g, int cols, int from, int end, int left);
/* `gap` columns in front of it, but at the beginning of a row. */
void flow_add(struct flow *f, int gap, enum grid_style style, const char *text);
void flow_printf(struct flow *f, int gap, enum grid_style style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* What comes next and needs so many columns together begins in the next row if they are not left. */
void flow_keep(struct flow *f, int gap, int width);
/* The row behind the last one. */
int flow_end(const struct flow *f);

#endif
