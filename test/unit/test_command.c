/* Commands as a board executes them: items, ranges, exactly once. */
#include "common/cell_board.h"
#include "common/ntc.h"
#include "protocol/bytes.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define WRITE 0x80u
#define NUMBER 77u

static struct cell_board b;
static struct frame_reply reply;

static void set_up(void)
{
    fake_reset();
    fake->sum[ANALOG_CELL] = 18900;
    fake->sum[ANALOG_NTC] = 8192;
    fake->trim = 0x60;
    cell_board_init(&b);
    b.link.number = NUMBER;
}

/* As the link leaves it after a round; the reply is read from where the next round takes it. */
static void command(uint8_t code, uint8_t sequence, uint16_t argument)
{
    uint8_t *frame = b.link.command_in.frame;

    frame[2] = code;
    frame[3] = (uint8_t)(sequence << 4);
    put_u16(&frame[4], argument);
    b.link.command_in.full = true;
    b.link.reply_out.full = false;
    cell_board_events(&b, LINK_COMMAND);
    assert_true(b.link.reply_out.full);
    frame_reply_decode(b.link.reply_out.frame, &reply);
    assert_int_equal(frame_type_of(b.link.reply_out.frame[0]), FRAME_REPLY);
    assert_int_equal(reply.number, NUMBER);
    assert_int_equal(reply.sequence, sequence);
    assert_int_equal(fake_irq_depth, 0);
}

static void expect(uint8_t status, uint32_t value)
{
    assert_int_equal(reply.status, status);
    assert_int_equal(reply.value, value);
}

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
    ITEM_VERSION,     ITEM_CELL_SUM,  ITEM_NTC_SHARE,  ITEM_GAIN_Q16,      ITEM_OFFSET_DMV,
    ITEM_TC_PPM,      ITEM_OFFSET_DC, ITEM_BAD_FRAMES, ITEM_MARKED_FRAMES, ITEM_STALE_FRAMES,
    ITEM_LINE_ERRORS, ITEM_BAD_SYNCS, ITEM_ROUNDS_LOW, ITEM_ROUNDS_HIGH,   ITEM_CLOCK_STEPS,
};

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

        if (code == (WRITE | ITEM_SAVE_CALIBRATION))
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
