#include "world/supply.h"

#include <math.h>

/* Charging positive. 0 once a profile that does not loop has ended. */
static double profile_a(const struct supply *supply, double now_s)
{
    const struct series *profile = supply->profile;
    double elapsed_s = now_s - supply->profile_start_s;
    double length_s;

    if (profile == NULL)
        return 0.0;
    length_s = profile->time_s[profile->n - 1] - profile->time_s[0];
    if (elapsed_s > length_s && !supply->profile_loop)
        return 0.0;
    if (elapsed_s > length_s && length_s > 0.0)
        elapsed_s = fmod(elapsed_s, length_s);
    return supply->profile_scale * series_at(profile, profile->time_s[0] + elapsed_s);
}

/* What the load draws from a source of emf_v behind ohm. For a constant power
 * that is the smaller root of I*(emf - I*ohm) = W. */
static double load_a(const struct supply *supply, double emf_v, double ohm)
{
    double discriminant = emf_v * emf_v - 4.0 * ohm * supply->load_w;

    if (emf_v <= 0.0)
        return 0.0;
    if (supply->load_w <= 0.0)
        return fmin(supply->load_a, emf_v / ohm);
    if (discriminant < 0.0)
        return emf_v / (2.0 * ohm);
    return 2.0 * supply->load_w / (emf_v + sqrt(discriminant));
}

static double load_at_voltage_a(const struct supply *supply, double volts)
{
    return supply->load_w > 0.0 ? supply->load_w / volts : supply->load_a;
}

static struct flow load_only(const struct supply *supply, double emf_v, double ohm,
                             bool load_closed)
{
    return (struct flow){
        .out_a = load_closed ? load_a(supply, emf_v, ohm) : 0.0,
    };
}

/* Charger and load together: constant current first, constant voltage if that
 * would be too high, nothing if the pack is above the charger's voltage. */
static struct flow charger_and_load(const struct supply *supply, double emf_v, double ohm,
                                    bool load_closed)
{
    double boosted_v = emf_v + supply->charger_a * ohm;
    struct flow flow = load_only(supply, boosted_v, ohm, load_closed);

    flow.in_a = supply->charger_a;
    if (boosted_v - flow.out_a * ohm <= supply->charger_v)
        return flow;
    flow.out_a = load_closed ? load_at_voltage_a(supply, supply->charger_v) : 0.0;
    flow.in_a = (supply->charger_v - emf_v) / ohm + flow.out_a;
    if (flow.in_a < 0.0)
        return load_only(supply, emf_v, ohm, load_closed);
    if (flow.in_a > supply->charger_a) {
        /* An overload: charger at both its limits, the load gets the rest. */
        flow.in_a = supply->charger_a;
        flow.out_a = (boosted_v - supply->charger_v) / ohm;
    }
    return flow;
}

struct flow supply_flow(const struct supply *supply, double emf_v, double ohm, bool charge_closed,
                        bool load_closed, double now_s)
{
    double profile = profile_a(supply, now_s);
    double profile_in = charge_closed ? fmax(profile, 0.0) : 0.0;
    double profile_out = load_closed ? fmax(-profile, 0.0) : 0.0;
    double shifted_v = emf_v + (profile_in - profile_out) * ohm;
    struct flow flow;

    if (charge_closed && supply->charger_a > 0.0 && supply->charger_v > 0.0)
        flow = charger_and_load(supply, shifted_v, ohm, load_closed);
    else
        flow = load_only(supply, shifted_v, ohm, load_closed);
    flow.in_a += profile_in;
    flow.out_a += profile_out;
    return flow;
}

void supply_state(struct supply *supply, struct state *s)
{
    STATE(s, supply->charger_a);
    STATE(s, supply->charger_v);
    STATE(s, supply->load_a);
    STATE(s, supply->load_w);
    STATE(s, supply->profile_scale);
    STATE(s, supply->profile_loop);
    STATE(s, supply->profile_start_s);
}
