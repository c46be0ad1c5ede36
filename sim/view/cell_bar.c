#include "view/cell_bar.h"

#include <stdio.h>

#define BAR_MAX 60
#define FULL_BLOCK 0x2588u /* then ever thinner ones, an eighth each, up to 0x258F */
#define TRACK 0x00B7u
#define BALANCE_MARK 0x250Au
#define SCALE_END 0x2502u
#define CHOSEN 0x25B8u
#define BELOW 0x25C2u
#define ABOVE 0x25B8u
#define CUT "\u2715"

struct entry {
    int bar_min;
    int dc_width;
    int marks;
};

static const struct entry entries[CELL_DETAILS] = {
    [CELL_ALL] = { .bar_min = 10, .dc_width = 8, .marks = 6 },
    [CELL_MEDIUM] = { .bar_min = 4, .dc_width = 5, .marks = 2 },
    [CELL_SHORT] = { .bar_min = 4, .dc_width = 0, .marks = 1 },
};

#define NUMBER_WIDTH 4 /* sign of the chosen one and three digits */
#define VOLT_WIDTH 6   /* a blank before */

static int fixed_width(enum cell_detail d)
{
    int ends = d == CELL_SHORT ? 0 : 2;
    return NUMBER_WIDTH + 1 + ends + VOLT_WIDTH + entries[d].dc_width + 1 + entries[d].marks -
           (d == CELL_SHORT);
}

int cell_bar_min_width(enum cell_detail d)
{
    return fixed_width(d) + entries[d].bar_min;
}

int cell_bar_max_width(enum cell_detail d)
{
    return fixed_width(d) + BAR_MAX;
}

/* ---- the bar ------------------------------------------------------------------------------------ */

static int eighths(const struct view_model *m, int mv, int width)
{
    int span = m->vmax_mv - m->vmin_mv;
    int all = 8 * width;
    int at = span > 0 ? (int)((int64_t)(mv - m->vmin_mv) * all / span) : 0;

    return at < 0 ? 0 : at > all ? all : at;
}

static enum grid_style bar_style(const struct view_model *m, int mv)
{
    if (mv < m->vmin_mv || mv > m->vmax_mv)
        return STYLE_BAD;
    return mv >= m->vbalance_mv ? STYLE_WARN : STYLE_GOOD;
}

static void draw_bar(struct grid *g, int row, int col, int width, const struct view_model *m,
                     const struct view_cell *c)
{
    int full = c->known ? eighths(m, c->mv, width) : 0;
    int mark = eighths(m, m->vbalance_mv, width) / 8;
    enum grid_style style = bar_style(m, c->mv);

    for (int i = 0; i < width; i++) {
        int part = full - 8 * i;
        if (c->known && c->mv < m->vmin_mv && i == 0)
            grid_put(g, row, col, STYLE_BAD, BELOW);
        else if (c->known && c->mv > m->vmax_mv && i == width - 1)
            grid_put(g, row, col + i, STYLE_BAD, ABOVE);
        else if (part >= 8)
            grid_put(g, row, col + i, style, FULL_BLOCK);
        else if (part > 0)
            grid_put(g, row, col + i, style, FULL_BLOCK + 8u - (unsigned)part);
        else
            grid_put(g, row, col + i, STYLE_DIM, i == mark ? BALANCE_MARK : TRACK);
    }
}

/* ---- beside it ---------------------------------------------------------------------------------- */

static void draw_volts(struct grid *g, int row, int col, const struct view_cell *c)
{
    char text[16] = "  --- ";

    if (c->known)
        snprintf(text, sizeof text, " %5.3f", c->mv / 1000.0);
    grid_text(g, row, col, VOLT_WIDTH, c->known ? STYLE_PLAIN : STYLE_BAD, text);
}

static void draw_temperature(struct grid *g, int row, int col, enum cell_detail d,
                             const struct view_cell *c)
{
    char text[16] = "";
    int width = entries[d].dc_width;

    if (!c->dc_known)
        snprintf(text, sizeof text, "%*s", width, "---");
    else if (d == CELL_ALL)
        snprintf(text, sizeof text, "%*.1f\u00B0", width - 1, c->dc / 10.0);
    else
        snprintf(text, sizeof text, "%*.0f\u00B0", width - 1, c->dc / 10.0);
    grid_text(g, row, col, width, c->dc_known ? STYLE_PLAIN : STYLE_DIM, text);
}

struct mark {
    const char *text;
    enum grid_style style;
};

/* By weight: an entry shows as many as it has room for. */
static int find_marks(const struct view_cell *c, struct mark *mark)
{
    int count = 0;

    if (c->cut)
        mark[count++] = (struct mark){ CUT, STYLE_BAD };
    if (c->noisy > 0)
        mark[count++] = (struct mark){ "e", STYLE_BAD };
    if (c->untrusted)
        mark[count++] = (struct mark){ "!", STYLE_BAD };
    if (c->balancing)
        mark[count++] = (struct mark){ "B", STYLE_WARN };
    return count;
}

static void draw_marks(struct grid *g, int row, int col, enum cell_detail d,
                       const struct view_cell *c)
{
    struct mark mark[4];
    int count = find_marks(c, mark);
    int room = entries[d].marks;
    char text[16];

    for (int i = 0; i < count && room > 0; i++) {
        int width = 1;
        snprintf(text, sizeof text, "%s", mark[i].text);
        if (d == CELL_ALL && mark[i].text[0] == 'e')
            snprintf(text, sizeof text, "e%d", c->noisy);
        width = grid_text(g, row, col, room, mark[i].style, text);
        col += width;
        room -= width;
    }
}

void cell_bar_draw(struct grid *g, int row, int col, int width, enum cell_detail d,
                   const struct view_model *m, int cell)
{
    const struct view_cell *c = &m->cell[cell];
    bool chosen = cell == m->chosen;
    int bar = width - fixed_width(d);
    char text[16];

    snprintf(text, sizeof text, "%3d", cell + 1);
    if (chosen)
        grid_put(g, row, col, STYLE_CHOSEN, CHOSEN);
    grid_text(g, row, col + 1, 3, chosen ? STYLE_CHOSEN : STYLE_LABEL, text);
    col += NUMBER_WIDTH + 1;
    if (d != CELL_SHORT)
        grid_put(g, row, col++, STYLE_DIM, SCALE_END);
    draw_bar(g, row, col, bar, m, c);
    col += bar;
    if (d != CELL_SHORT)
        grid_put(g, row, col++, STYLE_DIM, SCALE_END);
    draw_volts(g, row, col, c);
    col += VOLT_WIDTH;
    if (entries[d].dc_width > 0)
        draw_temperature(g, row, col, d, c);
    col += entries[d].dc_width + (d != CELL_SHORT);
    draw_marks(g, row, col, d, c);
}
