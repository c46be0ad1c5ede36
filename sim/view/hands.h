/* What the keys of the live view do: they move a cursor, set the speed, or become an event of a
 * scenario. Pure: no terminal, no simulator. */
#ifndef SIM_VIEW_HANDS_H
#define SIM_VIEW_HANDS_H

#include <stdbool.h>

#include "scenario/event.h"
#include "view/layout.h"

/* Keys that are no characters. */
enum view_key {
    VIEW_KEY_NONE = 0,
    VIEW_KEY_UP = 0x100,
    VIEW_KEY_DOWN,
    VIEW_KEY_LEFT,
    VIEW_KEY_RIGHT,
    VIEW_KEY_PAGE_UP,
    VIEW_KEY_PAGE_DOWN,
    VIEW_KEY_HOME,
    VIEW_KEY_END,
};

struct hands {
    int cells;
    int chosen; /* index of a cell */
    int speed;  /* index, see hands_speed() */
    bool paused;
    bool quit;
    double step_a; /* of load and charger */
    double load_a;
    double charger_a;
    double charger_v; /* per cell */
    uint8_t switches;
};

void hands_init(struct hands *h, int cells, double capacity_ah, double charger_v, uint8_t switches);

/* True when the key is an event to be done; its time is the caller's. cut: the wire behind the chosen
 * board is broken now. temp_c: the chosen cell's now. place: where the cells were drawn. */
bool hands_key(struct hands *h, int key, bool cut, double temp_c, const struct layout_place *place,
               struct event *event);

/* Somebody else, as a scenario, set something that the keys change too. */
void hands_note(struct hands *h, const struct event *event);

/* Times real time; INFINITY: as fast as it can. */
double hands_speed(const struct hands *h);

#endif
