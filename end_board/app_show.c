/* Commands that show something. */
#include "end_board/app.h"
#include "end_board/app_date.h"
#include "end_board/noise.h"

#include <string.h>

#include "common/command.h"
#include "common/hal.h"
#include "common/pgm.h"

#define EVENTS_SHOWN 10u

/* ---- values of pack and counters -------------------------------------------------------------- */

struct value {
    bool known;
    int64_t number;
};

static struct value known(int64_t number)
{
    return (struct value){ true, number };
}

static struct value known_if(bool condition, int64_t number)
{
    return (struct value){ condition, number };
}

static struct value power_w(const struct decide *d)
{
    int64_t uw = (int64_t)d->facts.battery_ma * (int64_t)d->pack_mv;
    return known_if(d->facts.current_known && d->pack_mv != 0,
                    (uw + (uw < 0 ? -500000 : 500000)) / 1000000);
}

static struct value sensor_ma(const struct decide *d, uint8_t sensor)
{
    const struct meter_sensor *s = &d->meter.sensor[sensor];
    bool works = s->state != SENSOR_ABSENT && s->state != SENSOR_BROKEN;

    return known_if(s->fresh && works,
                    meter_sensor_ma(&d->meter, sensor, (uint8_t)d->settings.sensor_passes));
}

static struct value time_s(const struct decide *d, bool full)
{
    uint32_t seconds = 0;
    bool can = full ? soc_time_to_full(&d->soc, &d->settings, &seconds)
                    : soc_time_to_empty(&d->soc, &seconds);
    return known_if(can, seconds);
}

static struct value pack_value(const struct decide *d, enum app_item item)
{
    const struct pack *p = d->facts.pack;

    switch (item) {
    case SHOW_VOLTAGE:
        return known_if(!(p->faults & PACK_SILENT), p->total_mv);
    case SHOW_CURRENT:
        return known_if(d->facts.current_known, d->facts.battery_ma);
    case SHOW_CURRENT_IN:
        return sensor_ma(d, 0);
    case SHOW_CURRENT_OUT:
        return sensor_ma(d, 1);
    case SHOW_POWER:
        return power_w(d);
    case SHOW_SOC:
        return known(d->facts.soc_pm);
    case SHOW_SOC_CALIBRATED:
        return known(d->soc.calibrated);
    case SHOW_STORED:
        return known_if(d->soc.capacity_mas != 0, soc_stored_wh(&d->soc, &d->settings));
    case SHOW_TO_FULL:
        return time_s(d, true);
    case SHOW_TO_EMPTY:
        return time_s(d, false);
    case SHOW_CELLS:
        return known_if(p->count != 0, p->count);
    case SHOW_LOWEST:
        return known_if(p->lowest != 0, p->min_mv);
    case SHOW_LOWEST_CELL:
        return known_if(p->lowest != 0, p->lowest);
    case SHOW_HIGHEST:
        return known_if(p->highest != 0, p->max_mv);
    case SHOW_HIGHEST_CELL:
        return known_if(p->highest != 0, p->highest);
    case SHOW_COLDEST:
        return known_if(p->coldest != 0, p->min_dc);
    case SHOW_COLDEST_CELL:
        return known_if(p->coldest != 0, p->coldest);
    case SHOW_HOTTEST:
        return known_if(p->hottest != 0, p->max_dc);
    case SHOW_HOTTEST_CELL:
        return known_if(p->hottest != 0, p->hottest);
    case SHOW_VBALANCE:
        return known(d->facts.vbalance_mv);
    case SHOW_CHARGE_CLOSED:
        return known(d->relay.closed[RELAY_CHARGE]);
    case SHOW_LOAD_CLOSED:
        return known(d->relay.closed[RELAY_LOAD]);
    case SHOW_COUNTERS:
    case SHOW_OUT:
    case SHOW_IN_TODAY:
    case SHOW_OUT_TODAY:
    case SHOW_CYCLES:
    case SHOW_EVER_LOWEST:
    case SHOW_EVER_LOWEST_CELL:
    case SHOW_EVER_HIGHEST:
    case SHOW_EVER_HIGHEST_CELL:
    case SHOW_EVER_COLDEST:
    case SHOW_EVER_COLDEST_CELL:
    case SHOW_EVER_HOTTEST:
    case SHOW_EVER_HOTTEST_CELL:
    case SHOW_EVER_CHARGE:
    case SHOW_EVER_DISCHARGE:
    case SHOW_ITEMS:
        break;
    }
    return known_if(false, 0);
}

