/* The commands that show something, a line of the reply at a time; a->at counts the lines. Parts of
 * app_show(), main loop only. */
#ifndef END_BOARD_APP_SHOW_H
#define END_BOARD_APP_SHOW_H

#include "end_board/app.h"

/* Rows first to end - 1 of the table of items. */
enum app_progress app_show_items(struct app *a, uint8_t first, uint8_t end);
enum app_progress app_show_cells(struct app *a, enum app_error *error);
enum app_progress app_show_warnings(struct app *a);
enum app_progress app_show_reasons(struct app *a);
enum app_progress app_show_settings(struct app *a);
/* The one whose name is the first argument. */
enum app_progress app_show_setting(struct app *a, enum app_error *error);
enum app_progress app_show_events(struct app *a, enum app_error *error);

/* " 37 38" or " unknown": the ring is broken behind this board. */
void app_place_words(struct app_text *t, uint8_t after);
/* " cell_silent": an enum rule_id, or the rest behind the last opening. */
void app_rule_name(struct app *a, uint8_t rule);
/* An argument that is no number: its error. */
enum app_error app_bad_number(struct app *a, const char *word);

#endif
