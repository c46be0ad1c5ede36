/* Saturation, signs and what stays while the chain is broken; the whole frame against a decoder of
 * its own is test/chain/test_ext_output.py. */
#include "end_board/ext_output.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define CELLS 4u

static struct ext_output x;
static struct decide d;
static struct pack pack;
static uint8_t frame[EXT_FRAME_SIZE];

static uint16_t u16(uint8_t at)
{
    return (uint16_t)((uint16_t)frame[at] << 8 | frame[at + 1u]);
}

static uint32_t u24(uint8_t at)
{
    return (uint32_t)frame[at] << 16 | u16((uint8_t)(at + 1u));
}

static void set_sensor(uint8_t sensor, uint8_t state, int32_t ma)
{
    struct meter_sensor *s = &d.meter.sensor[sensor];

    *s = (struct meter_sensor){ .seen = true, .fresh = true, .state = state };
    s->with_arrow.rated = s->against_arrow.rated = true;
    s->with_arrow.ma = ma > 0 ? ma : 0;
    s->against_arrow.ma = ma < 0 ? -ma : 0;
    d.facts.current_known = meter_known(&d.meter);
    d.facts.battery_ma = meter_battery_ma(&d.meter, 1);
}

static void set_up(void)
{
    fake_reset();
    ext_init(&x);
    decide_init(&d, 0);
    settings_default(&d.settings);
    pack_init(&pack);
    pack.count = CELLS;
    pack.faults = 0;
    for (uint8_t i = 0; i < CELLS; i++)
        pack.cell[i] =
            (struct pack_cell){ .mv = (uint16_t)(3300 + i), .dc = (int16_t)(200 + i), .fresh = 1 };
    d.facts.pack = &pack;
    d.facts.settings = &d.settings;
    d.facts.vbalance_mv = 3400;
    set_sensor(0, SENSOR_OK, 0);
    set_sensor(1, SENSOR_OK, 0);
}

static void encode(void)
{
    assert_true(ext_encode(&x, &d, frame));
}

static void test_frame_without_known_cells_is_not_made(void **state)
{
    (void)state;
    set_up();
    pack.count = 0;
    assert_false(ext_encode(&x, &d, frame));
    d.facts.pack = NULL; /* before the first step */
    assert_false(ext_encode(&x, &d, frame));
}

static void test_voltages_are_rounded_to_5_mv(void **state)
{
    (void)state;
    set_up();
    pack.cell[0].mv = 3302;
    pack.cell[3].mv = 3303;
    encode();
    assert_int_equal(u24(0), (3302 + 3301 + 3302 + 3303 + 2) / 5u);
    assert_int_equal(u16(12), 660);
    assert_int_equal(frame[14], 2);
    assert_int_equal(u16(15), 661);
    assert_int_equal(frame[17], 4);
    assert_int_equal(u16(26), 660);
}

static void test_255_cells_of_5_v_fit(void **state)
{
    (void)state;
    set_up();
    pack.count = 255;
    for (uint8_t i = 0; i < 255; i++)
        pack.cell[i] = (struct pack_cell){ .mv = 5000, .dc = 850, .fresh = 1 };
    for (uint16_t i = 1; i <= 255; i++) {
        encode();
        assert_int_equal(frame[24], i);
    }
    assert_int_equal(frame[25], 255);
    assert_int_equal(u24(0), 255000ul);
    encode();
    assert_int_equal(frame[24], 1);
}

static void test_temperature_is_rounded_on_both_sides_of_zero(void **state)
{
    static const int16_t dc[] = { -400, -6, -5, -4, 0, 4, 5, 6, 850 };
    static const int16_t c[] = { -40, -1, 0, 0, 0, 0, 1, 1, 85 };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(dc); i++) {
        set_up();
        pack.cell[0].dc = dc[i];
        encode();
        assert_int_equal(u16(28), 276 + c[i]);
    }
}

static void test_missing_temperature_is_raw_0_and_no_extreme(void **state)
{
    (void)state;
    set_up();
    pack.cell[0].flags = CELL_NTC_OPEN;
    encode();
    assert_int_equal(u16(28), 0);
    assert_int_equal(frame[20], 2);
    for (uint8_t i = 0; i < CELLS; i++)
        pack.cell[i].flags = CELL_NTC_SHORT;
    encode();
    assert_int_equal(u16(18), 0);
    assert_int_equal(frame[20], 0);
    assert_int_equal(u16(21), 0);
    assert_int_equal(frame[23], 0);
}

static void check_current(uint8_t at, uint8_t sign, uint16_t magnitude)
{
    assert_int_equal(frame[at], sign);
    assert_int_equal(u16((uint8_t)(at + 1u)), magnitude);
}

