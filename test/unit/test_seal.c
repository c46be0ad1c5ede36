#include "common/seal.h"
#include "test.h"

static uint8_t memory[70];

static void fill(uint8_t seed)
{
    for (uint8_t i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)(i * 37u + seed);
}

/* Each change of each byte, in even and odd sizes. */
static void test_any_other_value_of_any_byte_shows(void **state)
{
    (void)state;
    for (uint8_t size = 1; size <= sizeof memory; size = (uint8_t)(size + 23u)) {
        fill(size);
        for (uint8_t at = 0; at < size; at++) {
            uint8_t before = memory[at];
            uint16_t seal = seal_more(SEAL_INIT, memory, size);
            for (uint16_t change = 1; change < 256; change++) {
                memory[at] = (uint8_t)(before ^ change);
                if (seal_more(SEAL_INIT, memory, size) == seal)
                    fail_msg("size %u, byte %u, change %u", size, at, change);
            }
            memory[at] = before;
        }
    }
}

static void test_words_that_change_places_show(void **state)
{
    uint16_t seal;
    uint8_t first;

    (void)state;
    fill(1);
    seal = seal_more(SEAL_INIT, memory, sizeof memory);
    first = memory[2];
    memory[2] = memory[4];
    memory[4] = first;
    assert_int_not_equal(seal_more(SEAL_INIT, memory, sizeof memory), seal);
}

static void test_spans_go_on_from_each_other(void **state)
{
    uint16_t whole;

    (void)state;
    fill(9);
    whole = seal_more(SEAL_INIT, memory, 70);
    assert_int_equal(seal_more(seal_more(SEAL_INIT, memory, 30), memory + 30, 40), whole);
    memory[3] ^= 0x10u;
    assert_int_not_equal(seal_more(seal_more(SEAL_INIT, memory, 30), memory + 30, 40), whole);
}

/* RAM that lost its supply is often all ones or zeros. */
static void test_zeros_and_ones_are_not_sealed_by_zero(void **state)
{
    (void)state;
    memset(memory, 0, sizeof memory);
    assert_int_not_equal(seal_more(SEAL_INIT, memory, sizeof memory), 0);
    memset(memory, 0xFF, sizeof memory);
    assert_int_not_equal(seal_more(SEAL_INIT, memory, sizeof memory), 0xFFFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_other_value_of_any_byte_shows),
        cmocka_unit_test(test_words_that_change_places_show),
        cmocka_unit_test(test_spans_go_on_from_each_other),
        cmocka_unit_test(test_zeros_and_ones_are_not_sealed_by_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
