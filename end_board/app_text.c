#include "end_board/app_text.h"

#include "common/pgm.h"
#include "protocol/crc.h"

void text_start(struct app_text *t)
{
    t->size = 0;
}

void text_char(struct app_text *t, char c)
{
    if (t->size < APP_TEXT_MAX)
        t->line[t->size++] = c;
}

void text_flash(struct app_text *t, const char *flash)
{
    char c;

    while ((c = (char)flash_u8(flash++)) != '\0')
        text_char(t, c);
}

void text_ram(struct app_text *t, const char *text)
{
    while (*text)
        text_char(t, *text++);
}

void text_word(struct app_text *t, const char *text)
{
    if (!*text)
        return;
    text_char(t, ' ');
    text_ram(t, text);
}

#define DIGITS_MAX 20u /* of 64 bits */

void text_fixed(struct app_text *t, int64_t value, uint8_t decimals)
{
    uint64_t rest = value < 0 ? 0u - (uint64_t)value : (uint64_t)value;
    char digit[DIGITS_MAX];
    uint8_t count = 0;

    while (rest != 0 || count <= decimals) {
        digit[count++] = (char)('0' + (uint8_t)(rest % 10u));
        rest /= 10u;
    }
    text_char(t, ' ');
    if (value < 0)
        text_char(t, '-');
    while (count--) {
        text_char(t, digit[count]);
        if (count == decimals && count != 0)
            text_char(t, '.');
    }
}

void text_digits(struct app_text *t, uint16_t value, uint8_t digits)
{
    uint16_t scale = 1;

    while (--digits)
        scale = (uint16_t)(scale * 10u);
    for (; scale != 0; scale /= 10u)
        text_char(t, (char)('0' + value / scale % 10u));
}

uint16_t text_checksum(const char *line, uint8_t size)
{
    return crc_of((const uint8_t *)line, size);
}

static char hex_digit(uint8_t nibble)
{
    return (char)(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);
}

/* Behind text_char()'s limit. */
static void put(struct app_text *t, char c)
{
    t->line[t->size++] = c;
}

void text_send(struct app_text *t)
{
    uint16_t sum = text_checksum(t->line, t->size);

    if (t->checked) {
        put(t, '*');
        for (uint8_t i = 0; i < APP_CHECKSUM_DIGITS; i++, sum = (uint16_t)(sum << 4))
            put(t, hex_digit((uint8_t)(sum >> 12)));
    }
    put(t, '\r');
    put(t, '\n');
    app_send(t->line, t->size);
}