static struct value counter_value(const struct decide *d, enum app_item item)
{
    const struct extremes *x = &d->extremes;

    switch (item) {
    case SHOW_IN:
        return known((int64_t)d->energy.in.mwh);
    case SHOW_OUT:
        return known((int64_t)d->energy.out.mwh);
    case SHOW_IN_TODAY:
        return known((int64_t)energy_today_mwh(&d->energy.in));
    case SHOW_OUT_TODAY:
        return known((int64_t)energy_today_mwh(&d->energy.out));
    case SHOW_CYCLES:
        return known(d->energy.cycles_milli);
    case SHOW_EVER_LOWEST:
        return known_if(x->known, x->min_mv);
    case SHOW_EVER_LOWEST_CELL:
        return known_if(x->known, x->lowest);
    case SHOW_EVER_HIGHEST:
        return known_if(x->known, x->max_mv);
    case SHOW_EVER_HIGHEST_CELL:
        return known_if(x->known, x->highest);
    case SHOW_EVER_COLDEST:
        return known_if(x->known, x->min_dc);
    case SHOW_EVER_COLDEST_CELL:
        return known_if(x->known, x->coldest);
    case SHOW_EVER_HOTTEST:
        return known_if(x->known, x->max_dc);
    case SHOW_EVER_HOTTEST_CELL:
        return known_if(x->known, x->hottest);
    case SHOW_EVER_CHARGE:
        return known(x->charge_ma);
    case SHOW_EVER_DISCHARGE:
        return known(x->discharge_ma);
    case SHOW_VOLTAGE:
    case SHOW_CURRENT:
    case SHOW_CURRENT_IN:
    case SHOW_CURRENT_OUT:
    case SHOW_POWER:
    case SHOW_SOC:
    case SHOW_SOC_CALIBRATED:
    case SHOW_STORED:
    case SHOW_TO_FULL:
    case SHOW_TO_EMPTY:
    case SHOW_CELLS:
    case SHOW_LOWEST:
    case SHOW_LOWEST_CELL:
    case SHOW_HIGHEST:
    case SHOW_HIGHEST_CELL:
    case SHOW_COLDEST:
    case SHOW_COLDEST_CELL:
    case SHOW_HOTTEST:
    case SHOW_HOTTEST_CELL:
    case SHOW_VBALANCE:
    case SHOW_CHARGE_CLOSED:
    case SHOW_LOAD_CLOSED:
    case SHOW_ITEMS:
        break;
    }
    return known_if(false, 0);
}

static enum app_progress show_items(struct app *a, uint8_t first, uint8_t end)
{
    uint8_t item = (uint8_t)(first + a->at);
    struct app_item_row row;
    struct value value;

    if (item >= end || !app_item_row(item, &row))
        return APP_DONE;
    value = item < SHOW_COUNTERS ? pack_value(app_decide(a), (enum app_item)item)
                                 : counter_value(app_decide(a), (enum app_item)item);
    text_start(&a->out);
    text_ram(&a->out, row.name);
    if (value.known)
        text_fixed(&a->out, value.number, row.decimals);
    else
        text_flash(&a->out, FLASH_TEXT(" unknown"));
    text_word(&a->out, row.unit);
    text_send(&a->out);
    return APP_MORE;
}

/* ---- cells ------------------------------------------------------------------------------------ */

static struct pack_cell cell_of(const struct pack *p, uint8_t number)
{
    uint8_t irq = hal_irq_save();
    struct pack_cell copy = p->cell[number - 1u];

    hal_irq_restore(irq);
    return copy;
}

static void mark(struct app *a, bool condition, const char *flash)
{
    if (!condition)
        return;
    text_char(&a->out, ' ');
    text_flash(&a->out, flash);
}

static void mark_limits(struct app *a, const struct pack_cell *c, bool warm)
{
    const struct settings *s = &app_decide(a)->settings;

    mark(a, c->mv > s->vmax_mv, FLASH_TEXT("high"));
    mark(a, c->mv < s->vmin_mv, FLASH_TEXT("low"));
    if (!warm)
        return;
    mark(a, c->dc > s->charge_tmax_dc || c->dc > s->discharge_tmax_dc, FLASH_TEXT("hot"));
    mark(a, c->dc < s->charge_tmin_dc || c->dc < s->discharge_tmin_dc, FLASH_TEXT("cold"));
}

