/* The disassembler against avr-objdump: all words there are, and every instruction of the images. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "debug/disasm.h"

/* "  8c:\t0e 94 00 01 \tcall\t0x200\t; 0x200 <main>": address, bytes, text without its comment. */
static bool take_line(char *line, uint8_t *bytes, int *count, char *text, size_t size)
{
    char *at = strchr(line, ':');
    char *comment = strchr(line, ';');
    char *end;

    if (!at || at[1] != '\t')
        return false;
    if (comment)
        *comment = '\0';
    at += 2;
    for (*count = 0; *count < 4 && isxdigit((unsigned char)at[0]); ++*count) {
        bytes[*count] = (uint8_t)strtoul(at, &end, 16);
        at = end + (*end == ' ');
    }
    snprintf(text, size, "%s", at);
    return *count >= 2;
}

/* One blank between words and none at the ends; one case, since objdump mixes them. */
static void squeeze(char *text)
{
    char *to = text;

    for (char *from = text; *from != '\0'; from++)
        if (!isspace((unsigned char)*from))
            *to++ = (char)tolower((unsigned char)*from);
        else if (to != text && to[-1] != ' ')
            *to++ = ' ';
    while (to != text && to[-1] == ' ')
        to--;
    *to = '\0';
}

/* Compares every line; returns how many. */
static int compare(FILE *listing)
{
    char line[512];
    int compared = 0;

    while (fgets(line, sizeof line, listing)) {
        uint8_t bytes[8] = { 0 };
        char theirs[256], ours[256];
        int count = 0;
        int words;
        if (!take_line(line, bytes, &count, theirs, sizeof theirs))
            continue;
        words = disasm(ours, sizeof ours, bytes, sizeof bytes, 0);
        squeeze(theirs);
        squeeze(ours);
        if (strcmp(theirs, ours) != 0 || 2 * words != count)
            fail_msg("%02x%02x %02x%02x: '%s' (%d words), objdump says '%s' (%d bytes)", bytes[1],
                     bytes[0], bytes[3], bytes[2], ours, words, theirs, count);
        compared++;
    }
    return compared;
}

static int compare_command(const char *format, const char *path)
{
    const char *prefix = getenv("AVR_PREFIX");
    char command[512];
    FILE *listing;
    int compared;

    snprintf(command, sizeof command, format, prefix ? prefix : "avr-", path);
    listing = popen(command, "r");
    assert_non_null(listing);
    compared = compare(listing);
    assert_int_equal(pclose(listing), 0);
    return compared;
}

static void test_disasm_images_equal_objdump(void **state)
{
    static const char *const image[] = { "begin_board", "between_board", "end_board" };

    (void)state;
    for (int i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "build/firmware/%s.elf", image[i]);
        assert_true(compare_command("%sobjdump -Dz -j .text %s", path) > 3000);
    }
}

/* Each code with a second word behind it, for those that have one. */
static void test_disasm_every_code_equals_objdump(void **state)
{
    char path[] = P_tmpdir "/disasm-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "wb");
    int compared;

    (void)state;
    assert_non_null(file);
    for (unsigned code = 0; code <= 0xFFFF; code++) {
        uint8_t bytes[4] = { (uint8_t)code, (uint8_t)(code >> 8), 0x34, 0x12 };
        fwrite(bytes, 1, sizeof bytes, file);
    }
    fclose(file);
    compared = compare_command("%sobjdump -Dz -b binary -m avr51 %s", path);
    unlink(path);
    assert_true(compared >= 0x10000);
}

static void test_disasm_end_of_flash_is_no_second_word(void **state)
{
    static const uint8_t jmp[2] = { 0x0C, 0x94 };
    char text[64];

    (void)state;
    disasm(text, sizeof text, jmp, sizeof jmp, 0);
    assert_string_equal(text, "jmp 0x1fffe");
    assert_int_equal(disasm(text, sizeof text, jmp, sizeof jmp, 2), 1);
    assert_string_equal(text, ".word 0xffff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disasm_images_equal_objdump),
        cmocka_unit_test(test_disasm_every_code_equals_objdump),
        cmocka_unit_test(test_disasm_end_of_flash_is_no_second_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
