#include "report/page.h"

#include <math.h>
#include <stdlib.h>

#include "report/svg.h"

#define LONG_FROM 40 /* rows: gets a bar to scroll */

void page_range(const struct page *page, const struct span *span, int count, double floor,
                double *lo, double *hi)
{
    for (int i = 0; i < page->history->used * count; i++) {
        if (isnan(span[i].min) || span[i].max < floor)
            continue;
        *lo = fmin(*lo, fmax(span[i].min, floor));
        *hi = fmax(*hi, span[i].max);
    }
}

void table_open(FILE *out, const char *id, const char *css, int rows, const char *head)
{
    fprintf(out,
            "<div class=\"scroll%s\"><table id=\"%s\" class=\"%s\">\n<thead><tr>%s</tr></thead>\n"
            "<tbody>\n",
            rows > LONG_FROM ? " long" : "", id, css, head);
}

void table_close(FILE *out)
{
    fputs("</tbody>\n</table></div>\n", out);
}

static void place_marks(struct page *page)
{
    const struct event *e;
    double *event_s;
    int events = 0;

    if (!page->run->scenario)
        return;
    while (scenario_event(page->run->scenario, (size_t)events))
        events++;
    event_s = calloc((size_t)events + 1, sizeof *event_s);
    for (int i = 0; event_s && (e = scenario_event(page->run->scenario, (size_t)i)); i++)
        event_s[i] = e->t_s;
    if (event_s)
        marks_place(&page->paper, event_s, events);
    free(event_s);
}

void page_write(struct page *page)
{
    FILE *out = page->paper.out;
    double from_s = page->history->from_s;

    time_axis_set(&page->paper.time, from_s, fmax(from_s + 1.0, (double)page->run->second));
    place_marks(page);
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n",
          out);
    fprintf(out, "<style>\n%s</style>\n", page_style);
    page_head(page);
    page_expectations(page);
    page_events(page);
    page_cells(page);
    page_battery(page);
    page_relays(page);
    page_ring(page);
    page_supply(page);
    page_scenario(page);
    fprintf(out, "</main>\n<script>\n//<![CDATA[\n%s//]]>\n</script>\n</body>\n</html>\n",
            page_script);
    free(page->paper.mark);
}
