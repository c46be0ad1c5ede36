/* The last events in EEPROM, the oldest overwritten. Each is sealed: a power failure costs at most
 * the one that was being written, and the oldest one whose place it took.
 *
 * An event that repeats within EVENT_REPEAT_S is not written again. What is left is limited to one a
 * minute in the long run, so that the EEPROM lasts; the first event of each code since the reset is
 * written whatever came before. Main loop only. */
#ifndef END_BOARD_EVENT_LOG_H
#define END_BOARD_EVENT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/event.h"
#include "end_board/store.h"

#define EVENT_LOG_SIZE 200u
#define EVENT_BYTES 11u /* sequence, time, code, cell, value of three bytes; a CRC follows */
#define EVENT_LOG_SPACE (EVENT_LOG_SIZE * (EVENT_BYTES + STORE_CRC))

#define EVENT_REPEAT_S 900u
#define EVENT_KEYS 24u   /* different events that repeats are known of */
#define EVENT_QUEUE 24u  /* waiting to be written */
#define EVENT_BURST 200u /* may be written at once: as many as the log holds */
#define EVENT_PACE_S 60u /* and then one in this time */

struct event_log {
    uint16_t next;     /* place of the next event */
    uint16_t sequence; /* of the last one */
    uint32_t added;    /* taken since reset */
    uint32_t dropped;  /* repeats and floods since reset */
    struct event key[EVENT_KEYS];
    struct event queue[EVENT_QUEUE];
    uint8_t keys;
    uint8_t queue_out;
    uint8_t queued;
    uint8_t budget;
    uint32_t paced_s;
    uint8_t seen[(EVENT_COUNT + 7u) / 8u]; /* codes since the reset */
};

/* Finds the end of the log. */
void event_log_init(struct event_log *l);
/* Time in e->time_s, which never runs backward but by the app's clock. */
void event_log_add(struct event_log *l, const struct event *e);
/* Begins to write the oldest waiting event; false when there is none. Not while the store is busy. */
bool event_log_save(struct event_log *l, struct store *s);
/* The event that came back events ago, 0 = the last one written. False: none, or not readable. */
bool event_log_read(const struct event_log *l, uint8_t back, struct event *e);

#endif
