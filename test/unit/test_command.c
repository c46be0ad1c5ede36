/* Commands as a board executes them: items, ranges, exactly once. */
#include "common/ntc.h"
#include "test/fake/command_bench.h"

static void test_event_without_a_command_sends_no_reply(void **state)
{
    (void)state;
    set_up();
    cell_board_events(&b, LINK_COMMAND);
    assert_false(b.link.reply_out.full);
}

static void test_raw_sums_of_the_last_reading_are_read(void **state)
{
    (void)state;
    set_up();
    cell_board_events(&b, LINK_BREAK_SEEN);
    command(ITEM_CELL_SUM, 1, 0);
    expect(REPLY_DONE, 18900);
    command(ITEM_NTC_SHARE, 2, 0);
    expect(REPLY_DONE, 2 * 8192ul); /* the fake gives 8192 for eight of them */
}

static void test_counters_and_version_are_read(void **state)
{
    (void)state;
    set_up();
    b.link.counters = (struct link_counters){ .rounds = 0x12345678,
                                              .bad_frames = 1,
                                              .marked_frames = 2,
                                              .stale_frames = 3,
                                              .line_errors = 4,
                                              .bad_syncs = 65535 };
    command(ITEM_BAD_FRAMES, 0, 0);
    expect(REPLY_DONE, 1);
    command(ITEM_MARKED_FRAMES, 0, 0);
    expect(REPLY_DONE, 2);
    command(ITEM_STALE_FRAMES, 0, 0);
    expect(REPLY_DONE, 3);
    command(ITEM_LINE_ERRORS, 0, 0);
    expect(REPLY_DONE, 4);
    command(ITEM_BAD_SYNCS, 0, 0);
    expect(REPLY_DONE, 65535);
    command(ITEM_ROUNDS_LOW, 0, 0);
    expect(REPLY_DONE, 0x5678);
    command(ITEM_ROUNDS_HIGH, 0, 0);
    expect(REPLY_DONE, 0x1234);
    command(ITEM_VERSION, 0, 0);
    expect(REPLY_DONE, FIRMWARE_VERSION);
}

static const uint8_t known[] = {
    ITEM_VERSION,     ITEM_CELL_SUM,   ITEM_NTC_SHARE,   ITEM_GAIN_Q16,      ITEM_OFFSET_DMV,
    ITEM_TC_PPM,      ITEM_OFFSET_DC,  ITEM_BAD_FRAMES,  ITEM_MARKED_FRAMES, ITEM_STALE_FRAMES,
    ITEM_LINE_ERRORS, ITEM_BAD_SYNCS,  ITEM_ROUNDS_LOW,  ITEM_ROUNDS_HIGH,   ITEM_IDENTIFY,
    ITEM_BALANCE,     ITEM_CELL_MV,    ITEM_BOOTS,       ITEM_POWER_ON,      ITEM_EXTERNAL,
    ITEM_BROWN_OUT,   ITEM_WATCHDOG,   ITEM_LOWEST_MV,   ITEM_STACK_FREE,    ITEM_CLOCK,
    ITEM_CONDITION,   ITEM_UPTIME_LOW, ITEM_UPTIME_HIGH, ITEM_CLOCK_STEPS,   ITEM_BALANCE_LIMIT,
};

/* Written with an effect of their own: tests below. */
static bool is_deed(uint16_t code)
{
    static const uint8_t deeds[] = { ITEM_SAVE_CALIBRATION, ITEM_IDENTIFY,      ITEM_BALANCE,
                                     ITEM_CELL_MV,          ITEM_BALANCE_LIMIT, ITEM_CLEAR };

    return (code & WRITE) && memchr(deeds, (int)(code & ~WRITE), sizeof deeds) != NULL;
}

static bool is_known(uint8_t item)
{
    return memchr(known, item, sizeof known) != NULL;
}

