#include "world/world.h"

#include <math.h>
#include <stdlib.h>

#include "world/replay.h"
#include "world/rng.h"
#include "world/site.h"
#include "world/supply.h"

struct world {
    int cells;
    struct site *site;
    struct supply supply;
    struct replay replay;
    struct flow flow; /* mean currents of the last step */
    bool charge_closed;
    bool load_closed;
    double now_s;
    double ambient_c;
    double ripple_hz;
    double ripple_depth;
    double charge_in_as;
    double charge_out_as;
};

static bool replaying(const struct world *world)
{
    return world->replay.recording != NULL;
}

static double spread(struct rng *rng, double sigma)
{
    return fmin(fmax(rng_gauss(rng, sigma), -3.0 * sigma), 3.0 * sigma);
}

static void init_site(struct site *site, const struct world_config *config, int cell)
{
    struct rng rng;
    double soc, capacity, resistance;

    rng_seed(&rng, config->seed, (uint64_t)cell);
    soc = config->soc_start + spread(&rng, config->soc_spread);
    capacity = fmax(0.1, 1.0 + spread(&rng, config->capacity_spread));
    resistance = fmax(0.1, 1.0 + spread(&rng, config->r_spread));
    *site = (struct site){
        .balance_ohm = config->balance_ohm,
        .board_temp_c = config->ambient_c,
    };
    cell_init(&site->cell, config->chemistry, config->capacity_ah * capacity,
              fmin(fmax(soc, 0.0), 1.0), config->ambient_c);
    /* Spread of the resistance on its own, not by way of the capacity. */
    site->cell.r0_ohm *= resistance * capacity;
    site->cell.r1_ohm *= resistance * capacity;
}

struct world *world_new(const struct world_config *config)
{
    struct world *world = calloc(1, sizeof *world);

    if (world == NULL)
        return NULL;
    world->cells = config->cells;
    world->ambient_c = config->ambient_c;
    world->site = calloc((size_t)config->cells, sizeof *world->site);
    if (world->site == NULL) {
        free(world);
        return NULL;
    }
    for (int i = 0; i < config->cells; i++)
        init_site(&world->site[i], config, i);
    return world;
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    free(world->site);
    free(world);
}

void world_set_relays(struct world *world, bool charge_closed, bool load_closed)
{
    world->charge_closed = charge_closed;
    world->load_closed = load_closed;
}

void world_set_balancing(struct world *world, int cell, bool on)
{
    world->site[cell].balancing = on;
}

void world_set_balance_duty(struct world *world, int cell, double duty)
{
    world->site[cell].duty = fmin(fmax(duty, 0.0), 1.0);
    world->site[cell].duty_given = true;
}

/* The string as one source; false if a missing cell interrupts it. */
static bool pack_source(const struct world *world, double *emf_v, double *ohm)
{
    *emf_v = 0.0;
    *ohm = 0.0;
    for (int i = 0; i < world->cells; i++) {
        double emf, series;

        if (world->site[i].cell.removed)
            return false;
        site_source(&world->site[i], &emf, &series);
        *emf_v += emf;
        *ohm += series;
    }
    return true;
}

static void step_physics(struct world *world, double dt_s)
{
    double emf, ohm;

    world->flow = (struct flow){ .in_a = 0.0 };
    if (pack_source(world, &emf, &ohm))
        world->flow = supply_flow(&world->supply, emf, ohm, world->charge_closed,
                                  world->load_closed, world->now_s);
    for (int i = 0; i < world->cells; i++)
        site_step(&world->site[i], world->flow.in_a - world->flow.out_a, dt_s, world->ambient_c);
}

static void step_replay(struct world *world, double dt_s)
{
    double mean_a = replay_current_a(&world->replay, world->now_s + dt_s / 2.0);

    world->flow.in_a = fmax(mean_a, 0.0);
    world->flow.out_a = fmax(-mean_a, 0.0);
    for (int i = 0; i < world->cells; i++)
        site_step_board(&world->site[i], world_cell_v(world, i), dt_s, world->ambient_c);
    replay_seek(&world->replay, world->now_s + dt_s);
}

void world_step(struct world *world, double dt_s)
{
    if (replaying(world))
        step_replay(world, dt_s);
    else
        step_physics(world, dt_s);
    world->charge_in_as += world->flow.in_a * dt_s;
    world->charge_out_as += world->flow.out_a * dt_s;
    world->now_s += dt_s;
}

double world_time_s(const struct world *world)
{
    return world->now_s;
}

static double cell_v(const struct world *world, int cell, bool balancing, double current_a)
{
    const struct site *site = &world->site[cell];

    if (replaying(world))
        return site->cell.removed ? 0.0 : replay_cell_v(&world->replay, cell);
    return site_voltage_v(site, current_a, balancing);
}

double world_cell_v(const struct world *world, int cell)
{
    return world_cell_rest_v(world, cell, world->site[cell].balancing);
}

double world_cell_rest_v(const struct world *world, int cell, bool balancing)
{
    return cell_v(world, cell, balancing, world->flow.in_a - world->flow.out_a);
}

