/* What `cells` shows. */
#include "end_board/app_show.h"

#include "common/hal.h"
#include "common/pgm.h"

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

enum app_error app_bad_number(struct app *a, const char *word)
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
        return app_bad_number(a, a->word[1]);
    if (a->words > 2 && !line_number(a->word[2], &to))
        return app_bad_number(a, a->word[2]);
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

enum app_progress app_show_cells(struct app *a, enum app_error *error)
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
