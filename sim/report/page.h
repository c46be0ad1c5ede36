/* The page of a report, from what was recorded. */
#ifndef SIM_REPORT_PAGE_H
#define SIM_REPORT_PAGE_H

#include "report/history.h"
#include "report/plot.h"
#include "report/timeline.h"
#include "run.h"

struct page {
    struct paper paper;
    const struct run *run;
    const struct history *history;
    const struct timeline *timeline;
};

void page_write(struct page *page);

/* Parts of it, each with its headline. */
void page_head(const struct page *page);
void page_expectations(const struct page *page);
void page_events(const struct page *page);
void page_cells(const struct page *page);
void page_battery(const struct page *page);
void page_relays(const struct page *page);
void page_ring(const struct page *page);
void page_supply(const struct page *page);
void page_scenario(const struct page *page);

/* Start of a table of so many rows; table_close() ends it. head: cells between <tr> and </tr>. */
void table_open(FILE *out, const char *id, const char *css, int rows, const char *head);
void table_close(FILE *out);

/* Style sheet and script, see style.c. */
extern const char page_style[];
extern const char page_script[];

/* Lowest and highest of a channel; lo > hi: nothing known. What is below `floor` does not count. */
void page_range(const struct page *page, const struct span *span, int count, double floor,
                double *lo, double *hi);

#endif
