/* What the app port's protocol is made of: numbers, words, dates, waiting. The commands themselves are
 * in test/property/test_app_*.c: their texts do not fit the RAM of an image. */
#include "end_board/app_date.h"
#include "end_board/app_line.h"
#include "end_board/app_login.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct app_text t;

void app_send(const char *line, uint8_t size)
{
    (void)line;
    (void)size;
}

/* ---- numbers ---------------------------------------------------------------------------------- */

static const char *fixed(int64_t value, uint8_t decimals)
{
    text_start(&t);
    text_fixed(&t, value, decimals);
    t.line[t.size] = '\0';
    return t.line;
}

static void test_number_with_decimals_keeps_its_zeros(void **state)
{
    (void)state;
    assert_string_equal(fixed(0, 0), " 0");
    assert_string_equal(fixed(0, 3), " 0.000");
    assert_string_equal(fixed(5, 3), " 0.005");
    assert_string_equal(fixed(-5, 1), " -0.5");
    assert_string_equal(fixed(-24980, 3), " -24.980");
    assert_string_equal(fixed(40000, 0), " 40000");
    assert_string_equal(fixed(INT32_MIN, 3), " -2147483.648");
    assert_string_equal(fixed(INT64_MIN, 0), " -9223372036854775808");
    assert_string_equal(fixed(INT64_MAX, 6), " 9223372036854.775807");
}

static void test_line_that_is_too_long_is_cut(void **state)
{
    (void)state;
    t.checked = true;
    text_start(&t);
    for (uint16_t i = 0; i < 300; i++)
        text_char(&t, 'x');
    text_int(&t, 12345);
    assert_int_equal(t.size, APP_TEXT_MAX);
    text_send(&t);
    assert_int_equal(t.size, APP_SEND_MAX);
    t.checked = false;
}

static void test_number_is_read_or_refused(void **state)
{
    int32_t value = 0;

    (void)state;
    assert_true(line_number("0", &value));
    assert_int_equal(value, 0);
    assert_true(line_number("-400", &value));
    assert_true(value == -400);
    assert_true(line_number("4000000", &value));
    assert_true(value == 4000000);
    assert_true(line_number("999999999", &value));
    assert_true(value == 999999999);
    assert_false(line_number("1000000000", &value));
    assert_false(line_number("99999999999999999999", &value));
    assert_false(line_number("", &value));
    assert_false(line_number("-", &value));
    assert_false(line_number("+5", &value));
    assert_false(line_number("5.0", &value));
    assert_false(line_number("--5", &value));
}

static void test_words_are_taken_apart(void **state)
{
    char text[] = "  set  release_mv 50 ";
    char many[] = "a b c d e";
    char *word[WORDS_MAX];

    (void)state;
    assert_int_equal(line_words(text, word), 3);
    assert_string_equal(word[0], "set");
    assert_string_equal(word[1], "release_mv");
    assert_string_equal(word[2], "50");
    assert_int_equal(line_words(many, word), WORDS_MAX + 1u);
}

/* ---- waiting ---------------------------------------------------------------------------------- */

static void test_wait_doubles_up_to_a_minute_also_over_the_wrap(void **state)
{
    static const uint8_t wait_s[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
    uint32_t now_ms = UINT32_MAX - 5000u;
    struct app_login l;

    (void)state;
    login_init(&l);
    assert_int_equal(login_wait_s(&l, now_ms), 0);
    for (uint8_t i = 0; i < TEST_COUNT_OF(wait_s); i++) {
        login_wrong(&l, now_ms);
        assert_int_equal(login_wait_s(&l, now_ms), wait_s[i]);
        now_ms += wait_s[i] * (uint32_t)1000u - 1u;
        assert_int_equal(login_wait_s(&l, now_ms), 1);
        now_ms++;
        assert_int_equal(login_wait_s(&l, now_ms), 0);
    }
    login_right(&l, now_ms);
    login_wrong(&l, now_ms);
    assert_int_equal(login_wait_s(&l, now_ms), 1);
}

/* ---- dates ------------------------------------------------------------------------------------ */

static void test_date_there_and_back_on_each_day(void **state)
{
    uint32_t seconds;

    (void)state;
    for (uint32_t day = 0; day < 36525ul; day += 7) {
        uint32_t at = day * (uint32_t)86400u + day % 86400u;
        text_start(&t);
        date_text(&t, at);
        t.line[t.size] = '\0';
        t.line[11] = '\0';
        assert_true(date_parse(t.line + 1, t.line + 12, &seconds));
        assert_int_equal(seconds, at);
    }
    text_start(&t);
    date_text(&t, 36524ul * 86400ul + 86399ul);
    assert_memory_equal(t.line, " 2099-12-31 23:59:59", 20);
}

static void test_date_that_does_not_exist_is_refused(void **state)
{
    static const char *const dates[] = { "2026-02-29",  "2026-13-01", "2026-00-01", "2026-04-31",
                                         "1999-12-31",  "2100-01-01", "26-01-01",   "2026-1-1",
                                         "2026-01-011", "",           "2026/01/01" };
    uint32_t seconds = 0;

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(dates); i++)
        assert_false(date_parse(dates[i], "00:00:00", &seconds));
    assert_true(date_parse("2028-02-29", "23:59:59", &seconds));
    assert_false(date_parse("2028-02-29", "24:00:00", &seconds));
    assert_false(date_parse("2028-02-29", "23:60:00", &seconds));
    assert_false(date_parse("2028-02-29", "23:59:60", &seconds));
    assert_false(date_parse("2028-02-29", "23:59", &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_with_decimals_keeps_its_zeros),
        cmocka_unit_test(test_line_that_is_too_long_is_cut),
        cmocka_unit_test(test_number_is_read_or_refused),
        cmocka_unit_test(test_words_are_taken_apart),
        cmocka_unit_test(test_wait_doubles_up_to_a_minute_also_over_the_wrap),
        cmocka_unit_test(test_date_there_and_back_on_each_day),
        cmocka_unit_test(test_date_that_does_not_exist_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
