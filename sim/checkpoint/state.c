#include "checkpoint/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define TAG_SIZE 4
#define TEXT_MAX 0x1000000u

struct section_head {
    char tag[TAG_SIZE];
    uint32_t shape;
    uint64_t size;
};

void state_save_init(struct state *s)
{
    *s = (struct state){ .loading = false };
}

void state_load_init(struct state *s, uint8_t *data, size_t size)
{
    *s = (struct state){ .loading = true, .data = data, .size = size };
}

void state_free(struct state *s)
{
    free(s->data);
    s->data = NULL;
    s->size = s->room = 0;
}

bool state_fail(struct state *s, const char *format, ...)
{
    va_list ap;

    if (s->failed)
        return false;
    s->failed = true;
    va_start(ap, format);
    vsnprintf(s->err.text, sizeof s->err.text, format, ap);
    va_end(ap);
    return false;
}

static bool other_build(struct state *s)
{
    return state_fail(s, "saved by another build of bms-sim, which keeps other things");
}

/* ---- bytes -------------------------------------------------------------------------------------- */

static void append(struct state *s, const void *data, size_t size)
{
    size_t room = s->room ? s->room : 65536;
    uint8_t *all;

    while (room < s->size + size)
        room *= 2;
    if (room > s->room) {
        all = realloc(s->data, room);
        if (!all) {
            state_fail(s, "out of memory");
            return;
        }
        s->data = all;
        s->room = room;
    }
    if (size > 0)
        memcpy(s->data + s->size, data, size);
    s->size += size;
}

static void take(struct state *s, void *data, size_t size)
{
    if (size > s->section_end - s->at) {
        other_build(s);
        return;
    }
    if (size > 0)
        memcpy(data, s->data + s->at, size);
    s->at += size;
}

/* FNV-1a of the name and the size. */
static void add_to_shape(struct state *s, const char *name, size_t size)
{
    for (; *name; name++)
        s->shape = (s->shape ^ (uint8_t)*name) * 16777619u;
    s->shape = (s->shape ^ (uint32_t)size) * 16777619u;
}

void state_bytes(struct state *s, const char *name, void *data, size_t size)
{
    if (s->failed)
        return;
    add_to_shape(s, name, size);
    if (s->loading)
        take(s, data, size);
    else
        append(s, data, size);
}

void state_count(struct state *s, const char *name, uint32_t *count, uint32_t max)
{
    state_bytes(s, name, count, sizeof *count);
    if (s->loading && !s->failed && *count > max)
        other_build(s);
    if (s->loading && s->failed)
        *count = 0;
}

void state_same(struct state *s, const char *name, uint32_t count)
{
    uint32_t saved = count;

    state_bytes(s, name, &saved, sizeof saved);
    if (saved != count)
        other_build(s);
}

void state_text(struct state *s, const char *name, char **text)
{
    uint32_t size = *text ? (uint32_t)strlen(*text) + 1u : 0;

    state_count(s, name, &size, TEXT_MAX);
    if (s->loading) {
        free(*text);
        *text = size ? calloc(size, 1) : NULL;
        if (size && !*text)
            state_fail(s, "out of memory");
    }
    state_bytes(s, name, *text, size);
    if (s->loading && size && *text)
        (*text)[size - 1] = '\0';
}

/* ---- sections ----------------------------------------------------------------------------------- */

void state_begin(struct state *s, const char *tag)
{
    struct section_head head = { .size = 0 };

    if (s->failed)
        return;
    s->section_end = s->size;
    memcpy(head.tag, tag, TAG_SIZE);
    if (!s->loading)
        append(s, &head, sizeof head);
    else
        take(s, &head, sizeof head);
    s->shape = 2166136261u;
    s->section = s->loading ? s->at : s->size;
    if (!s->loading || s->failed)
        return;
    if (memcmp(head.tag, tag, TAG_SIZE) != 0 || head.size > s->size - s->at)
        other_build(s);
    else
        s->section_end = s->at + (size_t)head.size;
}

void state_end(struct state *s)
{
    struct section_head head;

    if (s->failed)
        return;
    memcpy(&head, s->data + s->section - sizeof head, sizeof head);
    if (s->loading) {
        if (s->at != s->section_end || head.shape != s->shape)
            other_build(s);
        return;
    }
    head.shape = s->shape;
    head.size = s->size - s->section;
    memcpy(s->data + s->section - sizeof head, &head, sizeof head);
}

uint32_t state_crc(uint32_t crc, const void *data, size_t size)
{
    return (uint32_t)crc32_z(crc, data, size);
}