double world_cell_v_at(const struct world *world, int cell, bool balancing, double t_s)
{
    return cell_v(world, cell, balancing,
                  world_current_in_a(world, t_s) - world_current_out_a(world, t_s));
}

double world_cell_temp_c(const struct world *world, int cell)
{
    const struct site *site = &world->site[cell];

    if (replaying(world) && !site->temp_forced)
        return replay_cell_temp_c(&world->replay, cell);
    return site->cell.temp_c;
}

double world_board_temp_c(const struct world *world, int cell)
{
    return world->site[cell].board_temp_c;
}

double world_cell_soc(const struct world *world, int cell)
{
    return replaying(world) ? NAN : cell_soc(&world->site[cell].cell);
}

double world_pack_soc(const struct world *world)
{
    double out_as = INFINITY;
    double in_as = INFINITY;

    if (replaying(world))
        return NAN;
    for (int i = 0; i < world->cells; i++) {
        const struct cell *cell = &world->site[i].cell;

        if (cell->removed)
            continue;
        out_as = fmin(out_as, fmax(cell->charge_as, 0.0));
        in_as = fmin(in_as, fmax(cell->capacity_as - cell->charge_as, 0.0));
    }
    /* One cell full while another is empty: nothing goes in or out. */
    if (!isfinite(out_as) || out_as + in_as <= 0.0)
        return 0.0;
    return out_as / (out_as + in_as);
}

double world_current_in_a(const struct world *world, double t_s)
{
    if (replaying(world))
        return fmax(replay_current_a(&world->replay, t_s), 0.0);
    return world->flow.in_a;
}

double world_current_out_a(const struct world *world, double t_s)
{
    const double two_pi = 6.283185307179586;
    double mean = world->flow.out_a;

    if (replaying(world))
        mean = fmax(-replay_current_a(&world->replay, t_s), 0.0);
    return mean * (1.0 + world->ripple_depth * sin(two_pi * world->ripple_hz * t_s));
}

double world_charge_in_as(const struct world *world)
{
    return world->charge_in_as;
}

double world_charge_out_as(const struct world *world)
{
    return world->charge_out_as;
}

void world_charger(struct world *world, double amps, double volts_per_cell)
{
    world->supply.charger_a = amps;
    world->supply.charger_v = volts_per_cell * world->cells;
}

void world_load_current(struct world *world, double amps)
{
    world->supply.load_a = amps;
    world->supply.load_w = 0.0;
}

void world_load_power(struct world *world, double watts)
{
    world->supply.load_a = 0.0;
    world->supply.load_w = watts;
}

void world_profile(struct world *world, const struct series *series, double scale, bool loop)
{
    world->supply.profile = series;
    world->supply.profile_scale = scale;
    world->supply.profile_loop = loop;
    world->supply.profile_start_s = world->now_s;
}

void world_ripple(struct world *world, double hz, double depth)
{
    world->ripple_hz = hz;
    world->ripple_depth = depth;
}

void world_set_ambient(struct world *world, double celsius)
{
    world->ambient_c = celsius;
}

void world_force_cell_temp(struct world *world, int cell, double celsius)
{
    int first = cell < 0 ? 0 : cell;
    int last = cell < 0 ? world->cells - 1 : cell;

    for (int i = first; i <= last; i++) {
        world->site[i].cell.temp_c = celsius;
        world->site[i].temp_forced = true;
    }
}

void world_release_cell_temp(struct world *world, int cell)
{
    int first = cell < 0 ? 0 : cell;
    int last = cell < 0 ? world->cells - 1 : cell;

    for (int i = first; i <= last; i++)
        world->site[i].temp_forced = false;
}

void world_remove_cell(struct world *world, int cell, bool removed)
{
    world->site[cell].cell.removed = removed;
    if (removed && !replaying(world))
        world->flow = (struct flow){ .in_a = 0.0 };
}

void world_set_cell_soc(struct world *world, int cell, double soc)
{
    cell_set_soc(&world->site[cell].cell, soc);
}

void world_short_resistance(struct world *world, int cell, double ohms)
{
    world->site[cell].leak_s = ohms > 0.0 ? 1.0 / ohms : 0.0;
}

void world_replay(struct world *world, const struct recording *recording)
{
    replay_start(&world->replay, recording, world->now_s);
    world->flow = (struct flow){ .in_a = 0.0 };
}

const struct supply *world_supply(const struct world *world)
{
    return &world->supply;
}

void world_profile_goes_on(struct world *world, const struct series *series)
{
    world->supply.profile = series;
}

void world_state(struct world *world, struct state *s)
{
    for (int i = 0; i < world->cells; i++)
        site_state(&world->site[i], s);
    supply_state(&world->supply, s);
    replay_state(&world->replay, s);
    STATE(s, world->flow.in_a);
    STATE(s, world->flow.out_a);
    STATE(s, world->charge_closed);
    STATE(s, world->load_closed);
    STATE(s, world->now_s);
    STATE(s, world->ambient_c);
    STATE(s, world->ripple_hz);
    STATE(s, world->ripple_depth);
    STATE(s, world->charge_in_as);
    STATE(s, world->charge_out_as);
}