static void test_currents_have_signs_and_battery_is_their_difference(void **state)
{
    (void)state;
    set_up();
    set_sensor(0, SENSOR_OK, 10000);
    set_sensor(1, SENSOR_OK, 25062);
    encode();
    check_current(3, '+', 80);
    check_current(6, '+', 200);
    check_current(9, '-', 120);
    set_sensor(0, SENSOR_UNZEROED, -63);
    set_sensor(1, SENSOR_OVER_RANGE, -62);
    encode();
    check_current(3, '-', 1);
    check_current(6, '-', 0);
    check_current(9, '-', 0);
}

static void test_currents_saturate(void **state)
{
    (void)state;
    set_up();
    set_sensor(0, SENSOR_OK, INT32_MAX);
    encode();
    check_current(3, '+', 65535);
    set_sensor(0, SENSOR_OK, -2000000000);
    encode();
    check_current(3, '-', 65535);
}

static void test_sensor_that_is_missing_or_broken_is_x(void **state)
{
    (void)state;
    set_up();
    set_sensor(0, SENSOR_OK, 1000);
    set_sensor(1, SENSOR_ABSENT, 0);
    encode();
    check_current(6, 'X', 0);
    check_current(9, '+', 8); /* one sensor alone is the battery's */
    set_sensor(0, SENSOR_BROKEN, 0);
    encode();
    check_current(3, 'X', 0);
    check_current(9, 'X', 0);
}

static void test_no_sensor_yet_heard_is_x(void **state)
{
    (void)state;
    set_up();
    d.meter.sensor[0].fresh = d.meter.sensor[1].fresh = false;
    encode();
    check_current(3, 'X', 0);
    check_current(6, 'X', 0);
    check_current(9, 'X', 0);
}

static void test_broken_chain_keeps_values_and_allows_nothing(void **state)
{
    (void)state;
    set_up();
    set_sensor(0, SENSOR_OK, 5000);
    d.relay.closed[RELAY_CHARGE] = d.relay.closed[RELAY_LOAD] = true;
    encode();
    assert_int_equal(frame[30] & 0x07, 0x03);
    d.facts.faults = PACK_SILENT;
    d.meter.sensor[0].fresh = false;
    d.facts.current_known = false;
    d.facts.battery_ma = 0;
    for (uint8_t i = 0; i < CELLS; i++)
        pack.cell[i].fresh = 0;
    encode();
    assert_int_equal(frame[30] & 0x07, 0x04);
    check_current(3, '+', 40);
    check_current(9, '+', 40);
    assert_int_equal(u24(0), (4 * 3300 + 6 + 2) / 5);
    assert_int_equal(frame[25], CELLS);
}

static void test_each_pack_fault_is_a_communication_error_and_others_are_not(void **state)
{
    (void)state;
    for (uint8_t bit = 0; bit < FAULT_BITS; bit++) {
        set_up();
        d.facts.faults = (uint16_t)(1u << bit);
        encode();
        assert_int_equal(frame[30] & 0x04, (1u << bit) & PACK_FAULT_ANY ? 0x04 : 0);
    }
}

static void test_limits_set_their_bits_beyond_them_only(void **state)
{
    (void)state;
    set_up();
    pack.cell[0].mv = 3000;
    pack.cell[1].mv = 3700;
    pack.cell[2].dc = 0;
    pack.cell[3].dc = 600;
    encode();
    assert_int_equal(frame[30], 0x80);
    pack.cell[0].mv--;
    encode();
    assert_int_equal(frame[30], 0x88);
    pack.cell[1].mv++;
    encode();
    assert_int_equal(frame[30], 0x98);
    pack.cell[2].dc--;
    encode();
    assert_int_equal(frame[30], 0xB8);
    pack.cell[3].dc++;
    encode();
    assert_int_equal(frame[30], 0xF8);
    d.soc.calibrated = true;
    encode();
    assert_int_equal(frame[30], 0x78);
}

static uint8_t value_of_key(uint8_t key)
{
    x.key = key;
    encode();
    assert_int_equal(frame[47], key + 25);
    return frame[48];
}

static uint32_t value_of_keys(uint8_t first, uint8_t count)
{
    uint32_t value = 0;

    for (uint8_t i = 0; i < count; i++)
        value = value << 8 | value_of_key((uint8_t)(first + i));
    return value;
}

