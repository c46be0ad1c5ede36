#ifndef SIM_SCENARIO_NUMBER_H
#define SIM_SCENARIO_NUMBER_H

#include <stdbool.h>

/* A finite decimal number and nothing else. No hexadecimal, no "inf" or "nan"
 * as strtod would take them. False leaves *value alone. */
bool number_parse(const char *text, double *value);

/* A number of seconds >= 0: a decimal number with an optional unit s, m, h or
 * d right behind it (90, 90s, 15m, 1.5h, 2d). */
bool number_parse_time(const char *text, double *seconds);

#endif
