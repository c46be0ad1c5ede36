/* Zero calibration of the current sensors by the button, and the record it writes. */
#include "begin_board/zero.h"
#include "common/record.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define BLOCK_MS 900u

static struct current c;
static struct zero z;
static uint16_t now_ms;
static uint16_t code[CURRENT_INPUTS];
static uint16_t swing; /* of the low ranges, up and down in turn */

static void one_ms(bool pressed)
{
    uint8_t input = 0;
    uint16_t up = now_ms & 1u ? swing : 0;

    while (input != CURRENT_INPUTS_DONE)
        input = current_sample(&c, input, (uint16_t)(code[input] + (input & 1u ? 0 : up)));
    now_ms++;
    if (now_ms % BLOCK_MS == 0)
        current_close(&c, BLOCK_MS);
    if (now_ms % 50u == 0)
        zero_step(&z, &c, pressed, now_ms);
}

static void hold(bool pressed, uint32_t ms)
{
    while (ms--)
        one_ms(pressed);
}

/* Sensors with these offsets in low-range codes; 2 * BLOCK_MS have passed. */
static void set_up(int16_t offset1, int16_t offset2)
{
    fake_reset();
    current_init(&c);
    z = (struct zero){ 0 };
    now_ms = 0;
    swing = 0;
    code[0] = (uint16_t)(512 + offset1);
    code[1] = 512;
    code[2] = (uint16_t)(512 + offset2);
    code[3] = 513;
    hold(false, 2u * BLOCK_MS);
}

static void assert_zeros(uint16_t low1, uint16_t low2)
{
    struct sensor_record r = { .gains_known = true };

    assert_true(sensor_record_load(&r));
    assert_int_equal(r.input[0].zero_q6, low1 * 64u);
    assert_int_equal(r.input[2].zero_q6, low2 * 64u);
    assert_int_equal(c.sensor[0].zero_q6[0], low1 * 64u);
    assert_int_equal(c.sensor[1].zero_q6[0], low2 * 64u);
}

static void test_held_button_zeroes_both_sensors_once(void **state)
{
    uint32_t writes;

    (void)state;
    set_up(16, -10);
    assert_int_equal(c.sensor[0].ma, 800);
    assert_int_equal(c.sensor[0].state, SENSOR_UNZEROED);
    hold(true, ZERO_HOLD_MS - 50u);
    assert_int_equal(z.state, ZERO_PRESSED);
    hold(true, 100);
    assert_int_equal(z.state, ZERO_COLLECTING);
    hold(true, ZERO_COLLECT_MS + 50u);
    assert_int_equal(z.state, ZERO_DONE);
    assert_zeros(528, 502);
    assert_false(c.zeroing);
    writes = fake->writes;
    hold(true, 60000);
    assert_int_equal(z.state, ZERO_DONE);
    assert_int_equal(fake->writes, writes);
    hold(false, 2u * BLOCK_MS);
    assert_int_equal(z.state, ZERO_RELEASED);
    assert_int_equal(c.sensor[0].ma, 0);
    assert_int_equal(c.sensor[0].state, SENSOR_OK);
    assert_int_equal(c.sensor[1].state, SENSOR_OK);
    assert_int_equal(fake_irq_depth, 0);
}

static void test_button_let_go_too_early_changes_nothing(void **state)
{
    static const uint16_t early_ms[] = { 100, ZERO_HOLD_MS - 100u, ZERO_HOLD_MS + 500u };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(early_ms); i++) {
        set_up(16, 0);
        hold(true, early_ms[i]);
        hold(false, 2u * BLOCK_MS);
        assert_int_equal(z.state, ZERO_RELEASED);
        assert_int_equal(fake->writes, 0);
        assert_int_equal(c.sensor[0].ma, 800);
        code[0] = 512 + 20;
        hold(false, 2u * BLOCK_MS);
        assert_int_equal(c.sensor[0].ma, 1000); /* counted again */
    }
}