static void cell_line(struct app *a, uint8_t number)
{
    struct pack_cell c = cell_of(app_decide(a)->facts.pack, number);
    bool warm = !(c.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT));

    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("cell"));
    text_int(&a->out, number);
    if (!c.fresh) {
        text_flash(&a->out, FLASH_TEXT(" unknown V unknown C silent"));
        text_send(&a->out);
        return;
    }
    text_fixed(&a->out, c.mv, 3);
    text_flash(&a->out, FLASH_TEXT(" V"));
    if (warm)
        text_fixed(&a->out, c.dc, 1);
    else
        text_flash(&a->out, FLASH_TEXT(" unknown"));
    text_flash(&a->out, FLASH_TEXT(" C"));
    mark(a, c.flags & CELL_BALANCING, FLASH_TEXT("balancing"));
    mark_limits(a, &c, warm);
    mark(a, c.flags & CELL_UNCALIBRATED, FLASH_TEXT("uncalibrated"));
    mark(a, c.flags & CELL_UNTRUSTED, FLASH_TEXT("untrusted"));
    text_send(&a->out);
}

static enum app_error bad_number(struct app *a, const char *word)
{
    app_error_begin(a, APP_ERROR_NUMBER);
    text_word(&a->out, word);
    text_send(&a->out);
    return APP_ERROR_NUMBER;
}

/* FROM and TO become at and end. */
static enum app_error cell_range(struct app *a)
{
    uint8_t count = app_decide(a)->facts.pack->count;
    int32_t from = 1;
    int32_t to = count;

    if (a->words > 1 && !line_number(a->word[1], &from))
        return bad_number(a, a->word[1]);
    if (a->words > 2 && !line_number(a->word[2], &to))
        return bad_number(a, a->word[2]);
    if (a->words > 1 && (from < 1 || from > count || to < from || to > count)) {
        app_error_begin(a, APP_ERROR_CELL);
        text_int(&a->out, count);
        text_send(&a->out);
        return APP_ERROR_CELL;
    }
    a->at = (uint16_t)from;
    a->end = (uint16_t)(to + 1);
    return APP_OK;
}

static enum app_progress show_cells(struct app *a, enum app_error *error)
{
    if (a->end == 0) {
        *error = cell_range(a);
        if (*error != APP_OK)
            return APP_DONE;
    }
    if (a->at >= a->end)
        return APP_DONE;
    cell_line(a, (uint8_t)a->at);
    return APP_MORE;
}

/* ---- warnings and reasons --------------------------------------------------------------------- */

uint8_t app_warnings(const struct decide *d)
{
    const struct pack *p = d->facts.pack;
    const struct settings *s = &d->settings;
    uint8_t warnings = 0;

    if (d->facts.faults & PACK_FAULT_ANY)
        warnings |= 1u << WARN_E;
    if (p->highest && p->max_mv > s->vmax_mv)
        warnings |= 1u << WARN_VH;
    if (p->lowest && p->min_mv < s->vmin_mv)
        warnings |= 1u << WARN_VL;
    if (p->hottest && (p->max_dc > s->charge_tmax_dc || p->max_dc > s->discharge_tmax_dc))
        warnings |= 1u << WARN_TH;
    if (p->coldest && (p->min_dc < s->charge_tmin_dc || p->min_dc < s->discharge_tmin_dc))
        warnings |= 1u << WARN_TL;
    return warnings;
}

void app_warning_name(struct app_text *t, uint8_t warning)
{
    static const char names[WARNINGS][3] FLASH_TABLE = { "E", "Vh", "Vl", "Th", "Tl" };
    text_flash(t, names[warning]);
}

static uint8_t cell_of_warning(const struct pack *p, enum app_warning warning)
{
    switch (warning) {
    case WARN_VH:
        return p->highest;
    case WARN_VL:
        return p->lowest;
    case WARN_TH:
        return p->hottest;
    case WARN_TL:
        return p->coldest;
    case WARN_E:
    case WARNINGS:
        break;
    }
    return 0;
}

