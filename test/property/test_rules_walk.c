/* Every relay rule below, at and above its limit and its release limit, before, at and after its
 * hold time, in both modes, against the product manual's tables as lines of text with a reader of
 * their own. Host only: some million steps. */
#include <stdio.h>
#include <stdlib.h>

#include "end_board/relay.h"
#include "test.h"

/* name: modes relay action quantity comparison limit release hold in ms.
 * Release: which way, and by which margin, a value must go beyond the limit before an "off" line
 * lets go or an "on" line begins. */
static const char *const manual[] = {
    "cell_at_vmax: any charge off high >= vmax -mv 0",
    "cells_full: normal charge off full >= vbalance -mv 1000",
    "cell_at_vmin: any load off low <= vmin +mv 1000",
    "charge_cold: any charge off cold < ctmin +dc 1000",
    "charge_hot: any charge off hot > ctmax -dc 1000",
    "load_cold: any load off cold < dtmin +dc 1000",
    "load_hot: any load off hot > dtmax -dc 1000",
    "cell_silent: any both off fault0 > zero none 0",
    "size_misfit: any both off fault1 > zero none 0",
    "size_changed: any both off fault2 > zero none 0",
    "board_untrusted: any both off fault3 > zero none 0",
    "no_temperature: any both off fault4 > zero none 0",
    "sensor_lost: any both off fault8 > zero none 0",
    "settings_lost: any both off fault9 > zero none 0",
    "clock_lost: any both off fault10 > zero none 0",
    "below_vbalance: normal charge on high < vbalance -mv 0",
    "below_charge_restart: normal charge on soc < crestart none 0",
    "below_vmax: critical charge on high < vmax -mv 0",
    "charge_warm_enough: any charge on cold > ctmin +dc 0",
    "charge_cool_enough: any charge on hot < ctmax -dc 0",
    "above_vmin: any load on low > vmin +mv 0",
    "from_discharge_restart: normal load on soc >= drestart none 0",
    "load_warm_enough: any load on cold > dtmin +dc 0",
    "load_cool_enough: any load on hot < dtmax -dc 0",
    "no_fault: any both on anyfault <= zero none 3000",
    "no_clock: any both off fault11 > zero none 0",
    "other_boards: any both off fault12 > zero none 0",
};

#define LINES TEST_COUNT_OF(manual)
#define REST_MS 5000u
#define OFF_RULES \
    ((RULE_BIT(RULE_BELOW_VBALANCE) - 1u) | RULE_BIT(RULE_NO_CLOCK) | RULE_BIT(RULE_OTHER_BOARDS))

static const struct {
    const char *name;
    int value;
} limits[] = { { "vmin", 3000 },    { "vbalance", 3400 }, { "vmax", 3700 }, { "ctmin", 0 },
               { "ctmax", 450 },    { "dtmin", -200 },    { "dtmax", 600 }, { "crestart", 900 },
               { "drestart", 200 }, { "zero", 0 } };

/* ---- a situation ------------------------------------------------------------------------------ */

struct values {
    int low, high, cold, hot, soc, ma;
    bool known;
    unsigned faults;
};

static const struct values ordinary = { 3290, 3310, 240, 260, 500, 0, true, 0 };
static const struct values charged = { 3410, 3450, 240, 260, 850, 20000, true, 0 };

/* ---- the manual's reader ---------------------------------------------------------------------- */

struct line {
    char name[24], modes[12], relay[12], action[4], quantity[12], op[3], limit[12], release[8];
    unsigned hold_ms;
};

static struct line lines[LINES];
static int margin_mv, margin_dc;

