#include "scenario/event.h"

#include <stdio.h>
#include <string.h>

#include "scenario/app_expect.h"
#include "scenario/event_faults.h"

#define AMPS_MAX 10000.0
#define WATTS_MAX 1e7
#define TEMP_MIN_C (-60.0)
#define TEMP_MAX_C 150.0

static bool take_text(struct reader *reader, struct event *event, const char *text)
{
    if (strlen(text) >= sizeof event->text)
        return reader_fail(reader, "'%.20s...' is longer than %zu characters", text,
                           sizeof event->text - 1);
    snprintf(event->text, sizeof event->text, "%s", text);
    return true;
}

static bool parse_charger(struct reader *reader, struct event *event)
{
    event->kind = EVENT_CHARGER;
    if (reader_off(reader))
        return true;
    return reader_number(reader, "the current", 0.0, AMPS_MAX, &event->a) &&
           reader_keyword(reader, "A") &&
           reader_number(reader, "the volts per cell", 0.1, 6.0, &event->b) &&
           reader_keyword(reader, "V");
}

static bool parse_load(struct reader *reader, struct event *event)
{
    char *unit;

    event->kind = EVENT_LOAD_CURRENT;
    if (reader_off(reader))
        return true;
    if (!reader_number(reader, "the load", 0.0, WATTS_MAX, &event->a) ||
        !reader_need(reader, "A or W", &unit))
        return false;
    if (strcmp(unit, "A") == 0)
        return true;
    event->kind = EVENT_LOAD_POWER;
    if (strcmp(unit, "W") == 0)
        return true;
    return reader_fail(reader, "'%s' where A or W is expected", unit);
}

static bool parse_profile(struct reader *reader, struct event *event)
{
    char *word;

    event->kind = EVENT_PROFILE;
    event->a = 1.0;
    if (reader_off(reader))
        return true;
    if (!reader_need(reader, "the file", &word) || !take_text(reader, event, word))
        return false;
    while ((word = reader_word(reader)) != NULL) {
        if (strcmp(word, "loop") == 0)
            event->flag = true;
        else if (strcmp(word, "scale") != 0)
            return reader_fail(reader, "'%s' where scale or loop is expected", word);
        else if (!reader_number(reader, "the scale", -1e6, 1e6, &event->a))
            return false;
    }
    return true;
}

static bool parse_ripple(struct reader *reader, struct event *event)
{
    event->kind = EVENT_RIPPLE;
    if (reader_off(reader))
        return true;
    return reader_number(reader, "the frequency", 0.0, 100000.0, &event->a) &&
           reader_number(reader, "the depth", 0.0, 1.0, &event->b);
}

/* Neighbours, or the last cell and the first: which number is the last is not
 * known before event_check. */
static bool parse_wire(struct reader *reader, struct event *event)
{
    if (!reader_cell(reader, false, &event->cell) || !reader_cell(reader, false, &event->cell2))
        return false;
    if (event->cell2 == event->cell + 1 || (event->cell2 == 1 && event->cell > 1))
        return true;
    return reader_fail(reader, "'%d' does not follow cell %d on the wire", event->cell2,
                       event->cell);
}

static bool parse_break(struct reader *reader, struct event *event)
{
    event->kind = EVENT_BREAK;
    return parse_wire(reader, event);
}

static bool parse_repair(struct reader *reader, struct event *event)
{
    event->kind = EVENT_REPAIR;
    return parse_wire(reader, event);
}

static bool parse_temperature(struct reader *reader, struct event *event)
{
    event->kind = EVENT_TEMPERATURE;
    if (!reader_cell(reader, true, &event->cell))
        return false;
    if (!reader_next_is(reader, "free"))
        return reader_number(reader, "the temperature", TEMP_MIN_C, TEMP_MAX_C, &event->a);
    event->kind = EVENT_TEMPERATURE_FREE;
    return reader_keyword(reader, "free");
}

static bool parse_ambient(struct reader *reader, struct event *event)
{
    event->kind = EVENT_AMBIENT;
    return reader_number(reader, "the temperature", TEMP_MIN_C, TEMP_MAX_C, &event->a);
}

