#include "end_board/app_date.h"

#include "end_board/calendar.h"

#define FEBRUARY 2u

/* 2000 to 2099: each fourth year is a leap year. */
static uint8_t days_in(uint16_t year, uint8_t month)
{
    if (month == FEBRUARY)
        return year % 4u == 0 ? 29 : 28;
    return (uint8_t)(30 + ((month + (month >> 3)) & 1));
}

static uint16_t days_of_year(uint16_t year)
{
    return year % 4u == 0 ? 366 : 365;
}

static void put_time(struct app_text *t, uint32_t second)
{
    text_char(t, ' ');
    text_digits(t, (uint16_t)(second / 3600u), 2);
    text_char(t, ':');
    text_digits(t, (uint16_t)(second / 60u % 60u), 2);
    text_char(t, ':');
    text_digits(t, (uint16_t)(second % 60u), 2);
}

void date_text(struct app_text *t, uint32_t seconds)
{
    uint16_t day = (uint16_t)(seconds / CALENDAR_DAY_S);
    uint16_t year = 2000;
    uint8_t month = 1;

    while (day >= days_of_year(year))
        day = (uint16_t)(day - days_of_year(year++));
    while (day >= days_in(year, month))
        day = (uint16_t)(day - days_in(year, month++));
    text_char(t, ' ');
    text_digits(t, year, 4);
    text_char(t, '-');
    text_digits(t, month, 2);
    text_char(t, '-');
    text_digits(t, (uint16_t)(day + 1u), 2);
    put_time(t, seconds % CALENDAR_DAY_S);
}

/* Digits of a fixed number from min to max; the text goes on behind them. */
static bool take(const char **text, uint8_t digits, uint16_t min, uint16_t max, uint16_t *value)
{
    *value = 0;
    while (digits--) {
        if (**text < '0' || **text > '9')
            return false;
        *value = (uint16_t)(*value * 10u + (uint16_t)(*(*text)++ - '0'));
    }
    return *value >= min && *value <= max;
}

static bool take_char(const char **text, char c)
{
    return *(*text)++ == c;
}

static bool parse_day(const char *date, uint16_t *day)
{
    uint16_t year, month, of_month;

    if (!take(&date, 4, 2000, DATE_YEAR_MAX, &year) || !take_char(&date, '-') ||
        !take(&date, 2, 1, 12, &month) || !take_char(&date, '-') ||
        !take(&date, 2, 1, days_in(year, (uint8_t)month), &of_month) || *date)
        return false;
    *day = (uint16_t)(of_month - 1u);
    while (--month)
        *day = (uint16_t)(*day + days_in(year, (uint8_t)month));
    while (year-- > 2000)
        *day = (uint16_t)(*day + days_of_year(year));
    return true;
}

bool date_parse(const char *date, const char *time, uint32_t *seconds)
{
    uint16_t day = 0;
    uint16_t hour, minute, second;

    if (!parse_day(date, &day) || !take(&time, 2, 0, 23, &hour) || !take_char(&time, ':') ||
        !take(&time, 2, 0, 59, &minute) || !take_char(&time, ':') ||
        !take(&time, 2, 0, 59, &second) || *time)
        return false;
    *seconds = day * CALENDAR_DAY_S + (hour * (uint32_t)60u + minute) * 60u + second;
    return true;
}
