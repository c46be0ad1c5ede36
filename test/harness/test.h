/*
 * What every unit test includes, and nothing else of the harness: cmocka on the host, the same API
 * from avr_cmocka.c when the test is an AVR image.
 *
 * On AVR names and messages go to flash, so they must be literals, and the table of tests is a
 * plain `const struct CMUnitTest tests[]` inside main(). No test may use malloc() there.
 */
#ifndef TEST_HARNESS_TEST_H
#define TEST_HARNESS_TEST_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVR__
#include "avr_cmocka.h"
#else
#include <cmocka.h>
#endif

#define TEST_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