static bool parse_remove(struct reader *reader, struct event *event)
{
    event->kind = EVENT_REMOVE;
    return reader_cell(reader, false, &event->cell);
}

static bool parse_insert(struct reader *reader, struct event *event)
{
    event->kind = EVENT_INSERT;
    return reader_cell(reader, false, &event->cell);
}

static bool parse_swap(struct reader *reader, struct event *event)
{
    event->kind = EVENT_SWAP;
    return reader_cell(reader, false, &event->cell) && reader_cell(reader, false, &event->cell2);
}

static bool parse_replace(struct reader *reader, struct event *event)
{
    event->kind = EVENT_REPLACE;
    return reader_cell(reader, false, &event->cell);
}

static bool parse_leak(struct reader *reader, struct event *event)
{
    event->kind = EVENT_LEAK;
    if (!reader_cell(reader, true, &event->cell))
        return false;
    if (reader_off(reader))
        return true;
    return reader_number(reader, "the leak", 0.001, 1e9, &event->a);
}

static bool parse_soc(struct reader *reader, struct event *event)
{
    event->kind = EVENT_SOC;
    if (!reader_cell(reader, true, &event->cell) ||
        !reader_number(reader, "the percentage", 0.0, 100.0, &event->a))
        return false;
    event->a /= 100.0;
    return true;
}

static bool parse_sensor(struct reader *reader, struct event *event)
{
    char *word;

    if (!reader_int(reader, "the sensor", 1, 2, &event->sensor) ||
        !reader_need(reader, "offset, gain, open or ok", &word))
        return false;
    event->kind = EVENT_SENSOR_OFFSET;
    if (strcmp(word, "offset") == 0)
        return reader_number(reader, "the offset", -AMPS_MAX, AMPS_MAX, &event->a);
    event->kind = EVENT_SENSOR_GAIN;
    if (strcmp(word, "gain") == 0)
        return reader_number(reader, "the gain", -10.0, 10.0, &event->a);
    event->kind = EVENT_SENSOR_OPEN;
    event->flag = strcmp(word, "open") == 0;
    if (event->flag || strcmp(word, "ok") == 0)
        return true;
    return reader_fail(reader, "'%s' where offset, gain, open or ok is expected", word);
}

static bool parse_reset(struct reader *reader, struct event *event)
{
    event->kind = EVENT_RESET;
    return reader_cell(reader, true, &event->cell);
}

static bool parse_switches(struct reader *reader, struct event *event)
{
    event->kind = EVENT_SWITCHES;
    if (!reader_switches(reader, &event->switches))
        return false;
    for (int i = 0; i < 8; i++)
        event->text[i] = event->switches & (0x80 >> i) ? '1' : '0';
    return true;
}

static bool parse_button(struct reader *reader, struct event *event)
{
    char *word;

    event->kind = EVENT_BUTTON;
    if (!reader_need(reader, "begin or end", &word))
        return false;
    event->flag2 = strcmp(word, "end") == 0;
    if (!event->flag2 && strcmp(word, "begin") != 0)
        return reader_fail(reader, "'%s' where begin or end is expected", word);
    if (!reader_need(reader, "down or up", &word))
        return false;
    event->flag = strcmp(word, "down") == 0;
    if (event->flag || strcmp(word, "up") == 0)
        return true;
    return reader_fail(reader, "'%s' where down or up is expected", word);
}

static bool parse_ntc(struct reader *reader, struct event *event)
{
    static const char *const name[] = { "ok", "open", "short" };
    char *word;

    event->kind = EVENT_NTC;
    if (!reader_need(reader, "cell or resistor", &word))
        return false;
    event->flag2 = strcmp(word, "resistor") == 0;
    if (!event->flag2 && strcmp(word, "cell") != 0)
        return reader_fail(reader, "'%s' where cell or resistor is expected", word);
    if (!reader_cell(reader, true, &event->cell) ||
        !reader_need(reader, "open, short or ok", &word))
        return false;
    for (int i = 0; i < 3; i++)
        if (strcmp(word, name[i]) == 0) {
            event->ntc = (enum ntc_fault)i;
            return true;
        }
    return reader_fail(reader, "'%s' where open, short or ok is expected", word);
}

