/* Where the live view puts what, on a page of any size. Pure: no terminal, no simulator. */
#ifndef SIM_VIEW_LAYOUT_H
#define SIM_VIEW_LAYOUT_H

#include "view/grid.h"
#include "view/model.h"

/* Where the cells went: what the arrow keys need. Cells run down the columns; those that do not fit
 * are on other pages. */
struct layout_place {
    int first; /* index of the first cell shown */
    int count; /* cells shown */
    int per_column;
    int columns;
    int page; /* cells of a full page */
};

struct layout_place layout_draw(struct grid *g, const struct view_model *m);

#endif
