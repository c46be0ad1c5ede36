#include "scenario/expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BASE_SIZE = 32, CELL_MAX = 255 };

/* Simulated time may be a sum of steps that misses a whole second by a little;
 * no step is as short as this. */
#define TIME_SLACK_S 1e-6

static const char *const OPS[] = {
    [EXPECT_EQ] = "==", [EXPECT_NE] = "!=", [EXPECT_LT] = "<",
    [EXPECT_LE] = "<=", [EXPECT_GT] = ">",  [EXPECT_GE] = ">=",
};

const char *expect_op_name(enum expect_op op)
{
    return OPS[op];
}

static bool parse_base(const char *text, char base[BASE_SIZE])
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");

    if (length == 0 || length >= BASE_SIZE || text[length] != '\0')
        return false;
    memcpy(base, text, length + 1);
    return true;
}

bool expect_parse_name(const char *name, char base[32], int *cell)
{
    bool of_cell = strncmp(name, "cell", 4) == 0 && strchr(name, '.') != NULL;
    char *end;
    long number;

    *cell = 0;
    if (!of_cell)
        return parse_base(name, base);
    if (name[4] < '1' || name[4] > '9')
        return false;
    number = strtol(name + 4, &end, 10);
    if (*end != '.' || number > CELL_MAX)
        return false;
    *cell = (int)number;
    return parse_base(end + 1, base);
}

static bool parse_op(struct reader *reader, enum expect_op *op)
{
    char *word;

    if (!reader_need(reader, "a comparison", &word))
        return false;
    for (size_t i = 0; i < sizeof OPS / sizeof OPS[0]; i++)
        if (strcmp(word, OPS[i]) == 0) {
            *op = (enum expect_op)i;
            return true;
        }
    return reader_fail(reader, "'%s' is no comparison (== != < <= > >=)", word);
}

bool expect_parse(struct reader *reader, bool (*known)(const char *name), struct expect *expect)
{
    char base[BASE_SIZE];
    char *name;
    int cell;

    if (!reader_need(reader, "a name", &name))
        return false;
    if (!expect_parse_name(name, base, &cell) || (known && !known(name)))
        return reader_fail(reader, "'%s' is no name of a value", name);
    expect->line = reader->line;
    memcpy(expect->name, name, strlen(name) + 1);
    return parse_op(reader, &expect->op) &&
           reader_number(reader, "the value", -1e12, 1e12, &expect->want) && reader_end(reader);
}

static bool holds(const struct expect *expect, double value)
{
    switch (expect->op) {
    case EXPECT_EQ:
        return value == expect->want;
    case EXPECT_NE:
        return value != expect->want;
    case EXPECT_LT:
        return value < expect->want;
    case EXPECT_LE:
        return value <= expect->want;
    case EXPECT_GT:
        return value > expect->want;
    case EXPECT_GE:
        return value >= expect->want;
    }
    return false;
}

static void print_head(const struct expect *expect, const char *path, FILE *out)
{
    fprintf(out, "%s:%d: expected %s %s %.10g, ", path, expect->line, expect->name, OPS[expect->op],
            expect->want);
}

static void fail(struct expect *expect, const char *path, FILE *out)
{
    expect->failed = true;
    expect->done = true;
    print_head(expect, path, out);
    if (expect->readable)
        fprintf(out, "got %.10g at %.9g s\n", expect->value, expect->seen_s);
    else
        fprintf(out, "got nothing at %.9g s\n", expect->seen_s);
}

static bool look(struct expect *expect, double now_s, probe_fn probe, void *ctx)
{
    expect->checked = true;
    expect->seen_s = now_s;
    expect->readable = probe(ctx, expect->name, &expect->value) && !isnan(expect->value);
    return expect->readable && holds(expect, expect->value);
}

void expect_watch(struct expect *expect, const char *path, double now_s, probe_fn probe, void *ctx,
                  FILE *out)
{
    bool over = now_s >= expect->to_s - TIME_SLACK_S;
    /* The first look counts even if it comes late: a span shorter than the
     * distance of the checks must not pass unseen. */
    bool late = expect->checked && now_s > expect->to_s + TIME_SLACK_S;
    bool good;

    if (expect->done || now_s < expect->from_s - TIME_SLACK_S)
        return;
    good = late ? expect->span == EXPECT_ALWAYS : look(expect, now_s, probe, ctx);
    if (good)
        expect->done = over || expect->span == EXPECT_WITHIN;
    else if (over || expect->span != EXPECT_WITHIN)
        fail(expect, path, out);
}

void expect_finish(struct expect *expect, const char *path, double end_s, FILE *out)
{
    if (expect->done)
        return;
    if (expect->checked && expect->span == EXPECT_WITHIN) {
        fail(expect, path, out);
        return;
    }
    expect->done = true;
    expect->failed = true;
    print_head(expect, path, out);
    fprintf(out, "not reached: run ended at %.9g s\n", end_s);
}