static void place_words(struct app_text *t, uint8_t after)
{
    if (after == PLACE_UNKNOWN) {
        text_flash(t, FLASH_TEXT(" unknown"));
        return;
    }
    text_int(t, after);
    text_int(t, after + 1);
}

void app_broken(struct app_text *t, uint8_t after)
{
    text_flash(t, FLASH_TEXT("broken"));
    place_words(t, after);
}

uint8_t app_noisy(struct app_text *t, const struct pack *pack, uint8_t board)
{
    for (; board != 0 && board <= pack->count; board++) {
        if (pack->cell[board - 1u].noisy == 0)
            continue;
        text_flash(t, FLASH_TEXT(" noisy"));
        text_int(t, noise_before(pack, board));
        text_int(t, board);
        return board;
    }
    return 0;
}

/* One line for each noisy hop; end is where to go on. */
static enum app_progress show_noisy(struct app *a)
{
    const struct pack *p = app_decide(a)->facts.pack;
    uint8_t board;

    text_start(&a->out);
    board = app_noisy(&a->out, p, (uint8_t)(a->end + 1u));
    if (board == 0)
        return APP_DONE;
    text_int(&a->out, p->cell[board - 1u].noisy);
    text_send(&a->out);
    a->end = board;
    return APP_MORE;
}

/* Behind the warnings, if there is one. */
static enum app_progress show_place(struct app *a)
{
    const struct place *p = &app_decide(a)->facts.pack->place;

    if (a->at > WARNINGS || !p->broken)
        return show_noisy(a);
    text_start(&a->out);
    app_broken(&a->out, p->after);
    text_send(&a->out);
    return APP_MORE;
}

static enum app_progress show_warnings(struct app *a)
{
    const struct decide *d = app_decide(a);
    uint8_t warning = (uint8_t)a->at;
    bool stands;
    uint8_t cell;

    if (warning >= WARNINGS)
        return show_place(a);
    stands = app_warnings(d) & (1 << warning);
    cell = stands ? cell_of_warning(d->facts.pack, (enum app_warning)warning) : 0;
    text_start(&a->out);
    app_warning_name(&a->out, warning);
    text_int(&a->out, stands);
    if (cell != 0) {
        text_flash(&a->out, FLASH_TEXT(" cell"));
        text_int(&a->out, cell);
    }
    text_send(&a->out);
    return APP_MORE;
}

static void relay_name(struct app *a, uint8_t relay)
{
    if (relay == RELAY_CHARGE)
        text_flash(&a->out, FLASH_TEXT("charge"));
    else
        text_flash(&a->out, FLASH_TEXT("load"));
}

static void rule_name(struct app *a, uint8_t rule)
{
    char name[RULE_NAME_SIZE];

    if (rule >= RULE_COUNT) {
        text_flash(&a->out, FLASH_TEXT(" rest"));
        return;
    }
    rules_name(rule, name);
    text_word(&a->out, name);
}

#define REASON_LINES 33u /* of a relay: its state, then each rule */

static bool reason_line(struct app *a, uint8_t relay, uint8_t line)
{
    const struct relay *r = &app_decide(a)->relay;

    if (line != 0 && !(r->held[relay] >> (line - 1u) & 1u))
        return false;
    text_start(&a->out);
    relay_name(a, relay);
    if (line != 0) {
        text_flash(&a->out, FLASH_TEXT("_held"));
        rule_name(a, (uint8_t)(line - 1u));
    } else if (r->closed[relay]) {
        text_flash(&a->out, FLASH_TEXT(" closed"));
    } else {
        text_flash(&a->out, FLASH_TEXT(" open"));
    }
    text_send(&a->out);
    return true;
}

static enum app_progress show_reasons(struct app *a)
{
    for (; a->at < RELAY_COUNT * REASON_LINES; a->at++)
        if (reason_line(a, (uint8_t)(a->at / REASON_LINES), (uint8_t)(a->at % REASON_LINES)))
            return APP_MORE;
    return APP_DONE;
}

/* ---- settings --------------------------------------------------------------------------------- */

