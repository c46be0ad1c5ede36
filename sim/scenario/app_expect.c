#include "scenario/app_expect.h"

#include <string.h>

bool app_text_parse(struct reader *reader, char *text, size_t size)
{
    char *rest = reader_rest(reader);
    size_t length = strlen(rest);

    if (length < 2 || rest[0] != '"' || rest[length - 1] != '"')
        return reader_fail(reader, "'%s' is no text in double quotes", rest);
    if (length - 2 >= size)
        return reader_fail(reader, "'%.20s...' is longer than %zu characters", rest, size - 1);
    memcpy(text, rest + 1, length - 2);
    text[length - 2] = '\0';
    return true;
}

void app_expect_line(struct app_expect *expect, double at_s, const char *line)
{
    if (expect->done || at_s < expect->from_s || at_s > expect->to_s)
        return;
    snprintf(expect->seen, sizeof expect->seen, "%s", line);
    expect->done = strstr(line, expect->text) != NULL;
}

static void fail(struct app_expect *expect, const char *path, double now_s, FILE *out)
{
    expect->done = expect->failed = true;
    fprintf(out, "%s:%d: expected app line \"%s\", last one \"%s\" at %.10g s\n", path,
            expect->line, expect->text, expect->seen, now_s);
}

void app_expect_watch(struct app_expect *expect, const char *path, double now_s, FILE *out)
{
    if (!expect->done && now_s > expect->to_s)
        fail(expect, path, now_s, out);
}

void app_expect_finish(struct app_expect *expect, const char *path, double end_s, FILE *out)
{
    if (!expect->done)
        fail(expect, path, end_s, out);
}
