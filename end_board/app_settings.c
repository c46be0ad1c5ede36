/* What `settings` and `get` show. */
#include "end_board/app_show.h"

#include "common/pgm.h"

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

enum app_progress app_show_settings(struct app *a)
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

enum app_progress app_show_setting(struct app *a, enum app_error *error)
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
