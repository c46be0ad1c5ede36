#include "checkpoint/checkpoint.h"

#include <math.h>
#include <stdlib.h>

#include "checkpoint/pack.h"
#include "checkpoint/store.h"
#include "run.h"

static void head_state(struct checkpoint *c, struct state *s)
{
    state_begin(s, "HEAD");
    STATE(s, c->now_ps);
    STATE(s, c->second);
    state_end(s);
    pack_state(&c->pack, s);
    past_state(&c->past, s);
}

static double seconds(int64_t ps)
{
    return (double)ps * 1e-12;
}

/* ---- saving ------------------------------------------------------------------------------------- */

static bool save(struct checkpoint *c, struct run *r, struct state *s, struct err *err)
{
    if (!past_take(&c->past, r->scenario, r->second, seconds(r->chain.now_ps)))
        return err_set(err, "%s: out of memory", c->path);
    head_state(c, s);
    run_state(r, s);
    if (s->failed)
        return err_set(err, "%s: cannot save: %.400s", c->path, s->err.text);
    return store_write(c->path, s, err);
}

bool checkpoint_save(struct run *r, struct err *err)
{
    struct checkpoint c = { .path = r->options->save_path,
                            .now_ps = r->chain.now_ps,
                            .second = r->second,
                            .pack = *r->options };
    struct state s;
    bool ok;

    state_save_init(&s);
    ok = save(&c, r, &s, err);
    state_free(&s);
    past_free(&c.past);
    return ok;
}

/* ---- going on ----------------------------------------------------------------------------------- */

static bool loaded(const struct checkpoint *c, struct err *err)
{
    return !c->state.failed || err_set(err, "%s: %.400s", c->path, c->state.err.text);
}

bool checkpoint_open(struct checkpoint *c, const char *path, struct err *err)
{
    *c = (struct checkpoint){ .path = path };
    if (!store_read(path, &c->state, err))
        return false;
    head_state(c, &c->state);
    return loaded(c, err);
}

bool checkpoint_scenario(struct checkpoint *c, struct options *o,
                         bool (*name_known)(const char *name), struct scenario **scenario,
                         struct err *err)
{
    *scenario = NULL;
    c->same_scenario = !o->scenario_path;
    if (o->scenario_path)
        *scenario = scenario_load(o->scenario_path, name_known, err);
    else if (c->past.path)
        *scenario = scenario_parse(c->past.path, c->past.text, name_known, err);
    else
        return true;
    o->scenario_path = *scenario ? scenario_path(*scenario) : NULL;
    return *scenario != NULL;
}

static bool check_times(const struct checkpoint *c, const struct options *o, struct err *err)
{
    double at_s = seconds(c->now_ps);

    if (o->duration_s <= at_s)
        return err_set(err,
                       "%s: saved at %.10g s, and the run ends at %.10g s: --duration can say "
                       "another end",
                       c->path, at_s, o->duration_s);
    if (o->save_at_s > 0.0 && o->save_at_s <= at_s)
        return err_set(err, "--save-at: %.10g s is not behind %s, saved at %.10g s", o->save_at_s,
                       c->path, at_s);
    return true;
}

bool checkpoint_options(struct checkpoint *c, struct options *o, struct scenario *scenario,
                        struct err *err)
{
    options_check_terminal(o);
    if (!pack_resume(o, &c->pack, &c->past.set, scenario, c->same_scenario, c->path, err))
        return false;
    options_finish(o);
    return check_times(c, o, err) &&
           past_go_on(&c->past, scenario, c->same_scenario, c->second, seconds(c->now_ps),
                      seconds(c->now_ps - CHAIN_STEP_PS), c->path, err);
}

bool checkpoint_resume(struct checkpoint *c, struct run *r, struct err *err)
{
    run_state(r, &c->state);
    if (c->state.at != c->state.size)
        state_fail(&c->state, "saved by another build of bms-sim, which keeps more");
    r->from_ps = c->now_ps;
    r->second = c->second;
    return loaded(c, err);
}

void checkpoint_close(struct checkpoint *c)
{
    free((char *)c->pack.firmware_dir);
    past_free(&c->past);
    state_free(&c->state);
}
