#ifndef SIM_SCENARIO_READER_H
#define SIM_SCENARIO_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario/err.h"

/*
 * Takes one line of a scenario apart, word by word. A word that starts with
 * '#' begins a comment. Every function that returns bool sets a message "FILE:
 * LINE: reason" with the offending word before it returns false; `what` is the
 * name of the thing expected, for that message.
 */
struct reader {
    const char *path;
    int line;
    char *rest; /* what has not been taken yet; changed in place */
    struct err *err;
};

bool reader_fail(const struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The next word, or NULL at the end of the line. */
char *reader_word(struct reader *reader);

/* The same, but the end of the line is an error. */
bool reader_need(struct reader *reader, const char *what, char **word);

/* The rest of the line, comments included, without blanks at its ends. */
char *reader_rest(struct reader *reader);

/* The next word must be this one. */
bool reader_keyword(struct reader *reader, const char *keyword);

/* Nothing but a comment may follow. */
bool reader_end(struct reader *reader);

/* A number from lo to hi. */
bool reader_number(struct reader *reader, const char *what, double lo, double hi, double *value);

/* A whole number from lo to hi. */
bool reader_int(struct reader *reader, const char *what, int lo, int hi, int *value);

/* A time in seconds, see number_parse_time; at most ten years. */
bool reader_time(struct reader *reader, const char *what, double *seconds);

/* A cell number 1..255; if `all` is allowed, the word "all" gives 0. */
bool reader_cell(struct reader *reader, bool all, int *cell);

/* Eight digits 0 or 1; the first one, switch 1, becomes the highest bit. */
bool reader_switches(struct reader *reader, uint8_t *switches);

/* Whether the next word is this one; it is not taken. */
bool reader_next_is(const struct reader *reader, const char *word);

/* Whether the next word is "off"; if so it is taken. */
bool reader_off(struct reader *reader);

#endif
