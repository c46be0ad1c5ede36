/* Date and time of the calendar's seconds since 2000-01-01 00:00. Pure. */
#ifndef END_BOARD_APP_DATE_H
#define END_BOARD_APP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/app_text.h"

#define DATE_YEAR_MAX 2099u

/* " 2026-11-20 20:14:03" */
void date_text(struct app_text *t, uint32_t seconds);
/* "2026-11-20" and "20:14:03"; false when it is no such date or time of 2000 to 2099. */
bool date_parse(const char *date, const char *time, uint32_t *seconds);

#endif
