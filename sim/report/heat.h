/* Cell by time as a map of colours, for packs with more cells than lines can show. */
#ifndef SIM_REPORT_HEAT_H
#define SIM_REPORT_HEAT_H

#include "report/plot.h"

/* span: [bucket * cells + cell]; the figure's lo and hi are the ends of the colour scale. */
void heat_draw(const struct paper *paper, const struct figure *figure, const struct history *h,
               const struct span *span);

#endif
