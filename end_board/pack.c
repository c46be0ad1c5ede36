#include "end_board/pack.h"

#include "common/hal.h"
#include "common/link.h"
#include "common/switches.h"

#define AGREEING_ROUNDS 2u

void pack_init(struct pack *p)
{
    *p = (struct pack){ .faults = PACK_SILENT };
}

void pack_round(struct pack *p, uint8_t count)
{
    if (count != p->heard_count) {
        p->heard_count = count;
        p->heard_rounds = 0;
    }
    if (p->heard_rounds < AGREEING_ROUNDS)
        p->heard_rounds++;
    p->trusted_numbers = p->count == 0 || count == p->count;
    p->shift = 0;
    place_whole(&p->place);
}

void pack_unnumbered(struct pack *p)
{
    p->trusted_numbers = false;
}

void pack_unmarked(struct pack *p, uint8_t number)
{
    p->trusted_numbers = number == p->count;
    p->shift = 0;
}

void pack_section(struct pack *p, uint8_t head, uint8_t number, uint8_t tick)
{
    pack_unmarked(p, number);
    if (head == LINK_HEAD_UNNUMBERED && number < p->count) {
        p->trusted_numbers = true;
        p->shift = (uint8_t)(p->count - number);
    }
    place_section(&p->place, place_behind(p->count, head, number), tick);
}

/* Beyond the pack lies nothing, and beyond the table somebody else's memory: a frame of noise has a CRC that fits
 * in one of 65536 cases, and any number. */
static bool is_of_the_pack(const struct pack *p, uint8_t number)
{
    return number != 0 && (p->count == 0 || (uint16_t)(number + p->shift) <= p->count);
}

void pack_store(struct pack *p, const struct frame_cell *cell, uint8_t tick)
{
    struct pack_cell *entry;

    if (!p->trusted_numbers || !is_of_the_pack(p, cell->number))
        return;
    entry = &p->cell[cell->number - 1u + p->shift];
    entry->mv = cell->mv;
    entry->dc = cell->dc;
    entry->flags = cell->flags;
    entry->seen_tick = tick;
    entry->fresh = 1;
    p->readings += !p->place.section;
}

/* A copy of one entry that no interrupt tore. */
static struct pack_cell take(struct pack *p, uint8_t index, uint8_t tick)
{
    uint8_t irq = hal_irq_save();
    struct pack_cell *entry = &p->cell[index];

    uint8_t age_ticks = (uint8_t)(tick - entry->seen_tick);

    if (age_ticks > PACK_FRESH_TICKS)
        entry->fresh = 0;
    p->waits = p->waits || (entry->fresh && age_ticks > PACK_ROUND_TICKS);
    struct pack_cell copy = *entry;
    hal_irq_restore(irq);
    return copy;
}

static void clear_summary(struct pack *p)
{
    p->lowest = p->highest = p->coldest = p->hottest = 0;
    p->min_mv = UINT16_MAX;
    p->max_mv = 0;
    p->min_dc = INT16_MAX;
    p->max_dc = INT16_MIN;
    p->total_mv = 0;
}

static void add_voltage(struct pack *p, uint8_t number, uint16_t mv)
{
    p->total_mv += mv;
    if (mv < p->min_mv) {
        p->min_mv = mv;
        p->lowest = number;
    }
    if (mv > p->max_mv) {
        p->max_mv = mv;
        p->highest = number;
    }
}

static void add_temperature(struct pack *p, uint8_t number, int16_t dc)
{
    if (dc < p->min_dc) {
        p->min_dc = dc;
        p->coldest = number;
    }
    if (dc > p->max_dc) {
        p->max_dc = dc;
        p->hottest = number;
    }
}

/* Faults of one reading; a usable part of it goes into the summary. */
static uint8_t add_cell(struct pack *p, uint8_t number, const struct pack_cell *cell)
{
    uint8_t fault = cell->flags & CELL_UNCALIBRATED ? PACK_UNTRUSTED : 0;

    if (!cell->fresh)
        return PACK_SILENT;
    if (cell->flags & CELL_UNTRUSTED)
        return PACK_UNTRUSTED;
    add_voltage(p, number, cell->mv);
    if (cell->flags & (CELL_NTC_OPEN | CELL_NTC_SHORT))
        return fault | PACK_NO_TEMPERATURE;
    add_temperature(p, number, cell->dc);
    return fault;
}

/* The pack has the size that two rounds in a row showed. Later another size is a fault, when two rounds in a
 * row show it: a board was bridged or added under way. A damaged HOP whose CRC fits by chance is neither. */
static uint8_t judge_size(struct pack *p, uint8_t switches)
{
    uint8_t faults = 0;

    if (p->count == 0 && p->heard_rounds >= AGREEING_ROUNDS)
        p->count = p->heard_count;
    if (p->count == 0)
        return PACK_SILENT;
    if (p->heard_count != p->count && p->heard_rounds >= AGREEING_ROUNDS)
        faults |= PACK_SIZE_CHANGED;
    if (!switches_fit(switches, p->count))
        faults |= PACK_SIZE_MISFIT;
    return faults;
}

/* Behind a broken wire cells are silent, also while the readings of those before it are young: in a long
 * chain the last of them are still on their way when the wire breaks. */
static uint8_t judge_place(const struct pack *p)
{
    return p->place.broken ? PACK_SILENT : 0;
}

void pack_evaluate(struct pack *p, uint8_t switches, uint8_t tick)
{
    uint8_t faults = judge_size(p, switches) | judge_place(p);

    clear_summary(p);
    p->waits = false;
    for (uint8_t i = 0; i < p->count; i++) {
        struct pack_cell cell = take(p, i, tick);
        faults |= add_cell(p, (uint8_t)(i + 1u), &cell);
    }
    p->faults = faults;
}
