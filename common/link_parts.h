/* What the parts of the link share: link.c follows rounds, link_head.c passes START and HOP on, link_lead.c begins rounds. For these only; ISR,
 * or with interrupts off. */
#ifndef COMMON_LINK_PARTS_H
#define COMMON_LINK_PARTS_H

#include "common/link.h"

void link_set_state(struct link *l, enum link_state state);
/* OUT goes low, and all of the round before is forgotten. */
void link_start_break(struct link *l);
/* Puts a frame into the queue. */
void link_push_frame(struct link *l, const uint8_t *frame, uint8_t size);
/* CELL, and a reply and a command that wait. */
void link_queue_own_frames(struct link *l);
/* A byte of START, or of HOP. */
void link_head_byte(struct link *l, bool hop, uint8_t byte);
void link_tell(struct link *l, enum link_event event);
/* Saturates. */
void link_count(uint16_t *counter);
/* A tick of a board that waits to be a head, or is one. */
void link_head_tick(struct link *l);

#endif
