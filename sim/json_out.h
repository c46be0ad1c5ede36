/* The run as one JSON object. */
#ifndef SIM_JSON_OUT_H
#define SIM_JSON_OUT_H

#include <stdbool.h>

#include "run.h"
#include "scenario/err.h"

/* Writes to run->json; path is for the message. */
bool json_write(const struct run *r, const char *path, struct err *err);

#endif
