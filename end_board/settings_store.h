/* Settings in the EEPROM: a sealed record in two copies. These wait for each byte: for the rig that
 * sets a board up. On the board itself end_board/keeper.h loads and saves the same record. */
#ifndef END_BOARD_SETTINGS_STORE_H
#define END_BOARD_SETTINGS_STORE_H

#include "end_board/settings.h"

/* 1 was a list of fields without ids. */
#define SETTINGS_VERSION 2u

/* Loads the record. Without a sane one: the defaults, not confirmed, and false. An End board that is
 * new and one that lost both copies are alike: nothing is known about the pack. */
bool settings_load(struct settings *s);
void settings_save(const struct settings *s);

#endif
