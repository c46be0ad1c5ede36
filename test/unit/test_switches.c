#include "common/switches.h"
#include "test.h"

/* The printed table: switches 4 to 8, OFF = no balancing, then 1.9 V and 0.1 V more per step. */
static uint16_t printed_mv(const char *row)
{
    uint16_t steps = 0;
    for (uint8_t i = 0; i < 5; i++)
        steps = (uint16_t)(steps * 2u + (row[i] == '1'));
    return steps == 0 ? 0 : (uint16_t)(1900u + (steps - 1u) * 100u);
}

static void test_every_code_gives_the_printed_voltage(void **state)
{
    (void)state;
    for (uint16_t code = 0; code < 256; code++) {
        char row[5];
        for (uint8_t i = 0; i < 5; i++) /* switch 4 is bit 4, switch 8 bit 0 */
            row[i] = (code & (0x10u >> i)) ? '1' : '0';
        assert_int_equal(switches_vbalance_mv((uint8_t)code), printed_mv(row));
    }
}

static void test_voltages_named_in_the_manual(void **state)
{
    (void)state;
    assert_int_equal(switches_vbalance_mv(0xE0), 0);
    assert_int_equal(switches_vbalance_mv(0x01), 1900);
    assert_int_equal(switches_vbalance_mv(0x08), 2600); /* LTO */
    assert_int_equal(switches_vbalance_mv(0x0F), 3300);
    assert_int_equal(switches_vbalance_mv(0x10), 3400); /* LiFePO4 */
    assert_int_equal(switches_vbalance_mv(0x16), 4000); /* NMC */
    assert_int_equal(switches_vbalance_mv(0x1F), 4900);
}

static bool printed_fit(bool s1, bool s2, bool s3, uint16_t cells)
{
    if (!s1 && !s2 && !s3)
        return cells >= 2 && cells <= 4;
    if (!s1 && !s2 && s3)
        return cells >= 5 && cells <= 8;
    if (!s1 && s2 && !s3)
        return cells >= 9 && cells <= 16;
    if (!s1 && s2 && s3)
        return cells >= 17 && cells <= 25;
    if (s1 && !s2 && !s3)
        return cells >= 26 && cells <= 40;
    if (s1 && !s2 && s3)
        return cells >= 41 && cells <= 80;
    if (s1 && s2 && !s3)
        return cells >= 81 && cells <= 150;
    return cells >= 151 && cells <= 255;
}

static void test_every_code_fits_the_printed_number_of_cells(void **state)
{
    (void)state;
    for (uint16_t code = 0; code < 256; code++)
        for (uint16_t cells = 0; cells < 256; cells++)
            if (switches_fit((uint8_t)code, (uint8_t)cells) !=
                printed_fit(code & 0x80u, code & 0x40u, code & 0x20u, cells))
                fail_msg("switches %u, %u cells", code, cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_gives_the_printed_voltage),
        cmocka_unit_test(test_voltages_named_in_the_manual),
        cmocka_unit_test(test_every_code_fits_the_printed_number_of_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
