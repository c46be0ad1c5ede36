#include "report/scale.h"

#include <math.h>
#include <stddef.h>

static double round_step(double raw)
{
    double power = pow(10.0, floor(log10(raw)));
    double share = raw / power;

    return power * (share <= 1.0 ? 1.0 : share <= 2.0 ? 2.0 : share <= 5.0 ? 5.0 : 10.0);
}

static int decimals_of(double step)
{
    int decimals = (int)ceil(-log10(step) - 1e-9);
    return decimals > 0 ? decimals : 0;
}

void scale_round(struct scale *s, double min_span, int about, struct ticks *ticks)
{
    double missing = min_span - (s->hi - s->lo);
    double first, last;

    if (missing > 0.0) {
        s->lo -= missing / 2.0;
        s->hi += missing / 2.0;
    }
    ticks->step = round_step((s->hi - s->lo) / about * 0.999);
    first = floor(s->lo / ticks->step + 1e-6);
    last = ceil(s->hi / ticks->step - 1e-6);
    ticks->first = first * ticks->step;
    ticks->count = (int)(last - first) + 1;
    ticks->decimals = decimals_of(ticks->step);
    s->lo = ticks->first;
    s->hi = last * ticks->step;
}

/* ---- time --------------------------------------------------------------------------------------- */

#define TIME_STEPS_MAX 13.0

struct unit {
    const char *name;
    double seconds;
    double up_to_s;
    double step[10];
};

static const struct unit units[] = {
    { "s", 1.0, 300.0, { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60 } },
    { "min", 60.0, 4.0 * 3600.0, { 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120 } },
    { "h", 3600.0, 5.0 * 86400.0, { 0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48 } },
    { "days", 86400.0, INFINITY, { 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500 } },
};

void time_axis_set(struct time_axis *axis, double from_s, double end_s)
{
    const struct unit *u = units;
    size_t i = 0;

    while (end_s > u->up_to_s)
        u++;
    while (i + 1 < sizeof u->step / sizeof u->step[0] &&
           (end_s - from_s) / u->seconds / u->step[i] > TIME_STEPS_MAX)
        i++;
    *axis = (struct time_axis){
        .from_s = from_s, .end_s = end_s, .unit_s = u->seconds, .unit = u->name
    };
    axis->step = u->step[i];
    axis->decimals = axis->step == 0.25 ? 2 : axis->step < 1.0;
}
