/* Collects the bytes of the app port into lines. Pure logic, main loop. */
#ifndef END_BOARD_APP_LINE_H
#define END_BOARD_APP_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define APP_LINE_MAX 80u
#define APP_LINE_PATIENCE_MS 60000u /* half a line is dropped when nothing follows */

enum line_fault { LINE_GOOD, LINE_LONG, LINE_NOT_TEXT, LINE_CHECKSUM };

struct app_line {
    char text[APP_LINE_MAX + 1u];
    uint8_t size;
    uint8_t fault; /* enum line_fault */
    bool checked;  /* it came with a checksum */
    bool after_cr; /* a LF that follows belongs to the same line end */
    bool complete; /* until the next byte */
    uint32_t byte_ms;
};

void line_init(struct app_line *l);
/* True when the byte ended a line: text without checksum and line end, or a fault. A byte that the
 * line damaged comes as 0xFF, which is no text. */
bool line_byte(struct app_line *l, uint8_t byte, uint32_t now_ms);

#define WORDS_MAX 4u

/* Takes the line apart in place; returns the number of words, WORDS_MAX + 1 when there are more. */
uint8_t line_words(char *text, char *word[WORDS_MAX]);
/* A whole decimal number; false when it is none or does not fit. */
bool line_number(const char *word, int32_t *value);

#endif
