#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "run.h"

struct report {
    const char *path;
    FILE *out;
    struct history history;
    struct timeline timeline;
};

struct report *report_open(const char *path, const struct run *r, struct err *err)
{
    struct report *report = calloc(1, sizeof *report);

    if (!report ||
        !history_init(&report->history, r->chain.cells, (double)r->second,
                      r->options->duration_s) ||
        !timeline_init(&report->timeline, r->scenario ? scenario_text(r->scenario) : NULL)) {
        report_free(report);
        err_set(err, "%s: out of memory", path);
        return NULL;
    }
    report->path = path;
    report->out = fopen(path, "w");
    if (report->out)
        return report;
    err_set(err, "%s: cannot write: %s", path, strerror(errno));
    report_free(report);
    return NULL;
}

void report_free(struct report *report)
{
    if (!report)
        return;
    if (report->out)
        fclose(report->out);
    history_free(&report->history);
    timeline_free(&report->timeline);
    free(report);
}

void report_look(struct report *report, const struct run *r)
{
    if (report)
        timeline_look(&report->timeline, r);
}

void report_second(struct report *report, const struct run *r)
{
    if (report)
        history_second(&report->history, r);
}

bool report_write(struct report *report, const struct run *r, struct err *err)
{
    struct page page = { .paper = { .out = report->out },
                         .run = r,
                         .history = &report->history,
                         .timeline = &report->timeline };

    page_write(&page);
    if (fflush(report->out) == 0 && !ferror(report->out))
        return true;
    return err_set(err, "%s: cannot write: %s", report->path, strerror(errno));
}
