#include "view/layout.h"

#include <math.h>
#include <stdio.h>

#include "end_board/rules.h"
#include "view/cell_bar.h"
#include "view/flow.h"
#include "view/words.h"

#define LABEL_COLS 10
#define CELL_ROWS_MIN 2
#define MESSAGE_ROWS_MAX 8
#define NAMED_HOPS 8
#define ROWS_FOR_WORDS 12 /* with so many rows for cells two are left to messages */

static struct flow labelled(struct grid *g, int row, int end, const char *label)
{
    struct flow f = flow_begin(g, g->cols, row, end, LABEL_COLS);

    flow_printf(&f, 0, STYLE_LABEL, " %-*s", LABEL_COLS - 1, label);
    return f;
}

/* ---- head --------------------------------------------------------------------------------------- */

static void put_time(char *text, size_t size, double time_s)
{
    int s = (int)time_s;

    snprintf(text, size, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}

static const char *state_text(const struct view_model *m)
{
    switch (m->state) {
    case VIEW_RUNS:
        break;
    case VIEW_PAUSED:
        return "PAUSED";
    case VIEW_ENDED:
        return "AT ITS END, q leaves";
    case VIEW_CRASHED:
        return "AN IMAGE CRASHED, q leaves";
    }
    return "";
}

static void speed_text(char *text, size_t size, const struct view_model *m)
{
    if (isinf(m->speed))
        snprintf(text, size, "full speed: x%.0f", m->reached);
    else if (m->state == VIEW_RUNS && m->reached < 0.9 * m->speed)
        snprintf(text, size, "x%.0f, reaches x%.1f", m->speed, m->reached);
    else
        snprintf(text, size, "x%.0f", m->speed);
}

static int draw_title(struct grid *g, const struct view_model *m, int end)
{
    struct flow f = flow_begin(g, g->cols, 0, end, 1);
    char text[64];

    flow_printf(&f, 0, STYLE_TITLE, " %d x %s %.4g Ah", m->cells, m->chemistry, m->capacity_ah);
    put_time(text, sizeof text, m->time_s);
    flow_add(&f, 3, STYLE_TITLE, text);
    if (isfinite(m->duration_s)) {
        put_time(text, sizeof text, m->duration_s);
        flow_printf(&f, 1, STYLE_DIM, "of %s", text);
    }
    speed_text(text, sizeof text, m);
    flow_add(&f, 3, STYLE_PLAIN, text);
    if (m->state != VIEW_RUNS)
        flow_add(&f, 3, STYLE_BAD, state_text(m));
    return flow_end(&f);
}

static int draw_pack(struct grid *g, const struct view_model *m, int row, int end)
{
    struct flow f = labelled(g, row, end, "Pack");

    if (m->mv_known)
        flow_printf(&f, 0, STYLE_PLAIN, "%.2f V", m->pack_mv / 1000.0);
    else
        flow_add(&f, 0, STYLE_BAD, "--- V");
    if (m->ma_known)
        flow_printf(&f, 3, STYLE_PLAIN, "%.2f A", m->ma / 1000.0);
    else
        flow_add(&f, 3, STYLE_BAD, "--- A");
    flow_printf(&f, 1, STYLE_DIM, "true %.2f", m->true_ma / 1000.0);
    if (m->soc_known)
        flow_printf(&f, 3, STYLE_PLAIN, "SOC %.1f %%", m->soc_pm / 10.0);
    else
        flow_add(&f, 3, STYLE_BAD, "SOC --- %");
    if (!isnan(m->true_soc_pm))
        flow_printf(&f, 1, STYLE_DIM, "true %.1f", m->true_soc_pm / 10.0);
    if (m->soc_known)
        flow_add(&f, 1, m->soc_calibrated ? STYLE_GOOD : STYLE_WARN,
                 m->soc_calibrated ? "calibrated" : "not calibrated");
    return flow_end(&f);
}

static int draw_relay(struct grid *g, const char *name, const struct view_relay *r, int row,
                      int end)
{
    struct flow f = labelled(g, row, end, name);
    uint32_t held = r->held;

    flow_add(&f, 0, r->closed ? STYLE_GOOD : STYLE_BAD, r->closed ? "closed" : "open");
    if (!r->closed && held == 0)
        flow_add(&f, 2, STYLE_WARN, words_rule(r->reason));
    for (unsigned rule = 0; !r->closed && rule <= RULE_REST; rule++) {
        if (!(held >> rule & 1))
            continue;
        held &= ~RULE_BIT(rule);
        flow_printf(&f, 2, STYLE_WARN, "%s%s", words_rule(rule), held ? ";" : "");
    }
    return flow_end(&f);
}

static void add_noisy(struct flow *f, const struct view_model *m)
{
    int hops = 0;

    for (int i = 0; i < m->cells; i++) {
        if (m->cell[i].noisy == 0 || ++hops > NAMED_HOPS)
            continue;
        if (hops == 1)
            flow_add(f, 3, STYLE_WARN, "noisy:");
        flow_printf(f, 1, STYLE_WARN, "%d\u2192%d (%d in 100)", i == 0 ? m->cells : i, i + 1,
                    m->cell[i].noisy);
    }
    if (hops > NAMED_HOPS)
        flow_printf(f, 1, STYLE_WARN, "and %d more", hops - NAMED_HOPS);
}

static int draw_ring(struct grid *g, const struct view_model *m, int row, int end)
{
    struct flow f = labelled(g, row, end, "Ring");

    if (!m->broken)
        flow_add(&f, 0, m->comm_ok ? STYLE_GOOD : STYLE_WARN,
                 m->comm_ok ? "whole" : "no place of a break known");
    else if (m->broken_after == 0)
        flow_add(&f, 0, STYLE_BAD, "broken, nobody knows where");
    else
        flow_printf(&f, 0, STYLE_BAD, "broken between board %d and board %d", m->broken_after,
                    m->broken_after % m->cells + 1);
    add_noisy(&f, m);
    return flow_end(&f);
}

static int draw_faults(struct grid *g, const struct view_model *m, int row, int end)
{
    struct flow f = labelled(g, row, end, "Faults");
    unsigned left = m->faults;

    for (unsigned bit = 0; bit < WORDS_FAULTS; bit++) {
        if (!(left >> bit & 1) || !words_fault(bit))
            continue;
        left &= ~(1u << bit);
        flow_printf(&f, 2, STYLE_BAD, "%s%s", words_fault(bit), left ? ";" : "");
    }
    if (m->faults == 0)
        flow_add(&f, 0, STYLE_GOOD, "none");
    return flow_end(&f);
}

static int draw_set(struct grid *g, const struct view_model *m, int row, int end)
{
    struct flow f = labelled(g, row, end, "Set");
    char switches[10] = "0000 0000";

    for (int i = 0; i < 8; i++)
        switches[i + (i > 3)] = m->switches & (0x80 >> i) ? '1' : '0';
    flow_printf(&f, 0, STYLE_PLAIN, "load %.4g A", m->load_a);
    flow_printf(&f, 3, STYLE_PLAIN, "charger %.4g A", m->charger_a);
    flow_printf(&f, 3, STYLE_PLAIN, "switches %s", switches);
    return flow_end(&f);
}

static int draw_head(struct grid *g, const struct view_model *m, int end)
{
    int row = draw_title(g, m, end);

    row = draw_pack(g, m, row, end);
    row = draw_relay(g, "Charge", &m->charge, row, end);
    row = draw_relay(g, "Load", &m->load, row, end);
    row = draw_ring(g, m, row, end);
    row = draw_faults(g, m, row, end);
    return draw_set(g, m, row, end);
}

/* ---- foot --------------------------------------------------------------------------------------- */

static int draw_help(struct grid *g, int cols, int row, int end)
{
    static const struct {
        const char *key;
        const char *does;
    } help[] = {
        { "q", "quit" },        { "space", "pause" },           { "+ -", "speed" },
        { "arrows", "cell" },   { "b", "break, mend" },         { "l L", "load" },
        { "c C", "charger" },   { "h H f", "hot, cold, free" }, { "1-8", "switches" },
        { "r", "reset board" },
    };
    struct flow f = flow_begin(g, cols, row, end, 1);

    f.col = 1;
    for (size_t i = 0; i < sizeof help / sizeof help[0]; i++) {
        flow_keep(&f, 2, grid_width(help[i].key) + 1 + grid_width(help[i].does));
        flow_add(&f, 2, STYLE_KEY, help[i].key);
        flow_add(&f, 1, STYLE_DIM, help[i].does);
    }
    return flow_end(&f);
}

static int draw_detail(struct grid *g, const struct view_model *m, int row, int end)
{
    const struct view_cell *c = &m->cell[m->chosen];
    const struct view_detail *d = &m->detail;
    struct flow f = flow_begin(g, g->cols, row, end, LABEL_COLS);

    flow_printf(&f, 0, STYLE_LABEL, " Cell %-3d", m->chosen + 1);
    if (c->known)
        flow_printf(&f, 0, STYLE_PLAIN, "%.3f V", c->mv / 1000.0);
    else
        flow_add(&f, 0, STYLE_BAD, "not heard");
    flow_printf(&f, 1, STYLE_DIM, "true %.3f", d->true_mv / 1000.0);
    if (c->known && c->dc_known)
        flow_printf(&f, 3, STYLE_PLAIN, "%.1f \u00B0C", c->dc / 10.0);
    flow_printf(&f, c->known && c->dc_known ? 1 : 3, STYLE_DIM, "true %.1f", d->true_dc / 10.0);
    if (!isnan(d->true_soc))
        flow_printf(&f, 3, STYLE_DIM, "true SOC %.1f %%", d->true_soc * 100.0);
    if (c->balancing)
        flow_add(&f, 3, STYLE_WARN, "balances");
    if (c->untrusted)
        flow_add(&f, 3, STYLE_BAD, "not trusted");
    flow_printf(&f, 3, d->bad_frames ? STYLE_WARN : STYLE_PLAIN, "%d bad frames", d->bad_frames);
    flow_printf(&f, 3, STYLE_PLAIN, "board %s", d->board_mode);
    flow_printf(&f, 1, STYLE_PLAIN, "%.3f MHz", d->clock_mhz);
    if (c->cut)
        flow_add(&f, 3, STYLE_BAD, "wire behind it broken");
    return flow_end(&f);
}

static void draw_messages(struct grid *g, const struct view_model *m, int row, int rows)
{
    int first = m->messages > rows ? m->messages - rows : 0;

    for (int i = first; i < m->messages; i++, row++)
        grid_text(g, row, 0, g->cols, i == m->messages - 1 ? STYLE_PLAIN : STYLE_DIM,
                  m->message[i]);
}

/* ---- cells -------------------------------------------------------------------------------------- */

/* Pages of whole columns; the last one is as full as the others. */
static int first_shown(const struct view_model *m, const struct layout_place *p)
{
    int columns = (m->cells + p->per_column - 1) / p->per_column;
    int column = m->chosen / p->page * p->columns;

    if (column > columns - p->columns)
        column = columns > p->columns ? columns - p->columns : 0;
    return column * p->per_column;
}

static struct layout_place place_cells(const struct grid *g, const struct view_model *m, int rows,
                                       enum cell_detail d)
{
    struct layout_place p;

    p.columns = (g->cols + 1) / (cell_bar_min_width(d) + 1);
    if (p.columns < 1)
        p.columns = 1;
    p.page = p.columns * rows;
    p.per_column = rows;
    if (p.page >= m->cells) {
        p.columns = (m->cells + rows - 1) / rows;
        p.per_column = (m->cells + p.columns - 1) / p.columns;
    }
    p.first = first_shown(m, &p);
    p.count = m->cells - p.first < p.page ? m->cells - p.first : p.page;
    return p;
}

/* The most telling kind of entry with which all cells are on one page, else the shortest. */
static enum cell_detail choose(const struct grid *g, const struct view_model *m, int rows)
{
    int d = CELL_ALL;

    while (d < CELL_SHORT) {
        struct layout_place p = place_cells(g, m, rows, (enum cell_detail)d);
        if (p.page >= m->cells && cell_bar_min_width((enum cell_detail)d) <= g->cols)
            break;
        d++;
    }
    return (enum cell_detail)d;
}

static void draw_scale(struct grid *g, const struct view_model *m, const struct layout_place *p,
                       int row)
{
    struct flow f = flow_begin(g, g->cols, row, row + 1, 1);

    flow_add(&f, 0, STYLE_LABEL, " Cells");
    if (p->count < m->cells)
        flow_printf(&f, 1, STYLE_WARN, "%d to %d of %d", p->first + 1, p->first + p->count,
                    m->cells);
    flow_printf(&f, 2, STYLE_DIM, "bars %.2f to %.2f V", m->vmin_mv / 1000.0, m->vmax_mv / 1000.0);
    flow_printf(&f, 2, STYLE_DIM, "\u250A %.2f balances", m->vbalance_mv / 1000.0);
    flow_add(&f, 2, STYLE_DIM, "B balancing");
    flow_add(&f, 2, STYLE_DIM, "e bad frames");
    flow_add(&f, 2, STYLE_DIM, "\u2715 wire broken");
}

static struct layout_place draw_cells(struct grid *g, const struct view_model *m, int row, int end)
{
    int rows = end - row - 1;
    enum cell_detail d = choose(g, m, rows);
    struct layout_place p = place_cells(g, m, rows, d);
    int width = (g->cols + 1) / p.columns - 1;

    if (width > cell_bar_max_width(d))
        width = cell_bar_max_width(d);
    draw_scale(g, m, &p, row);
    for (int i = 0; i < p.count; i++)
        cell_bar_draw(g, row + 1 + i % p.per_column, i / p.per_column * (width + 1), width, d, m,
                      p.first + i);
    return p;
}

/* Rows that the cells would like: enough for all of them in full, or nearly all there are. */
static int wished_rows(const struct grid *g, const struct view_model *m, int room)
{
    for (int rows = 1; rows < room; rows++)
        if (choose(g, m, rows) == CELL_ALL)
            return rows;
    return room > ROWS_FOR_WORDS ? room - 2 : room;
}

#define COLS_MIN 18
#define ROWS_MIN 6

static struct layout_place too_small(struct grid *g, const struct view_model *m)
{
    if (g->rows > 0 && g->cols > 0)
        grid_text(g, 0, 0, g->cols, STYLE_BAD, "too small");
    return (struct layout_place){
        .first = m->chosen, .count = 0, .per_column = 1, .columns = 1, .page = 1
    };
}

struct layout_place layout_draw(struct grid *g, const struct view_model *m)
{
    int help = g->rows / 6;
    int detail, messages, head, cells_end, spare;

    if (g->cols < COLS_MIN || g->rows < ROWS_MIN)
        return too_small(g, m);
    help = draw_help(NULL, g->cols, 0, help > 0 ? help : 1);
    draw_help(g, g->cols, g->rows - help, g->rows);
    head = draw_head(g, m, (g->rows - help) / 2);
    spare = g->rows - help - head - 1 - CELL_ROWS_MIN; /* 1: the scale */
    detail = spare >= 3 ? 2 : 0;
    spare -= detail;
    messages = spare > 2 ? 1 : 0;
    spare -= messages;
    if (spare > 0) {
        int wish = wished_rows(g, m, spare + CELL_ROWS_MIN);
        int left = spare + CELL_ROWS_MIN - wish;
        messages += left < MESSAGE_ROWS_MAX - 1 ? left : MESSAGE_ROWS_MAX - 1;
    }
    cells_end = g->rows - help - messages - detail;
    if (detail)
        draw_detail(g, m, cells_end, cells_end + detail);
    draw_messages(g, m, cells_end + detail, messages);
    return draw_cells(g, m, head, cells_end);
}
