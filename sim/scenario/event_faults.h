/* Behind "at TIME": the words of a fault, of noise, of a stuck or babbling wire, of a clock and of a brown-out.
 * For event.c. False with the reader's error. */
#ifndef SIM_SCENARIO_EVENT_FAULTS_H
#define SIM_SCENARIO_EVENT_FAULTS_H

#include "scenario/event.h"
#include "scenario/reader.h"

enum { EVENT_TORN = 4, EVENT_STUCK_LEVELS = 3, EVENT_WIRE_FAULTS = 8 };

/* As they stand in a scenario: by enum eeprom_torn, enum stuck_level, and enum wire_fault without pulses. */
extern const char *const event_torn[EVENT_TORN];
extern const char *const event_stuck[EVENT_STUCK_LEVELS];
extern const char *const event_wire[EVENT_WIRE_FAULTS];

bool event_parse_fault(struct reader *reader, struct event *event);
bool event_parse_noise(struct reader *reader, struct event *event);
bool event_parse_stuck(struct reader *reader, struct event *event);
bool event_parse_babble(struct reader *reader, struct event *event);
bool event_parse_clock(struct reader *reader, struct event *event);
bool event_parse_brownout(struct reader *reader, struct event *event);

#endif
