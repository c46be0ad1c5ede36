#include "scenario/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/csv.h"

enum { CELLS_MAX = 255 };

/* Columns to be read, in the order in which a row is stored. */
struct selection {
    int column[2 + 2 * CELLS_MAX];
    int count;
};

/* Rows of `width` values each, growing while the file is read. */
struct rows {
    double *value;
    size_t n;
    size_t room;
    size_t width;
};

static bool select_column(struct csv *csv, struct selection *sel, const char *name)
{
    int column = csv_column(csv, name);

    if (column < 0)
        return err_set(csv->err, "%s:%d: there is no column %s", csv->path, csv->line, name);
    sel->column[sel->count++] = column;
    return true;
}

/* Whether a name is prefix, number, suffix; the number goes to *number. */
static bool numbered(const char *name, const char *prefix, const char *suffix, int *number)
{
    size_t length = strlen(prefix);
    char *end;
    long parsed;

    if (strncmp(name, prefix, length) != 0)
        return false;
    name += length;
    if (*name < '1' || *name > '9')
        return false;
    parsed = strtol(name, &end, 10);
    if (strcmp(end, suffix) != 0)
        return false;
    *number = parsed > CELLS_MAX ? CELLS_MAX + 1 : (int)parsed;
    return true;
}

/* Selects prefix1suffix, prefix2suffix ... up to the highest that exists. */
static bool select_group(struct csv *csv, struct selection *sel, const char *prefix,
                         const char *suffix, int *count)
{
    char name[32];
    int highest = 1;
    int number;

    for (size_t i = 0; i < csv->columns; i++)
        if (numbered(csv->name[i], prefix, suffix, &number) && number > highest)
            highest = number;
    if (highest > CELLS_MAX)
        return err_set(csv->err, "%s:%d: more than %d %s..%s columns", csv->path, csv->line,
                       CELLS_MAX, prefix, suffix);
    for (number = 1; number <= highest; number++) {
        snprintf(name, sizeof name, "%s%d%s", prefix, number, suffix);
        if (!select_column(csv, sel, name))
            return false;
    }
    *count = highest;
    return true;
}

static bool make_room(struct rows *rows)
{
    size_t room = rows->room == 0 ? 256 : rows->room * 2;
    double *value;

    if (rows->n < rows->room)
        return true;
    value = realloc(rows->value, room * rows->width * sizeof *value);
    if (value == NULL)
        return false;
    rows->value = value;
    rows->room = room;
    return true;
}

/* The first selected column is the time. */
static bool add_row(struct csv *csv, const struct selection *sel, struct rows *rows)
{
    double *row;

    if (!make_room(rows))
        return csv_fail(csv, "out of memory");
    row = rows->value + rows->n * rows->width;
    for (int i = 0; i < sel->count; i++)
        if (!csv_number(csv, sel->column[i], &row[i]))
            return false;
    if (rows->n > 0 && row[0] <= (row - rows->width)[0])
        return err_set(csv->err, "%s:%d: time_s %.10g is not after %.10g", csv->path, csv->line,
                       row[0], (row - rows->width)[0]);
    rows->n++;
    return true;
}

static bool read_rows(struct csv *csv, const struct selection *sel, struct rows *rows)
{
    enum csv_status status;

    *rows = (struct rows){ .width = (size_t)sel->count };
    while ((status = csv_next(csv)) == CSV_ROW)
        if (!add_row(csv, sel, rows))
            break;
    if (status == CSV_END && rows->n == 0) {
        csv->line++;
        csv_fail(csv, "no rows follow the header");
    }
    if (status == CSV_END && rows->n > 0)
        return true;
    free(rows->value);
    return false;
}

/* A new array with `width` columns of the rows from `first` on, or NULL. */
static double *columns_copy(const struct rows *rows, int first, int width)
{
    size_t size = (size_t)width * sizeof(double);
    double *copy = malloc(rows->n * size);

    for (size_t i = 0; copy != NULL && i < rows->n; i++)
        memcpy(copy + i * (size_t)width, rows->value + i * rows->width + (size_t)first, size);
    return copy;
}

static bool read_series(struct csv *csv, struct series *series)
{
    struct selection sel = { .count = 0 };
    struct rows rows;

    if (!select_column(csv, &sel, "time_s") || !select_column(csv, &sel, "current_a") ||
        !read_rows(csv, &sel, &rows))
        return false;
    series->n = rows.n;
    series->time_s = columns_copy(&rows, 0, 1);
    series->value = columns_copy(&rows, 1, 1);
    free(rows.value);
    if (series->time_s != NULL && series->value != NULL)
        return true;
    series_free(series);
    return csv_fail(csv, "out of memory");
}

bool series_load(struct series *series, const char *path, struct err *err)
{
    struct csv csv;
    bool ok;

    *series = (struct series){ .n = 0 };
    if (!csv_open(&csv, path, err))
        return false;
    ok = read_series(&csv, series);
    csv_close(&csv);
    return ok;
}

void series_free(struct series *series)
{
    free(series->time_s);
    free(series->value);
    *series = (struct series){ .n = 0 };
}

static bool select_recording(struct csv *csv, struct selection *sel, struct recording *rec)
{
    return select_column(csv, sel, "time_s") && select_column(csv, sel, "current_a") &&
           select_group(csv, sel, "cell", "_mv", &rec->cells) &&
           select_group(csv, sel, "temp", "_c", &rec->temps);
}

static bool read_recording(struct csv *csv, struct recording *rec)
{
    struct selection sel = { .count = 0 };
    struct rows rows;

    if (!select_recording(csv, &sel, rec) || !read_rows(csv, &sel, &rows))
        return false;
    rec->n = rows.n;
    rec->time_s = columns_copy(&rows, 0, 1);
    rec->current_a = columns_copy(&rows, 1, 1);
    rec->mv = columns_copy(&rows, 2, rec->cells);
    rec->temp_c = columns_copy(&rows, 2 + rec->cells, rec->temps);
    free(rows.value);
    if (rec->time_s != NULL && rec->current_a != NULL && rec->mv != NULL && rec->temp_c != NULL)
        return true;
    recording_free(rec);
    return csv_fail(csv, "out of memory");
}

bool recording_load(struct recording *recording, const char *path, struct err *err)
{
    struct csv csv;
    bool ok;

    *recording = (struct recording){ .n = 0 };
    if (!csv_open(&csv, path, err))
        return false;
    ok = read_recording(&csv, recording);
    csv_close(&csv);
    return ok;
}

void recording_free(struct recording *recording)
{
    free(recording->time_s);
    free(recording->current_a);
    free(recording->mv);
    free(recording->temp_c);
    *recording = (struct recording){ .n = 0 };
}

int recording_temp_index(const struct recording *recording, int cell)
{
    return cell * recording->temps / recording->cells;
}

size_t timeline_find(const double *time_s, size_t n, double at_s, double *fraction)
{
    size_t low = 0;
    size_t high = n;

    *fraction = 0.0;
    if (at_s < time_s[0])
        return 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (time_s[middle] <= at_s)
            low = middle;
        else
            high = middle;
    }
    if (low + 1 < n)
        *fraction = (at_s - time_s[low]) / (time_s[low + 1] - time_s[low]);
    return low;
}

double series_at(const struct series *series, double time_s)
{
    double fraction;
    size_t row = timeline_find(series->time_s, series->n, time_s, &fraction);
    double value = series->value[row];

    if (fraction > 0.0)
        value += fraction * (series->value[row + 1] - value);
    return value;
}
