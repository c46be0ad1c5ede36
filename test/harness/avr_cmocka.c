#include "avr_cmocka.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Register protocol with avr_run.c. */
#define CONSOLE GPIOR0   /* a character */
#define EXIT_CODE GPIOR1 /* ends the run; believed only if SEAL holds its complement */
#define SEAL GPIOR2      /* also written once at start, so that a jump to 0 is seen */
#define SEAL_START 0x5A  /* the same in the assembly below */

#define EXIT_FAILED 1
#define EXIT_NOTHING_RAN 254
#define EXIT_STACK_OVERRUN 253

#define CANARY 0xC5 /* the same in the assembly below */
#define CANARY_SIZE 32

extern uint8_t _end;    /* first byte after .bss and .noinit */
extern uint8_t __stack; /* last byte of RAM */

enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_SKIPPED };

static jmp_buf leave_test;
static bool can_leave;
static unsigned ran, failed;

/* Before .data and .bss are set up: nothing is on the stack yet, and r1 need not be zero. */
__attribute__((naked, used, section(".init3"))) void test_paint_stack_(void)
{
    __asm__ volatile("    ldi  r24, 0x5A            \n"
                     "    out  %[seal], r24         \n"
                     "    ldi  r30, lo8(_end)       \n"
                     "    ldi  r31, hi8(_end)       \n"
                     "    ldi  r24, 0xC5            \n"
                     "    ldi  r25, hi8(__stack + 1)\n"
                     "1:  st   Z+, r24              \n"
                     "    cpi  r30, lo8(__stack + 1)\n"
                     "    cpc  r31, r25             \n"
                     "    brlo 1b                   \n" ::[seal] "I"(_SFR_IO_ADDR(SEAL)));
}

static uint16_t stack_size(void)
{
    return (uint16_t)(&__stack - &_end + 1);
}

static uint16_t stack_unused(void)
{
    const uint8_t *p = &_end;

    while (p <= &__stack && *p == CANARY)
        p++;
    return (uint16_t)(p - &_end);
}

static int console_put(char c, FILE *stream)
{
    (void)stream;
    CONSOLE = (uint8_t)c;
    return 0;
}

static FILE console = FDEV_SETUP_STREAM(console_put, NULL, _FDEV_SETUP_WRITE);

void test_print_(test_flash_str_t format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf_P(&console, format, args);
    va_end(args);
}