static void read_manual(void)
{
    for (unsigned i = 0; i < LINES; i++) {
        struct line *l = &lines[i];
        int got =
            sscanf(manual[i], "%23[^:]: %11s %11s %3s %11s %2s %11s %7s %u", l->name, l->modes,
                   l->relay, l->action, l->quantity, l->op, l->limit, l->release, &l->hold_ms);
        assert_int_equal(got, 9);
    }
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static int value_of(const char *quantity, const struct values *v)
{
    bool low_rate = !v->known || (v->ma >= 0 && v->ma * 13.2 / 1000.0 <= 100.0); /* 5 % of 2 kWh */

    if (strncmp(quantity, "fault", 5) == 0)
        return (int)(v->faults >> atoi(quantity + 5) & 1u);
    if (is(quantity, "anyfault"))
        return v->faults != 0;
    if (is(quantity, "full"))
        return low_rate ? v->low : -1;
    return is(quantity, "low")    ? v->low
           : is(quantity, "high") ? v->high
           : is(quantity, "cold") ? v->cold
           : is(quantity, "hot")  ? v->hot
                                  : v->soc;
}

static int limit_value(const char *name)
{
    for (unsigned i = 0; i < TEST_COUNT_OF(limits); i++)
        if (is(limits[i].name, name))
            return limits[i].value;
    fail_msg("no limit %s", name);
    return 0;
}

static bool satisfied(const struct line *l, const struct values *v, bool released)
{
    int value = value_of(l->quantity, v);
    int limit = limit_value(l->limit);
    int margin = is(l->release + 1, "mv") ? margin_mv : is(l->release + 1, "dc") ? margin_dc : 0;

    if (released)
        limit = l->release[0] == '-' ? limit - margin : limit + margin;
    return is(l->op, "<")    ? value < limit
           : is(l->op, "<=") ? value <= limit
           : is(l->op, ">")  ? value > limit
                             : value >= limit;
}

/* State of the oracle: since when each line is satisfied (-1: it is not), and the two relays. */
struct oracle {
    const char *mode;
    long since[LINES];
    bool closed[2];
    long opened[2];
    uint32_t held[2];
};

static bool concerns(const struct line *l, const char *mode, int relay)
{
    return (is(l->modes, "any") || is(l->modes, mode)) &&
           (is(l->relay, "both") || is(l->relay, relay ? "load" : "charge"));
}

static void oracle_step(struct oracle *o, const struct values *v, long t)
{
    bool acts[LINES];

    for (unsigned i = 0; i < LINES; i++) {
        bool off = is(lines[i].action, "off");
        bool now = satisfied(&lines[i], v, off ? o->since[i] >= 0 : o->since[i] < 0);
        o->since[i] = !now ? -1 : o->since[i] >= 0 ? o->since[i] : t;
        acts[i] = now && t - o->since[i] >= (long)lines[i].hold_ms;
    }
    for (int relay = 0; relay < 2; relay++) {
        uint32_t off = 0;
        uint32_t lacking = 0;
        for (unsigned i = 0; i < LINES; i++) {
            if (!concerns(&lines[i], o->mode, relay))
                continue;
            if (is(lines[i].action, "off") && acts[i])
                off |= 1u << i;
            if (is(lines[i].action, "on") && !acts[i])
                lacking |= 1u << i;
        }
        if (o->closed[relay] && off) {
            o->closed[relay] = false;
            o->opened[relay] = t;
        } else if (!o->closed[relay] && !off && !lacking && t - o->opened[relay] >= REST_MS) {
            o->closed[relay] = true;
        }
        o->held[relay] = o->closed[relay] ? 0 : off | lacking;
        if (!o->closed[relay] && t - o->opened[relay] < REST_MS)
            o->held[relay] |= 1u << LINES;
    }
}

/* ---- the walk --------------------------------------------------------------------------------- */

static struct pack pack;
static struct settings settings;
static struct relay relay;
static struct oracle oracle;
static uint32_t reasons_seen; /* rules that opened a relay alone */
static uint32_t waits_seen;   /* rules that kept a relay open alone */
static unsigned long steps;

static void set_up(uint8_t mode)
{
    settings_default(&settings);
    settings.mode = mode;
    settings.charge_tmin_dc = 0;
    settings.charge_tmax_dc = 450;
    settings.discharge_tmin_dc = -200;
    settings.discharge_tmax_dc = 600;
    settings.release_mv = margin_mv;
    settings.release_dc = margin_dc;
    memset(&pack, 0, sizeof pack);
    pack.count = 4;
    pack.lowest = 1;
    pack.total_mv = 13200;
    relay_init(&relay, 0);
    oracle = (struct oracle){ .mode = mode == MODE_CRITICAL ? "critical" : "normal" };
    for (unsigned i = 0; i < LINES; i++)
        oracle.since[i] = -1;
}

static void note(void)
{
    for (int i = 0; i < 2; i++) {
        uint32_t held = relay.held[i];
        if (held != 0 && (held & (held - 1u)) == 0)
            waits_seen |= held;
    }
}

static void step(const struct values *v, long t)
{
    struct facts f = { .pack = &pack,
                       .settings = &settings,
                       .now_ms = (uint32_t)t,
                       .faults = (uint16_t)v->faults,
                       .vbalance_mv = 3400,
                       .soc_pm = (uint16_t)v->soc,
                       .battery_ma = v->ma,
                       .current_known = v->known };
    bool before[2] = { relay.closed[0], relay.closed[1] };

    pack.min_mv = (uint16_t)v->low;
    pack.max_mv = (uint16_t)v->high;
    pack.min_dc = (int16_t)v->cold;
    pack.max_dc = (int16_t)v->hot;
    relay_step(&relay, &f);
    oracle_step(&oracle, v, t);
    steps++;
    for (int i = 0; i < 2; i++) {
        uint32_t off = relay.held[i] & OFF_RULES;
        if (relay.closed[i] != oracle.closed[i] || relay.held[i] != oracle.held[i])
            fail_msg(
                "%s, %s relay at %ld ms: closed %d held %x, by the manual %d %x; low %d high %d "
                "cold %d hot %d soc %d ma %d known %d faults %x, margins %d %d",
                oracle.mode, i ? "load" : "charge", t, relay.closed[i], relay.held[i],
                oracle.closed[i], oracle.held[i], v->low, v->high, v->cold, v->hot, v->soc, v->ma,
                v->known, v->faults, margin_mv, margin_dc);
        if (before[i] && !relay.closed[i]) {
            if (!(off >> relay.reason[i] & 1u) || (off & ((1u << relay.reason[i]) - 1u)))
                fail_msg("reason %u of %x", relay.reason[i], off);
            if ((off & (off - 1u)) == 0)
                reasons_seen |= off;
        }
    }
    note();
}

static long spend(const struct values *v, long t)
{
    static const long moments[] = { 0, 1, 999, 1000, 1001, 4999, 5000, 5001, 6250 };

    for (unsigned i = 0; i < TEST_COUNT_OF(moments); i++)
        step(v, t + moments[i]);
    return t + moments[TEST_COUNT_OF(moments) - 1u] + 250;
}

/* All values that matter, one quantity changed at a time. */
static struct values spots[200];
static unsigned spot_count;

static void add_spots(const struct values *base, size_t offset, int limit, int margin)
{
    for (int side = 0; side < (margin ? 2 : 1); side++) {
        for (int step_by = -1; step_by <= 1; step_by++) {
            struct values v = *base;
            int value = limit + side * margin + step_by;
            memcpy((char *)&v + offset, &value, sizeof value);
            assert_true(spot_count < TEST_COUNT_OF(spots));
            spots[spot_count++] = v;
        }
    }
}

static void find_spots(const struct values *base)
{
    spot_count = 0;
    spots[spot_count++] = *base;
    add_spots(base, offsetof(struct values, low), 3000, margin_mv);
    add_spots(base, offsetof(struct values, low), 3400, -margin_mv);
    add_spots(base, offsetof(struct values, high), 3400, -margin_mv);
    add_spots(base, offsetof(struct values, high), 3700, -margin_mv);
    add_spots(base, offsetof(struct values, cold), 0, margin_dc);
    add_spots(base, offsetof(struct values, cold), -200, margin_dc);
    add_spots(base, offsetof(struct values, hot), 450, -margin_dc);
    add_spots(base, offsetof(struct values, hot), 600, -margin_dc);
    add_spots(base, offsetof(struct values, soc), 200, 0);
    add_spots(base, offsetof(struct values, soc), 900, 0);
    add_spots(base, offsetof(struct values, ma), 0, 0);
    add_spots(base, offsetof(struct values, ma), 7575, 0);
    spots[spot_count] = *base;
    spots[spot_count++].known = false;
    for (unsigned bit = 0; bit < FAULT_BITS; bit++) {
        if (bit > 4 && bit < 8)
            continue;
        spots[spot_count] = *base;
        spots[spot_count++].faults = 1u << bit;
    }
}

static void walk(uint8_t mode, const struct values *base)
{
    find_spots(base);
    for (unsigned a = 0; a < spot_count; a++) {
        set_up(mode);
        spend(&spots[a], 0);
        for (unsigned b = 0; b < spot_count; b++) {
            long t = 0;
            set_up(mode);
            t = spend(&ordinary, t);
            assert_true(relay.closed[RELAY_CHARGE] && relay.closed[RELAY_LOAD]);
            t = spend(&spots[a], t);
            spend(&spots[b], t);
        }
    }
}

static void test_rules_at_every_limit_and_hold_time_are_as_in_the_manual(void **state)
{
    (void)state;
    read_manual();
    for (uint8_t mode = MODE_NORMAL; mode < MODE_COUNT; mode++) {
        for (int with_margin = 0; with_margin < 2; with_margin++) {
            margin_mv = with_margin * 25;
            margin_dc = with_margin * 15;
            walk(mode, &ordinary);
            walk(mode, &charged);
        }
    }
    print_message("%lu steps\n", steps);
}

/* The walk would prove nothing about a rule that it never met alone. */
static void test_walk_met_every_rule_alone(void **state)
{
    uint32_t off = OFF_RULES;

    (void)state;
    assert_int_equal(reasons_seen, off);
    assert_int_equal(waits_seen & ~off, (RULE_BIT(RULE_REST + 1u) - 1u) & ~off);
}

static void test_lines_and_rows_have_the_same_names_and_holds(void **state)
{
    struct rule row;
    char name[RULE_NAME_SIZE];

    (void)state;
    assert_int_equal(LINES, RULE_COUNT);
    for (uint8_t id = 0; id < RULE_COUNT; id++) {
        rules_row(id, &row);
        rules_name(id, name);
        assert_string_equal(name, lines[id].name);
        assert_int_equal(row.hold_ms, lines[id].hold_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_at_every_limit_and_hold_time_are_as_in_the_manual),
        cmocka_unit_test(test_walk_met_every_rule_alone),
        cmocka_unit_test(test_lines_and_rows_have_the_same_names_and_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
