/* What `warnings` and `reasons` show: what is wrong, where, and what holds a relay open. */
#include "end_board/app_show.h"

#include "common/pgm.h"
#include "end_board/noise.h"

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

void app_place_words(struct app_text *t, uint8_t after)
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
    app_place_words(t, after);
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

enum app_progress app_show_warnings(struct app *a)
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

void app_rule_name(struct app *a, uint8_t rule)
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
        app_rule_name(a, (uint8_t)(line - 1u));
    } else if (r->closed[relay]) {
        text_flash(&a->out, FLASH_TEXT(" closed"));
    } else {
        text_flash(&a->out, FLASH_TEXT(" open"));
    }
    text_send(&a->out);
    return true;
}

enum app_progress app_show_reasons(struct app *a)
{
    for (; a->at < RELAY_COUNT * REASON_LINES; a->at++)
        if (reason_line(a, (uint8_t)(a->at / REASON_LINES), (uint8_t)(a->at % REASON_LINES)))
            return APP_MORE;
    return APP_DONE;
}
