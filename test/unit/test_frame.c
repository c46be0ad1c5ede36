#include "protocol/frame.h"
#include "test.h"
#include "test/vectors/vectors.h"

static void same_start(const struct frame_start *a, const struct frame_start *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->switches, b->switches);
    assert_int_equal(a->boot, b->boot);
    assert_int_equal(a->section_head, b->section_head);
    assert_int_equal(a->sensors, b->sensors);
    assert_int_equal(a->time_ms, b->time_ms);
    assert_int_equal(a->ring_closed, b->ring_closed);
}

static void same_hop(const struct frame_hop *a, const struct frame_hop *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->hop, b->hop);
    assert_int_equal(a->sum, b->sum);
    assert_int_equal(a->clock_error, b->clock_error);
}

static void same_cell(const struct frame_cell *a, const struct frame_cell *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->mv, b->mv);
    assert_int_equal(a->dc, b->dc);
    assert_int_equal(a->flags, b->flags);
}

static void same_charge(const struct frame_charge *a, const struct frame_charge *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->sensor, b->sensor);
    assert_int_equal(a->reverse, b->reverse);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->mas, b->mas);
}

static void same_end(const struct frame_end *a, const struct frame_end *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->sensors, b->sensors);
    assert_int_equal(a->rounds, b->rounds);
}

static void same_command(const struct frame_command *a, const struct frame_command *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->write, b->write);
    assert_int_equal(a->item, b->item);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->issued, b->issued);
    assert_int_equal(a->argument, b->argument);
}

static void same_reply(const struct frame_reply *a, const struct frame_reply *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->value, b->value);
}

static void same_ext(const struct frame_ext *a, const struct frame_ext *b)
{
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->piece, b->piece);
    assert_memory_equal(a->data, b->data, FRAME_EXT_DATA);
}

/* ---- vectors of the independent encoder, both ways ------------------------------------------- */

static void test_start_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(start_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_start read;
        assert_int_equal(frame_start_encode(bytes, &start_vectors[i].fields), FRAME_START_SIZE);
        assert_memory_equal(bytes, start_vectors[i].bytes, FRAME_START_SIZE);
        assert_true(frame_valid(start_vectors[i].bytes, FRAME_START_SIZE));
        frame_start_decode(start_vectors[i].bytes, &read);
        same_start(&read, &start_vectors[i].fields);
    }
}

static void test_hop_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(hop_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_hop read;
        assert_int_equal(frame_hop_encode(bytes, &hop_vectors[i].fields), FRAME_HOP_SIZE);
        assert_memory_equal(bytes, hop_vectors[i].bytes, FRAME_HOP_SIZE);
        assert_true(frame_valid(hop_vectors[i].bytes, FRAME_HOP_SIZE));
        frame_hop_decode(hop_vectors[i].bytes, &read);
        same_hop(&read, &hop_vectors[i].fields);
    }
}

static void test_cell_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cell_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_cell read;
        assert_int_equal(frame_cell_encode(bytes, &cell_vectors[i].fields), FRAME_STREAM_SIZE);
        assert_memory_equal(bytes, cell_vectors[i].bytes, FRAME_STREAM_SIZE);
        assert_true(frame_valid(cell_vectors[i].bytes, FRAME_STREAM_SIZE));
        frame_cell_decode(cell_vectors[i].bytes, &read);
        same_cell(&read, &cell_vectors[i].fields);
    }
}

static void test_charge_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(charge_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_charge read;
        assert_int_equal(frame_charge_encode(bytes, &charge_vectors[i].fields), FRAME_STREAM_SIZE);
        assert_memory_equal(bytes, charge_vectors[i].bytes, FRAME_STREAM_SIZE);
        assert_true(frame_valid(charge_vectors[i].bytes, FRAME_STREAM_SIZE));
        frame_charge_decode(charge_vectors[i].bytes, &read);
        same_charge(&read, &charge_vectors[i].fields);
    }
}

static void test_end_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(end_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_end read;
        assert_int_equal(frame_end_encode(bytes, &end_vectors[i].fields), FRAME_STREAM_SIZE);
        assert_memory_equal(bytes, end_vectors[i].bytes, FRAME_STREAM_SIZE);
        assert_true(frame_valid(end_vectors[i].bytes, FRAME_STREAM_SIZE));
        frame_end_decode(end_vectors[i].bytes, &read);
        same_end(&read, &end_vectors[i].fields);
    }
}

static void test_command_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(command_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_command read;
        assert_int_equal(frame_command_encode(bytes, &command_vectors[i].fields),
                         FRAME_STREAM_SIZE);
        assert_memory_equal(bytes, command_vectors[i].bytes, FRAME_STREAM_SIZE);
        assert_true(frame_valid(command_vectors[i].bytes, FRAME_STREAM_SIZE));
        frame_command_decode(command_vectors[i].bytes, &read);
        same_command(&read, &command_vectors[i].fields);
    }
}