void app_setting_range(struct app_text *t, const struct setting *row)
{
    if (row->choices == 0) {
        text_flash(t, FLASH_TEXT(" from"));
        text_int(t, row->min);
        text_flash(t, FLASH_TEXT(" to"));
        text_int(t, row->max);
        return;
    }
    text_flash(t, FLASH_TEXT(" one of"));
    for (uint8_t i = 0; i < 8; i++)
        if (row->choices & (1 << i))
            text_int(t, i);
}

void app_setting_line(struct app *a, uint8_t id, bool with_range)
{
    struct setting row;

    setting_row(id, &row);
    text_start(&a->out);
    text_ram(&a->out, row.name);
    if (row.flags & SETTING_SECRET)
        text_flash(&a->out, FLASH_TEXT(" secret"));
    else
        text_int(&a->out, settings_get(&app_decide(a)->settings, id));
    text_word(&a->out, row.unit);
    if (with_range)
        app_setting_range(&a->out, &row);
    text_send(&a->out);
}

static enum app_progress show_settings(struct app *a)
{
    if (a->at < SETTINGS_COUNT) {
        app_setting_line(a, (uint8_t)(a->at + 1u), true);
        return APP_MORE;
    }
    if (a->at > SETTINGS_COUNT)
        return APP_DONE;
    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("confirmed"));
    text_int(&a->out, app_decide(a)->settings.confirmed);
    text_send(&a->out);
    return APP_MORE;
}

static enum app_progress show_setting(struct app *a, enum app_error *error)
{
    uint8_t id = setting_find(a->word[1]);

    if (id == SETTING_NONE) {
        *error = APP_ERROR_NAME;
        app_error_begin(a, *error);
        text_word(&a->out, a->word[1]);
        text_send(&a->out);
    } else {
        app_setting_line(a, id, true);
    }
    return APP_DONE;
}

/* ---- events ----------------------------------------------------------------------------------- */

/* The rule that a fault's bit is the condition of. */
static void fault_name(struct app *a, int32_t bit)
{
    struct rule row;

    for (uint8_t rule = 0; rule < RULE_COUNT; rule++) {
        rules_row(rule, &row);
        if (row.compare == COMPARE_ANY_BIT && row.bits == 1u << bit) {
            rule_name(a, rule);
            return;
        }
    }
    text_int(&a->out, bit);
}

static void setting_event(struct app *a, const struct event *e)
{
    struct setting row;

    if (!setting_row(e->cell, &row))
        return;
    text_word(&a->out, row.name);
    text_int(&a->out, e->value);
}

static void order_name(struct app *a, uint8_t item)
{
    struct app_order_row row;

    for (uint8_t i = 0; app_order_row(i, &row); i++)
        if (row.item == item)
            text_word(&a->out, row.name);
}

static void event_details(struct app *a, const struct event *e)
{
    switch ((enum event_code)e->code) {
    case EVENT_FAULT_BEGIN:
    case EVENT_FAULT_END:
        fault_name(a, e->value);
        break;
    case EVENT_CHARGE_OPENED:
    case EVENT_LOAD_OPENED:
        rule_name(a, (uint8_t)e->value);
        break;
    case EVENT_SETTING:
        setting_event(a, e);
        return;
    case EVENT_CHAIN_BROKEN:
        place_words(&a->out, e->cell);
        return;
    case EVENT_ORDER:
        order_name(a, (uint8_t)e->value);
        break;
    case EVENT_HOP_NOISY:
    case EVENT_HOP_QUIET:
        text_int(&a->out, e->cell);
        text_int(&a->out, e->value);
        return;
    case EVENT_RESET:
    case EVENT_SOC_FULL:
    case EVENT_SOC_EMPTY:
    case EVENT_CLOCK_SET:
        text_int(&a->out, e->value);
        break;
    case EVENT_NONE:
    case EVENT_CHARGE_CLOSED:
    case EVENT_LOAD_CLOSED:
    case EVENT_SETTINGS_CONFIRMED:
    case EVENT_BOARDS_CONFIRMED:
    case EVENT_PIN_RESET:
    case EVENT_PIN_WRONG:
    case EVENT_ENERGY_CLEARED:
    case EVENT_CHAIN_WHOLE:
    case EVENT_BOARD_RESET:
    case EVENT_COUNT:
        break;
    }
    if (e->cell == 0)
        return;
    text_flash(&a->out, FLASH_TEXT(" cell"));
    text_int(&a->out, e->cell);
}