static void test_offset_limits_of_a_first_a_further_and_a_forced_zero(void **state)
{
    static const struct {
        int16_t first, later;
        uint32_t held_ms;
        enum zero_state end;
    } rows[] = {
        { 60, 60, 5000, ZERO_DONE },     { 61, 61, 5000, ZERO_REFUSED },
        { -60, -60, 5000, ZERO_DONE },   { -61, -61, 5000, ZERO_REFUSED },
        { 0, 19, 5000, ZERO_DONE },      { 0, 21, 5000, ZERO_REFUSED },
        { 0, -21, 5000, ZERO_REFUSED },  { 0, 21, 14900, ZERO_REFUSED },
        { 0, 21, 17000, ZERO_DONE },     { 0, 60, 17000, ZERO_DONE },
        { 0, 61, 17000, ZERO_REFUSED },  { 60, -60, 17000, ZERO_DONE },
        { 0, 100, 17000, ZERO_REFUSED },
    };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(rows); i++) {
        set_up(rows[i].first, 0);
        hold(true, 5000);
        hold(false, 1000);
        if (rows[i].first != rows[i].later) {
            assert_true(c.record.zeroed[0]);
            code[0] = (uint16_t)(512 + rows[i].later);
            hold(false, 2u * BLOCK_MS);
            hold(true, rows[i].held_ms);
        } else {
            hold(true, rows[i].held_ms);
        }
        if (z.state != rows[i].end)
            fail_msg("row %u ends in %d", i, z.state);
        assert_int_equal(c.record.zeroed[0],
                         rows[i].first != rows[i].later || z.state == ZERO_DONE);
    }
}

static void test_current_is_refused_and_goes_on_being_counted(void **state)
{
    uint32_t before;

    (void)state;
    set_up(0, 0);
    hold(true, 5000);
    hold(false, 1000);
    code[0] = 612; /* 5 A */
    hold(false, 2u * BLOCK_MS);
    before = c.sensor[0].forward_mas;
    hold(true, 14400);
    assert_int_equal(z.state, ZERO_REFUSED);
    assert_int_equal(c.sensor[0].forward_mas - before, 16ul * 900u * 5u);
    assert_int_equal(c.sensor[0].zero_q6[0], 512 * 64ul);
}

/* In both directions, of either sensor: not a second goes by uncounted. */
static void test_no_zero_is_begun_while_a_current_flows(void **state)
{
    (void)state;
    for (uint8_t sensor = 0; sensor < FRAME_SENSORS_MAX; sensor++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            set_up(0, 0);
            hold(true, 5000);
            hold(false, 1000);
            code[2u * sensor] = (uint16_t)(512 + 22 * sign); /* 1.1 A */
            hold(false, 2u * BLOCK_MS);
            for (uint16_t ms = 0; ms < ZERO_HOLD_MS + ZERO_COLLECT_MS; ms += 50u) {
                hold(true, 50);
                assert_int_not_equal(z.state, ZERO_COLLECTING);
                assert_false(c.zeroing);
            }
            assert_int_equal(z.state, ZERO_REFUSED);
        }
    }
}

static void test_ripple_is_no_zero(void **state)
{
    (void)state;
    set_up(0, 0);
    swing = ZERO_STEADY_CODES;
    hold(true, 5000);
    assert_int_equal(z.state, ZERO_DONE);
    set_up(0, 0);
    swing = ZERO_STEADY_CODES + 1u;
    hold(true, 5000);
    assert_int_equal(z.state, ZERO_REFUSED);
    assert_int_equal(fake->writes, 0);
}

static void test_one_bad_sensor_spoils_the_other(void **state)
{
    (void)state;
    set_up(10, 0);
    hold(true, ZERO_HOLD_MS + 500u);
    assert_int_equal(z.state, ZERO_COLLECTING);
    code[2] = (uint16_t)(code[2] + ZERO_STEADY_CODES + 1u);
    hold(true, ZERO_COLLECT_MS);
    assert_int_equal(z.state, ZERO_REFUSED);
    assert_int_equal(fake->writes, 0);
    set_up(10, 70);
    hold(true, 5000);
    assert_int_equal(z.state, ZERO_REFUSED);
    assert_int_equal(c.sensor[0].zero_q6[0], 512 * 64ul);
    assert_int_equal(fake->writes, 0);
}