static void test_reply_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(reply_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_reply read;
        assert_int_equal(frame_reply_encode(bytes, &reply_vectors[i].fields), FRAME_STREAM_SIZE);
        assert_memory_equal(bytes, reply_vectors[i].bytes, FRAME_STREAM_SIZE);
        assert_true(frame_valid(reply_vectors[i].bytes, FRAME_STREAM_SIZE));
        frame_reply_decode(reply_vectors[i].bytes, &read);
        same_reply(&read, &reply_vectors[i].fields);
    }
}

static void test_ext_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(ext_vectors); i++) {
        uint8_t bytes[FRAME_SIZE_MAX];
        struct frame_ext read;
        assert_int_equal(frame_ext_encode(bytes, &ext_vectors[i].fields), FRAME_STREAM_SIZE);
        assert_memory_equal(bytes, ext_vectors[i].bytes, FRAME_STREAM_SIZE);
        assert_true(frame_valid(ext_vectors[i].bytes, FRAME_STREAM_SIZE));
        frame_ext_decode(ext_vectors[i].bytes, &read);
        same_ext(&read, &ext_vectors[i].fields);
    }
}

/* A command that Begin passes on belongs to another round than the one it came with. */
static void test_frame_of_another_round_is_sealed_anew(void **state)
{
    struct frame_command in = {
        .round = 3, .target = 9, .item = 5, .sequence = 4, .argument = 777
    };
    uint8_t bytes[FRAME_STREAM_SIZE];
    uint8_t wanted[FRAME_STREAM_SIZE];

    (void)state;
    for (uint8_t round = 0; round < 16; round++) {
        frame_command_encode(bytes, &in);
        frame_set_round(bytes, round);
        in.round = round;
        frame_command_encode(wanted, &in);
        in.round = 3;
        assert_memory_equal(bytes, wanted, FRAME_STREAM_SIZE);
    }
}

static void test_values_out_of_range_saturate(void **state)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    struct frame_cell cell;

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cell_saturations); i++) {
        frame_cell_encode(bytes, &cell_saturations[i].asked);
        assert_memory_equal(bytes, cell_saturations[i].bytes, FRAME_STREAM_SIZE);
        frame_cell_decode(bytes, &cell);
        same_cell(&cell, &cell_saturations[i].sent);
    }
}

/* ---- whole ranges ---------------------------------------------------------------------------- */

static void test_cell_every_voltage_and_temperature_comes_back(void **state)
{
    (void)state;
    for (uint16_t i = 0; i <= 8191; i++) {
        struct frame_cell in = { .round = i & 15u,
                                 .number = (uint8_t)(i >> 3),
                                 .mv = i,
                                 .dc = (int16_t)((int16_t)(i % 2048u) - 400),
                                 .flags = (uint8_t)(i * 5u) };
        struct frame_cell out;
        uint8_t bytes[FRAME_STREAM_SIZE];

        frame_cell_encode(bytes, &in);
        frame_cell_decode(bytes, &out);
        same_cell(&in, &out);
    }
}

static void test_cell_every_flag_pattern_comes_back_at_both_ends(void **state)
{
    (void)state;
    for (uint16_t flags = 0; flags < 256; flags++) {
        struct frame_cell in = { .number = 1, .mv = 8191, .dc = -400, .flags = (uint8_t)flags };
        struct frame_cell out;
        uint8_t bytes[FRAME_STREAM_SIZE];

        frame_cell_encode(bytes, &in);
        frame_cell_decode(bytes, &out);
        same_cell(&in, &out);
        in.mv = 0;
        in.dc = 1647;
        frame_cell_encode(bytes, &in);
        frame_cell_decode(bytes, &out);
        same_cell(&in, &out);
    }
}

static void test_charge_and_end_totals_come_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 8192; i++) {
        struct frame_charge in = { .round = i & 15u,
                                   .sensor = i & 7u,
                                   .reverse = (i & 8u) != 0,
                                   .state = (uint8_t)((i >> 4) & 15u),
                                   .mas = i * 524287u + i };
        struct frame_end end = { .round = i & 15u, .sensors = (uint8_t)i, .rounds = ~in.mas };
        struct frame_charge out;
        struct frame_end end_out;
        uint8_t bytes[FRAME_STREAM_SIZE];

        frame_charge_encode(bytes, &in);
        frame_charge_decode(bytes, &out);
        same_charge(&in, &out);
        frame_end_encode(bytes, &end);
        frame_end_decode(bytes, &end_out);
        same_end(&end, &end_out);
    }
}

