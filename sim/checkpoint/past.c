#include "checkpoint/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/event_write.h"

#define COUNT_MAX 0x1000000u
#define SLACK_S 1e-6 /* as that of scenario.c */

/* ---- what is compared --------------------------------------------------------------------------- */

static uint32_t series_crc(const struct series *series)
{
    size_t size = series ? series->n * sizeof(double) : 0;

    return series ? state_crc(state_crc(0, series->time_s, size), series->value, size) : 0;
}

static uint32_t recording_crc(const struct recording *r)
{
    size_t row = sizeof(double);
    uint32_t crc;

    if (!r)
        return 0;
    crc = state_crc(0, r->time_s, r->n * row);
    crc = state_crc(crc, r->current_a, r->n * row);
    crc = state_crc(crc, r->mv, r->n * (size_t)r->cells * row);
    return state_crc(crc, r->temp_c, r->n * (size_t)r->temps * row);
}

static char *event_words(const struct event *e)
{
    char *words = NULL;
    size_t size;
    FILE *out = open_memstream(&words, &size);

    if (!out)
        return NULL;
    fprintf(out, "at ");
    event_write_number(out, e->t_s, 1.0);
    fputc(' ', out);
    event_write(out, e);
    fclose(out);
    return words;
}

static void write_span(FILE *out, enum expect_span span, double from_s, double to_s)
{
    fputs(span == EXPECT_ALWAYS ? "from " : "at ", out);
    event_write_number(out, from_s, 1.0);
    if (span == EXPECT_AT)
        return;
    fputs(span == EXPECT_ALWAYS ? " to " : " within ", out);
    event_write_number(out, span == EXPECT_ALWAYS ? to_s : to_s - from_s, 1.0);
}

static char *expect_words(const struct expect *e, const struct app_expect *a)
{
    char *words = NULL;
    size_t size;
    FILE *out = open_memstream(&words, &size);

    if (!out)
        return NULL;
    if (e) {
        write_span(out, e->span, e->from_s, e->to_s);
        fprintf(out, " expect %s %s ", e->name, expect_op_name(e->op));
        event_write_number(out, e->want, 1.0);
    } else {
        write_span(out, EXPECT_WITHIN, a->from_s, a->to_s);
        fprintf(out, " app expect \"%s\"", a->text);
    }
    fclose(out);
    return words;
}

static bool expect_begun(const struct expect *e, uint64_t second)
{
    return second > 0 && e->from_s - SLACK_S <= (double)second;
}

static bool app_expect_begun(const struct app_expect *a, double now_s)
{
    return a->from_s < now_s;
}

/* ---- taking it ---------------------------------------------------------------------------------- */

static bool take_events(struct past *p, const struct scenario *scenario)
{
    const struct event *e;

    p->events_done = (uint32_t)scenario_events_done(scenario);
    for (size_t i = 0; (e = scenario_event(scenario, i)) != NULL; i++) {
        struct past_event *all = realloc(p->event, (i + 1) * sizeof *all);
        if (!all)
            return false;
        p->event = all;
        p->event[i] = (struct past_event){ e->t_s, event_words(e), series_crc(e->series) };
        p->events++;
        if (!p->event[i].words)
            return false;
    }
    return true;
}

static bool add_expect(struct past *p, const struct past_expect *expect)
{
    struct past_expect *all = realloc(p->expect, (p->expects + 1u) * sizeof *all);

    if (!all)
        return false;
    p->expect = all;
    p->expect[p->expects++] = *expect;
    return expect->words && expect->seen;
}

static bool take_expects(struct past *p, const struct scenario *scenario, uint64_t second)
{
    const struct expect *e;

    for (size_t i = 0; (e = scenario_expect(scenario, i)) != NULL; i++) {
        struct past_expect found = { .done = e->done,
                                     .failed = e->failed,
                                     .checked = e->checked,
                                     .readable = e->readable,
                                     .value = e->value,
                                     .seen_s = e->seen_s };
        if (!expect_begun(e, second))
            continue;
        found.words = expect_words(e, NULL);
        found.seen = strdup("");
        if (!add_expect(p, &found))
            return false;
    }
    return true;
}

static bool take_app_expects(struct past *p, const struct scenario *scenario, double now_s)
{
    const struct app_expect *a;

    for (size_t i = 0; (a = scenario_app_expect(scenario, i)) != NULL; i++) {
        struct past_expect found = { .done = a->done, .failed = a->failed };
        if (!app_expect_begun(a, now_s))
            continue;
        found.words = expect_words(NULL, a);
        found.seen = strdup(a->seen);
        if (!add_expect(p, &found))
            return false;
    }
    return true;
}

bool past_take(struct past *p, const struct scenario *scenario, uint64_t second, double now_s)
{
    *p = (struct past){ .path = NULL };
    if (!scenario)
        return true;
    p->path = strdup(scenario_path(scenario));
    p->text = strdup(scenario_text(scenario));
    p->set = *scenario_defaults(scenario);
    p->recording = recording_crc(scenario_recording(scenario));
    return p->path && p->text && take_events(p, scenario) && take_expects(p, scenario, second) &&
           take_app_expects(p, scenario, now_s);
}

void past_free(struct past *p)
{
    for (uint32_t i = 0; i < p->events; i++)
        free(p->event[i].words);
    for (uint32_t i = 0; i < p->expects; i++) {
        free(p->expect[i].words);
        free(p->expect[i].seen);
    }
    free(p->event);
    free(p->expect);
    free(p->path);
    free(p->text);
    *p = (struct past){ .path = NULL };
}

/* ---- saving and loading --------------------------------------------------------------------------- */

