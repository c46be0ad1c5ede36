#include "belief.h"

#include <string.h>

static const uint8_t *ram(const struct chain *c, int board, unsigned address)
{
    return c->board[board].mcu.avr->data + address;
}

/* A chip in reset or without supply believes nothing, whatever its RAM holds; nor does one that has not
 * come to its main loop. */
static bool thinks(const struct chain *c, int board)
{
    const struct mcu *m = &c->board[board].mcu;
    return m->supplied && m->started && !(m->frozen && m->mode == MCU_RESET);
}

void belief_view(const struct chain *c, struct end_view *view)
{
    int end = c->cells - 1;

    *view = (struct end_view){ .faults = PACK_SILENT };
    if (!thinks(c, end))
        return;
    memcpy(view, ram(c, end, c->firmware[BOARD_END].view_address), sizeof *view);
}

void belief_cell(const struct chain *c, int cell, struct pack_cell *out)
{
    int end = c->cells - 1;

    *out = (struct pack_cell){ 0 };
    if (!thinks(c, end))
        return;
    memcpy(
        out,
        ram(c, end, c->firmware[BOARD_END].pack_address + (unsigned)cell * (unsigned)sizeof *out),
        sizeof *out);
}

void belief_counters(const struct chain *c, int board, struct link_counters *out)
{
    const struct firmware *f = c->board[board].firmware;

    *out = (struct link_counters){ 0 };
    if (!thinks(c, board))
        return;
    memcpy(out, ram(c, board, (unsigned)f->board_address + f->counters_offset), sizeof *out);
}

bool belief_health(const struct chain *c, int board, struct health *out)
{
    const struct firmware *f = c->board[board].firmware;

    *out = (struct health){ 0 };
    if (!thinks(c, board))
        return false;
    memcpy(out, ram(c, board, (unsigned)f->board_address + f->health_offset), sizeof *out);
    return true;
}
