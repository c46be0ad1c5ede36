#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/sweep.h"

enum { COLUMNS_MAX = OPTIONS_SWEEPS_MAX + 1 + FIGURES, TEXT = 32 };

static const struct column {
    const char *head; /* NULL: not in the table */
    const char *key;  /* in the JSON */
    double unit;      /* of the figure in the table */
    int decimals;
} column[FIGURES] = {
    [FIGURE_EXPECT_TOTAL] = { "expected", "expect_total", 1.0, 0 },
    [FIGURE_EXPECT_FAILED] = { NULL, "expect_failed", 1.0, 0 },
    [FIGURE_ROUNDS] = { "rounds", "rounds", 1.0, 0 },
    [FIGURE_LOST] = { "lost", "frames_lost", 1.0, 0 },
    [FIGURE_CELL_MV] = { "worst mV", "worst_cell_error_mv", 1.0, 2 },
    [FIGURE_SOC_END_PM] = { "SOC %", "soc_pm_end", 10.0, 1 },
    [FIGURE_SOC_TRUE_PM] = { "true %", "soc_pm_true", 10.0, 1 },
    [FIGURE_SWITCHES] = { "switched", "relay_switches", 1.0, 0 },
    [FIGURE_BOARD_UA] = { "board uA", "worst_avg_current_ua", 1.0, 2 },
};

/* ---- the command that repeats a run ------------------------------------------------------------- */

static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./=,:+%@-";

    if (word[strspn(word, plain)] == '\0') {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (const char[]){ *word, '\0' }, out);
    fputc('\'', out);
}

char *sweep_command(const struct sweep *s, int run)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    put_word(out, s->options->program);
    for (int i = 0; i < s->options->words; i++) {
        fputc(' ', out);
        put_word(out, s->options->word[i]);
    }
    for (int i = 0; i < s->axes; i++) {
        char *option = axis_option(&s->axis[i], sweep_value(s, run, i));
        fprintf(out, " %s", option);
        free(option);
    }
    fclose(out);
    return text;
}

/* ---- the table ---------------------------------------------------------------------------------- */

struct line {
    char text[COLUMNS_MAX][TEXT];
};

static bool has_figures(const struct row *row)
{
    return row->result == ROW_OK || row->result == ROW_FAILED;
}

static void heads(const struct sweep *s, struct line *line)
{
    int c = 0;

    for (int i = 0; i < s->axes; i++)
        snprintf(line->text[c++], TEXT, "%s", s->axis[i].name);
    snprintf(line->text[c++], TEXT, "result");
    for (int f = 0; f < FIGURES; f++)
        if (column[f].head)
            snprintf(line->text[c++], TEXT, "%s", column[f].head);
}

static void put_figure(char text[TEXT], int f, double value, int more)
{
    int decimals = column[f].decimals;

    snprintf(text, TEXT, "%.*f", decimals ? decimals : more, value / column[f].unit);
}

static void put_result(char text[TEXT], const struct row *row)
{
    if (row->result == ROW_FAILED)
        snprintf(text, TEXT, "%.0f failed", row->figure[FIGURE_EXPECT_FAILED]);
    else
        snprintf(text, TEXT, row->result == ROW_OK ? "ok" : "crash");
}

static void row_line(const struct sweep *s, int run, struct line *line)
{
    const struct row *row = &s->row[run];
    int c = 0;

    for (int i = 0; i < s->axes; i++)
        snprintf(line->text[c++], TEXT, "%s", s->axis[i].value[sweep_value(s, run, i)]);
    put_result(line->text[c++], row);
    for (int f = 0; f < FIGURES; f++) {
        if (!column[f].head)
            continue;
        if (has_figures(row))
            put_figure(line->text[c++], f, row->figure[f], 0);
        else
            snprintf(line->text[c++], TEXT, "-");
    }
}

struct summary {
    double min;
    double max;
    double sum;
    int count;
};

static struct summary sum_up(const struct sweep *s, int f)
{
    struct summary all = { .min = INFINITY, .max = -INFINITY };

    for (int i = 0; i < s->runs; i++) {
        if (!has_figures(&s->row[i]))
            continue;
        all.min = fmin(all.min, s->row[i].figure[f]);
        all.max = fmax(all.max, s->row[i].figure[f]);
        all.sum += s->row[i].figure[f];
        all.count++;
    }
    return all;
}

/* Three lines; false when there is nothing to sum up. */
static bool summary_lines(const struct sweep *s, struct line line[3])
{
    static const char *const name[3] = { "min", "mean", "max" };
    int c = s->axes + 1;

    for (int i = 0; i < 3; i++)
        snprintf(line[i].text[0], TEXT, "%s", name[i]);
    for (int f = 0; f < FIGURES; f++) {
        struct summary all = sum_up(s, f);
        if (all.count == 0)
            return false;
        if (!column[f].head)
            continue;
        put_figure(line[0].text[c], f, all.min, 0);
        put_figure(line[1].text[c], f, all.sum / all.count, 1);
        put_figure(line[2].text[c++], f, all.max, 0);
    }
    return true;
}

