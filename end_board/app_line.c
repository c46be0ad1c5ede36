#include "end_board/app_line.h"

#include <string.h>

#include "end_board/app_text.h"

#define BACKSPACE 0x08u
#define DELETE 0x7Fu
#define BLANK 0x20u

void line_init(struct app_line *l)
{
    *l = (struct app_line){ 0 };
}

static void begin(struct app_line *l)
{
    l->size = 0;
    l->fault = LINE_GOOD;
    l->checked = l->complete = false;
}

/* ---- checksum --------------------------------------------------------------------------------- */

static bool take_hex(char c, uint16_t *value)
{
    uint8_t nibble;

    if (c >= '0' && c <= '9')
        nibble = (uint8_t)(c - '0');
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        nibble = (uint8_t)((c | 0x20) - 'a' + 10);
    else
        return false;
    *value = (uint16_t)((uint16_t)(*value << 4) | nibble);
    return true;
}

/* A line with a star has a checksum behind the last one, or is damaged. */
static void check(struct app_line *l)
{
    char *star = strrchr(l->text, '*');
    uint16_t sum = 0;
    uint8_t digits = 0;

    if (!star)
        return;
    l->checked = true;
    while (star[1u + digits] && take_hex(star[1u + digits], &sum))
        digits++;
    if (digits != APP_CHECKSUM_DIGITS || star[1u + digits] ||
        sum != text_checksum(l->text, (uint8_t)(star - l->text)))
        l->fault = LINE_CHECKSUM;
    *star = '\0';
}

/* ---- bytes ------------------------------------------------------------------------------------ */

static bool end(struct app_line *l)
{
    l->text[l->size] = '\0';
    l->complete = true;
    if (l->fault == LINE_GOOD)
        check(l);
    return true;
}

static void add(struct app_line *l, uint8_t byte)
{
    if (byte == BACKSPACE || byte == DELETE) {
        if (l->size > 0)
            l->size--;
    } else if ((byte < BLANK && byte != '\t') || byte > DELETE) {
        l->fault = LINE_NOT_TEXT;
    } else if (l->size < APP_LINE_MAX) {
        l->text[l->size++] = byte == '\t' ? ' ' : (char)byte;
    } else if (l->fault == LINE_GOOD) {
        l->fault = LINE_LONG;
    }
}

bool line_byte(struct app_line *l, uint8_t byte, uint32_t now_ms)
{
    bool after_cr = l->after_cr;

    if (l->complete || now_ms - l->byte_ms >= APP_LINE_PATIENCE_MS)
        begin(l);
    l->byte_ms = now_ms;
    l->after_cr = byte == '\r';
    if (byte == '\r')
        return end(l);
    if (byte == '\n')
        return !(after_cr && l->size == 0) && end(l);
    add(l, byte);
    return false;
}

/* ---- words ------------------------------------------------------------------------------------ */

uint8_t line_words(char *text, char *word[WORDS_MAX])
{
    uint8_t count = 0;

    for (;;) {
        while (*text == ' ')
            text++;
        if (!*text)
            return count;
        if (count == WORDS_MAX)
            return WORDS_MAX + 1u;
        word[count++] = text;
        while (*text && *text != ' ')
            text++;
        if (*text)
            *text++ = '\0';
    }
}

#define NUMBER_MAX 1000000000l

bool line_number(const char *word, int32_t *value)
{
    bool negative = *word == '-';
    int32_t number = 0;

    word += negative;
    if (!*word)
        return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9' || number >= NUMBER_MAX / 10)
            return false;
        number = number * 10 + (*word - '0');
    }
    *value = negative ? -number : number;
    return true;
}
