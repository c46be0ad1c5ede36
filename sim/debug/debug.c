#include "debug/debug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool traced(const struct debug_watch *w)
{
    return w->debug->trace.step && w->debug->options->trace_board == w->index + 1;
}

/* A board that nobody stops any more runs at full speed again. */
static void let_go(struct debug_watch *w)
{
    if (w->debug->gdb.attached)
        return;
    w->watcher.look = NULL;
    if (!traced(w))
        w->watcher.before = NULL;
}

static void before(void *ctx)
{
    struct debug_watch *w = ctx;

    if (w->watcher.look) {
        gdb_before(&w->debug->gdb);
        let_go(w);
    }
    if (traced(w))
        trace_take(&w->debug->trace);
}

static void look(void *ctx)
{
    struct debug_watch *w = ctx;

    gdb_look(&w->debug->gdb);
    let_go(w);
}

static void mode(void *ctx, enum mcu_mode now, int64_t at_ps)
{
    struct debug_watch *w = ctx;

    vcd_mode(w->debug->vcd, w->index, now, at_ps);
}

static void crashed(void *ctx)
{
    struct debug_watch *w = ctx;

    gdb_crashed(&w->debug->gdb);
}

static struct debug_watch *watch(struct debug *d, struct chain *chain, int number)
{
    struct debug_watch *w = &d->watch[number - 1];

    w->debug = d;
    w->index = number - 1;
    w->watcher.ctx = w;
    chain->board[number - 1].mcu.watcher = &w->watcher;
    return w;
}

static bool open_trace(struct debug *d, struct chain *chain, struct err *err)
{
    const struct options *o = d->options;

    if (!trace_init(&d->trace, &chain->board[o->trace_board - 1], (uint32_t)o->trace_steps))
        return err_set(err, "--trace: out of memory");
    watch(d, chain, o->trace_board)->watcher.before = before;
    return true;
}

static void watch_mode(struct debug *d, struct chain *chain, int number)
{
    struct mcu *m = &chain->board[number - 1].mcu;

    m->told = m->frozen ? m->mode : MCU_ACTIVE;
    watch(d, chain, number)->watcher.mode = mode;
}

static bool open_vcd(struct debug *d, struct chain *chain, struct err *err)
{
    const struct options *o = d->options;
    FILE *out = fopen(o->vcd_path, "w");

    if (!out)
        return err_set(err, "%s: cannot write: %s", o->vcd_path, strerror(errno));
    d->vcd = vcd_open(out, chain, o->vcd_board);
    if (!d->vcd) {
        fclose(out);
        return err_set(err, "--vcd: out of memory");
    }
    for (int number = 1; number <= chain->cells; number++)
        if (o->vcd_board[number - 1])
            watch_mode(d, chain, number);
    return true;
}

static bool open_gdb(struct debug *d, struct chain *chain, struct err *err)
{
    const struct options *o = d->options;
    struct debug_watch *w = watch(d, chain, o->gdb_board);

    w->watcher.before = before;
    w->watcher.look = look;
    w->watcher.crashed = crashed;
    return gdb_open(&d->gdb, &chain->board[o->gdb_board - 1], o->gdb_port, err);
}

bool debug_open(struct debug *d, struct chain *chain, const struct options *o, struct err *err)
{
    *d = (struct debug){ .options = o };
    d->watch = calloc((size_t)chain->cells, sizeof *d->watch);
    if (!d->watch)
        return err_set(err, "out of memory");
    if (o->vcd_path && !open_vcd(d, chain, err))
        return false;
    if (o->trace_board > 0 && !open_trace(d, chain, err))
        return false;
    return o->gdb_board == 0 || open_gdb(d, chain, err);
}

void debug_before_step(struct debug *d)
{
    if (d->vcd)
        vcd_before_step(d->vcd);
}

void debug_after_step(struct debug *d)
{
    if (d->vcd)
        vcd_after_step(d->vcd);
}

bool debug_killed(const struct debug *d)
{
    return d->gdb.killed;
}

void debug_report(struct debug *d, int crashed_board, int exit_code)
{
    const struct options *o = d->options;

    if (d->trace.step && (o->trace_end || crashed_board == o->trace_board))
        trace_print(&d->trace, stderr);
    gdb_close(&d->gdb, exit_code);
}

void debug_close(struct debug *d)
{
    vcd_close(d->vcd);
    d->vcd = NULL;
    trace_free(&d->trace);
    free(d->watch);
    d->watch = NULL;
}
