#include "scenario/scenario_parts.h"

#include <stdlib.h>

/* Steps need not add up to whole seconds exactly. */
#define TIME_SLACK_S 1e-6

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
    free(scenario->text);
    free(scenario->path);
    free(scenario);
}

const char *scenario_path(const struct scenario *scenario)
{
    return scenario->path;
}

const char *scenario_text(const struct scenario *scenario)
{
    return scenario->text;
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

size_t scenario_events_done(const struct scenario *scenario)
{
    return scenario->event_next;
}

void scenario_skip_events(struct scenario *scenario, size_t done)
{
    scenario->event_next = done;
}

struct expect *scenario_expect_found(struct scenario *scenario, size_t index)
{
    return index < scenario->expect_count ? &scenario->expect[index] : NULL;
}

struct app_expect *scenario_app_expect_found(struct scenario *scenario, size_t index)
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
