#include "sweep/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "setup.h"
#include "sweep/pool.h"

/* ---- which runs --------------------------------------------------------------------------------- */

/* A run of its own has these; many cannot share them. */
static const char *not_with(const struct options *o)
{
    const struct {
        const char *name;
        bool given;
    } all[] = {
        { "csv", o->csv_path },
        { "report", o->report_path },
        { "record", o->record_path },
        { "save", o->save_path },
        { "resume", o->resume_path },
        { "vcd", o->vcd_path },
        { "app", o->app_path },
        { "ext", o->ext_path },
        { "ext-log", o->ext_log_path },
        { "ext-begin", o->ext_begin_path },
        { "ext-begin-log", o->ext_begin_log_path },
        { "view", o->view },
        { "gdb", o->gdb_board != 0 },
        { "trace", o->trace_board != 0 },
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].given)
            return all[i].name;
    return NULL;
}

static bool parse_axes(struct sweep *s, struct err *err)
{
    const struct options *o = s->options;

    s->runs = 1;
    for (; s->axes < o->sweeps; s->axes++) {
        struct axis *axis = &s->axis[s->axes];
        if (!axis_parse(axis, o->sweep[s->axes], err)) {
            axis_free(axis);
            return false;
        }
        s->runs *= axis->count;
        for (int i = 0; i < s->axes; i++)
            if (strcmp(s->axis[i].name, axis->name) == 0)
                return err_set(err, "--sweep: '%s' is varied twice", axis->name);
        if (s->runs > SWEEP_RUNS_MAX)
            return err_set(err, "--sweep: '%.40s' makes more than %d runs", o->sweep[s->axes],
                           SWEEP_RUNS_MAX);
    }
    return true;
}

int sweep_value(const struct sweep *s, int run, int axis)
{
    for (int i = s->axes - 1; i > axis; i--)
        run /= s->axis[i].count;
    return run % s->axis[axis].count;
}

/* What the command line of this run would say. Bad values end the program with their line. */
static void options_of(const struct sweep *s, int run, struct options *o)
{
    const struct options *base = s->options;
    char *varied[OPTIONS_SWEEPS_MAX] = { NULL };
    char **argv = calloc((size_t)(base->words + s->axes) + 2, sizeof *argv);
    int argc = 0;

    if (!argv)
        abort();
    argv[argc++] = (char *)base->program;
    for (int i = 0; i < base->words; i++)
        argv[argc++] = base->word[i];
    for (int i = 0; i < s->axes; i++)
        argv[argc++] = varied[i] = axis_option(&s->axis[i], sweep_value(s, run, i));
    options_parse(o, argc, argv);
    o->quiet = true;
    if (o->threads == 0)
        o->threads = 1; /* the cores have runs enough */
    options_complete(o, s->scenario);
    for (int i = 0; i < s->axes; i++)
        free(varied[i]);
    free(argv);
}

static bool check_runs(const struct sweep *s, struct err *err)
{
    bool ok = true;

    for (int i = 0; ok && i < s->runs; i++) {
        struct options o;
        struct settings settings;
        options_of(s, i, &o);
        ok = setup_settings(&o, &settings, err) &&
             (!s->scenario || scenario_check(s->scenario, o.cells, err));
        options_free(&o);
    }
    return ok;
}

/* ---- running them ------------------------------------------------------------------------------- */

static void run_one(void *ctx, int number, void *result)
{
    const struct sweep *s = ctx;
    struct options o;

    options_of(s, number, &o);
    row_run(result, &o, s->scenario);
}

static void show_progress(const struct sweep *s)
{
    if (s->options->quiet || !isatty(STDOUT_FILENO))
        return;
    printf("\r\033[K");
    if (s->ended < s->runs)
        printf("%d of %d runs, %d not passed", s->ended, s->runs, s->not_ok);
    fflush(stdout);
}

static bool one_ended(void *ctx, int number, const char *died)
{
    struct sweep *s = ctx;
    struct row *row = &s->row[number];

    if (died) {
        *row = (struct row){ .result = ROW_CRASHED };
        snprintf(row->text, sizeof row->text, "%s", died);
    }
    s->ended++;
    s->not_ok += row->result != ROW_OK;
    show_progress(s);
    return row->result != ROW_BAD_INPUT;
}

static int bad_input(const char *text)
{
    fprintf(stderr, "bms-sim: %s\n", text);
    return EXIT_BAD_INPUT;
}

static int verdict(const struct sweep *s)
{
    int code = EXIT_OK;

    for (int i = 0; i < s->runs; i++) {
        if (s->row[i].result == ROW_CRASHED)
            code = EXIT_CRASHED;
        if (s->row[i].result == ROW_FAILED && code == EXIT_OK)
            code = EXIT_EXPECT_FAILED;
    }
    return code;
}

static int tell(const struct sweep *s, FILE *json)
{
    for (int i = 0; i < s->runs; i++)
        if (s->row[i].result == ROW_BAD_INPUT)
            return bad_input(s->row[i].text);
    sweep_print(s, stdout, s->options->quiet);
    if (json && !sweep_json(s, json)) {
        struct err err;
        err_set(&err, "%s: cannot write: %s", s->options->json_path, strerror(errno));
        return bad_input(err.text);
    }
    return verdict(s);
}

static int run_them(struct sweep *s, struct err *err)
{
    struct pool pool = {
        .jobs = s->runs, .ctx = s, .size = sizeof *s->row, .job = run_one, .ended = one_ended
    };
    const char *path = s->options->json_path;
    FILE *json = NULL;
    int code;

    if (path && !(json = fopen(path, "w"))) {
        err_set(err, "%s: cannot write: %s", path, strerror(errno));
        return bad_input(err->text);
    }
    s->row = calloc((size_t)s->runs, sizeof *s->row);
    if (!s->row)
        abort();
    pool.results = (char *)s->row;
    pool_run(&pool);
    code = tell(s, json);
    if (json)
        fclose(json);
    free(s->row);
    return code;
}

int sweep_main(const struct options *o, struct scenario *scenario)
{
    struct sweep s = { .options = o, .scenario = scenario };
    const char *other = not_with(o);
    struct err err;
    bool ok = !other || err_set(&err, "--%s: not with --sweep, repeat one run of it", other);
    int code;

    ok = ok && parse_axes(&s, &err) && check_runs(&s, &err);
    code = ok ? run_them(&s, &err) : bad_input(err.text);
    for (int i = 0; i < OPTIONS_SWEEPS_MAX; i++)
        axis_free(&s.axis[i]);
    return code;
}
