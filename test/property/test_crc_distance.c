/* Proof that no error of one to five bits passes the CRC of a frame, whatever the frame holds.
 *
 * The CRC is linear: an error is undetected exactly when the syndromes of its wrong bits add up to
 * nothing. 120 bits are nearly twice the longest frame; a shorter one uses the last of these
 * positions. One side of each sum is kept in a table, the other is looked up there. */
#include "protocol/crc.h"
#include "protocol/frame.h"
#include "test.h"

#define BYTES_MAX 15u
#define BITS (8u * BYTES_MAX)

_Static_assert(FRAME_SIZE_MAX <= BYTES_MAX, "the proof covers every frame");

static uint16_t syndrome[BITS];
static bool one_bit[65536], two_bits[65536];

static void make_syndromes(void)
{
    for (unsigned bit = 0; bit < BITS; bit++) {
        uint8_t error[BYTES_MAX] = { 0 };
        uint16_t crc = 0; /* of the difference: start value and inversion cancel out */
        error[bit / 8u] = (uint8_t)(1u << bit % 8u);
        for (unsigned i = 0; i < BYTES_MAX; i++)
            crc = crc_update(crc, error[i]);
        syndrome[bit] = crc;
    }
}

static int setup(void **state)
{
    (void)state;
    make_syndromes();
    return 0;
}

static void test_no_error_of_one_or_two_bits_passes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BITS; i++) {
        assert_int_not_equal(syndrome[i], 0);
        assert_false(one_bit[syndrome[i]]);
        one_bit[syndrome[i]] = true;
    }
}

static void test_no_error_of_three_or_four_bits_passes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BITS; i++) {
        for (unsigned j = i + 1u; j < BITS; j++) {
            uint16_t sum = syndrome[i] ^ syndrome[j];
            if (one_bit[sum] || two_bits[sum])
                fail_msg("bits %u and %u meet another error", i, j);
            two_bits[sum] = true;
        }
    }
}

static void test_no_error_of_five_bits_passes(void **state)
{
    unsigned long triples = 0;

    (void)state;
    for (unsigned i = 0; i < BITS; i++) {
        for (unsigned j = i + 1u; j < BITS; j++) {
            for (unsigned k = j + 1u; k < BITS; k++) {
                triples++;
                if (two_bits[syndrome[i] ^ syndrome[j] ^ syndrome[k]])
                    fail_msg("bits %u, %u and %u meet two others", i, j, k);
            }
        }
    }
    assert_int_equal(triples, BITS * (BITS - 1u) * (BITS - 2u) / 6u);
}

/* The bound is tight: an error of six bits that passes exists, so the search above can find one. */
static void test_some_error_of_six_bits_passes(void **state)
{
    static bool taken[65536];
    bool found = false;

    (void)state;
    for (uint8_t i = 0; i < BITS; i++) {
        for (uint8_t j = (uint8_t)(i + 1u); j < BITS; j++) {
            for (uint8_t k = (uint8_t)(j + 1u); k < BITS; k++) {
                uint16_t sum = syndrome[i] ^ syndrome[j] ^ syndrome[k];
                if (taken[sum])
                    found = true; /* three plus three: fewer would have been found before */
                taken[sum] = true;
            }
        }
    }
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_error_of_one_or_two_bits_passes),
        cmocka_unit_test(test_no_error_of_three_or_four_bits_passes),
        cmocka_unit_test(test_no_error_of_five_bits_passes),
        cmocka_unit_test(test_some_error_of_six_bits_passes),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
