/* One cell as an entry of the live view: number, bar of its voltage, voltage, temperature, marks. */
#ifndef SIM_VIEW_CELL_BAR_H
#define SIM_VIEW_CELL_BAR_H

#include "view/grid.h"
#include "view/model.h"

/* How much an entry says. */
enum cell_detail { CELL_ALL, CELL_MEDIUM, CELL_SHORT, CELL_DETAILS };

/* Columns that it needs at least; more make the bar longer, up to a longest one. */
int cell_bar_min_width(enum cell_detail detail);
int cell_bar_max_width(enum cell_detail detail);

void cell_bar_draw(struct grid *g, int row, int col, int width, enum cell_detail detail,
                   const struct view_model *m, int cell);

#endif