static void test_absent_sensor_is_left_out_and_none_is_refused(void **state)
{
    (void)state;
    set_up(10, 0);
    code[2] = code[3] = 0;
    hold(false, 2u * BLOCK_MS);
    assert_int_equal(c.sensor[1].state, SENSOR_BROKEN);
    hold(true, 5000);
    assert_int_equal(z.state, ZERO_DONE);
    assert_zeros(522, 512);
    assert_true(c.record.zeroed[0]);
    assert_false(c.record.zeroed[1]);
    fake_reset();
    current_init(&c);
    z = (struct zero){ 0 };
    code[0] = code[1] = 0;
    hold(false, 2u * BLOCK_MS);
    hold(true, 20000);
    assert_int_equal(z.state, ZERO_REFUSED);
    assert_int_equal(fake->writes, 0);
}

/* Taken at 65 C with a reference that rises 50 ppm/K: kept as at 25 C. */
static void test_zero_point_is_kept_for_25_degrees(void **state)
{
    struct calibration drifting = { .gain_q16 = CALIBRATION_GAIN_NOMINAL,
                                    .tc_ppm = 50,
                                    .valid = true };

    (void)state;
    set_up(0, 0);
    current_load(&c, &drifting);
    current_set_temperature(&c, 650);
    code[0] = 500;
    hold(true, 5000);
    assert_int_equal(z.state, ZERO_DONE);
    assert_int_equal(c.record.input[0].zero_q6, 32064);
    assert_int_equal(c.sensor[0].zero_q6[0], 32000);
}

static void test_record_with_a_value_out_of_range_is_no_record(void **state)
{
    static const struct sensor_input bad[] = { { 65473, 16384 }, { 8192, 12287 }, { 8192, 20481 } };
    static const struct sensor_input good[] = { { 0, 12288 }, { 65472, 20480 } };
    struct sensor_record read = { .zeroed = { true, false } };

    (void)state;
    fake_reset();
    assert_false(sensor_record_load(&read));
    for (uint8_t i = 0; i < TEST_COUNT_OF(good); i++) {
        struct sensor_record r = { .gains_known = i, .zeroed = { i, !i } };
        for (uint8_t k = 0; k < SENSOR_INPUTS; k++)
            r.input[k] = good[i];
        sensor_record_save(&r);
        assert_true(sensor_record_load(&read));
        assert_int_equal(read.gains_known, i);
        assert_int_equal(read.zeroed[0], i);
        assert_int_equal(read.zeroed[1], !i);
        assert_int_equal(read.input[3].zero_q6, good[i].zero_q6);
        assert_int_equal(read.input[3].gain_q14, good[i].gain_q14);
    }
    for (uint8_t i = 0; i < TEST_COUNT_OF(bad); i++) {
        struct sensor_record r = read;
        r.input[i + 1u] = bad[i];
        sensor_record_save(&r);
        assert_false(sensor_record_load(&read));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held_button_zeroes_both_sensors_once),
        cmocka_unit_test(test_button_let_go_too_early_changes_nothing),
        cmocka_unit_test(test_offset_limits_of_a_first_a_further_and_a_forced_zero),
        cmocka_unit_test(test_current_is_refused_and_goes_on_being_counted),
        cmocka_unit_test(test_no_zero_is_begun_while_a_current_flows),
        cmocka_unit_test(test_ripple_is_no_zero),
        cmocka_unit_test(test_one_bad_sensor_spoils_the_other),
        cmocka_unit_test(test_absent_sensor_is_left_out_and_none_is_refused),
        cmocka_unit_test(test_zero_point_is_kept_for_25_degrees),
        cmocka_unit_test(test_record_with_a_value_out_of_range_is_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