static void event_line(struct app *a, const struct event *e)
{
    struct event_row row;

    text_start(&a->out);
    text_flash(&a->out, FLASH_TEXT("event"));
    text_int(&a->out, (int32_t)a->at + 1);
    date_text(&a->out, e->time_s);
    if (event_row(e->code, &row))
        text_word(&a->out, row.name);
    else
        text_int(&a->out, e->code); /* written by a newer firmware */
    event_details(a, e);
    text_send(&a->out);
}

static enum app_error event_count(struct app *a)
{
    int32_t count = EVENTS_SHOWN;

    if (a->words > 1 && (!line_number(a->word[1], &count) || count < 1))
        return bad_number(a, a->word[1]);
    a->end = (uint16_t)(count > (int32_t)EVENT_LOG_SIZE ? (int32_t)EVENT_LOG_SIZE : count);
    return APP_OK;
}

static enum app_progress show_events(struct app *a, enum app_error *error)
{
    struct event e;

    if (a->end == 0)
        *error = event_count(a);
    if (*error != APP_OK || a->at >= a->end ||
        !event_log_read(&a->owner->keeper->log, (uint8_t)a->at, &e))
        return APP_DONE;
    event_line(a, &e);
    return APP_MORE;
}

/* ---- the rest --------------------------------------------------------------------------------- */

static enum app_progress show_help(struct app *a)
{
    struct app_command_row row;

    if (!app_command_row((uint8_t)a->at, &row))
        return APP_DONE;
    text_start(&a->out);
    text_ram(&a->out, row.name);
    text_word(&a->out, row.arguments);
    text_flash(&a->out, row.login ? FLASH_TEXT(" - (login) ") : FLASH_TEXT(" - "));
    text_ram(&a->out, row.help);
    text_send(&a->out);
    return APP_MORE;
}

static enum app_progress show_clock(struct app *a)
{
    const struct calendar *c = &app_decide(a)->calendar;

    text_start(&a->out);
    if (a->at == 0) {
        text_flash(&a->out, FLASH_TEXT("clock"));
        date_text(&a->out, c->now_s);
    } else if (a->at == 1) {
        text_flash(&a->out, FLASH_TEXT("clock_set"));
        text_int(&a->out, c->set);
    } else {
        return APP_DONE;
    }
    text_send(&a->out);
    return APP_MORE;
}

static enum app_progress show_versions(struct app *a)
{
    text_start(&a->out);
    if (a->at == 0) {
        text_flash(&a->out, FLASH_TEXT("firmware"));
        text_int(&a->out, (uint8_t)(FIRMWARE_VERSION >> 16));
        text_char(&a->out, '.');
        text_digits(&a->out, (uint8_t)(FIRMWARE_VERSION >> 8), 1);
        text_char(&a->out, '.');
        text_digits(&a->out, (uint8_t)FIRMWARE_VERSION, 1);
    } else if (a->at == 1) {
        text_flash(&a->out, FLASH_TEXT("protocol"));
        text_int(&a->out, APP_PROTOCOL_VERSION);
    } else {
        return APP_DONE;
    }
    text_send(&a->out);
    return APP_MORE;
}

enum app_progress app_show(struct app *a, enum app_error *error)
{
    switch ((enum app_command)a->command) {
    case APP_HELP:
        return show_help(a);
    case APP_PACK:
        return show_items(a, 0, SHOW_COUNTERS);
    case APP_CELLS:
        return show_cells(a, error);
    case APP_WARNINGS:
        return show_warnings(a);
    case APP_REASONS:
        return show_reasons(a);
    case APP_SETTINGS:
        return show_settings(a);
    case APP_GET:
        return show_setting(a, error);
    case APP_EVENTS:
        return show_events(a, error);
    case APP_COUNTERS:
        return show_items(a, SHOW_COUNTERS, SHOW_ITEMS);
    case APP_CLOCK:
        return show_clock(a);
    case APP_VERSIONS:
        return show_versions(a);
    case APP_SET:
    case APP_PRESET:
    case APP_CONFIRM:
    case APP_LOGIN:
    case APP_LOGOUT:
    case APP_PIN:
    case APP_CLEAR:
    case APP_WATCH:
    case APP_BOARD:
    case APP_ORDER:
    case APP_COMMANDS:
        break;
    }
    return APP_DONE;
}
