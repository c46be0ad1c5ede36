#include "common/self_test.h"

#include <string.h>

#include "common/calibration.h"
#include "protocol/crc.h"
#include "test/fake/hal_fake.h"
#include "test.h"

/* ---- flash ------------------------------------------------------------------------------------- */

#ifndef __AVR__    /* an AVR image has its own flash only: test/chain/test_self_test.py */
#define FLASH 600u /* in use; a wrong length may lead anywhere */
#define SEAL_AT 108u

static uint8_t flash[2u * 65536u];

/* As seal_image.py does it. */
static void seal_flash(uint32_t length)
{
    struct flash_seal *seal = (struct flash_seal *)&flash[SEAL_AT];
    uint16_t crc = CRC_INIT;

    for (uint32_t i = 0; i < length; i++)
        if (i < SEAL_AT || i >= SEAL_AT + sizeof *seal)
            crc = crc_update(crc, flash[i]);
    *seal = (struct flash_seal){ .words = (uint16_t)(length / 2u), .crc = (uint16_t)~crc };
}

static bool flash_good(void)
{
    return self_test_flash(flash, (const struct flash_seal *)&flash[SEAL_AT]);
}

static void test_flash_every_wrong_bit_is_found(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < FLASH; i++)
        flash[i] = (uint8_t)(i * 37u + (i >> 3));
    seal_flash(FLASH - 8u);
    assert_true(flash_good());
    for (uint16_t i = 0; i < FLASH; i++) {
        for (uint8_t bit = 0; bit < 8; bit++) {
            flash[i] ^= (uint8_t)(1u << bit);
            assert_int_equal(flash_good(), i >= FLASH - 8u);
            flash[i] ^= (uint8_t)(1u << bit);
        }
    }
    assert_true(flash_good());
}

static void test_flash_beyond_64_kib_is_looked_at(void **state)
{
    uint32_t length = 2u * 65535u;

    (void)state;
    for (uint32_t i = 0; i < length; i++)
        flash[i] = (uint8_t)(i * 101u + (i >> 7));
    seal_flash(length);
    assert_true(flash_good());
    for (uint32_t i = 65535u; i < length; i += 65534u) {
        flash[i] ^= 0x10;
        assert_false(flash_good());
        flash[i] ^= 0x10;
    }
}

static void test_flash_without_a_seal_is_bad(void **state)
{
    (void)state;
    memset(flash, 0x5A, FLASH);
    memset(&flash[SEAL_AT], 0, sizeof(struct flash_seal));
    assert_false(flash_good());
    ((struct flash_seal *)&flash[SEAL_AT])->words = FLASH / 2u;
    assert_false(flash_good());
}
#endif

/* ---- converter --------------------------------------------------------------------------------- */

/* Conversions of 1.1 V, off by this much, against a cell. */
static uint16_t band_gap(uint16_t mv, int16_t off_pm)
{
    return (uint16_t)((BAND_GAP_SAMPLES * 1024UL * 1100UL / mv) * (uint32_t)(1000 + off_pm) /
                      1000u);
}

static struct calibration nominal(void)
{
    struct calibration c;

    calibration_default(&c);
    c.valid = true;
    return c;
}

static void test_analog_agrees_within_the_tolerance_and_not_beyond(void **state)
{
    static const uint16_t cells_mv[] = { 1800, 2200, 3300, 4200, 5000 };
    struct calibration c = nominal();

    (void)state;
    for (uint8_t i = 0; i < sizeof cells_mv / sizeof cells_mv[0]; i++) {
        for (int16_t off_pm = -30; off_pm <= 30; off_pm = (int16_t)(off_pm + 5))
            assert_true(self_test_analog(&c, cells_mv[i], band_gap(cells_mv[i], off_pm)));
        assert_false(self_test_analog(&c, cells_mv[i], band_gap(cells_mv[i], 45)));
        assert_false(self_test_analog(&c, cells_mv[i], band_gap(cells_mv[i], -45)));
    }
}

static void test_analog_follows_the_reference_of_the_board(void **state)
{
    struct calibration c = nominal();

    (void)state;
    c.gain_q16 = 12473;
    assert_true(self_test_analog(&c, 3300, band_gap(3300, 90)));
    assert_false(self_test_analog(&c, 3300, band_gap(3300, 0)));
    c.gain_q16 = 10413;
    assert_true(self_test_analog(&c, 3300, band_gap(3300, -90)));
    assert_false(self_test_analog(&c, 3300, band_gap(3300, 0)));
}

static void test_analog_failures_are_found(void **state)
{
    struct calibration c = nominal();

    (void)state;
    assert_false(self_test_analog(&c, 0, band_gap(3300, 0)));    /* divider open at its top */
    assert_false(self_test_analog(&c, 5720, band_gap(3300, 0))); /* its foot open: all codes 1023 */
    assert_false(self_test_analog(&c, 3300, 4 * 197));           /* multiplexer stuck at the cell */
    assert_false(self_test_analog(&c, 3300, 4 * 512));           /* or at the NTC */
    assert_false(self_test_analog(&c, 1100, band_gap(3300, 0))); /* cell against AVCC, not 1.1 V */
    assert_false(self_test_analog(&c, 3300, 4 * 1023));          /* band-gap against itself */
    assert_false(self_test_analog(&c, 8191, 4 * 1023));
    assert_false(self_test_analog(&c, 3300, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef __AVR__
        cmocka_unit_test(test_flash_every_wrong_bit_is_found),
        cmocka_unit_test(test_flash_beyond_64_kib_is_looked_at),
        cmocka_unit_test(test_flash_without_a_seal_is_bad),
#endif
        cmocka_unit_test(test_analog_agrees_within_the_tolerance_and_not_beyond),
        cmocka_unit_test(test_analog_follows_the_reference_of_the_board),
        cmocka_unit_test(test_analog_failures_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