static void test_start_every_info_byte_and_time_comes_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 65536u; i += 13) {
        struct frame_start in = { .round = i & 15u,
                                  .switches = (uint8_t)(i >> 8),
                                  .boot = (uint8_t)((i >> 3) & 15u),
                                  .section_head = (i & 4u) != 0,
                                  .sensors = (uint8_t)(i % 3u),
                                  .time_ms = (uint16_t)i };
        struct frame_start out;
        uint8_t bytes[FRAME_START_SIZE];

        frame_start_encode(bytes, &in);
        frame_start_decode(bytes, &out);
        same_start(&in, &out);
        assert_int_equal(bytes[2] & 0x08, 0);
    }
}

static void test_hop_every_number_and_error_comes_back(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 256; i++) {
        struct frame_hop in = { .round = i & 15u,
                                .hop = (uint8_t)i,
                                .clock_error = (int8_t)(i - 128),
                                .sum = (uint16_t)(i * 257u + 3u) };
        struct frame_hop out;
        uint8_t bytes[FRAME_HOP_SIZE];

        frame_hop_encode(bytes, &in);
        frame_hop_decode(bytes, &out);
        same_hop(&in, &out);
    }
}

static void test_round_beyond_15_does_not_touch_the_type(void **state)
{
    struct frame_end in = { .round = 0xF7, .sensors = 2 };
    uint8_t bytes[FRAME_STREAM_SIZE];

    (void)state;
    frame_end_encode(bytes, &in);
    assert_int_equal(bytes[0], 0xA7);
}

/* ---- headers --------------------------------------------------------------------------------- */

static bool is_ext(uint8_t header)
{
    return (header & 0xF0u) == 0x70u;
}

static uint8_t size_by_specification(uint8_t header)
{
    if ((header & 0xF0u) == 0x30u)
        return 7;
    if ((header & 0xF0u) == 0x50u)
        return 7;
    if ((header & 0xF0u) == 0x60u || (header & 0xF0u) == 0x90u || (header & 0xF0u) == 0xA0u ||
        (header & 0xF0u) == 0xC0u || (header & 0xF0u) == 0xF0u || is_ext(header))
        return 8;
    return 0;
}

static void test_frame_size_knows_eight_types_only(void **state)
{
    (void)state;
    for (uint16_t header = 0; header < 256; header++) {
        uint8_t size = size_by_specification((uint8_t)header);
        assert_int_equal(frame_size((uint8_t)header), size);
        assert_int_equal(frame_is_streamed((uint8_t)header),
                         size == FRAME_STREAM_SIZE && !is_ext((uint8_t)header));
    }
}

/* Of the types that a follower takes. */
static bool is_taken(uint16_t header)
{
    return frame_size((uint8_t)header) != 0 && !is_ext((uint8_t)header);
}

static void test_one_wrong_bit_in_a_type_never_makes_another(void **state)
{
    (void)state;
    for (uint16_t header = 0; header < 256; header++)
        for (uint8_t bit = 4; bit < 8; bit++)
            if (is_taken(header))
                assert_false(is_taken(header ^ (1u << bit)));
}

static void test_frame_valid_rejects_another_size(void **state)
{
    uint8_t bytes[FRAME_SIZE_MAX + 1u] = { 0 };

    (void)state;
    memcpy(bytes, cell_vectors[1].bytes, FRAME_STREAM_SIZE);
    for (uint8_t size = 0; size <= FRAME_SIZE_MAX; size++)
        assert_int_equal(frame_valid(bytes, size), size == FRAME_STREAM_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_vectors_encode_and_decode),
        cmocka_unit_test(test_hop_vectors_encode_and_decode),
        cmocka_unit_test(test_cell_vectors_encode_and_decode),
        cmocka_unit_test(test_charge_vectors_encode_and_decode),
        cmocka_unit_test(test_end_vectors_encode_and_decode),
        cmocka_unit_test(test_command_vectors_encode_and_decode),
        cmocka_unit_test(test_reply_vectors_encode_and_decode),
        cmocka_unit_test(test_ext_vectors_encode_and_decode),
        cmocka_unit_test(test_frame_of_another_round_is_sealed_anew),
        cmocka_unit_test(test_values_out_of_range_saturate),
        cmocka_unit_test(test_cell_every_voltage_and_temperature_comes_back),
        cmocka_unit_test(test_cell_every_flag_pattern_comes_back_at_both_ends),
        cmocka_unit_test(test_charge_and_end_totals_come_back),
        cmocka_unit_test(test_start_every_info_byte_and_time_comes_back),
        cmocka_unit_test(test_hop_every_number_and_error_comes_back),
        cmocka_unit_test(test_round_beyond_15_does_not_touch_the_type),
        cmocka_unit_test(test_frame_size_knows_eight_types_only),
        cmocka_unit_test(test_one_wrong_bit_in_a_type_never_makes_another),
        cmocka_unit_test(test_frame_valid_rejects_another_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
