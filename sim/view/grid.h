/* A page of text cells that a screen shows: characters with a style, no terminal. It counts what a
 * layout must not do, so that tests can look. */
#ifndef SIM_VIEW_GRID_H
#define SIM_VIEW_GRID_H

#include <stdbool.h>
#include <stdint.h>

enum grid_style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_TITLE,
    STYLE_LABEL,
    STYLE_GOOD,
    STYLE_WARN,
    STYLE_BAD,
    STYLE_CHOSEN,
    STYLE_KEY,
    STYLE_COUNT,
};

struct grid_cell {
    uint32_t glyph; /* code point of one column's width; 0: nothing written yet */
    uint8_t style;
};

struct grid {
    int cols;
    int rows;
    struct grid_cell *cell; /* rows * cols */
    int overlaps;           /* cells that were written twice */
    int outside;            /* writes beyond the edges: dropped */
};

/* An empty page; false when there is no memory. May be called again for another size. */
bool grid_resize(struct grid *g, int cols, int rows);
void grid_free(struct grid *g);

void grid_put(struct grid *g, int row, int col, enum grid_style style, uint32_t glyph);
/* UTF-8 text of at most `width` columns; a longer one ends in an ellipsis. What is not one column
 * wide on every terminal becomes a question mark. Returns the columns used. */
int grid_text(struct grid *g, int row, int col, int width, enum grid_style style, const char *text);
/* Columns that a text needs. */
int grid_width(const char *text);

#endif
