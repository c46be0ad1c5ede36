/* Events that break or disturb something: how their lines are read. */
#include "scenario/event_faults.h"

#include <string.h>

#define RAM_MAX 0x40FF /* of the larger part */
#define FLASH_MAX 0x1FFFF
#define WRITES_MAX 100000
#define BYTE_MAX 4000 /* of a round; with 255 cells it has 2100 */
#define SPAN_MAX_US 1e6
#define CLOCK_MAX_PERCENT 30.0

const char *const event_torn[EVENT_TORN] = { "old", "new", "erased", "random" };
const char *const event_stuck[EVENT_STUCK_LEVELS] = { "off", "low", "high" };
const char *const event_wire[EVENT_WIRE_FAULTS] = { "drop",     "flip",    "insert", "duplicate",
                                                    "truncate", "framing", "delay",  "glitch" };

static bool parse_bit(struct reader *reader, struct event *event, int address_max)
{
    return reader_cell(reader, false, &event->cell) &&
           reader_int(reader, "the address", 0, address_max, &event->address) &&
           reader_int(reader, "the bit", 0, 7, &event->bit);
}

static bool parse_fault_ram(struct reader *reader, struct event *event)
{
    int value = 0;
    bool good = parse_bit(reader, event, RAM_MAX) && reader_int(reader, "the value", 0, 1, &value);

    event->flag = value;
    return good;
}

static bool one_of(struct reader *reader, const char *what, const char *const *name, int names,
                   int *found)
{
    char *word;

    if (!reader_need(reader, what, &word))
        return false;
    for (*found = 0; *found < names; ++*found)
        if (strcmp(word, name[*found]) == 0)
            return true;
    return reader_fail(reader, "'%s' where %s is expected", word, what);
}

static bool parse_fault_eeprom(struct reader *reader, struct event *event)
{
    return reader_cell(reader, false, &event->cell) &&
           reader_int(reader, "the write", 1, WRITES_MAX, &event->address) &&
           one_of(reader, "old, new, erased or random", event_torn, EVENT_TORN, &event->bit);
}

static bool parse_fault_crystal(struct reader *reader, struct event *event)
{
    static const char *const name[] = { "ok", "dead" };
    int dead = 0;

    if (!reader_cell(reader, false, &event->cell) || !one_of(reader, "dead or ok", name, 2, &dead))
        return false;
    event->flag = dead;
    return true;
}

static bool parse_fault_byte(struct reader *reader, struct event *event)
{
    return reader_cell(reader, false, &event->cell) &&
           reader_int(reader, "the address", 0, RAM_MAX, &event->address) &&
           reader_int(reader, "the value", 0, 255, &event->bit);
}

static bool parse_fault_wire(struct reader *reader, struct event *event)
{
    int kind = 0;
    int value = 0;

    if (!reader_cell(reader, false, &event->cell) ||
        !reader_int(reader, "the byte", 0, BYTE_MAX, &event->address) ||
        !one_of(reader, "drop, flip, insert, duplicate, truncate, framing, delay or glitch",
                event_wire, EVENT_WIRE_FAULTS, &kind))
        return false;
    event->wire = (enum wire_fault)kind;
    switch (event->wire) {
    case WIRE_FLIP:
    case WIRE_INSERT:
        if (!reader_int(reader, event->wire == WIRE_FLIP ? "the mask" : "the value", 0, 255,
                        &value))
            return false;
        event->a = value;
        break;
    case WIRE_DELAY:
    case WIRE_GLITCH:
        return reader_number(reader, "the µs", 0.1, SPAN_MAX_US, &event->a);
    case WIRE_DROP:
    case WIRE_DUPLICATE:
    case WIRE_TRUNCATE:
    case WIRE_FRAMING:
    case WIRE_LOW:
    case WIRE_HIGH:
        break;
    }
    return true;
}

