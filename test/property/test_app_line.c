/* Lines of the app port, checksums. */
#include "protocol/crc.h"
#include "test/fake/app_bench.h"

/* ---- lines ------------------------------------------------------------------------------------ */

static void test_line_empty_is_ok(void **state)
{
    (void)state;
    set_up();
    assert_string_equal(ask(""), "ok\r\n");
    assert_string_equal(ask("   "), "ok\r\n");
}

static void test_line_end_of_any_kind_is_one_end(void **state)
{
    (void)state;
    set_up();
    type_bytes("\r\n\r\n\n\r\n", 7);
    steps();
    assert_string_equal(said, "ok\r\nok\r\nok\r\nok\r\n");
}

static void test_line_that_is_no_command_is_one_error(void **state)
{
    (void)state;
    set_up();
    assert_string_equal(ask("hello"), "error unknown no such command: try help\r\n");
    assert_string_equal(ask("PACK"), "error unknown no such command: try help\r\n");
    assert_string_equal(ask("set a b c d e f"), "error usage set NAME VALUE\r\n");
    assert_string_equal(ask("get"), "error usage get NAME\r\n");
}

static void test_line_too_long_is_one_error_and_the_next_is_good(void **state)
{
    char line[200];

    (void)state;
    set_up();
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    assert_string_equal(ask(line), "error long a line has 80 characters at most\r\n");
    line[81] = '\0';
    assert_string_equal(ask(line), "error long a line has 80 characters at most\r\n");
    line[80] = '\0';
    assert_string_equal(ask(line), "error unknown no such command: try help\r\n");
    assert_true(says("versions", "protocol 1\r\n"));
}

static void test_line_with_a_damaged_byte_is_refused(void **state)
{
    (void)state;
    set_up();
    log_in();
    assert_true(says("set release_mv\xff 50", "error text"));
    assert_true(says("set release_mv \x01"
                     "50",
                     "error text"));
    assert_int_equal(d.settings.release_mv, 0);
}

static void test_line_half_is_dropped_after_a_minute(void **state)
{
    (void)state;
    set_up();
    type_bytes("garbage", 7);
    now_ms += APP_LINE_PATIENCE_MS;
    assert_true(says("versions", "firmware 0.1.0\r\n"));
}

static void test_line_backspace_takes_back(void **state)
{
    (void)state;
    set_up();
    assert_true(says("\b\bversiom\bnss\x7f", "firmware"));
}

static void add_checksum(char *line)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = strlen(line);
    uint16_t sum = crc_of((const uint8_t *)line, (uint8_t)size);

    line[size++] = '*';
    for (uint8_t i = 0; i < 4; i++)
        line[size++] = digits[sum >> (12 - 4 * i) & 0xF];
    line[size] = '\0';
}

static void test_checksum_right_is_taken_and_answered_with_one(void **state)
{
    char line[40] = "set release_mv 30";
    char answer[60] = "release_mv 30 mV";
    char ok[20] = "ok";

    (void)state;
    set_up();
    log_in();
    add_checksum(line);
    add_checksum(answer);
    add_checksum(ok);
    strcat(answer, "\r\n");
    strcat(answer, ok);
    strcat(answer, "\r\n");
    assert_string_equal(ask(line), answer);
    assert_int_equal(d.settings.release_mv, 30);
    assert_string_equal(ask(""), "ok\r\n"); /* without: answered without */
}

static void test_checksum_wrong_changes_nothing(void **state)
{
    char line[40] = "set release_mv 30";

    (void)state;
    set_up();
    log_in();
    add_checksum(line);
    line[16] = '1';
    assert_true(says(line, "error checksum"));
    line[16] = '0';
    line[21]++;
    assert_true(says(line, "error checksum"));
    assert_true(says("set release_mv 30*", "error checksum"));
    assert_true(says("set release_mv 30*12345", "error checksum"));
    assert_int_equal(d.settings.release_mv, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_empty_is_ok),
        cmocka_unit_test(test_line_end_of_any_kind_is_one_end),
        cmocka_unit_test(test_line_that_is_no_command_is_one_error),
        cmocka_unit_test(test_line_too_long_is_one_error_and_the_next_is_good),
        cmocka_unit_test(test_line_with_a_damaged_byte_is_refused),
        cmocka_unit_test(test_line_half_is_dropped_after_a_minute),
        cmocka_unit_test(test_line_backspace_takes_back),
        cmocka_unit_test(test_checksum_right_is_taken_and_answered_with_one),
        cmocka_unit_test(test_checksum_wrong_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
