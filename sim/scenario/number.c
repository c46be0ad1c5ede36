#include "scenario/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The character set is checked first: strtod alone would also take "0x10",
 * "inf", and leading blanks. */
static bool parse_prefix(const char *text, double *value, const char **end)
{
    size_t length = strspn(text, "0123456789+-.eE");
    char *stop;
    double parsed;

    if (length == 0)
        return false;
    parsed = strtod(text, &stop);
    if (stop != text + length || !isfinite(parsed))
        return false;
    *value = parsed;
    *end = stop;
    return true;
}

bool number_parse(const char *text, double *value)
{
    const char *end;
    double parsed;

    if (!parse_prefix(text, &parsed, &end) || *end != '\0')
        return false;
    *value = parsed;
    return true;
}

static double unit_seconds(const char *unit)
{
    if (unit[0] != '\0' && unit[1] != '\0')
        return 0.0;
    switch (unit[0]) {
    case '\0':
    case 's':
        return 1.0;
    case 'm':
        return 60.0;
    case 'h':
        return 3600.0;
    case 'd':
        return 86400.0;
    default:
        return 0.0;
    }
}

bool number_parse_time(const char *text, double *seconds)
{
    const char *end;
    double parsed;

    if (!parse_prefix(text, &parsed, &end))
        return false;
    parsed *= unit_seconds(end);
    if (unit_seconds(end) == 0.0 || parsed < 0.0 || !isfinite(parsed))
        return false;
    *seconds = parsed;
    return true;
}
