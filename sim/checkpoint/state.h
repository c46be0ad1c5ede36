/* A stream that takes the state out of objects, or puts it back into others that were built the same
 * way. One visit of a field does either, so that saving and loading cannot disagree: each module has one
 * function x_state(struct x *, struct state *) that visits what changes in a run, and no pointers.
 *
 * What goes wrong first is kept; from then on loading leaves every field alone and every count is 0. */
#ifndef SIM_CHECKPOINT_STATE_H
#define SIM_CHECKPOINT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/err.h"

struct state {
    bool loading;
    uint8_t *data;
    size_t size; /* written, or there to be read */
    size_t room;
    size_t at;
    size_t section;     /* where the data of the open section begins */
    size_t section_end; /* when loading */
    uint32_t shape;     /* names and sizes of what was visited in it */
    bool failed;
    struct err err; /* without the name of a file */
};

/* Empty, to be saved into. */
void state_save_init(struct state *s);
/* To be loaded from these bytes, which it takes over. */
void state_load_init(struct state *s, uint8_t *data, size_t size);
void state_free(struct state *s);

/* One field. */
#define STATE(s, field) state_bytes((s), #field, &(field), sizeof(field))
void state_bytes(struct state *s, const char *name, void *data, size_t size);
/* How many of something follow: 0..max when loading. */
void state_count(struct state *s, const char *name, uint32_t *count, uint32_t max);
/* How many there are in both: others are an error. */
void state_same(struct state *s, const char *name, uint32_t count);
/* A text of its own memory, which loading replaces; NULL is not the same as "". */
void state_text(struct state *s, const char *name, char **text);

/* What is visited in between belongs together. Loading checks that the same fields, by name and size, were
 * visited in it when it was saved. tag: four characters. */
void state_begin(struct state *s, const char *tag);
void state_end(struct state *s);

/* CRC-32 of more bytes behind those that gave crc; 0 for none. */
uint32_t state_crc(uint32_t crc, const void *data, size_t size);

/* Returns false. */
bool state_fail(struct state *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
