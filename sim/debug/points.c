#include "debug/points.h"

#include <string.h>

#include "debug/memory.h"

static int find(const struct points *p, uint32_t address)
{
    for (int i = 0; i < p->breaks; i++)
        if (p->address[i] == address)
            return i;
    return -1;
}

bool points_break_here(const struct points *p, const struct board *b)
{
    return p->breaks > 0 && find(p, b->mcu.avr->pc) >= 0;
}

bool points_break(struct points *p, const struct board *b, bool set, uint32_t address)
{
    int at = find(p, address);

    if (!set && at >= 0)
        p->address[at] = p->address[--p->breaks];
    if (!set || at >= 0)
        return true;
    if (p->breaks == POINTS_BREAKS || address > b->mcu.avr->flashend)
        return false;
    p->address[p->breaks++] = address;
    return true;
}

static bool look(const struct board *b, struct points_watch *w)
{
    for (size_t i = 0; i < w->size; i++)
        if (!memory_read(b, w->address + (uint32_t)i, &w->value[i]))
            return false;
    return true;
}

bool points_watch(struct points *p, const struct board *b, bool set, uint32_t address, size_t size)
{
    struct points_watch w = { .address = address, .size = size };

    if (address < MEMORY_DATA || size == 0 || size > POINTS_WATCH_BYTES || !look(b, &w))
        return false;
    for (int i = 0; i < p->watches; i++) {
        if (p->watch[i].address != address || p->watch[i].size != size)
            continue;
        if (!set)
            p->watch[i] = p->watch[--p->watches];
        return true;
    }
    if (set && p->watches == POINTS_WATCHES)
        return false;
    if (set)
        p->watch[p->watches++] = w;
    return true;
}

const struct points_watch *points_changed(const struct points *p, const struct board *b)
{
    for (int i = 0; i < p->watches; i++) {
        struct points_watch now = p->watch[i];
        if (look(b, &now) && memcmp(now.value, p->watch[i].value, now.size) != 0)
            return &p->watch[i];
    }
    return NULL;
}

void points_look(struct points *p, const struct board *b)
{
    for (int i = 0; i < p->watches; i++)
        look(b, &p->watch[i]);
}
