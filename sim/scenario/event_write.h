#ifndef SIM_SCENARIO_EVENT_WRITE_H
#define SIM_SCENARIO_EVENT_WRITE_H

#include <stdio.h>

#include "scenario/event.h"

/* Writes the words of an event as they stand behind "at TIME" in a scenario: event_parse() makes the
 * same event of them, to the last bit of its numbers. The name of a profile's file is written as it
 * is: relative ones count from the folder of the scenario. */
void event_write(FILE *out, const struct event *event);

/* A number in as few digits as give the same number back when it is read and divided by `unit`. */
void event_write_number(FILE *out, double value, double unit);

#endif