static bool is_writable(uint8_t item)
{
    return (item >= ITEM_GAIN_Q16 && item <= ITEM_OFFSET_DC) || item == ITEM_CLOCK_STEPS;
}

static void test_every_code_is_known_or_refused_without_effect(void **state)
{
    (void)state;
    set_up();
    for (uint16_t code = 0; code < 256; code++) {
        uint8_t item = (uint8_t)code & 0x7Fu;
        struct cell_board before = b;
        bool good = code & WRITE ? is_writable(item) : is_known(item);

        if (is_deed(code))
            continue;
        command((uint8_t)code, (uint8_t)(code & 15u), 5);
        assert_int_equal(reply.status, good ? REPLY_DONE : REPLY_UNKNOWN);
        if (!good)
            assert_int_equal(reply.value, 0);
        assert_int_equal(fake->writes, 0);
        if (good && (code & WRITE))
            continue;
        assert_memory_equal(&b.staged, &before.staged, sizeof b.staged);
        assert_memory_equal(&b.calibration, &before.calibration, sizeof b.calibration);
        assert_memory_equal(&b.link.counters, &before.link.counters, sizeof b.link.counters);
    }
}

static void stage(uint16_t gain_q16, int16_t offset_dmv, int16_t tc_ppm, int16_t offset_dc)
{
    command(WRITE | ITEM_GAIN_Q16, 1, gain_q16);
    expect(REPLY_DONE, gain_q16);
    command(WRITE | ITEM_OFFSET_DMV, 2, (uint16_t)offset_dmv);
    expect(REPLY_DONE, (uint32_t)(int32_t)offset_dmv & 0xFFFFFFu);
    command(WRITE | ITEM_TC_PPM, 3, (uint16_t)tc_ppm);
    expect(REPLY_DONE, (uint32_t)(int32_t)tc_ppm & 0xFFFFFFu);
    command(WRITE | ITEM_OFFSET_DC, 4, (uint16_t)offset_dc);
    expect(REPLY_DONE, (uint32_t)(int32_t)offset_dc & 0xFFFFFFu);
}

static void test_written_calibration_is_used_only_when_saved(void **state)
{
    (void)state;
    set_up();
    stage(12000, -25, -300, -8);
    assert_int_equal(b.calibration.gain_q16, CALIBRATION_GAIN_NOMINAL);
    assert_false(b.calibration.valid);
    assert_int_equal(fake->writes, 0);
    command(WRITE | ITEM_SAVE_CALIBRATION, 5, COMMAND_SAVE_KEY);
    expect(REPLY_DONE, 0);
    for (uint8_t i = 0; i < 2; i++) { /* at once, and after a reset */
        assert_true(b.calibration.valid);
        assert_int_equal(b.calibration.gain_q16, 12000);
        assert_int_equal(b.calibration.offset_dmv, -25);
        assert_int_equal(b.calibration.tc_ppm, -300);
        assert_int_equal(b.calibration.offset_dc, -8);
        cell_board_init(&b);
    }
    b.link.number = NUMBER;
    command(ITEM_GAIN_Q16, 6, 0);
    expect(REPLY_DONE, 12000);
    command(ITEM_OFFSET_DC, 7, 0);
    expect(REPLY_DONE, 0xFFFFF8);
}

static void expect_no_save(uint16_t key)
{
    uint32_t writes = fake->writes;

    command(WRITE | ITEM_SAVE_CALIBRATION, 9, key);
    expect(REPLY_OUT_OF_RANGE, 0);
    assert_int_equal(fake->writes, writes);
    assert_int_equal(b.calibration.gain_q16, CALIBRATION_GAIN_NOMINAL);
}

