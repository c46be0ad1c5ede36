/*
 * The part of cmocka's API our unit tests use, for an image that runs in avr-run (avr_run.c).
 * Integers are compared as 64-bit values, as cmocka does on a 64-bit host.
 */
#ifndef TEST_HARNESS_AVR_CMOCKA_H
#define TEST_HARNESS_AVR_CMOCKA_H

#include <avr/pgmspace.h>
#include <stddef.h>
#include <stdint.h>

/* Strings marked `flash` are in program memory. */
typedef const char *test_flash_str_t;

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
    test_flash_str_t name;
    CMUnitTestFunction test_func;
    CMFixtureFunction setup_func;
    CMFixtureFunction teardown_func;
    void *initial_state;
};

#define cmocka_unit_test(f)           \
    {                                 \
        PSTR(#f), f, NULL, NULL, NULL \
    }
#define cmocka_unit_test_setup(f, setup) \
    {                                    \
        PSTR(#f), f, setup, NULL, NULL   \
    }
#define cmocka_unit_test_teardown(f, teardown) \
    {                                          \
        PSTR(#f), f, NULL, teardown, NULL      \
    }
#define cmocka_unit_test_setup_teardown(f, setup, teardown) \
    {                                                       \
        PSTR(#f), f, setup, teardown, NULL                  \
    }
#define cmocka_unit_test_prestate(f, state) \
    {                                       \
        PSTR(#f), f, NULL, NULL, state      \
    }
#define cmocka_unit_test_prestate_setup_teardown(f, setup, teardown, state) \
    {                                                                       \
        PSTR(#f), f, setup, teardown, state                                 \
    }

#define cmocka_run_group_tests(tests, setup, teardown) \
    test_run_group_(PSTR(#tests), tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown) \
    test_run_group_(PSTR(name), tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#define TEST_HERE_ PSTR(__FILE__), __LINE__

#define assert_true(c) test_true_((c) ? 1 : 0, PSTR(#c), TEST_HERE_)
#define assert_false(c) test_true_((c) ? 0 : 1, PSTR("not " #c), TEST_HERE_)
#define assert_null(p) test_true_((p) == NULL, PSTR(#p " == NULL"), TEST_HERE_)
#define assert_non_null(p) test_true_((p) != NULL, PSTR(#p " != NULL"), TEST_HERE_)
#define assert_ptr_equal(a, b) \
    test_int_equal_((uintptr_t)(const void *)(a), (uintptr_t)(const void *)(b), TEST_HERE_)
#define assert_int_equal(a, b) test_int_equal_((uint64_t)(a), (uint64_t)(b), TEST_HERE_)
#define assert_int_not_equal(a, b) test_int_not_equal_((uint64_t)(a), (uint64_t)(b), TEST_HERE_)
#define assert_in_range(value, minimum, maximum) \
    test_in_range_((uint64_t)(value), (uint64_t)(minimum), (uint64_t)(maximum), 1, TEST_HERE_)
#define assert_not_in_range(value, minimum, maximum) \
    test_in_range_((uint64_t)(value), (uint64_t)(minimum), (uint64_t)(maximum), 0, TEST_HERE_)
#define assert_memory_equal(a, b, size) test_memory_(a, b, size, 1, TEST_HERE_)
#define assert_memory_not_equal(a, b, size) test_memory_(a, b, size, 0, TEST_HERE_)
#define assert_string_equal(a, b) test_string_(a, b, 1, TEST_HERE_)
#define assert_string_not_equal(a, b) test_string_(a, b, 0, TEST_HERE_)

#define fail() test_fail_(TEST_HERE_, PSTR("Failure!"))
#define fail_msg(format, ...) test_fail_(TEST_HERE_, PSTR(format), ##__VA_ARGS__)
#define skip() test_skip_(TEST_HERE_)
#define print_message(format, ...) test_print_(PSTR(format), ##__VA_ARGS__)
#define print_error(format, ...) test_print_(PSTR(format), ##__VA_ARGS__)

int test_run_group_(test_flash_str_t name, const struct CMUnitTest *tests, size_t count,
                    CMFixtureFunction setup, CMFixtureFunction teardown);

void test_true_(int holds, test_flash_str_t what, test_flash_str_t file, int line);
void test_int_equal_(uint64_t a, uint64_t b, test_flash_str_t file, int line);
void test_int_not_equal_(uint64_t a, uint64_t b, test_flash_str_t file, int line);
void test_in_range_(uint64_t value, uint64_t minimum, uint64_t maximum, int inside,
                    test_flash_str_t file, int line);
void test_memory_(const void *a, const void *b, size_t size, int equal, test_flash_str_t file,
                  int line);
void test_string_(const char *a, const char *b, int equal, test_flash_str_t file, int line);
void test_fail_(test_flash_str_t file, int line, test_flash_str_t format, ...)
    __attribute__((noreturn));
void test_skip_(test_flash_str_t file, int line) __attribute__((noreturn));
void test_print_(test_flash_str_t format, ...);

#endif
