/* The report of a run: one file that a browser shows, with all it needs inside. The same run gives
 * the same file, to the byte. */
#ifndef SIM_REPORT_REPORT_H
#define SIM_REPORT_REPORT_H

#include <stdbool.h>

#include "scenario/err.h"

struct run;
struct report;

/* Opens the file before the run; NULL with one line in err. */
struct report *report_open(const char *path, const struct run *r, struct err *err);
void report_free(struct report *report);

/* Several times a second, and at the end of each; a NULL report is none. */
void report_look(struct report *report, const struct run *r);
void report_second(struct report *report, const struct run *r);

/* After the run, whatever its end. */
bool report_write(struct report *report, const struct run *r, struct err *err);

#endif
