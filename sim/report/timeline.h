/* What happened when: changes of the relays, the ring's breaks, lines of the scenario. */
#ifndef SIM_REPORT_TIMELINE_H
#define SIM_REPORT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

struct run;

enum { TIMELINE_CHANGES_MAX = 20000 };

/* Reasons besides those of enum rule_id. */
enum { REASON_END_IN_RESET = 254, REASON_NONE = 255 };

struct relay_change {
    double s;
    uint8_t relay; /* enum relay_name */
    bool closed;
    uint8_t reason; /* why it opened, as End said */
};

/* The ring was broken from..to; to is NAN while it still is. */
struct ring_span {
    double from_s;
    double to_s;
    uint8_t after; /* between this board and the next; 0: End did not know */
};

struct timeline {
    struct relay_change *change;
    int changes;
    int changes_left_out;
    struct ring_span *span;
    int spans;
    bool closed[2];
    double seen_s[2]; /* when its pin moved and the reason was not known yet, NAN: it has not */
    bool broken;
    uint8_t after;
    bool maybe_broken; /* seen since maybe_s, not for long enough yet */
    uint8_t maybe_after;
    double maybe_s;
    uint32_t end_now_ms;
    char **line; /* of the scenario file, [0] is line 1 */
    int lines;
};

/* The text of the scenario, to show it; may be NULL. */
bool timeline_init(struct timeline *t, const char *text);
void timeline_free(struct timeline *t);
/* Several times a second. */
void timeline_look(struct timeline *t, const struct run *r);

/* Text of a line, "" if there is none. */
const char *timeline_line(const struct timeline *t, int number);

#endif
