#include "report/plot.h"

#include <math.h>

static void path_begin(const struct plot *p, const char *name, const char *css)
{
    fprintf(p->paper->out, "<path class=\"series %s\" data-name=\"%s\" d=\"", css, name);
}

static void point(const struct plot *p, char verb, double x, double value)
{
    fprintf(p->paper->out, "%c%.1f %.1f", verb, x, scale_at(&p->y, value));
}

/* Whether a point lies between its neighbours on a level line. */
static bool is_level(const struct history *h, const struct span *span, int every, int i)
{
    const struct span *s = &span[i * every];

    return i > 0 && i + 1 < h->used && s->min == s->max && s[-every].min == s->min &&
           s[-every].max == s->min && s[every].min == s->min && s[every].max == s->min;
}

void plot_curve(const struct plot *p, const struct history *h, const struct span *span, int every,
                const char *name, const char *css)
{
    bool gap = true;

    path_begin(p, name, css);
    for (int i = 0; i < h->used; i++) {
        const struct span *s = &span[i * every];
        double x = scale_at(&p->x, history_time_s(h, i));
        if (isnan(s->min) || is_level(h, span, every, i)) {
            gap = gap || isnan(s->min);
            continue;
        }
        point(p, gap ? 'M' : 'L', x, s->min);
        if (gap || s->max != s->min)
            point(p, 'L', x, s->max);
        gap = false;
    }
    fputs("\"/>\n", p->paper->out);
}

static void band_part(const struct plot *p, const struct history *h, const struct span *span,
                      int from, int to)
{
    for (int i = from; i < to; i++)
        point(p, i == from ? 'M' : 'L', scale_at(&p->x, history_time_s(h, i)), span[i].max);
    for (int i = to; i-- > from;)
        point(p, 'L', scale_at(&p->x, history_time_s(h, i)), span[i].min);
    fputc('Z', p->paper->out);
}

void plot_band(const struct plot *p, const struct history *h, const struct span *span,
               const char *name)
{
    path_begin(p, name, "band");
    for (int from = 0; from < h->used;) {
        int to = from;
        while (to < h->used && !isnan(span[to].min))
            to++;
        if (to > from)
            band_part(p, h, span, from, to);
        from = to + 1;
    }
    fputs("\"/>\n", p->paper->out);
}
