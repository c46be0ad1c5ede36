#include "end_board/owner.h"

static void note(const struct owner *o, uint8_t code, uint8_t cell, int32_t value)
{
    struct event e = {
        .time_s = o->decide->calendar.now_s, .value = value, .code = code, .cell = cell
    };
    event_log_add(&o->keeper->log, &e);
}

/* What was done takes effect, is kept and logged. */
static void done(const struct owner *o, uint8_t code, uint8_t cell, int32_t value)
{
    decide_close(o->decide);
    note(o, code, cell, value);
}

enum settings_result owner_set(const struct owner *o, uint8_t id, int32_t value, uint8_t *other)
{
    struct settings *s = &o->decide->settings;
    struct setting row;
    enum settings_result result;

    if (setting_row(id, &row) && id != SETTING_CHEMISTRY && settings_get(s, id) == value)
        return SETTINGS_OK;
    result = settings_set(s, id, value, other);
    if (result != SETTINGS_OK)
        return result;
    o->keeper->settings_changed = true;
    done(o, EVENT_SETTING, id, row.flags & SETTING_SECRET ? 0 : value);
    return SETTINGS_OK;
}

void owner_confirm(const struct owner *o)
{
    if (o->decide->members.other) {
        members_accept(&o->decide->members);
        done(o, EVENT_BOARDS_CONFIRMED, 0, 0);
    }
    if (o->decide->settings.confirmed)
        return;
    o->decide->settings.confirmed = true;
    o->keeper->settings_changed = true;
    done(o, EVENT_SETTINGS_CONFIRMED, 0, 0);
}

bool owner_pin_fits(const struct owner *o, int32_t pin)
{
    if (o->decide->settings.pin == pin)
        return true;
    note(o, EVENT_PIN_WRONG, 0, 0);
    return false;
}

void owner_reset_pin(const struct owner *o)
{
    struct setting row;

    setting_row(SETTING_PIN, &row);
    if (o->decide->settings.pin != row.standard)
        o->keeper->settings_changed = true;
    o->decide->settings.pin = row.standard;
    done(o, EVENT_PIN_RESET, 0, 0);
}

void owner_clear_energy(const struct owner *o)
{
    energy_clear(&o->decide->energy);
    o->keeper->at_once = true;
    o->keeper->day_changed = true;
    done(o, EVENT_ENERGY_CLEARED, 0, 0);
}

void owner_clear_extremes(const struct owner *o)
{
    extremes_init(&o->decide->extremes);
    decide_close(o->decide);
    o->keeper->day_changed = true;
}

void owner_set_clock(const struct owner *o, uint32_t seconds_since_2000)
{
    int32_t moved_s = (int32_t)(seconds_since_2000 - o->decide->calendar.now_s);

    calendar_set(&o->decide->calendar, seconds_since_2000);
    done(o, EVENT_CLOCK_SET, 0, moved_s);
}

void owner_ordered(const struct owner *o, uint8_t cell, uint8_t item)
{
    note(o, EVENT_ORDER, cell, item);
}