static void test_calibration_out_of_range_or_without_key_is_not_saved(void **state)
{
    (void)state;
    set_up();
    stage(12000, 0, 0, 0);
    expect_no_save(0);
    expect_no_save(COMMAND_SAVE_KEY ^ 1u);
    stage(7999, 0, 0, 0);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(16001, 0, 0, 0);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(12000, 2001, 0, 0);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(12000, -2001, 0, 0);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(12000, 0, 501, 0);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(12000, 0, -501, 0);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(12000, 0, 0, 128);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(12000, 0, 0, -129);
    expect_no_save(COMMAND_SAVE_KEY);
    stage(16000, -2000, 500, 127);
    command(WRITE | ITEM_SAVE_CALIBRATION, 8, COMMAND_SAVE_KEY);
    expect(REPLY_DONE, 0);
}

static void test_power_failure_while_saving_is_reported(void **state)
{
    (void)state;
    set_up();
    stage(12000, 0, 0, 0);
    fake_power_fails_after(3);
    command(WRITE | ITEM_SAVE_CALIBRATION, 5, COMMAND_SAVE_KEY);
    expect(REPLY_FAILED, 0);
}

/* Each field as the same command, so that a repetition would show. */
static void test_repeated_command_is_answered_but_not_executed_again(void **state)
{
    uint32_t writes;

    (void)state;
    set_up();
    stage(12000, 0, 0, 0);
    command(WRITE | ITEM_SAVE_CALIBRATION, 5, COMMAND_SAVE_KEY);
    writes = fake->writes;
    assert_true(writes > 0);
    for (uint8_t i = 0; i < 3; i++) {
        b.staged.gain_q16 = 1; /* executed, it would be refused */
        command(WRITE | ITEM_SAVE_CALIBRATION, 5, COMMAND_SAVE_KEY);
        expect(REPLY_DONE, 0);
        assert_int_equal(fake->writes, writes);
    }
    command(WRITE | ITEM_SAVE_CALIBRATION, 6, COMMAND_SAVE_KEY);
    expect(REPLY_OUT_OF_RANGE, 0);
    b.cell_sum = 100;
    command(ITEM_CELL_SUM, 7, 0);
    b.cell_sum = 200;
    command(ITEM_CELL_SUM, 7, 0);
    expect(REPLY_DONE, 100);
    command(ITEM_CELL_SUM, 8, 0);
    expect(REPLY_DONE, 200);
}

static void test_same_sequence_with_another_wish_is_a_new_command(void **state)
{
    (void)state;
    set_up();
    command(WRITE | ITEM_GAIN_Q16, 3, 9000);
    command(WRITE | ITEM_GAIN_Q16, 3, 9001);
    expect(REPLY_DONE, 9001);
    command(ITEM_GAIN_Q16, 3, 9001);
    expect(REPLY_DONE, 9001);
    b.cell_sum = 4;
    command(ITEM_CELL_SUM, 3, 9001);
    expect(REPLY_DONE, 4);
}

static void test_known_voltage_moves_the_offset_and_is_kept(void **state)
{
    uint16_t before;

    (void)state;
    calibrated();
    before = b.mv;
    command(WRITE | ITEM_CELL_MV, 1, (uint16_t)(before + 17u));
    assert_int_equal(reply.status, REPLY_DONE);
    rounds(1);
    assert_int_equal(b.mv, before + 17u);
    calibration_load(&b.calibration);
    cell_board_seal(&b);
    assert_int_equal(b.calibration.offset_dmv, 170);
    command(WRITE | ITEM_CELL_MV, 2, (uint16_t)(before - 3u));
    rounds(1);
    assert_int_equal(b.mv, before - 3u);
}

static void test_voltage_that_cannot_be_changes_nothing(void **state)
{
    static const int16_t shifts[] = { 201, -201, 1500, -3000, 5000 };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(shifts); i++) {
        calibrated();
        command(WRITE | ITEM_CELL_MV, i, (uint16_t)(b.mv + (uint16_t)shifts[i]));
        assert_int_equal(reply.status, REPLY_OUT_OF_RANGE);
        assert_int_equal(b.calibration.offset_dmv, 0);
        assert_int_equal(fake->writes, 0);
    }
    set_up(); /* without the factory's gain an offset says nothing */
    rounds(1);
    command(WRITE | ITEM_CELL_MV, 1, b.mv);
    assert_int_equal(reply.status, REPLY_REFUSED);
}

