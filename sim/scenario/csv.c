#include "scenario/csv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/number.h"

static char *trim(char *text)
{
    size_t length;

    while (isspace((unsigned char)*text))
        text++;
    length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

bool csv_fail(struct csv *csv, const char *reason)
{
    return err_set(csv->err, "%s:%d: %s", csv->path, csv->line, reason);
}

/* Reads lines until one is neither blank nor a comment. */
static enum csv_status read_content_line(struct csv *csv)
{
    ssize_t length;

    errno = 0;
    while ((length = getline(&csv->text, &csv->text_size, csv->file)) >= 0) {
        const char *text = csv->text;

        csv->line++;
        if (strlen(text) != (size_t)length) {
            csv_fail(csv, "zero byte in the line");
            return CSV_ERROR;
        }
        text += strspn(text, " \t\r\n");
        if (*text != '\0' && *text != '#')
            return CSV_ROW;
    }
    if (ferror(csv->file)) {
        err_set(csv->err, "%s: cannot read: %s", csv->path, strerror(errno));
        return CSV_ERROR;
    }
    return CSV_END;
}

static size_t count_fields(const char *text)
{
    size_t count = 1;

    for (; *text != '\0'; text++)
        count += *text == ',';
    return count;
}

/* Cuts the text at its commas; the array must hold count_fields() entries. */
static void split(char *text, char **field)
{
    char *comma;

    while ((comma = strchr(text, ',')) != NULL) {
        *comma = '\0';
        *field++ = trim(text);
        text = comma + 1;
    }
    *field = trim(text);
}

static bool read_header(struct csv *csv)
{
    enum csv_status status = read_content_line(csv);

    if (status == CSV_ERROR)
        return false;
    if (status == CSV_END)
        return err_set(csv->err, "%s:%d: the file has no header row", csv->path, csv->line + 1);
    csv->columns = count_fields(csv->text);
    csv->header_text = csv->text;
    csv->text = NULL;
    csv->text_size = 0;
    csv->name = calloc(csv->columns, sizeof *csv->name);
    csv->field = calloc(csv->columns, sizeof *csv->field);
    if (csv->name == NULL || csv->field == NULL)
        return csv_fail(csv, "out of memory");
    split(csv->header_text, csv->name);
    return true;
}

bool csv_open(struct csv *csv, const char *path, struct err *err)
{
    *csv = (struct csv){ .path = path, .err = err };
    csv->file = fopen(path, "r");
    if (csv->file == NULL)
        return err_set(err, "%s: cannot open: %s", path, strerror(errno));
    if (read_header(csv))
        return true;
    csv_close(csv);
    return false;
}

void csv_close(struct csv *csv)
{
    fclose(csv->file);
    free(csv->text);
    free(csv->field);
    free(csv->header_text);
    free(csv->name);
    *csv = (struct csv){ .file = NULL };
}

enum csv_status csv_next(struct csv *csv)
{
    enum csv_status status = read_content_line(csv);

    if (status != CSV_ROW)
        return status;
    csv->fields = count_fields(csv->text);
    if (csv->fields != csv->columns) {
        err_set(csv->err, "%s:%d: %zu fields, but the header has %zu", csv->path, csv->line,
                csv->fields, csv->columns);
        return CSV_ERROR;
    }
    split(csv->text, csv->field);
    return CSV_ROW;
}

int csv_column(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->name[i], name) == 0)
            return (int)i;
    return -1;
}

bool csv_number(struct csv *csv, int column, double *value)
{
    const char *text = csv->field[column];

    if (number_parse(text, value))
        return true;
    return err_set(csv->err, "%s:%d: '%s' in column %s is not a number", csv->path, csv->line, text,
                   csv->name[column]);
}
