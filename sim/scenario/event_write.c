#include "scenario/event_write.h"

#include <math.h>
#include <stdlib.h>

#include "scenario/event_faults.h"

#define DIGITS_MAX 17

void event_write_number(FILE *out, double value, double unit)
{
    char text[40];

    for (int digits = 6; digits <= DIGITS_MAX; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value * unit);
        if (strtod(text, NULL) / unit == value)
            break;
    }
    fputs(text, out);
}

static void number(FILE *out, double value)
{
    fputc(' ', out);
    event_write_number(out, value, 1.0);
}

static void cell(FILE *out, int cell)
{
    if (cell == 0)
        fputs(" all", out);
    else
        fprintf(out, " %d", cell);
}

static void amount_or_off(FILE *out, const char *name, double value, const char *unit)
{
    fputs(name, out);
    if (value == 0.0) {
        fputs(" off", out);
        return;
    }
    number(out, value);
    fprintf(out, " %s", unit);
}

static void charger(FILE *out, const struct event *e)
{
    amount_or_off(out, "charger", e->a, "A");
    if (e->a == 0.0)
        return;
    number(out, e->b);
    fputs(" V", out);
}

static void profile(FILE *out, const struct event *e)
{
    fputs("profile ", out);
    if (e->text[0] == '\0') {
        fputs("off", out);
        return;
    }
    fprintf(out, "%s scale", e->text);
    number(out, e->a);
    fputs(e->flag ? " loop" : "", out);
}

static void ripple(FILE *out, const struct event *e)
{
    fputs("ripple", out);
    if (e->a == 0.0) {
        fputs(" off", out);
        return;
    }
    number(out, e->a);
    number(out, e->b);
}

/* NAME K VALUE, or NAME K off */
static void of_cell(FILE *out, const char *name, const struct event *e, bool may_be_off)
{
    fputs(name, out);
    cell(out, e->cell);
    if (may_be_off && e->a == 0.0)
        fputs(" off", out);
    else
        number(out, e->a);
}

static void sensor(FILE *out, const struct event *e)
{
    fprintf(out, "sensor %d", e->sensor);
    if (e->kind == EVENT_SENSOR_OPEN) {
        fputs(e->flag ? " open" : " ok", out);
        return;
    }
    fputs(e->kind == EVENT_SENSOR_OFFSET ? " offset" : " gain", out);
    number(out, e->a);
}

static void fault_wire(FILE *out, const struct event *e)
{
    fprintf(out, "fault wire %d %d %s", e->cell, e->address, event_wire[e->wire]);
    if (e->wire == WIRE_FLIP || e->wire == WIRE_INSERT || e->wire == WIRE_DELAY ||
        e->wire == WIRE_GLITCH)
        number(out, e->a);
}

static void fault_pulse(FILE *out, const struct event *e)
{
    fprintf(out, "fault pulse %d", e->cell);
    number(out, e->b);
    fputs(e->wire == WIRE_HIGH ? " high" : " low", out);
    number(out, e->a);
}

static void drift(FILE *out, const struct event *e)
{
    fputs("clock", out);
    cell(out, e->cell);
    fputc(' ', out);
    event_write_number(out, e->a, 100.0);
    if (e->b == 0.0)
        return;
    fputs(" over ", out);
    event_write_number(out, e->b, 1000.0);
}

static void soc(FILE *out, const struct event *e)
{
    fputs("soc", out);
    cell(out, e->cell);
    fputc(' ', out);
    event_write_number(out, e->a, 100.0);
}

void event_write(FILE *out, const struct event *e)
{
    static const char *const ntc[] = { "ok", "open", "short" };

    switch (e->kind) {
    case EVENT_CHARGER:
        charger(out, e);
        break;
    case EVENT_LOAD_CURRENT:
        amount_or_off(out, "load", e->a, "A");
        break;
    case EVENT_LOAD_POWER:
        fputs("load", out);
        number(out, e->a);
        fputs(" W", out);
        break;
    case EVENT_PROFILE:
        profile(out, e);
        break;
    case EVENT_RIPPLE:
        ripple(out, e);
        break;
    case EVENT_BREAK:
    case EVENT_REPAIR:
        fprintf(out, "%s %d %d", e->kind == EVENT_BREAK ? "break" : "repair", e->cell, e->cell2);
        break;
    case EVENT_TEMPERATURE:
        of_cell(out, "temperature", e, false);
        break;
    case EVENT_TEMPERATURE_FREE:
        fputs("temperature", out);
        cell(out, e->cell);
        fputs(" free", out);
        break;
    case EVENT_AMBIENT:
        fputs("ambient", out);
        number(out, e->a);
        break;
    case EVENT_REMOVE:
    case EVENT_INSERT:
        fprintf(out, "%s %d", e->kind == EVENT_REMOVE ? "remove" : "insert", e->cell);
        break;
    case EVENT_SWAP:
        fprintf(out, "swap %d %d", e->cell, e->cell2);
        break;
    case EVENT_REPLACE:
        fprintf(out, "replace %d", e->cell);
        break;
    case EVENT_LEAK:
        of_cell(out, "leak", e, true);
        break;
    case EVENT_SOC:
        soc(out, e);
        break;
    case EVENT_SENSOR_OFFSET:
    case EVENT_SENSOR_GAIN:
    case EVENT_SENSOR_OPEN:
        sensor(out, e);
        break;
    case EVENT_RESET:
        fputs("reset", out);
        cell(out, e->cell);
        break;
    case EVENT_BUTTON:
        fprintf(out, "button %s %s", e->flag2 ? "end" : "begin", e->flag ? "down" : "up");
        break;
    case EVENT_NTC:
        fprintf(out, "ntc %s", e->flag2 ? "resistor" : "cell");
        cell(out, e->cell);
        fprintf(out, " %s", ntc[e->ntc]);
        break;
    case EVENT_FAULT_RAM:
        fprintf(out, "fault ram %d %d %d %d", e->cell, e->address, e->bit, e->flag);
        break;
    case EVENT_FAULT_FLASH:
        fprintf(out, "fault flash %d %d %d", e->cell, e->address, e->bit);
        break;
    case EVENT_FAULT_DIVIDER:
        of_cell(out, "fault divider", e, false);
        break;
    case EVENT_FAULT_EEPROM:
        fprintf(out, "fault eeprom %d %d %s", e->cell, e->address, event_torn[e->bit]);
        break;
    case EVENT_FAULT_CRYSTAL:
        fprintf(out, "fault crystal %d %s", e->cell, e->flag ? "dead" : "ok");
        break;
    case EVENT_FAULT_BYTE:
        fprintf(out, "fault byte %d %d %d", e->cell, e->address, e->bit);
        break;
    case EVENT_FAULT_WIRE:
        fault_wire(out, e);
        break;
    case EVENT_FAULT_PULSE:
        fault_pulse(out, e);
        break;
    case EVENT_NOISE:
        of_cell(out, "noise", e, true);
        break;
    case EVENT_STUCK:
        fprintf(out, "stuck %d %s", e->cell, event_stuck[e->stuck]);
        break;
    case EVENT_BABBLE:
        fprintf(out, "babble %d %s", e->cell, e->flag ? "on" : "off");
        break;
    case EVENT_CLOCK:
        drift(out, e);
        break;
    case EVENT_BROWNOUT:
        of_cell(out, "brownout", e, false);
        break;
    case EVENT_SWITCHES:
        fprintf(out, "switches %s", e->text);
        break;
    case EVENT_PRINT:
        fprintf(out, "print %s", e->text);
        break;
    case EVENT_APP:
        fprintf(out, "app \"%s\"", e->text);
        break;
    }
}
