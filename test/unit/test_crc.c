#include "protocol/crc.h"
#include "protocol/frame.h"
#include "test.h"

/* The definition, bit by bit: polynomial 0x3D65 turned round. */
static uint16_t slow_update(uint16_t crc, uint8_t byte)
{
    crc ^= byte;
    for (uint8_t bit = 0; bit < 8; bit++)
        crc = (uint16_t)((crc & 1u) ? (crc >> 1) ^ 0xA6BCu : crc >> 1);
    return crc;
}

static void test_crc_check_string_gives_published_value(void **state)
{
    (void)state;
    assert_int_equal(crc_of((const uint8_t *)"123456789", 9), 0xEA82);
}

static void test_crc_of_nothing_is_inverted_start(void **state)
{
    (void)state;
    assert_int_equal(crc_of(NULL, 0), 0xFFFF);
}

static void test_crc_every_byte_and_register_bit_matches_definition(void **state)
{
    (void)state;
    for (uint16_t byte = 0; byte < 256; byte++) {
        assert_int_equal(crc_update(0, (uint8_t)byte), slow_update(0, (uint8_t)byte));
        assert_int_equal(crc_update(0xFFFF, (uint8_t)byte), slow_update(0xFFFF, (uint8_t)byte));
        assert_int_equal(crc_update(0xA55A, (uint8_t)byte), slow_update(0xA55A, (uint8_t)byte));
    }
    for (uint8_t bit = 0; bit < 16; bit++)
        assert_int_equal(crc_update((uint16_t)(1u << bit), 0),
                         slow_update((uint16_t)(1u << bit), 0));
}

static void test_crc_data_with_own_crc_leaves_residue(void **state)
{
    (void)state;
    for (uint16_t seed = 0; seed < 256; seed++) {
        uint8_t data[FRAME_SIZE_MAX];
        uint8_t size = (uint8_t)(seed % (FRAME_SIZE_MAX - 2u));
        uint16_t crc;
        uint16_t running = CRC_INIT;

        for (uint8_t i = 0; i < size; i++)
            data[i] = (uint8_t)(seed * 31u + i * 7u);
        crc = crc_of(data, size);
        data[size] = (uint8_t)crc;
        data[size + 1u] = (uint8_t)(crc >> 8);
        for (uint8_t i = 0; i < size + 2u; i++)
            running = crc_update(running, data[i]);
        assert_int_equal(running, CRC_RESIDUE);
    }
}

static void test_crc_bytes_swapped_leave_no_residue(void **state)
{
    uint16_t crc = crc_of((const uint8_t *)"123456789", 9);
    uint16_t running = CRC_INIT;

    (void)state;
    for (const char *c = "123456789"; *c; c++)
        running = crc_update(running, (uint8_t)*c);
    running = crc_update(running, (uint8_t)(crc >> 8));
    running = crc_update(running, (uint8_t)crc);
    assert_int_not_equal(running, CRC_RESIDUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_check_string_gives_published_value),
        cmocka_unit_test(test_crc_of_nothing_is_inverted_start),
        cmocka_unit_test(test_crc_every_byte_and_register_bit_matches_definition),
        cmocka_unit_test(test_crc_data_with_own_crc_leaves_residue),
        cmocka_unit_test(test_crc_bytes_swapped_leave_no_residue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
