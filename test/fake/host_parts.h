/* What the parts of the chain in memory share. Indexes are those of chain_board[]. */
#ifndef TEST_FAKE_HOST_PARTS_H
#define TEST_FAKE_HOST_PARTS_H

#include "test/fake/host_chain.h"

/* What a board's receiver makes of its IN at the moment. */
enum hearing { DEAF, EDGE, CAPTURE, BYTES };

/* ---- host_events.c ---- */

/* After a change of a board's at_ns. */
void chain_timers_changed(uint16_t i);
/* Board whose timer is due first, or a fault's; and when. */
#define CHAIN_FAULT_DUE 255u
uint16_t chain_first_due(uint64_t *at_ns);
void chain_clear_due(void);

/* ---- host_wire.c ---- */

struct link *chain_link_of(uint16_t i);
double chain_speed(uint16_t i);
uint64_t chain_bits_ns(uint16_t i, double bits);
bool chain_leads(uint16_t i);
bool chain_in_is_low(uint16_t i);
enum hearing chain_hearing(uint16_t r);
void chain_woken(uint16_t i);
void chain_break_seen(uint16_t r);
void chain_captured(uint16_t r, double ns);
void chain_start_ticks_anew(uint16_t i);
void chain_capture_byte(uint16_t i);

/* ---- host_board.c ---- */

bool chain_comes_through(const struct chain_board *b);
void chain_begin_byte(uint16_t i, uint8_t byte);
void chain_cut_byte(uint16_t i);
void chain_byte_has_left(uint16_t i);
void chain_shut(struct chain_board *b);
bool chain_ends(uint16_t i);
void chain_main_loop(uint16_t i);
void chain_watchdog(uint16_t i);

#endif