static bool parse_print(struct reader *reader, struct event *event)
{
    event->kind = EVENT_PRINT;
    return take_text(reader, event, reader_rest(reader));
}

static bool parse_app(struct reader *reader, struct event *event)
{
    event->kind = EVENT_APP;
    return app_text_parse(reader, event->text, sizeof event->text);
}

static const struct {
    const char *name;
    bool (*parse)(struct reader *, struct event *);
} ACTIONS[] = {
    { "charger", parse_charger },
    { "load", parse_load },
    { "profile", parse_profile },
    { "ripple", parse_ripple },
    { "break", parse_break },
    { "repair", parse_repair },
    { "temperature", parse_temperature },
    { "ambient", parse_ambient },
    { "remove", parse_remove },
    { "insert", parse_insert },
    { "leak", parse_leak },
    { "soc", parse_soc },
    { "sensor", parse_sensor },
    { "reset", parse_reset },
    { "fault", event_parse_fault },
    { "noise", event_parse_noise },
    { "swap", parse_swap },
    { "replace", parse_replace },
    { "stuck", event_parse_stuck },
    { "babble", event_parse_babble },
    { "clock", event_parse_clock },
    { "brownout", event_parse_brownout },
    { "switches", parse_switches },
    { "button", parse_button },
    { "ntc", parse_ntc },
    { "print", parse_print },
    { "app", parse_app },
};

bool event_parse(struct reader *reader, struct event *event)
{
    char *name;

    *event = (struct event){ .line = reader->line };
    if (!reader_need(reader, "an action", &name))
        return false;
    for (size_t i = 0; i < sizeof ACTIONS / sizeof ACTIONS[0]; i++)
        if (strcmp(name, ACTIONS[i].name) == 0)
            return ACTIONS[i].parse(reader, event) && reader_end(reader);
    return reader_fail(reader, "'%s' is no action", name);
}

bool event_disturbs(const struct event *event)
{
    static const bool disturbs[EVENT_KINDS] = {
        [EVENT_BREAK] = true,         [EVENT_REPAIR] = true,       [EVENT_REMOVE] = true,
        [EVENT_INSERT] = true,        [EVENT_SWAP] = true,         [EVENT_REPLACE] = true,
        [EVENT_RESET] = true,         [EVENT_FAULT_RAM] = true,    [EVENT_FAULT_FLASH] = true,
        [EVENT_FAULT_DIVIDER] = true, [EVENT_FAULT_EEPROM] = true, [EVENT_FAULT_CRYSTAL] = true,
        [EVENT_FAULT_BYTE] = true,    [EVENT_FAULT_WIRE] = true,   [EVENT_FAULT_PULSE] = true,
        [EVENT_NOISE] = true,         [EVENT_STUCK] = true,        [EVENT_BABBLE] = true,
        [EVENT_CLOCK] = true,         [EVENT_BROWNOUT] = true,
    };

    return disturbs[event->kind];
}

static bool is_wire(const struct event *event)
{
    return event->kind == EVENT_BREAK || event->kind == EVENT_REPAIR;
}

static bool is_end_of_chain(int cell, int cells)
{
    return cell == 1 || cell == cells;
}

bool event_check(const struct event *event, const char *path, int cells, struct err *err)
{
    int highest = event->cell > event->cell2 ? event->cell : event->cell2;

    if (highest > cells)
        return err_set(err, "%s:%d: cell '%d' in a pack of %d cells", path, event->line, highest,
                       cells);
    if (event->kind == EVENT_FAULT_CRYSTAL && event->cell != cells)
        return err_set(err, "%s:%d: only the board of cell %d has a crystal", path, event->line,
                       cells);
    if (event->kind == EVENT_SWAP &&
        (is_end_of_chain(event->cell, cells) || is_end_of_chain(event->cell2, cells)))
        return err_set(err, "%s:%d: the boards of cells 1 and %d are of other kinds", path,
                       event->line, cells);
    if (is_wire(event) && event->cell2 == 1 && event->cell != cells)
        return err_set(err,
                       "%s:%d: '%d 1' is no wire: the return wire starts "
                       "at cell %d",
                       path, event->line, event->cell, cells);
    return true;
}