static void test_status_2_tells_cold_for_charge_from_cold_for_load(void **state)
{
    (void)state;
    set_up();
    d.settings.discharge_tmin_dc = -200;
    pack.cell[0].dc = -1;
    assert_int_equal(value_of_key(16), 0x04);
    pack.cell[0].dc = -201;
    assert_int_equal(value_of_key(16), 0x0C);
    pack.cell[0].dc = 0;
    d.relay.closed[RELAY_CHARGE] = true;
    assert_int_equal(value_of_key(16), 0x10);
    d.relay.closed[RELAY_LOAD] = true;
    assert_int_equal(value_of_key(16), 0x30);
}

static void test_energies_are_rounded_and_saturate(void **state)
{
    (void)state;
    set_up();
    d.energy.in = (struct energy_counter){ .mwh = 2500499, .base_mwh = 2500000 };
    d.energy.out = (struct energy_counter){ .mwh = 1499999, .base_mwh = 999499 };
    encode();
    assert_int_equal(u24(31), 0);
    assert_int_equal(u24(37), 501);
    assert_int_equal(u24(41), 3);
    assert_int_equal(u24(44), 1);
    d.energy.in = (struct energy_counter){ .mwh = UINT64_MAX };
    d.energy.out = (struct energy_counter){ .mwh = 0xFFFFFFull * 1000000u };
    encode();
    assert_int_equal(u24(31), 0xFFFFFFul);
    assert_int_equal(u24(41), 0xFFFFFFul);
    assert_int_equal(u24(44), 0xFFFFFFul);
    assert_int_equal(value_of_key(10), 0xFF);
}

static void test_numbers_of_three_bytes_keep_their_order(void **state)
{
    (void)state;
    set_up();
    d.energy.in.mwh = 0x123456ull * 1000000u;
    d.energy.out.mwh = 0x654321ull * 1000000u;
    d.energy.cycles_milli = 0x1234u * 1000ul + 999u;
    assert_int_equal(value_of_keys(10, 3), 0x123456ul);
    assert_int_equal(value_of_keys(13, 3), 0x654321ul);
    assert_int_equal(value_of_keys(8, 2), 0x1234);
    d.energy.cycles_milli = UINT32_MAX;
    assert_int_equal(value_of_keys(8, 2), 0xFFFF);
}

static void test_keys_come_in_turn(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < 2u * EXT_KEYS; i++) {
        encode();
        assert_int_equal(frame[47], 25 + i % 19);
    }
}

static void test_cell_number_never_exceeds_a_count_that_fell(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < 3; i++)
        encode();
    assert_int_equal(frame[24], 3);
    pack.count = 2;
    encode();
    assert_int_equal(frame[24], 1);
}

static void test_settings_and_soc(void **state)
{
    (void)state;
    set_up();
    d.facts.soc_pm = 995;
    d.settings.capacity_wh = 4000000;
    encode();
    assert_int_equal(frame[40], 100);
    assert_int_equal(u16(49), 40000);
    assert_int_equal(u16(51), 600);
    assert_int_equal(u16(53), 740);
    assert_int_equal(u16(55), 680);
    d.facts.soc_pm = 994;
    encode();
    assert_int_equal(frame[40], 99);
}

static void test_sum_is_that_of_all_other_bytes(void **state)
{
    uint8_t sum = 0;

    (void)state;
    set_up();
    encode();
    for (uint8_t i = 0; i < 57; i++)
        sum = (uint8_t)(sum + frame[i]);
    assert_int_equal(frame[57], sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_without_known_cells_is_not_made),
        cmocka_unit_test(test_voltages_are_rounded_to_5_mv),
        cmocka_unit_test(test_255_cells_of_5_v_fit),
        cmocka_unit_test(test_temperature_is_rounded_on_both_sides_of_zero),
        cmocka_unit_test(test_missing_temperature_is_raw_0_and_no_extreme),
        cmocka_unit_test(test_currents_have_signs_and_battery_is_their_difference),
        cmocka_unit_test(test_currents_saturate),
        cmocka_unit_test(test_sensor_that_is_missing_or_broken_is_x),
        cmocka_unit_test(test_no_sensor_yet_heard_is_x),
        cmocka_unit_test(test_broken_chain_keeps_values_and_allows_nothing),
        cmocka_unit_test(test_each_pack_fault_is_a_communication_error_and_others_are_not),
        cmocka_unit_test(test_limits_set_their_bits_beyond_them_only),
        cmocka_unit_test(test_status_2_tells_cold_for_charge_from_cold_for_load),
        cmocka_unit_test(test_energies_are_rounded_and_saturate),
        cmocka_unit_test(test_numbers_of_three_bytes_keep_their_order),
        cmocka_unit_test(test_keys_come_in_turn),
        cmocka_unit_test(test_cell_number_never_exceeds_a_count_that_fell),
        cmocka_unit_test(test_settings_and_soc),
        cmocka_unit_test(test_sum_is_that_of_all_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
