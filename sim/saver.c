#include "saver.h"

#include <math.h>
#include <stdio.h>

#include "checkpoint/checkpoint.h"

bool saver_at_end(const struct options *o)
{
    return o->save_path && o->save_at_s == 0.0;
}

/* The first step that is not before a time. */
static int64_t step_at(double s)
{
    return (int64_t)ceil(s * CHAIN_STEPS_PER_SECOND - 1e-6);
}

static bool is_due(const struct run *r, bool last)
{
    const struct options *o = r->options;
    int64_t step = r->chain.now_ps / CHAIN_STEP_PS;

    if (o->save_at_s > 0.0)
        return step == step_at(o->save_at_s);
    return last || (o->save_every_s > 0.0 && step % step_at(o->save_every_s) == 0);
}

void saver_step(struct run *r, bool last)
{
    struct err err;

    if (!r->options->save_path || !is_due(r, last) || checkpoint_save(r, &err))
        return;
    if (!r->save_failed)
        fprintf(stderr, "bms-sim: %s\n", err.text);
    r->save_failed = true;
}