static void *room_for(struct state *s, void *old, uint32_t *count, size_t size)
{
    void *all;

    if (!s->loading)
        return old;
    all = calloc(*count + 1u, size);
    if (!all) {
        state_fail(s, "out of memory");
        *count = 0;
    }
    return all;
}

static void events_state(struct past *p, struct state *s)
{
    state_count(s, "events", &p->events, COUNT_MAX);
    p->event = room_for(s, p->event, &p->events, sizeof *p->event);
    state_count(s, "events_done", &p->events_done, p->events);
    for (uint32_t i = 0; i < p->events; i++) {
        STATE(s, p->event[i].t_s);
        STATE(s, p->event[i].profile);
        state_text(s, "words", &p->event[i].words);
    }
}

static void expects_state(struct past *p, struct state *s)
{
    state_count(s, "expects", &p->expects, COUNT_MAX);
    p->expect = room_for(s, p->expect, &p->expects, sizeof *p->expect);
    for (uint32_t i = 0; i < p->expects; i++) {
        struct past_expect *e = &p->expect[i];
        state_text(s, "words", &e->words);
        STATE(s, e->done);
        STATE(s, e->failed);
        STATE(s, e->checked);
        STATE(s, e->readable);
        STATE(s, e->value);
        STATE(s, e->seen_s);
        state_text(s, "seen", &e->seen);
    }
}

void past_state(struct past *p, struct state *s)
{
    state_begin(s, "PAST");
    state_text(s, "path", &p->path);
    state_text(s, "text", &p->text);
    defaults_state(&p->set, s);
    STATE(s, p->recording);
    events_state(p, s);
    expects_state(p, s);
    state_end(s);
}

/* ---- going on ----------------------------------------------------------------------------------- */

static bool same_event(const struct past_event *past, const struct event *e)
{
    char *words = event_words(e);
    bool same = words && strcmp(words, past->words) == 0;

    free(words);
    return same && past->t_s == e->t_s;
}

static bool check_event(const struct past *p, uint32_t i, const struct event *e, const char *path,
                        const char *from, struct err *err)
{
    const struct past_event *past = &p->event[i];

    if (!e)
        return err_set(err, "%s: '%s' is missing, which the run of %s did", path, past->words,
                       from);
    if (!same_event(past, e))
        return err_set(err, "%s:%d: where the run of %s did '%s', another event stands", path,
                       e->line, from, past->words);
    return past->profile == series_crc(e->series) ||
           err_set(err, "%s:%d: %s is not the file that it was in the run of %s", path, e->line,
                   e->text, from);
}

static bool go_on_events(const struct past *p, struct scenario *scenario, bool same, double last_s,
                         const char *from, struct err *err)
{
    const char *path = scenario_path(scenario);
    const struct event *next = scenario_event(scenario, p->events_done);

    for (uint32_t i = 0; i < (same ? p->events : p->events_done); i++)
        if (!check_event(p, i, scenario_event(scenario, i), path, from, err))
            return false;
    if (next && next->t_s <= last_s + SLACK_S)
        return err_set(err, "%s:%d: at %.10g s is before %s, whose run did nothing then", path,
                       next->line, next->t_s, from);
    scenario_skip_events(scenario, p->events_done);
    return true;
}

/* The k-th of the past. */
static bool check_expect(const struct past *p, uint32_t k, const struct expect *e,
                         const struct app_expect *a, const char *path, const char *from,
                         struct err *err)
{
    char *words = expect_words(e, a);
    bool same = words && k < p->expects && strcmp(words, p->expect[k].words) == 0;

    if (!same)
        err_set(err, "%s:%d: '%s' begins before %s, whose run did not expect it", path,
                e ? e->line : a->line, words ? words : "", from);
    free(words);
    return same;
}

static bool go_on_expects(const struct past *p, struct scenario *scenario, uint64_t second,
                          double now_s, uint32_t *k, const char *from, struct err *err)
{
    const char *path = scenario_path(scenario);
    struct app_expect *a;
    struct expect *e;

    for (size_t i = 0; (e = scenario_expect_found(scenario, i)) != NULL; i++) {
        if (!expect_begun(e, second))
            continue;
        if (!check_expect(p, *k, e, NULL, path, from, err))
            return false;
        e->done = p->expect[*k].done;
        e->failed = p->expect[*k].failed;
        e->checked = p->expect[*k].checked;
        e->readable = p->expect[*k].readable;
        e->value = p->expect[*k].value;
        e->seen_s = p->expect[(*k)++].seen_s;
    }
    for (size_t i = 0; (a = scenario_app_expect_found(scenario, i)) != NULL; i++) {
        if (!app_expect_begun(a, now_s))
            continue;
        if (!check_expect(p, *k, NULL, a, path, from, err))
            return false;
        a->done = p->expect[*k].done;
        a->failed = p->expect[*k].failed;
        snprintf(a->seen, sizeof a->seen, "%s", p->expect[(*k)++].seen);
    }
    return true;
}

bool past_go_on(const struct past *p, struct scenario *scenario, bool same, uint64_t second,
                double now_s, double last_s, const char *from, struct err *err)
{
    uint32_t k = 0;

    if (!scenario)
        return true;
    if (recording_crc(scenario_recording(scenario)) != p->recording)
        return err_set(err, "%s: what it replays is not what the run of %s replayed",
                       scenario_path(scenario), from);
    if (!go_on_events(p, scenario, same, last_s, from, err) ||
        !go_on_expects(p, scenario, second, now_s, &k, from, err))
        return false;
    return k == p->expects || err_set(err, "%s: '%s' is missing, which the run of %s expected",
                                      scenario_path(scenario), p->expect[k].words, from);
}
