#include "common/cell_board.h"

#include <stddef.h>

#include "common/apart.h"
#include "common/eeprom_map.h"
#include "common/hal.h"
#include "common/identity.h"
#include "common/ntc.h"
#include "common/pgm.h"
#include "common/record.h"
#include "common/seal.h"
#include "common/self_test.h"
#include "common/switches.h"

#define TRIM_STEADY_ROUNDS 64u
#define TRIM_SAVE_STEPS 2u
#define RESISTOR_LOOK_ROUND 0u /* one of 16: is a sensor fitted, has it cooled down */
#define ROUND_MS_MAX 4096u

const uint16_t cell_board_counters_offset FLASH_TABLE __attribute__((used)) =
    offsetof(struct cell_board, link.counters);
const uint16_t cell_board_health_offset FLASH_TABLE __attribute__((used)) =
    offsetof(struct cell_board, health);

/* ---- clock trim over power-down --------------------------------------------------------------- */

static void load_trim(struct cell_board *b, uint8_t factory)
{
    uint8_t payload[TRIM_PAYLOAD];

    b->saved_trim = factory;
    if (!record_load(EEPROM_TRIM, TRIM_VERSION, payload, TRIM_PAYLOAD) || payload[0] != factory)
        return;
    b->saved_trim = payload[1];
    b->link.trim.divisor = payload[2];
    hal_clock_set_trim(payload[1]);
}

static uint8_t distance(uint8_t a, uint8_t b)
{
    return a > b ? (uint8_t)(a - b) : (uint8_t)(b - a);
}

/* Saved only when it has been two steps away for a minute: a few writes a year. */
static void count_steady_rounds(struct cell_board *b)
{
    if (distance(hal_clock_trim(), b->saved_trim) < TRIM_SAVE_STEPS)
        b->steady_rounds = 0;
    else if (b->steady_rounds < TRIM_STEADY_ROUNDS)
        b->steady_rounds++;
}

static void keep_trim(struct cell_board *b)
{
    uint8_t trim = hal_clock_trim();
    uint8_t payload[TRIM_PAYLOAD] = { b->link.trim.factory, trim, b->link.trim.divisor };

    if (b->steady_rounds < TRIM_STEADY_ROUNDS)
        return;
    record_save(EEPROM_TRIM, TRIM_VERSION, payload, TRIM_PAYLOAD);
    b->saved_trim = trim;
    b->steady_rounds = 0;
}

/* ---- memory ------------------------------------------------------------------------------------ */

static uint16_t seal_of(const struct cell_board *b)
{
    uint16_t seal = seal_more(hal_constants_seal(), &b->calibration, sizeof b->calibration);

    seal = seal_more(seal, &b->link.identity, sizeof b->link.identity);
    seal = seal_more(seal, &b->link.trim.factory, sizeof b->link.trim.factory);
    seal = seal_more(seal, &b->link.leader, sizeof b->link.leader);
    return seal_more(seal, &b->health.faults, sizeof b->health.faults);
}

void cell_board_seal(struct cell_board *b)
{
    b->seal = seal_of(b);
}

void cell_board_lead(struct cell_board *b)
{
    b->link.leader = true;
    cell_board_seal(b);
}

static bool is_spoiled(struct cell_board *b)
{
    b->spoiled = b->spoiled || seal_of(b) != b->seal;
    return b->spoiled;
}

void cell_board_look(struct cell_board *b)
{
    is_spoiled(b);
}

/* ---- measuring ------------------------------------------------------------------------------- */

static uint8_t temperature_flags(enum ntc_state state)
{
    switch (state) {
    case NTC_OPEN:
        return CELL_NTC_OPEN;
    case NTC_SHORT:
        return CELL_NTC_SHORT;
    case NTC_OK:
        break;
    }
    return 0;
}

static uint8_t status_flags(const struct cell_board *b)
{
    uint8_t flags = 0;

    if (b->balance.on)
        flags |= CELL_BALANCING;
    if (b->balance.hot || b->balance.resistor_hot)
        flags |= CELL_HOT;
    if (!b->calibration.valid)
        flags |= CELL_UNCALIBRATED;
    if (b->health.faults)
        flags |= CELL_UNTRUSTED;
    if (b->restarted)
        flags |= CELL_RESTARTED;
    if (b->link.trim.at_limit)
        flags |= CELL_CLOCK_LIMIT;
    return flags;
}

static void read_inputs(struct cell_board *b)
{
    uint16_t ntc_tap;
    uint16_t ntc_foot;
    uint16_t band_gap_sum = 0;
    bool check = health_check_due(&b->health) && b->calibration.valid;

    hal_balance(false);
    hal_analog_on();
    b->cell_sum = hal_analog_sum(ANALOG_CELL, CELL_SAMPLES);
    ntc_tap = hal_analog_sum(ANALOG_NTC, NTC_SAMPLES);
    ntc_foot = hal_analog_sum(ANALOG_NTC_FOOT, NTC_SAMPLES);
    if (check)
        band_gap_sum = hal_analog_sum(ANALOG_BAND_GAP, BAND_GAP_SAMPLES);
    hal_analog_off();
    hal_balance(b->balance.on);
    b->ntc_share = ntc_share(ntc_tap, ntc_foot);
    b->flags = temperature_flags(ntc_temperature(b->ntc_share, &b->dc));
    if (b->flags == 0)
        b->dc = (int16_t)(b->dc + b->calibration.offset_dc);
    b->mv = calibration_mv(&b->calibration, b->cell_sum, b->dc);
    if (check && !is_spoiled(b)) {
        health_analog(&b->health, self_test_analog(&b->calibration, b->mv, band_gap_sum));
        cell_board_seal(b);
    }
    health_reading(&b->health, b->mv);
}

