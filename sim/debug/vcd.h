/* What happens on the pins of chosen boards, as a value change dump for a waveform viewer (IEEE 1364,
 * "Value change dump files"): IN as the board sees it, OUT as it drives it, LED, balance resistor,
 * relays, and in which mode the chip is. Times in picoseconds, those of the edges themselves. */
#ifndef SIM_DEBUG_VCD_H
#define SIM_DEBUG_VCD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/chain.h"
#include "scenario/err.h"

struct vcd;

/* board[i]: that of cell i + 1 is wanted. Writes the header; the file is closed by vcd_close(). NULL
 * when there is no memory. */
struct vcd *vcd_open(FILE *out, struct chain *chain, const bool *board);
/* For struct mcu_watcher of a board that is wanted. */
void vcd_mode(struct vcd *v, int board, enum mcu_mode mode, int64_t at_ps);
/* Before and after each step of the chain. */
void vcd_before_step(struct vcd *v);
void vcd_after_step(struct vcd *v);
void vcd_close(struct vcd *v);

#endif
