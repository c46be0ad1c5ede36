/* Who a board is, and what the sum of a chain tells. */
#include "common/identity.h"

#include <stdlib.h>

#include "test.h"
#include "test/fake/hal_fake.h"

#define FACTORY 0x9Cu

static struct calibration one(void)
{
    struct calibration c;

    calibration_default(&c);
    c.valid = true;
    return c;
}

static void test_identity_stays_whatever_is_calibrated_later(void **state)
{
    struct calibration c = one();
    uint16_t identity;

    (void)state;
    fake_reset();
    identity = identity_load(&c, FACTORY);
    assert_int_not_equal(identity, IDENTITY_NOBODY);
    c.gain_q16 += 9u;
    assert_int_equal(identity_load(&c, FACTORY), identity);
    c.valid = false;
    assert_int_equal(identity_load(&c, FACTORY + 1u), identity);
}

static void test_identity_of_an_uncalibrated_board_waits(void **state)
{
    struct calibration c = one();

    (void)state;
    fake_reset();
    c.valid = false;
    assert_int_equal(identity_load(&c, FACTORY), IDENTITY_NOBODY);
    c.valid = true;
    assert_int_not_equal(identity_load(&c, FACTORY), IDENTITY_NOBODY);
}

/* Boards differ in any of the calibration's figures, or in the oscillator's. */
static void test_identity_follows_every_figure(void **state)
{
    struct calibration c[6] = { one(), one(), one(), one(), one(), one() };
    uint16_t identity[6];

    (void)state;
    c[1].gain_q16++;
    c[2].offset_dmv++;
    c[3].tc_ppm++;
    c[4].offset_dc++;
    for (uint8_t i = 0; i < 6; i++) {
        fake_reset();
        identity[i] = identity_load(&c[i], i == 5 ? FACTORY + 1u : FACTORY);
        for (uint8_t j = 0; j < i; j++)
            assert_int_not_equal(identity[i], identity[j]);
    }
}

/* docs/protocol.md, "HOP", worked out by hand. */
static void test_part_is_that_of_the_specification(void **state)
{
    (void)state;
    assert_int_equal(identity_part(0, 1), 0x7C0F);
    assert_int_equal(identity_part(0x1234, 4), 0xD968);
    assert_int_equal(identity_part(0xFFFF, 255), 0x9FD1);
}

static uint16_t seed;

static uint16_t draw(void)
{
    seed = (uint16_t)(seed * 25173u + 13849u);
    return seed;
}

/* Whole sums differ when one board is another. */
static void test_part_of_another_board_is_another(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 2000; i++) {
        uint16_t a = draw();
        uint16_t b = draw();
        uint8_t number = (uint8_t)(1u + i % 255u);
        if (a != b)
            assert_int_not_equal(identity_part(a, number), identity_part(b, number));
    }
}

#ifndef __AVR__
/* Two boards that change places, at any distance: about 1 of 50 000 sums stays the same. */
static void test_swapped_boards_hardly_ever_leave_the_sum(void **state)
{
    uint32_t same = 0;
    uint32_t tries = 0;

    (void)state;
    srand(7);
    for (uint32_t i = 0; i < 4000000; i++) {
        uint16_t a = (uint16_t)(rand() >> 7);
        uint16_t b = (uint16_t)(rand() >> 7);
        uint8_t at = (uint8_t)(1 + rand() % 255);
        uint8_t to = (uint8_t)(1 + rand() % 255);
        if (a == b || at == to)
            continue;
        tries++;
        same += (uint16_t)(identity_part(a, at) + identity_part(b, to)) ==
                (uint16_t)(identity_part(b, at) + identity_part(a, to));
    }
    print_message("%u of %u\n", same, tries);
    assert_in_range(same, 1, 2 * tries / 65536);
}

/* Neighbours with neighbouring identities, the hardest for a mixture. */
static void test_swapped_neighbours_hardly_ever_leave_the_sum(void **state)
{
    uint32_t same = 0;
    uint32_t tries = 0;

    (void)state;
    for (uint32_t a = 0; a < 65536; a++)
        for (uint16_t apart = 1; apart <= 4; apart++)
            for (uint8_t at = 1; at < 17; at++) {
                uint16_t b = (uint16_t)(a + apart);
                tries++;
                same += (uint16_t)(identity_part((uint16_t)a, at) + identity_part(b, at + 1u)) ==
                        (uint16_t)(identity_part(b, at) + identity_part((uint16_t)a, at + 1u));
            }
    print_message("%u of %u\n", same, tries);
    assert_true(same < 2 * tries / 65536);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity_stays_whatever_is_calibrated_later),
        cmocka_unit_test(test_identity_of_an_uncalibrated_board_waits),
        cmocka_unit_test(test_identity_follows_every_figure),
        cmocka_unit_test(test_part_is_that_of_the_specification),
        cmocka_unit_test(test_part_of_another_board_is_another),
#ifndef __AVR__
        cmocka_unit_test(test_swapped_boards_hardly_ever_leave_the_sum),
        cmocka_unit_test(test_swapped_neighbours_hardly_ever_leave_the_sum),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