static bool parse_fault_pulse(struct reader *reader, struct event *event)
{
    static const char *const name[] = { "low", "high" };
    int high = 0;

    if (!reader_cell(reader, false, &event->cell) ||
        !reader_number(reader, "the ms", 0.0, 1000.0, &event->b) ||
        !one_of(reader, "low or high", name, 2, &high) ||
        !reader_number(reader, "the µs", 0.1, SPAN_MAX_US, &event->a))
        return false;
    event->wire = high ? WIRE_HIGH : WIRE_LOW;
    return true;
}

bool event_parse_noise(struct reader *reader, struct event *event)
{
    event->kind = EVENT_NOISE;
    if (!reader_cell(reader, true, &event->cell))
        return false;
    if (reader_off(reader))
        return true;
    return reader_number(reader, "the bit error rate", 0.0, 0.1, &event->a);
}

bool event_parse_stuck(struct reader *reader, struct event *event)
{
    int level = 0;

    event->kind = EVENT_STUCK;
    if (!reader_cell(reader, false, &event->cell) ||
        !one_of(reader, "off, low or high", event_stuck, EVENT_STUCK_LEVELS, &level))
        return false;
    event->stuck = (enum stuck_level)level;
    return true;
}

bool event_parse_babble(struct reader *reader, struct event *event)
{
    static const char *const name[] = { "off", "on" };
    int on = 0;

    event->kind = EVENT_BABBLE;
    if (!reader_cell(reader, false, &event->cell) || !one_of(reader, "off or on", name, 2, &on))
        return false;
    event->flag = on;
    return true;
}

bool event_parse_clock(struct reader *reader, struct event *event)
{
    event->kind = EVENT_CLOCK;
    if (!reader_cell(reader, true, &event->cell) ||
        !reader_number(reader, "the percentage", -CLOCK_MAX_PERCENT, CLOCK_MAX_PERCENT, &event->a))
        return false;
    event->a /= 100.0;
    if (!reader_next_is(reader, "over"))
        return true;
    return reader_keyword(reader, "over") && reader_number(reader, "the ms", 0.1, 1e7, &event->b) &&
           (event->b /= 1000.0, true);
}

bool event_parse_brownout(struct reader *reader, struct event *event)
{
    event->kind = EVENT_BROWNOUT;
    return reader_cell(reader, false, &event->cell) &&
           reader_number(reader, "the seconds", 0.01, 1e6, &event->a);
}

#define FAULTS "ram, byte, flash, divider, eeprom, crystal, wire or pulse"

bool event_parse_fault(struct reader *reader, struct event *event)
{
    char *word;

    if (!reader_need(reader, FAULTS, &word))
        return false;
    event->kind = EVENT_FAULT_RAM;
    if (strcmp(word, "ram") == 0)
        return parse_fault_ram(reader, event);
    event->kind = EVENT_FAULT_BYTE;
    if (strcmp(word, "byte") == 0)
        return parse_fault_byte(reader, event);
    event->kind = EVENT_FAULT_WIRE;
    if (strcmp(word, "wire") == 0)
        return parse_fault_wire(reader, event);
    event->kind = EVENT_FAULT_PULSE;
    if (strcmp(word, "pulse") == 0)
        return parse_fault_pulse(reader, event);
    event->kind = EVENT_FAULT_FLASH;
    if (strcmp(word, "flash") == 0)
        return parse_bit(reader, event, FLASH_MAX);
    event->kind = EVENT_FAULT_EEPROM;
    if (strcmp(word, "eeprom") == 0)
        return parse_fault_eeprom(reader, event);
    event->kind = EVENT_FAULT_CRYSTAL;
    if (strcmp(word, "crystal") == 0)
        return parse_fault_crystal(reader, event);
    event->kind = EVENT_FAULT_DIVIDER;
    if (strcmp(word, "divider") == 0)
        return reader_cell(reader, false, &event->cell) &&
               reader_number(reader, "the factor", 0.0, 10.0, &event->a);
    return reader_fail(reader, "'%s' where %s is expected", word, FAULTS);
}
