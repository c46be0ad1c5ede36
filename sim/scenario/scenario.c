#include "scenario/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Steps need not add up to whole seconds exactly. */
#define TIME_SLACK_S 1e-6

struct scenario {
    char *path;
    struct scenario_defaults defaults;
    struct recording recording; /* n = 0: none */
    char *recording_path;
    struct series **series; /* one for each profile line */
    size_t series_count;
    struct event *event; /* in order of time after loading */
    size_t event_count;
    size_t event_next;
    struct expect *expect;
    size_t expect_count;
    struct app_expect *app;
    size_t app_count;
};

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

static bool parse_file(struct scenario *sc, FILE *file, bool (*known)(const char *),
                       struct err *err)
{
    struct reader reader = { .path = sc->path, .err = err };
    char *text = NULL;
    size_t size = 0;
    ssize_t length;
    bool ok = true;

    errno = 0;
    while (ok && (length = getline(&text, &size, file)) >= 0) {
        reader.line++;
        reader.rest = text;
        ok = strlen(text) == (size_t)length ? parse_line(sc, &reader, known)
                                            : reader_fail(&reader, "zero byte in the line");
    }
    if (ok && ferror(file))
        ok = err_set(err, "%s: cannot read: %s", sc->path, strerror(errno));
    free(text);
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

static bool load(struct scenario *sc, bool (*known)(const char *), struct err *err)
{
    FILE *file = fopen(sc->path, "r");
    bool ok;

    if (file == NULL)
        return err_set(err, "%s: cannot open: %s", sc->path, strerror(errno));
    ok = parse_file(sc, file, known, err);
    fclose(file);
    if (ok && sc->event_count > 0)
        qsort(sc->event, sc->event_count, sizeof *sc->event, compare_events);
    return ok;
}

struct scenario *scenario_load(const char *path, bool (*name_known)(const char *name),
                               struct err *err)
{
    struct scenario *sc = calloc(1, sizeof *sc);

    if (sc == NULL || (sc->path = strdup(path)) == NULL) {
        err_set(err, "%s: out of memory", path);
        free(sc);
        return NULL;
    }
    if (load(sc, name_known, err))
        return sc;
    scenario_free(sc);
    return NULL;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (size_t i = 0; i < scenario->series_count; i++) {
        series_free(scenario->series[i]);
        free(scenario->series[i]);
    }
    recording_free(&scenario->recording);
    free(scenario->recording_path);
    free(scenario->series);
    free(scenario->event);
    free(scenario->expect);
    free(scenario->app);
    free(scenario->path);
    free(scenario);
}

const struct scenario_defaults *scenario_defaults(const struct scenario *scenario)
{
    return &scenario->defaults;
}

const struct recording *scenario_recording(const struct scenario *scenario)
{
    return scenario->recording.n > 0 ? &scenario->recording : NULL;
}

const char *scenario_recording_path(const struct scenario *scenario)
{
    return scenario->recording.n > 0 ? scenario->recording_path : NULL;
}

static bool check_names(const struct scenario *sc, int cells, struct err *err)
{
    char base[32];
    int cell;

    for (size_t i = 0; i < sc->expect_count; i++) {
        const struct expect *expect = &sc->expect[i];

        if (expect_parse_name(expect->name, base, &cell) && cell > cells)
            return err_set(err, "%s:%d: '%s' in a pack of %d cells", sc->path, expect->line,
                           expect->name, cells);
    }
    return true;
}

bool scenario_check(const struct scenario *scenario, int cells, struct err *err)
{
    const struct recording *recording = scenario_recording(scenario);

    if (recording != NULL && recording->cells != cells)
        return err_set(err, "%s: the recording has %d cells, the pack %d", scenario->path,
                       recording->cells, cells);
    for (size_t i = 0; i < scenario->event_count; i++)
        if (!event_check(&scenario->event[i], scenario->path, cells, err))
            return false;
    return check_names(scenario, cells, err);
}

const struct event *scenario_next(struct scenario *scenario, double now_s)
{
    const struct event *event;

    if (scenario->event_next >= scenario->event_count)
        return NULL;
    event = &scenario->event[scenario->event_next];
    if (event->t_s > now_s + TIME_SLACK_S)
        return NULL;
    scenario->event_next++;
    return event;
}

void scenario_check_expects(struct scenario *scenario, double now_s, probe_fn probe, void *ctx,
                            FILE *out)
{
    for (size_t i = 0; i < scenario->expect_count; i++)
        expect_watch(&scenario->expect[i], scenario->path, now_s, probe, ctx, out);
    for (size_t i = 0; i < scenario->app_count; i++)
        app_expect_watch(&scenario->app[i], scenario->path, now_s, out);
}

void scenario_app_line(struct scenario *scenario, double at_s, const char *line)
{
    for (size_t i = 0; i < scenario->app_count; i++)
        app_expect_line(&scenario->app[i], at_s, line);
}

void scenario_finish(struct scenario *scenario, double end_s, FILE *out)
{
    for (size_t i = 0; i < scenario->expect_count; i++)
        expect_finish(&scenario->expect[i], scenario->path, end_s, out);
    for (size_t i = 0; i < scenario->app_count; i++)
        app_expect_finish(&scenario->app[i], scenario->path, end_s, out);
}

const struct event *scenario_event(const struct scenario *scenario, size_t index)
{
    return index < scenario->event_count ? &scenario->event[index] : NULL;
}

const struct expect *scenario_expect(const struct scenario *scenario, size_t index)
{
    return index < scenario->expect_count ? &scenario->expect[index] : NULL;
}

const struct app_expect *scenario_app_expect(const struct scenario *scenario, size_t index)
{
    return index < scenario->app_count ? &scenario->app[index] : NULL;
}

int scenario_expect_total(const struct scenario *scenario)
{
    return (int)(scenario->expect_count + scenario->app_count);
}

int scenario_expect_failed(const struct scenario *scenario)
{
    int failed = 0;

    for (size_t i = 0; i < scenario->expect_count; i++)
        failed += scenario->expect[i].failed;
    for (size_t i = 0; i < scenario->app_count; i++)
        failed += scenario->app[i].failed;
    return failed;
}