static void test_clear_needs_its_key_and_leaves_the_rounds(void **state)
{
    (void)state;
    set_up();
    b.link.counters = (struct link_counters){ .rounds = 9,
                                              .bad_frames = 1,
                                              .marked_frames = 2,
                                              .stale_frames = 3,
                                              .line_errors = 4,
                                              .bad_syncs = 5 };
    b.health.lowest_mv = 2900;
    command(WRITE | ITEM_CLEAR, 1, COMMAND_CLEAR_KEY ^ 1u);
    assert_int_equal(reply.status, REPLY_OUT_OF_RANGE);
    assert_int_equal(b.link.counters.bad_frames, 1);
    command(WRITE | ITEM_CLEAR, 2, COMMAND_CLEAR_KEY);
    assert_int_equal(reply.status, REPLY_DONE);
    assert_int_equal(b.link.counters.rounds, 9);
    assert_int_equal(b.link.counters.bad_frames + b.link.counters.marked_frames +
                         b.link.counters.stale_frames + b.link.counters.line_errors +
                         b.link.counters.bad_syncs,
                     0);
    assert_int_equal(b.health.lowest_mv, UINT16_MAX);
}

static void test_condition_of_the_board_is_read(void **state)
{
    (void)state;
    set_up();
    b.health = (struct health){ .uptime_s = 0x00031234,
                                .lowest_mv = 2987,
                                .stack_free = 300,
                                .trim_steps = -3,
                                .clock_error = 5,
                                .causes = 4,
                                .faults = 2,
                                .resets = { .boots = 7, .count = { 1, 2, 3, 4 } } };
    command(ITEM_UPTIME_LOW, 0, 0);
    expect(REPLY_DONE, 0x1234);
    command(ITEM_UPTIME_HIGH, 0, 0);
    expect(REPLY_DONE, 3);
    command(ITEM_LOWEST_MV, 0, 0);
    expect(REPLY_DONE, 2987);
    command(ITEM_STACK_FREE, 0, 0);
    expect(REPLY_DONE, 300);
    command(ITEM_CLOCK, 0, 0);
    expect(REPLY_DONE, 0x05FD);
    command(ITEM_CONDITION, 0, 0);
    expect(REPLY_DONE, 0x0204);
    command(ITEM_BOOTS, 0, 0);
    expect(REPLY_DONE, 7);
    for (uint8_t cause = 0; cause < RESET_CAUSES; cause++) {
        command((uint8_t)(ITEM_POWER_ON + cause), 0, 0);
        expect(REPLY_DONE, cause + 1u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_without_a_command_sends_no_reply),
        cmocka_unit_test(test_raw_sums_of_the_last_reading_are_read),
        cmocka_unit_test(test_counters_and_version_are_read),
        cmocka_unit_test(test_every_code_is_known_or_refused_without_effect),
        cmocka_unit_test(test_written_calibration_is_used_only_when_saved),
        cmocka_unit_test(test_calibration_out_of_range_or_without_key_is_not_saved),
        cmocka_unit_test(test_power_failure_while_saving_is_reported),
        cmocka_unit_test(test_repeated_command_is_answered_but_not_executed_again),
        cmocka_unit_test(test_same_sequence_with_another_wish_is_a_new_command),
        cmocka_unit_test(test_known_voltage_moves_the_offset_and_is_kept),
        cmocka_unit_test(test_voltage_that_cannot_be_changes_nothing),
        cmocka_unit_test(test_clear_needs_its_key_and_leaves_the_rounds),
        cmocka_unit_test(test_condition_of_the_board_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
