/* Reads scenario files. */
#include "scenario/scenario_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READ_SIZE 65536

/* Makes room for one more entry; the room doubles at each power of two. */
static void *grown(void *array, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    return realloc(array, (count == 0 ? 1 : 2 * count) * size);
}

static bool add_event(struct scenario *sc, struct reader *reader, const struct event *event)
{
    struct event *array = grown(sc->event, sc->event_count, sizeof *array);

    if (array == NULL)
        return reader_fail(reader, "out of memory");
    sc->event = array;
    sc->event[sc->event_count++] = *event;
    return true;
}

static bool add_expect(struct scenario *sc, struct reader *reader, const struct expect *expect)
{
    struct expect *array = grown(sc->expect, sc->expect_count, sizeof *array);

    if (array == NULL)
        return reader_fail(reader, "out of memory");
    sc->expect = array;
    sc->expect[sc->expect_count++] = *expect;
    return true;
}

static bool add_app(struct scenario *sc, struct reader *reader, const struct app_expect *expect)
{
    struct app_expect *array = grown(sc->app, sc->app_count, sizeof *array);

    if (array == NULL)
        return reader_fail(reader, "out of memory");
    sc->app = array;
    sc->app[sc->app_count++] = *expect;
    return true;
}

/* A new string: the name itself if absolute, else in the scenario's folder. */
static char *beside(const char *scenario_path, const char *name)
{
    const char *slash = strrchr(scenario_path, '/');
    size_t folder = slash == NULL || name[0] == '/' ? 0 : (size_t)(slash - scenario_path) + 1;
    size_t length = strlen(name);
    char *path = malloc(folder + length + 1);

    if (path == NULL)
        return NULL;
    memcpy(path, scenario_path, folder);
    memcpy(path + folder, name, length + 1);
    return path;
}

static bool load_profile(struct scenario *sc, struct reader *reader, const char *name,
                         const struct series **out)
{
    struct series **array = grown(sc->series, sc->series_count, sizeof *array);
    struct series *series = calloc(1, sizeof *series);
    char *path = beside(sc->path, name);
    struct err err = { "out of memory" };
    bool ok = false;

    if (array != NULL)
        sc->series = array;
    if (array != NULL && series != NULL && path != NULL)
        ok = series_load(series, path, &err);
    free(path);
    if (!ok) {
        free(series);
        return reader_fail(reader, "%s", err.text);
    }
    sc->series[sc->series_count++] = series;
    *out = series;
    return true;
}

static bool parse_replay(struct scenario *sc, struct reader *reader)
{
    struct err err = { "out of memory" };
    char *name;
    bool ok;

    if (!reader_need(reader, "the file", &name) || !reader_end(reader))
        return false;
    if (sc->recording.n > 0)
        return reader_fail(reader, "'%s' would be a second recording", name);
    free(sc->recording_path);
    sc->recording_path = beside(sc->path, name);
    ok = sc->recording_path != NULL && recording_load(&sc->recording, sc->recording_path, &err);
    return ok || reader_fail(reader, "%s", err.text);
}

static bool parse_event(struct scenario *sc, struct reader *reader, double t_s)
{
    struct event event;

    if (!event_parse(reader, &event))
        return false;
    event.t_s = t_s;
    if (event.kind == EVENT_PROFILE && event.text[0] != '\0' &&
        !load_profile(sc, reader, event.text, &event.series))
        return false;
    return add_event(sc, reader, &event);
}

static bool parse_expect(struct scenario *sc, struct reader *reader, bool (*known)(const char *),
                         struct expect expect)
{
    return expect_parse(reader, known, &expect) && add_expect(sc, reader, &expect);
}

static bool parse_app(struct scenario *sc, struct reader *reader, double from_s, double to_s)
{
    struct app_expect expect = { .line = reader->line, .from_s = from_s, .to_s = to_s };

    return reader_keyword(reader, "app") && reader_keyword(reader, "expect") &&
           app_text_parse(reader, expect.text, sizeof expect.text) && add_app(sc, reader, &expect);
}

static bool parse_at(struct scenario *sc, struct reader *reader, bool (*known)(const char *))
{
    struct expect expect = { .span = EXPECT_AT };
    double seconds = 0.0;

    if (!reader_time(reader, "the time", &expect.from_s))
        return false;
    if (reader_next_is(reader, "within")) {
        expect.span = EXPECT_WITHIN;
        if (!reader_keyword(reader, "within") || !reader_time(reader, "within", &seconds))
            return false;
    } else if (!reader_next_is(reader, "expect")) {
        return parse_event(sc, reader, expect.from_s);
    }
    expect.to_s = expect.from_s + seconds;
    if (expect.span == EXPECT_WITHIN && reader_next_is(reader, "app"))
        return parse_app(sc, reader, expect.from_s, expect.to_s);
    return reader_keyword(reader, "expect") && parse_expect(sc, reader, known, expect);
}

