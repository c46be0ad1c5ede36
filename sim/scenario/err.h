#ifndef SIM_SCENARIO_ERR_H
#define SIM_SCENARIO_ERR_H

#include <stdbool.h>

/* One line without a newline, ready to be printed: "FILE:LINE: reason". */
struct err {
    char text[512];
};

/* Stores the message, cut at the end if too long. Always returns false, so
 * that a failing function can end with `return err_set(...)`. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