/* End may raise it or forbid balancing, never lower it. */
static uint16_t limited_vbalance_mv(const struct cell_board *b)
{
    if (b->balance_limit_rounds == 0 || b->vbalance_mv == 0)
        return b->vbalance_mv;
    if (b->balance_limit_mv == 0 || b->balance_limit_mv > b->vbalance_mv)
        return b->balance_limit_mv;
    return b->vbalance_mv;
}

APART static void decide_balancing(struct cell_board *b)
{
    struct balance_input in = {
        .mv = b->mv,
        .dc = b->dc,
        .resistor_dc = resistor_dc(&b->resistor, b->mv, b->dc),
        .trusted = (b->flags & (CELL_NTC_OPEN | CELL_NTC_SHORT)) == 0 && b->calibration.valid &&
                   !b->resistor.lost && b->health.faults == 0,
        .vbalance_mv = limited_vbalance_mv(b),
        .lost = b->lost_s >= BALANCE_LOST_S,
    };

    balance_step(&b->balance, &in);
    hal_balance(b->balance.on);
}

void cell_board_measure(struct cell_board *b)
{
    read_inputs(b);
    if (is_spoiled(b)) {
        hal_balance(false);
        return;
    }
    decide_balancing(b);
    b->flags |= status_flags(b);
    link_set_reading(&b->link, b->mv, b->dc, b->flags);
}

/* ---- events ----------------------------------------------------------------------------------- */

static void look_at_resistor(struct cell_board *b)
{
    if (b->balance.on || b->balance.resistor_hot || b->link.round == RESISTOR_LOOK_ROUND)
        resistor_take(&b->resistor, hal_analog_resistor(NTC_SAMPLES));
}

/* In silence the seconds are counted by themselves. Before the first round nobody knows, and behind
 * a reset of Begin its time has jumped. */
static void note_round(struct cell_board *b)
{
    uint16_t ms = (uint16_t)(b->link.start.time_ms - b->round_ms);

    b->round_ms = b->link.start.time_ms;
    if (b->lost_s == 0 && !b->restarted && ms < ROUND_MS_MAX)
        health_elapsed(&b->health, ms);
}

static uint8_t led_causes(const struct cell_board *b)
{
    unsigned causes = b->led;

    if (b->identify_rounds & 1u)
        causes |= LED_IDENTIFY_LIT;
    else if (b->identify_rounds != 0)
        causes |= LED_IDENTIFY_DARK;
    if (b->balance.on)
        causes |= LED_BALANCING;
    return (uint8_t)causes;
}

void cell_board_show(const struct cell_board *b, uint16_t now_ms)
{
    hal_led(led_lit(led_causes(b), now_ms));
}

static void stop_balancing(struct cell_board *b)
{
    b->balance.on = false;
    hal_balance(false);
    cell_board_show(b, 0);
}

/* The head of a section knows neither switches nor time, and behind a broken ring nobody balances. A round
 * without a START may be one of these. */
static void strange_round_done(struct cell_board *b)
{
    if (b->link.origin == LINK_FROM_HEAD) {
        b->lost_s = BALANCE_LOST_S;
        stop_balancing(b);
    }
    if (!b->link.heading)
        trim_adjust(&b->link.trim);
}

static void round_done(struct cell_board *b)
{
    if (b->link.number == 0) {
        if (!b->link.leader)
            trim_stray(&b->link.trim);
        return;
    }
    if (b->link.origin != LINK_FROM_BEGIN) {
        strange_round_done(b);
        return;
    }
    note_round(b);
    b->restarted = false;
    b->lost_s = 0;
    b->vbalance_mv = switches_vbalance_mv(b->link.start.switches);
    if (b->balance_limit_rounds != 0)
        b->balance_limit_rounds--;
    if (!b->link.leader && link_hop_was_good(&b->link))
        trim_adjust(&b->link.trim);
    count_steady_rounds(b);
}

APART void cell_board_events(struct cell_board *b, uint8_t events)
{
    if (events & LINK_BREAK_SEEN) {
        if (b->lost_s < BALANCE_LOST_S) /* dark behind a broken wire */
            hal_led(led_lit(b->led | LED_DATA, 0));
        if (b->identify_rounds != 0)
            b->identify_rounds--;
    }
    if (events & (LINK_BREAK_SEEN | LINK_BREAK_LASTS)) {
        cell_board_measure(b);
        cell_board_show(b, 0);
    }
    if (events & LINK_ROUND_DONE)
        round_done(b);
    if (events & LINK_COMMAND)
        command_step(b);
}

void cell_board_rest(struct cell_board *b, uint8_t events)
{
    if (!(events & LINK_ROUND_DONE))
        return;
    look_at_resistor(b);
    if (b->link.origin != LINK_FROM_BEGIN || b->link.number == 0)
        return;
    health_round(&b->health, (int8_t)(hal_clock_trim() - b->link.trim.factory), b->link.trim.error);
    keep_trim(b);
}

void cell_board_second(struct cell_board *b)
{
    is_spoiled(b);
    health_elapsed(&b->health, 1000);
    if (b->lost_s < UINT8_MAX)
        b->lost_s++;
    if (b->lost_s < BALANCE_LOST_S)
        return;
    stop_balancing(b);
}

void cell_board_init(struct cell_board *b)
{
    uint8_t factory = hal_clock_trim();

    *b = (struct cell_board){ .restarted = true };
    health_init(&b->health);
    link_init(&b->link, factory);
    load_trim(b, factory);
    calibration_load(&b->calibration);
    b->staged = b->calibration;
    b->link.identity = identity_load(&b->calibration, factory);
    cell_board_seal(b);
}