static void print_lines(const struct sweep *s, FILE *out, const struct line *line, int lines)
{
    int columns = s->axes + FIGURES; /* one of the figures is in the result */
    int width[COLUMNS_MAX] = { 0 };

    for (int i = 0; i < lines; i++)
        for (int c = 0; c < columns; c++)
            width[c] = (int)fmax(width[c], (double)strlen(line[i].text[c]));
    for (int i = 0; i < lines; i++) {
        for (int c = 0; c < columns; c++)
            fprintf(out, "%s%*s", c ? "  " : "", width[c], line[i].text[c]);
        fputc('\n', out);
    }
}

static void print_table(const struct sweep *s, FILE *out)
{
    struct line *line = calloc((size_t)s->runs + 4, sizeof *line);
    int lines = s->runs + 1;

    if (!line)
        abort();
    heads(s, &line[0]);
    for (int i = 0; i < s->runs; i++)
        row_line(s, i, &line[1 + i]);
    if (summary_lines(s, &line[lines]))
        lines += 3;
    print_lines(s, out, line, lines);
    free(line);
}

static void print_values(const struct sweep *s, FILE *out, int run)
{
    for (int i = 0; i < s->axes; i++)
        fprintf(out, "%s%s=%s", i ? " " : "", s->axis[i].name,
                s->axis[i].value[sweep_value(s, run, i)]);
}

static void print_not_passed(const struct sweep *s, FILE *out, int run)
{
    const struct row *row = &s->row[run];
    char *command = sweep_command(s, run);

    print_values(s, out, run);
    if (row->result == ROW_CRASHED)
        fprintf(out, ": %s\n", row->text);
    else
        fprintf(out, ": %.0f of %.0f expectations failed\n", row->figure[FIGURE_EXPECT_FAILED],
                row->figure[FIGURE_EXPECT_TOTAL]);
    fprintf(out, "  %s\n", command);
    free(command);
}

static int count_of(const struct sweep *s, enum row_result result)
{
    int count = 0;

    for (int i = 0; i < s->runs; i++)
        count += s->row[i].result == result;
    return count;
}

void sweep_print(const struct sweep *s, FILE *out, bool quiet)
{
    if (!quiet)
        print_table(s, out);
    for (int i = 0; i < s->runs; i++)
        if (s->row[i].result != ROW_OK)
            print_not_passed(s, out, i);
    if (!quiet)
        fprintf(out, "%d runs: %d passed, %d failed, %d crashed\n", s->runs, count_of(s, ROW_OK),
                count_of(s, ROW_FAILED), count_of(s, ROW_CRASHED));
}

/* ---- JSON --------------------------------------------------------------------------------------- */

/* All digits of a seed, where JSON has them. */
static json_t *value_json(const char *text)
{
    char *end;
    long long whole;

    errno = 0;
    whole = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0 ? json_integer(whole) : json_real(strtod(text, NULL));
}

static json_t *row_json(const struct sweep *s, int run)
{
    static const char *const word[] = {
        [ROW_OK] = "ok", [ROW_FAILED] = "failed", [ROW_CRASHED] = "crashed"
    };
    const struct row *row = &s->row[run];
    json_t *o = json_object();
    json_t *values = json_object();
    char *command = sweep_command(s, run);

    for (int i = 0; i < s->axes; i++)
        json_object_set_new(values, s->axis[i].name,
                            value_json(s->axis[i].value[sweep_value(s, run, i)]));
    json_object_set_new(o, "values", values);
    json_object_set_new(o, "result", json_string(word[row->result]));
    for (int f = 0; f < FIGURES; f++) {
        bool whole = column[f].decimals == 0 || column[f].unit != 1.0;
        json_t *figure = whole ? json_integer(llround(row->figure[f])) : json_real(row->figure[f]);
        if (!has_figures(row)) {
            json_decref(figure);
            figure = json_null();
        }
        json_object_set_new(o, column[f].key, figure);
    }
    json_object_set_new(o, "crash", row->text[0] ? json_string(row->text) : json_null());
    json_object_set_new(o, "command", json_string(command));
    free(command);
    return o;
}

bool sweep_json(const struct sweep *s, FILE *out)
{
    json_t *all = json_array();
    bool ok;

    for (int i = 0; i < s->runs; i++)
        json_array_append_new(all, row_json(s, i));
    ok = json_dumpf(all, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0 &&
         fputc('\n', out) != EOF && fflush(out) == 0;
    json_decref(all);
    return ok;
}
