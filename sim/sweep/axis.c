#include "sweep/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/number.h"
#include "setup.h"

#define SLACK 1e-9 /* of a step, for fractions that are none in binary */

static bool among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static bool find_kind(const char *name, bool *set)
{
    static const char *const option[] = { "cells",        "duration",    "seed",      "capacity",
                                          "clock-spread", "clock-begin", "clock-end", "app-baud",
                                          "threads",      NULL };
    static const char *const statement[] = {
        "soc", "spread", "ambient", "sensors", "passes", NULL
    };

    *set = among(statement, name) || setup_knows(name);
    return *set || among(option, name);
}

static bool add(struct axis *axis, const char *value, struct err *err)
{
    char **all = realloc(axis->value, (size_t)(axis->count + 1) * sizeof *all);

    if (!all)
        return err_set(err, "out of memory");
    axis->value = all;
    all[axis->count] = strdup(value);
    return all[axis->count++] || err_set(err, "out of memory");
}

static bool number(const char *text, double *value, struct err *err)
{
    return number_parse(text, value) || err_set(err, "--sweep: '%.40s' is not a number", text);
}

static bool too_many(const char *text, struct err *err)
{
    return err_set(err, "--sweep: '%.40s' makes more than %d runs", text, SWEEP_RUNS_MAX);
}

static bool range(struct axis *axis, const char *text, char *from, char *to, struct err *err)
{
    char *colon = strchr(to, ':');
    char value[32];
    double a;
    double b;
    double step = 1.0;
    double steps;

    if (colon)
        *colon = '\0';
    if (!number(from, &a, err) || !number(to, &b, err) || (colon && !number(colon + 1, &step, err)))
        return false;
    if (a > b)
        return err_set(err, "--sweep: '%s' is above '%s'", from, to);
    if (step <= 0.0)
        return err_set(err, "--sweep: step '%s' is not above 0", colon + 1);
    steps = floor((b - a) / step + SLACK);
    if (!(steps < SWEEP_RUNS_MAX))
        return too_many(text, err);
    for (int i = 0; i <= (int)steps; i++) {
        double x = a + i * step;
        snprintf(value, sizeof value, "%.12g", fabs(x) < step * SLACK ? 0.0 : x);
        if (!add(axis, value, err))
            return false;
    }
    return true;
}

static bool list(struct axis *axis, const char *text, char *values, struct err *err)
{
    char *value;
    double ignored;

    while ((value = strsep(&values, ",")) != NULL) {
        if (axis->count == SWEEP_RUNS_MAX)
            return too_many(text, err);
        if (!number(value, &ignored, err) || !add(axis, value, err))
            return false;
    }
    return true;
}

static bool parse_values(struct axis *axis, const char *text, char *values, struct err *err)
{
    char *dots = strstr(values, "..");

    if (!dots)
        return list(axis, text, values, err);
    *dots = '\0';
    return range(axis, text, values, dots + 2, err);
}

bool axis_parse(struct axis *axis, const char *text, struct err *err)
{
    const char *equal = strchr(text, '=');
    char *values;
    bool ok;

    *axis = (struct axis){ .count = 0 };
    if (!equal || equal == text)
        return err_set(err, "--sweep: '%.40s' is neither NAME=A..B[:STEP] nor NAME=X,Y,Z", text);
    snprintf(axis->name, sizeof axis->name, "%.*s", (int)(equal - text), text);
    if ((size_t)(equal - text) >= sizeof axis->name || !find_kind(axis->name, &axis->set))
        return err_set(err, "--sweep: '%s' is nothing that can be varied", axis->name);
    values = strdup(equal + 1);
    ok = values ? parse_values(axis, text, values, err) : err_set(err, "out of memory");
    free(values);
    return ok;
}

void axis_free(struct axis *axis)
{
    for (int i = 0; i < axis->count; i++)
        free(axis->value[i]);
    free(axis->value);
    *axis = (struct axis){ .count = 0 };
}

char *axis_option(const struct axis *axis, int i)
{
    size_t size = strlen("--set==") + strlen(axis->name) + strlen(axis->value[i]) + 1;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, axis->set ? "--set=%s=%s" : "--%s=%s", axis->name, axis->value[i]);
    return text;
}