/* avr-libc's printf knows no 64-bit integers. */
static void print_int(uint64_t value)
{
    char digits[20];
    uint8_t n = 0;
    bool negative = value >> 63;
    uint64_t rest = negative ? -value : value;

    do {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (negative)
        console_put('-', NULL);
    while (n > 0)
        console_put(digits[--n], NULL);
    if (!negative && value > 9) {
        test_print_(PSTR(" (0x"));
        if (value >> 32)
            test_print_(PSTR("%lx%08lx)"), (uint32_t)(value >> 32), (uint32_t)value);
        else
            test_print_(PSTR("%lx)"), (uint32_t)value);
    }
}

static void at(test_flash_str_t file, int line)
{
    test_print_(PSTR("[  ERROR   ] --- %S:%d: "), file, line);
}

static void leave(enum outcome outcome) __attribute__((noreturn));
static void leave(enum outcome outcome)
{
    if (!can_leave) {
        test_print_(PSTR("[  ERROR   ] --- assertion outside of a test\n"));
        failed++;
        exit(EXIT_FAILED);
    }
    longjmp(leave_test, outcome);
}

static void compare_failed(uint64_t a, uint64_t b, test_flash_str_t relation, test_flash_str_t file,
                           int line)
{
    at(file, line);
    print_int(a);
    test_print_(PSTR(" %S "), relation);
    print_int(b);
    test_print_(PSTR("\n"));
    leave(OUTCOME_FAILED);
}

void test_true_(int holds, test_flash_str_t what, test_flash_str_t file, int line)
{
    if (holds)
        return;
    at(file, line);
    test_print_(PSTR("%S\n"), what);
    leave(OUTCOME_FAILED);
}

void test_int_equal_(uint64_t a, uint64_t b, test_flash_str_t file, int line)
{
    if (a != b)
        compare_failed(a, b, PSTR("!="), file, line);
}

void test_int_not_equal_(uint64_t a, uint64_t b, test_flash_str_t file, int line)
{
    if (a == b)
        compare_failed(a, b, PSTR("=="), file, line);
}

void test_in_range_(uint64_t value, uint64_t minimum, uint64_t maximum, int inside,
                    test_flash_str_t file, int line)
{
    if ((value >= minimum && value <= maximum) == (inside != 0))
        return;
    at(file, line);
    print_int(value);
    test_print_(inside ? PSTR(" is not within ") : PSTR(" is within "));
    print_int(minimum);
    test_print_(PSTR(" - "));
    print_int(maximum);
    test_print_(PSTR("\n"));
    leave(OUTCOME_FAILED);
}

void test_memory_(const void *a, const void *b, size_t size, int equal, test_flash_str_t file,
                  int line)
{
    const uint8_t *left = a, *right = b;
    size_t i = 0;

    while (i < size && left[i] == right[i])
        i++;
    if ((i == size) == (equal != 0))
        return;
    at(file, line);
    if (equal)
        test_print_(PSTR("byte %u of %u: 0x%02x != 0x%02x\n"), i, size, left[i], right[i]);
    else
        test_print_(PSTR("%u bytes are the same\n"), size);
    leave(OUTCOME_FAILED);
}

void test_string_(const char *a, const char *b, int equal, test_flash_str_t file, int line)
{
    if ((strcmp(a, b) == 0) == (equal != 0))
        return;
    at(file, line);
    test_print_(PSTR("\"%s\" %S \"%s\"\n"), a, equal ? PSTR("!=") : PSTR("=="), b);
    leave(OUTCOME_FAILED);
}

void test_fail_(test_flash_str_t file, int line, test_flash_str_t format, ...)
{
    va_list args;

    at(file, line);
    va_start(args, format);
    vfprintf_P(&console, format, args);
    va_end(args);
    test_print_(PSTR("\n"));
    leave(OUTCOME_FAILED);
}

void test_skip_(test_flash_str_t file, int line)
{
    (void)file;
    (void)line;
    leave(OUTCOME_SKIPPED);
}

static bool run_fixture(CMFixtureFunction fixture, void **state)
{
    bool ok;

    if (fixture == NULL)
        return true;
    can_leave = true;
    ok = setjmp(leave_test) == 0 && fixture(state) == 0;
    can_leave = false;
    return ok;
}

static enum outcome run_body(CMUnitTestFunction body, void **state)
{
    enum outcome outcome;

    can_leave = true;
    outcome = (enum outcome)setjmp(leave_test);
    if (outcome == OUTCOME_PASSED)
        body(state);
    can_leave = false;
    return outcome;
}

static enum outcome run_test(const struct CMUnitTest *test, void **state)
{
    enum outcome outcome;

    if (!run_fixture(test->setup_func, state)) {
        test_print_(PSTR("[  ERROR   ] %S: setup failed\n"), test->name);
        return OUTCOME_FAILED;
    }
    outcome = run_body(test->test_func, state);
    if (!run_fixture(test->teardown_func, state)) {
        test_print_(PSTR("[  ERROR   ] %S: teardown failed\n"), test->name);
        return OUTCOME_FAILED;
    }
    return outcome;
}

/* Nothing after an overrun can be believed: the run ends with it. */
static void check_stack(test_flash_str_t name)
{
    if (stack_unused() >= CANARY_SIZE)
        return;
    test_print_(PSTR("[  ERROR   ] --- stack overrun, %u bytes were not enough\n"), stack_size());
    test_print_(PSTR("[  FAILED  ] %S\n"), name);
    exit(EXIT_STACK_OVERRUN);
}

int test_run_group_(test_flash_str_t name, const struct CMUnitTest *tests, size_t count,
                    CMFixtureFunction setup, CMFixtureFunction teardown)
{
    unsigned failed_here = 0, passed_here = 0;
    void *group_state = NULL;

    test_print_(PSTR("[==========] %S: Running %u test(s).\n"), name, count);
    if (!run_fixture(setup, &group_state)) {
        test_print_(PSTR("[  FAILED  ] GROUP SETUP\n"));
        failed++;
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        void *state = tests[i].initial_state ? tests[i].initial_state : group_state;

        test_print_(PSTR("[ RUN      ] %S\n"), tests[i].name);
        enum outcome outcome = run_test(&tests[i], &state);
        check_stack(tests[i].name);
        ran++;
        switch (outcome) {
        case OUTCOME_PASSED:
            passed_here++;
            test_print_(PSTR("[       OK ] %S\n"), tests[i].name);
            break;
        case OUTCOME_FAILED:
            failed_here++;
            test_print_(PSTR("[  FAILED  ] %S\n"), tests[i].name);
            break;
        case OUTCOME_SKIPPED:
            test_print_(PSTR("[  SKIPPED ] %S\n"), tests[i].name);
            break;
        }
    }
    if (!run_fixture(teardown, &group_state)) {
        test_print_(PSTR("[  FAILED  ] GROUP TEARDOWN\n"));
        failed_here++;
    }
    failed += failed_here;
    test_print_(PSTR("[==========] %S: %u test(s) run.\n"), name, count);
    test_print_(PSTR("[  PASSED  ] %u test(s).\n"), passed_here);
    return (int)failed_here;
}

/*
 * Replaces avr-libc's: what main() returned comes here. Success is declared only if tests ran and
 * none of them failed, whatever main() says.
 */
void exit(int code)
{
    uint8_t result = code != 0 || failed > 0 ? EXIT_FAILED : 0;

    cli();
    if (can_leave) {
        test_print_(PSTR("[  ERROR   ] --- exit() in the middle of a test\n"));
        result = EXIT_FAILED;
    }
    if (result == 0 && ran == 0)
        result = EXIT_NOTHING_RAN;
    if (stack_unused() < CANARY_SIZE)
        result = EXIT_STACK_OVERRUN;
    test_print_(PSTR("stack: %u of %u bytes used, static RAM: %u bytes\n"),
                stack_size() - stack_unused(), stack_size(),
                (uint16_t)(&_end - (uint8_t *)RAMSTART));
    SEAL = (uint8_t)~result;
    EXIT_CODE = result;
    for (;;) {
        sleep_enable();
        sleep_cpu();
    }
}
