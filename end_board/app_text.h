/* Makes the lines that the app port sends. No printf: it would cost 1.5 KB. Pure logic, main loop. */
#ifndef END_BOARD_APP_TEXT_H
#define END_BOARD_APP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#define APP_TEXT_MAX 120u                /* without checksum and line end */
#define APP_SEND_MAX (APP_TEXT_MAX + 7u) /* "*HHHH", CR, LF */
#define APP_CHECKSUM_DIGITS 4u

struct app_text {
    bool checked; /* lines end with their checksum */
    uint8_t size;
    char line[APP_SEND_MAX];
};

/* A new line. What does not fit is cut off. */
void text_start(struct app_text *t);
void text_char(struct app_text *t, char c);
/* A text in flash; one in RAM. */
void text_flash(struct app_text *t, const char *flash);
void text_ram(struct app_text *t, const char *text);
/* A blank and then a number, with a decimal point before the last `decimals` digits. */
void text_fixed(struct app_text *t, int64_t value, uint8_t decimals);
static inline void text_int(struct app_text *t, int32_t value)
{
    text_fixed(t, value, 0);
}
/* Exactly `digits` digits, without a blank. */
void text_digits(struct app_text *t, uint16_t value, uint8_t digits);
/* A blank and the text, if there is one. */
void text_word(struct app_text *t, const char *text);
/* The line goes out. */
void text_send(struct app_text *t);

/* The checksum of a line: CRC-16/DNP as on the ring, four hexadecimal digits. */
uint16_t text_checksum(const char *line, uint8_t size);

/* Implemented by the board: takes a whole line; there is room for APP_SEND_MAX. */
void app_send(const char *line, uint8_t size);

#endif
