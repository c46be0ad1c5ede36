/* No one or two wrong bits in any vector pass, by frame_valid() and by the decoder's way of reading
 * (length from the header, CRC as it comes). */
#include "protocol/decoder.h"
#include "protocol/frame.h"
#include "test.h"
#include "test/vectors/vectors.h"

static void flip(uint8_t *bytes, uint8_t bit)
{
    bytes[bit >> 3] = (uint8_t)(bytes[bit >> 3] ^ (1u << (bit & 7u)));
}

static void reject_all_errors(const uint8_t *good, uint8_t size)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    uint8_t bits = (uint8_t)(8u * size);

    memcpy(bytes, good, size);
    assert_true(frame_valid(bytes, size));
    for (uint8_t first = 0; first < bits; first++) {
        flip(bytes, first);
        assert_false(frame_valid(bytes, size));
        for (uint8_t second = (uint8_t)(first + 1u); second < bits; second++) {
            flip(bytes, second);
            if (frame_valid(bytes, size))
                fail_msg("bits %u and %u", first, second);
            flip(bytes, second);
        }
        flip(bytes, first);
    }
}

#define REJECT_ERRORS_OF(vectors)                                            \
    do {                                                                     \
        for (uint8_t i = 0; i < TEST_COUNT_OF(vectors); i++)                 \
            reject_all_errors((vectors)[i].bytes, sizeof(vectors)[i].bytes); \
    } while (0)

static void test_start_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(start_vectors);
}

static void test_hop_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(hop_vectors);
}

static void test_cell_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(cell_vectors);
}

static void test_charge_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(charge_vectors);
}

static void test_end_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(end_vectors);
}

static void test_command_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(command_vectors);
}

static void test_reply_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(reply_vectors);
}

static void test_ext_one_or_two_wrong_bits_are_rejected(void **state)
{
    (void)state;
    REJECT_ERRORS_OF(ext_vectors);
}

/* Through the decoder a wrong type also changes the length. */
static void test_decoder_passes_no_frame_with_two_wrong_bits(void **state)
{
    uint8_t bytes[FRAME_STREAM_SIZE];

    (void)state;
    memcpy(bytes, cell_vectors[1].bytes, FRAME_STREAM_SIZE);
    for (uint8_t first = 0; first < 64; first++) {
        for (uint8_t second = first; second < 64; second++) {
            struct decoder d;
            flip(bytes, first);
            if (second != first)
                flip(bytes, second);
            decoder_start(&d, 15);
            for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
                if (decoder_byte(&d, bytes[i]) == DECODE_FRAME)
                    fail_msg("bits %u and %u", first, second);
            flip(bytes, first);
            if (second != first)
                flip(bytes, second);
        }
    }
    assert_memory_equal(bytes, cell_vectors[1].bytes, FRAME_STREAM_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_hop_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_cell_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_charge_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_end_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_command_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_reply_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_ext_one_or_two_wrong_bits_are_rejected),
        cmocka_unit_test(test_decoder_passes_no_frame_with_two_wrong_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
