/* From values to places on paper, and round figures for the ticks. */
#ifndef SIM_REPORT_SCALE_H
#define SIM_REPORT_SCALE_H

/* Linear: lo is drawn at `from`, hi at `to`. */
struct scale {
    double lo;
    double hi;
    double from;
    double to;
};

static inline double scale_at(const struct scale *s, double value)
{
    return s->from + (value - s->lo) / (s->hi - s->lo) * (s->to - s->from);
}

struct ticks {
    double first;
    double step;
    int count;
    int decimals; /* that tell two ticks apart */
};

/* Widens lo..hi to round figures, at least min_span apart, with about that many steps. from and to
 * are left alone. */
void scale_round(struct scale *s, double min_span, int about, struct ticks *ticks);

/* A time axis in the unit that suits its end, with steps that suit its length. */
struct time_axis {
    double from_s;
    double end_s;
    double unit_s;
    const char *unit;
    double step; /* in the unit */
    int decimals;
};

void time_axis_set(struct time_axis *axis, double from_s, double end_s);

#endif
