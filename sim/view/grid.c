#include "view/grid.h"

#include <stdlib.h>

#define ELLIPSIS 0x2026u

bool grid_resize(struct grid *g, int cols, int rows)
{
    free(g->cell);
    *g = (struct grid){ .cols = cols, .rows = rows };
    g->cell =
        calloc((size_t)(cols > 0 ? cols : 1) * (size_t)(rows > 0 ? rows : 1), sizeof *g->cell);
    return g->cell != NULL;
}

void grid_free(struct grid *g)
{
    free(g->cell);
    g->cell = NULL;
}

void grid_put(struct grid *g, int row, int col, enum grid_style style, uint32_t glyph)
{
    struct grid_cell *cell;

    if (row < 0 || row >= g->rows || col < 0 || col >= g->cols) {
        g->outside++;
        return;
    }
    cell = &g->cell[row * g->cols + col];
    g->overlaps += cell->glyph != 0;
    *cell = (struct grid_cell){ .glyph = glyph, .style = (uint8_t)style };
}

static bool one_column(uint32_t c)
{
    return (c >= 0x20 && c < 0x7F) || (c >= 0xA1 && c <= 0x24F && c != 0xAD) ||
           (c >= 0x391 && c <= 0x3C9) || (c >= 0x2010 && c <= 0x2027) ||
           (c >= 0x2190 && c <= 0x2193) || (c >= 0x2500 && c <= 0x25A1) || c == 0x25B8 ||
           c == 0x25C2 || c == 0x2715 || c == 0x2260;
}

/* Takes one code point of the text; a byte that belongs to none is a question mark. */
static uint32_t next(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    int more = s[0] >= 0xF0 ? 3 : s[0] >= 0xE0 ? 2 : s[0] >= 0xC0 ? 1 : 0;
    uint32_t c = more ? s[0] & (0x3Fu >> more) : s[0];

    ++*text;
    for (int i = 0; i < more; i++) {
        if ((s[1 + i] & 0xC0) != 0x80)
            return '?';
        c = c << 6 | (s[1 + i] & 0x3Fu);
        ++*text;
    }
    return one_column(c) ? c : '?';
}

int grid_width(const char *text)
{
    int width = 0;

    for (; *text != '\0'; width++)
        next(&text);
    return width;
}

int grid_text(struct grid *g, int row, int col, int width, enum grid_style style, const char *text)
{
    bool cut = grid_width(text) > width;
    int used = 0;

    for (; *text != '\0' && used < width - cut; used++)
        grid_put(g, row, col + used, style, next(&text));
    if (cut && width > 0)
        grid_put(g, row, col + used++, style, ELLIPSIS);
    return used;
}