static bool parse_from(struct scenario *sc, struct reader *reader, bool (*known)(const char *))
{
    struct expect expect = { .span = EXPECT_ALWAYS };

    if (!reader_time(reader, "from", &expect.from_s) || !reader_keyword(reader, "to") ||
        !reader_time(reader, "to", &expect.to_s))
        return false;
    if (expect.to_s < expect.from_s)
        return reader_fail(reader, "'%.10g' s for to is before from", expect.to_s);
    return reader_keyword(reader, "expect") && parse_expect(sc, reader, known, expect);
}

static bool parse_line(struct scenario *sc, struct reader *reader, bool (*known)(const char *))
{
    const char *word = reader_word(reader);

    if (word == NULL)
        return true;
    if (strcmp(word, "at") == 0)
        return parse_at(sc, reader, known);
    if (strcmp(word, "from") == 0)
        return parse_from(sc, reader, known);
    if (strcmp(word, "set") == 0)
        return defaults_parse(reader, &sc->defaults);
    if (strcmp(word, "replay") == 0)
        return parse_replay(sc, reader);
    return reader_fail(reader, "'%s' where at, from, set or replay is expected", word);
}

/* A line is changed in place as it is taken apart, so it is a copy. */
static bool parse_text(struct scenario *sc, size_t size, bool (*known)(const char *),
                       struct err *err)
{
    struct reader reader = { .path = sc->path, .err = err };
    char *line = malloc(size + 1);
    bool ok = line != NULL || err_set(err, "%s: out of memory", sc->path);

    for (size_t at = 0; ok && at < size;) {
        const char *end = memchr(sc->text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - (sc->text + at)) + 1 : size - at;

        memcpy(line, sc->text + at, length);
        line[length] = '\0';
        at += length;
        reader.line++;
        reader.rest = line;
        ok = strlen(line) == length ? parse_line(sc, &reader, known)
                                    : reader_fail(&reader, "zero byte in the line");
    }
    free(line);
    return ok;
}

static int compare_events(const void *left, const void *right)
{
    const struct event *a = left;
    const struct event *b = right;

    if (a->t_s != b->t_s)
        return a->t_s < b->t_s ? -1 : 1;
    return a->line - b->line;
}

/* A new string, or NULL. */
static char *read_all(const char *path, size_t *size, struct err *err)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    ssize_t length;

    if (file == NULL) {
        err_set(err, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    *size = 0;
    errno = 0;
    do {
        char *all = realloc(text, *size + READ_SIZE + 1);
        length = all ? (ssize_t)fread(all + *size, 1, READ_SIZE, file) : -1;
        text = all ? all : text;
        *size += length > 0 ? (size_t)length : 0;
    } while (length > 0);
    if (length < 0 || ferror(file)) {
        err_set(err, "%s: cannot read: %s", path, strerror(errno));
        free(text);
        text = NULL;
    } else {
        text[*size] = '\0';
    }
    fclose(file);
    return text;
}

/* Takes the text over. */
static struct scenario *parse(const char *path, char *text, size_t size,
                              bool (*known)(const char *name), struct err *err)
{
    struct scenario *sc = calloc(1, sizeof *sc);

    if (sc == NULL || (sc->path = strdup(path)) == NULL) {
        err_set(err, "%s: out of memory", path);
        free(sc);
        free(text);
        return NULL;
    }
    sc->text = text;
    if (!parse_text(sc, size, known, err)) {
        scenario_free(sc);
        return NULL;
    }
    if (sc->event_count > 0)
        qsort(sc->event, sc->event_count, sizeof *sc->event, compare_events);
    return sc;
}

struct scenario *scenario_load(const char *path, bool (*name_known)(const char *name),
                               struct err *err)
{
    size_t size;
    char *text = read_all(path, &size, err);

    return text ? parse(path, text, size, name_known, err) : NULL;
}

struct scenario *scenario_parse(const char *path, const char *text,
                                bool (*name_known)(const char *name), struct err *err)
{
    char *copy = strdup(text);

    if (copy)
        return parse(path, copy, strlen(copy), name_known, err);
    err_set(err, "%s: out of memory", path);
    return NULL;
}
