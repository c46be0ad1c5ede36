/* Behind "at TIME": the words of a fault, of noise, of a stuck or babbling wire, of a clock and of a brown-out.
 * For event.c. False with the reader's error. */
#ifndef SIM_SCENARIO_EVENT_FAULTS_H
#define SIM_SCENARIO_EVENT_FAULTS_H

#include "scenario/event.h"
#include "scenario/reader.h"

bool event_parse_fault(struct reader *reader, struct event *event);
bool event_parse_noise(struct reader *reader, struct event *event);
bool event_parse_stuck(struct reader *reader, struct event *event);
bool event_parse_babble(struct reader *reader, struct event *event);
bool event_parse_clock(struct reader *reader, struct event *event);
bool event_parse_brownout(struct reader *reader, struct event *event);

#endif
