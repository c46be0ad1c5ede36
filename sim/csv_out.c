#include "csv_out.h"

#include <math.h>

#include "belief.h"
#include "probe.h"

void csv_header(FILE *out, int cells)
{
    fprintf(out, "time_s,charge_relay,load_relay,comm_ok,current_ma_true,current_ma_end,"
                 "soc_pm_true,soc_pm_end");
    for (int i = 1; i <= cells; i++)
        fprintf(out, ",cell%d_mv_true,cell%d_mv_end,cell%d_dc_true,cell%d_dc_end,cell%d_balancing",
                i, i, i, i, i);
    fputc('\n', out);
}

/* What is not known stays empty. */
static void put(FILE *out, bool known, double value)
{
    if (known && !isnan(value))
        fprintf(out, ",%.0f", value);
    else
        fputc(',', out);
}

static void put_cell(FILE *out, const struct run *r, int cell)
{
    struct pack_cell c;

    belief_cell(&r->chain, cell, &c);
    put(out, true, world_cell_v(r->world, cell) * 1000.0);
    put(out, c.fresh, c.mv);
    put(out, true, world_cell_temp_c(r->world, cell) * 10.0);
    put(out, c.fresh && !(c.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT)), c.dc);
    put(out, c.fresh, (c.flags & CELL_BALANCING) != 0);
}

void csv_row(FILE *out, const struct run *r)
{
    fprintf(out, "%.10g,%d,%d,%d", (double)r->chain.now_ps * 1e-12, r->view.charge_closed,
            r->view.load_closed, run_comm_ok(r));
    put(out, true, run_true_ma(r));
    put(out, r->view.known & VIEW_CURRENT, r->view.battery_ma);
    put(out, true, world_pack_soc(r->world) * 1000.0);
    put(out, r->view.cells != 0, r->view.soc_pm);
    for (int i = 0; i < r->chain.cells; i++)
        put_cell(out, r, i);
    fputc('\n', out);
}
