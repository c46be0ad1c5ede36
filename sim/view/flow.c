#include "view/flow.h"

#include <stdarg.h>
#include <stdio.h>

#define NARROW_COLS 40

struct flow flow_begin(struct grid *g, int cols, int from, int end, int left)
{
    return (struct flow){ .grid = g,
                          .cols = cols,
                          .row = from,
                          .left = cols < NARROW_COLS ? 1 : left,
                          .end = end,
                          .full = from >= end };
}

static void next_row(struct flow *f)
{
    f->row++;
    f->col = f->left;
    f->full = f->row >= f->end;
}

static bool at_begin(const struct flow *f)
{
    return f->col == 0 || f->col == f->left;
}

void flow_keep(struct flow *f, int gap, int width)
{
    if (!f->full && !at_begin(f) && f->col + gap + width > f->cols)
        next_row(f);
}

void flow_add(struct flow *f, int gap, enum grid_style style, const char *text)
{
    int width = grid_width(text);

    flow_keep(f, gap, width);
    if (f->full)
        return;
    f->col += at_begin(f) ? 0 : gap;
    if (width > f->cols - f->col)
        width = f->cols - f->col;
    if (f->grid)
        grid_text(f->grid, f->row, f->col, width, style, text);
    f->col += width;
}

void flow_printf(struct flow *f, int gap, enum grid_style style, const char *format, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    flow_add(f, gap, style, text);
}

int flow_end(const struct flow *f)
{
    return f->full ? f->end : f->row + 1;
}
