#include "scenario/reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenario/number.h"

#define BLANKS " \t\r\n"
#define TIME_MAX_S (10.0 * 365.0 * 86400.0)

enum { CELL_MAX = 255 };

bool reader_fail(const struct reader *reader, const char *format, ...)
{
    char reason[400];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return err_set(reader->err, "%s:%d: %s", reader->path, reader->line, reason);
}

char *reader_word(struct reader *reader)
{
    char *word = reader->rest + strspn(reader->rest, BLANKS);
    char *end = word + strcspn(word, BLANKS);

    if (*word == '\0' || *word == '#') {
        reader->rest = word + strlen(word);
        return NULL;
    }
    reader->rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

bool reader_next_is(const struct reader *reader, const char *word)
{
    const char *next = reader->rest + strspn(reader->rest, BLANKS);
    size_t length = strcspn(next, BLANKS);

    return length == strlen(word) && strncmp(next, word, length) == 0;
}

bool reader_need(struct reader *reader, const char *what, char **word)
{
    *word = reader_word(reader);
    if (*word != NULL)
        return true;
    return reader_fail(reader, "%s is missing at the end of the line", what);
}

char *reader_rest(struct reader *reader)
{
    char *text = reader->rest + strspn(reader->rest, BLANKS);
    size_t length = strlen(text);

    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
    reader->rest = text + length;
    return text;
}

bool reader_keyword(struct reader *reader, const char *keyword)
{
    char *word;

    if (!reader_need(reader, keyword, &word))
        return false;
    if (strcmp(word, keyword) == 0)
        return true;
    return reader_fail(reader, "'%s' where %s is expected", word, keyword);
}

bool reader_end(struct reader *reader)
{
    const char *word = reader_word(reader);

    if (word == NULL)
        return true;
    return reader_fail(reader, "'%s' is one word too many", word);
}

bool reader_number(struct reader *reader, const char *what, double lo, double hi, double *value)
{
    char *word;

    if (!reader_need(reader, what, &word))
        return false;
    if (!number_parse(word, value))
        return reader_fail(reader, "'%s' is no number for %s", word, what);
    if (*value < lo || *value > hi)
        return reader_fail(reader, "'%s' for %s is outside %g to %g", word, what, lo, hi);
    return true;
}

bool reader_int(struct reader *reader, const char *what, int lo, int hi, int *value)
{
    double number;

    if (!reader_number(reader, what, lo, hi, &number))
        return false;
    if (number != floor(number))
        return reader_fail(reader, "'%.10g' for %s is no whole number", number, what);
    *value = (int)number;
    return true;
}

bool reader_time(struct reader *reader, const char *what, double *seconds)
{
    char *word;

    if (!reader_need(reader, what, &word))
        return false;
    if (!number_parse_time(word, seconds) || *seconds > TIME_MAX_S)
        return reader_fail(reader,
                           "'%s' is no time for %s (like 90, 90s, 15m, "
                           "2h or 1d)",
                           word, what);
    return true;
}

bool reader_cell(struct reader *reader, bool all, int *cell)
{
    if (all && reader_next_is(reader, "all")) {
        reader_word(reader);
        *cell = 0;
        return true;
    }
    return reader_int(reader, "the cell", 1, CELL_MAX, cell);
}

bool reader_switches(struct reader *reader, uint8_t *switches)
{
    unsigned bits = 0;
    char *word;

    if (!reader_need(reader, "the switches", &word))
        return false;
    if (strlen(word) != 8 || strspn(word, "01") != 8)
        return reader_fail(reader, "'%s' is not eight digits 0 or 1", word);
    for (int i = 0; i < 8; i++)
        bits = bits << 1 | (word[i] == '1');
    *switches = (uint8_t)bits;
    return true;
}

bool reader_off(struct reader *reader)
{
    if (!reader_next_is(reader, "off"))
        return false;
    reader_word(reader);
    return true;
}
