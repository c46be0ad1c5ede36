#include "view/hands.h"

#include <math.h>
#include <string.h>

#define CURRENT_MAX_A 10000.0
#define STEP_PER_AH 0.1
#define HEAT_STEP_C 10.0
#define TEMP_MIN_C (-40.0)
#define TEMP_MAX_C 100.0

static const double speeds[] = { 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, INFINITY };

#define SPEEDS ((int)(sizeof speeds / sizeof speeds[0]))

double hands_speed(const struct hands *h)
{
    return speeds[h->speed];
}

void hands_init(struct hands *h, int cells, double capacity_ah, double charger_v, uint8_t switches)
{
    *h = (struct hands){ .cells = cells,
                         .step_a = capacity_ah * STEP_PER_AH,
                         .charger_v = charger_v,
                         .switches = switches };
}

void hands_note(struct hands *h, const struct event *event)
{
    if (event->kind == EVENT_LOAD_CURRENT)
        h->load_a = event->a;
    else if (event->kind == EVENT_LOAD_POWER)
        h->load_a = 0.0;
    else if (event->kind == EVENT_SWITCHES)
        h->switches = event->switches;
    if (event->kind != EVENT_CHARGER)
        return;
    h->charger_a = event->a;
    if (event->a > 0.0)
        h->charger_v = event->b;
}

static double stepped(double amps, double step_a, int steps)
{
    amps = (round(amps / step_a) + steps) * step_a;
    return fmin(fmax(amps, 0.0), CURRENT_MAX_A);
}

static bool load(struct hands *h, int steps, struct event *e)
{
    *e = (struct event){ .kind = EVENT_LOAD_CURRENT, .a = stepped(h->load_a, h->step_a, steps) };
    return true;
}

static bool charger(struct hands *h, int steps, struct event *e)
{
    *e = (struct event){ .kind = EVENT_CHARGER, .a = stepped(h->charger_a, h->step_a, steps) };
    e->b = e->a > 0.0 ? h->charger_v : 0.0;
    return true;
}

static bool wire(const struct hands *h, bool cut, struct event *e)
{
    int cell = h->chosen + 1;

    *e = (struct event){ .kind = cut ? EVENT_REPAIR : EVENT_BREAK,
                         .cell = cell,
                         .cell2 = cell % h->cells + 1 };
    return true;
}

static bool heat(const struct hands *h, double to_c, struct event *e)
{
    to_c = fmin(fmax(round(to_c), TEMP_MIN_C), TEMP_MAX_C);
    *e = (struct event){ .kind = EVENT_TEMPERATURE, .cell = h->chosen + 1, .a = to_c };
    return true;
}

static bool flip_switch(const struct hands *h, int number, struct event *e)
{
    *e = (struct event){ .kind = EVENT_SWITCHES,
                         .switches = (uint8_t)(h->switches ^ (0x100 >> number)) };
    for (int i = 0; i < 8; i++)
        e->text[i] = e->switches & (0x80 >> i) ? '1' : '0';
    return true;
}

static void move(struct hands *h, int by)
{
    int to = h->chosen + by;

    h->chosen = to < 0 ? 0 : to >= h->cells ? h->cells - 1 : to;
}

static void faster(struct hands *h, int by)
{
    int to = h->speed + by;

    h->speed = to < 0 ? 0 : to >= SPEEDS ? SPEEDS - 1 : to;
}

/* Keys that change nothing in the simulated world. */
static void look(struct hands *h, int key, const struct layout_place *place)
{
    if (key == 'q')
        h->quit = true;
    else if (key == ' ')
        h->paused = !h->paused;
    else if (key == '+' || key == '=')
        faster(h, 1);
    else if (key == '-')
        faster(h, -1);
    else if (key == VIEW_KEY_UP)
        move(h, -1);
    else if (key == VIEW_KEY_DOWN)
        move(h, 1);
    else if (key == VIEW_KEY_LEFT)
        move(h, -place->per_column);
    else if (key == VIEW_KEY_RIGHT)
        move(h, place->per_column);
    else if (key == VIEW_KEY_PAGE_UP)
        move(h, -place->page);
    else if (key == VIEW_KEY_PAGE_DOWN)
        move(h, place->page);
    else if (key == VIEW_KEY_HOME)
        move(h, -h->cells);
    else if (key == VIEW_KEY_END)
        move(h, h->cells);
}

bool hands_key(struct hands *h, int key, bool cut, double temp_c, const struct layout_place *place,
               struct event *e)
{
    if (key >= '1' && key <= '8')
        return flip_switch(h, key - '0', e);
    switch (key) {
    case 'b':
        return wire(h, cut, e);
    case 'h':
        return heat(h, temp_c + HEAT_STEP_C, e);
    case 'H':
        return heat(h, temp_c - HEAT_STEP_C, e);
    case 'f':
        *e = (struct event){ .kind = EVENT_TEMPERATURE_FREE, .cell = h->chosen + 1 };
        return true;
    case 'l':
        return load(h, -1, e);
    case 'L':
        return load(h, 1, e);
    case 'c':
        return charger(h, -1, e);
    case 'C':
        return charger(h, 1, e);
    case 'r':
        *e = (struct event){ .kind = EVENT_RESET, .cell = h->chosen + 1 };
        return true;
    default:
        look(h, key, place);
        return false;
    }
}
