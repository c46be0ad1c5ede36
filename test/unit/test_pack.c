#include "end_board/intake.h"
#include "end_board/pack.h"
#include "test.h"
#include "common/link.h"
#include "test/fake/hal_fake.h"

#define SWITCHES_5_TO_8 0x20u

static struct pack pack;

static void store(uint8_t number, uint16_t mv, int16_t dc, uint8_t flags, uint8_t tick)
{
    struct frame_cell cell = { .number = number, .mv = mv, .dc = dc, .flags = flags };
    pack_store(&pack, &cell, tick);
}

/* Six cells of different voltage and temperature, known for two rounds. */
static void set_up(uint8_t tick)
{
    fake_reset();
    pack_init(&pack);
    pack_round(&pack, 6);
    pack_round(&pack, 6);
    store(1, 3300, 250, 0, tick);
    store(2, 3250, 260, CELL_BALANCING, tick);
    store(3, 3350, 240, 0, tick);
    store(4, 3310, -30, 0, tick);
    store(5, 3301, 410, CELL_RESTARTED | CELL_CLOCK_LIMIT, tick);
    store(6, 3302, 255, CELL_HOT, tick);
}

static uint8_t faults_at(uint8_t tick)
{
    pack_evaluate(&pack, SWITCHES_5_TO_8, tick);
    assert_int_equal(pack_good(&pack), pack.faults == 0);
    assert_int_equal(fake_irq_depth, 0);
    return pack.faults;
}

static void test_pack_sums_up_extremes_and_total(void **state)
{
    (void)state;
    set_up(0);
    assert_int_equal(faults_at(0), 0);
    assert_int_equal(pack.count, 6);
    assert_int_equal(pack.min_mv, 3250);
    assert_int_equal(pack.lowest, 2);
    assert_int_equal(pack.max_mv, 3350);
    assert_int_equal(pack.highest, 3);
    assert_int_equal(pack.min_dc, -30);
    assert_int_equal(pack.coldest, 4);
    assert_int_equal(pack.max_dc, 410);
    assert_int_equal(pack.hottest, 5);
    assert_int_equal(pack.total_mv, 3300 + 3250 + 3350 + 3310 + 3301 + 3302);
    assert_int_equal(pack.readings, 6);
}

static void test_summary_follows_new_readings(void **state)
{
    (void)state;
    set_up(0);
    faults_at(0);
    store(3, 3100, 250, 0, 1);
    store(5, 3301, 100, 0, 1);
    faults_at(1);
    assert_int_equal(pack.lowest, 3);
    assert_int_equal(pack.highest, 4);
    assert_int_equal(pack.min_mv, 3100);
    assert_int_equal(pack.max_mv, 3310);
    assert_int_equal(pack.hottest, 2);
    assert_int_equal(pack.max_dc, 260);
    assert_int_equal(pack.total_mv, 3300 + 3250 + 3100 + 3310 + 3301 + 3302);
}

static void test_first_of_equal_cells_is_named(void **state)
{
    (void)state;
    set_up(0);
    for (uint8_t number = 1; number <= 6; number++)
        store(number, number < 3 ? 3300 : 3310, number < 5 ? 250 : 260, 0, 0);
    faults_at(0);
    assert_int_equal(pack.lowest, 1);
    assert_int_equal(pack.highest, 3);
    assert_int_equal(pack.coldest, 1);
    assert_int_equal(pack.hottest, 5);
}

static void test_summary_of_no_reading_names_nobody(void **state)
{
    (void)state;
    set_up(0);
    faults_at(0);
    assert_int_equal(faults_at(PACK_FRESH_TICKS + 1u), PACK_SILENT);
    assert_int_equal(pack.lowest + pack.highest + pack.coldest + pack.hottest, 0);
    assert_int_equal(pack.total_mv, 0);
}

static void test_reading_is_fresh_up_to_the_limit_at_any_tick(void **state)
{
    (void)state;
    for (uint16_t start = 0; start < 256; start += 15) {
        for (uint8_t age = 0; age < 120; age++) {
            set_up((uint8_t)start);
            assert_int_equal(faults_at((uint8_t)(start + age)),
                             age <= PACK_FRESH_TICKS ? 0 : PACK_SILENT);
        }
    }
}

/* 256 ticks are 8.2 s: an old reading must not become fresh when the clock has gone round. */
static void test_old_reading_stays_old_when_the_tick_wraps(void **state)
{
    (void)state;
    set_up(10);
    for (uint16_t tick = 10; tick < 10 + 1000; tick += 50)
        faults_at((uint8_t)tick);
    assert_int_equal(faults_at(10), PACK_SILENT);
}

static void test_one_missing_cell_is_silence_and_leaves_the_rest(void **state)
{
    (void)state;
    for (uint8_t missing = 1; missing <= 6; missing++) {
        set_up(0);
        for (uint8_t number = 1; number <= 6; number++)
            if (number != missing)
                store(number, 3300, 250, 0, PACK_FRESH_TICKS + 1u);
        assert_int_equal(faults_at(PACK_FRESH_TICKS + 1u), PACK_SILENT);
        assert_int_equal(pack.total_mv, 5 * 3300);
        store(missing, 3300, 250, 0, PACK_FRESH_TICKS + 1u);
        assert_int_equal(faults_at(PACK_FRESH_TICKS + 1u), 0);
    }
}

static void test_cell_never_heard_is_silence(void **state)
{
    (void)state;
    fake_reset();
    pack_init(&pack);
    pack_round(&pack, 6);
    pack_round(&pack, 6);
    assert_int_equal(faults_at(0), PACK_SILENT);
    assert_int_equal(pack.lowest, 0);
    assert_int_equal(pack.highest, 0);
}

#define NO_TEMPERATURE_FLAGS (CELL_UNTRUSTED | CELL_NTC_OPEN | CELL_NTC_SHORT)

static void test_flags_that_void_a_reading_are_faults(void **state)
{
    static const struct {
        uint8_t flag;
        uint8_t fault;
    } cases[] = { { CELL_BALANCING, 0 },
                  { CELL_UNCALIBRATED, PACK_UNTRUSTED },
                  { CELL_HOT, 0 },
                  { CELL_RESTARTED, 0 },
                  { CELL_CLOCK_LIMIT, 0 },
                  { CELL_UNTRUSTED, PACK_UNTRUSTED },
                  { CELL_NTC_OPEN, PACK_NO_TEMPERATURE },
                  { CELL_NTC_SHORT, PACK_NO_TEMPERATURE } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(0);
        store(2, 9, -390, cases[i].flag, 0);
        assert_int_equal(faults_at(0), cases[i].fault);
        /* an untrusted voltage is no extreme; the voltage of a cell without NTC is */
        assert_int_equal(pack.min_mv == 9, cases[i].flag != CELL_UNTRUSTED);
        assert_int_equal(pack.min_dc == -390, !(cases[i].flag & NO_TEMPERATURE_FLAGS));
    }
}

/* ---- size ------------------------------------------------------------------------------------ */

static void test_reading_without_number_is_not_taken(void **state)
{
    uint32_t before;

    (void)state;
    set_up(0);
    before = pack.readings;
    store(0, 4999, 500, 0, 0);
    assert_int_equal(pack.readings, before);
    assert_int_equal(faults_at(0), 0);
}

/* However young the readings are. */
/* A frame of noise whose CRC fits by chance bears any number. */
static void test_reading_beyond_the_pack_is_not_taken(void **state)
{
    struct pack before;

    (void)state;
    set_up(0);
    assert_int_equal(faults_at(0), 0);
    before = pack;
    for (uint16_t number = 7; number <= 255; number++)
        store((uint8_t)number, 6560, 49, 0, 1);
    assert_memory_equal(&pack, &before, sizeof pack);
    /* two of them are missing: numbers begin at 3 */
    pack_section(&pack, LINK_HEAD_UNNUMBERED, 4, 1);
    before = pack;
    for (uint16_t number = 5; number <= 255; number++)
        store((uint8_t)number, 6560, 49, 0, 1);
    assert_memory_equal(&pack, &before, sizeof pack);
    store(4, 3456, 49, 0, 1);
    assert_int_equal(pack.cell[5].mv, 3456);
}

static void test_broken_ring_is_silence(void **state)
{
    (void)state;
    set_up(0);
    assert_int_equal(faults_at(0), 0);
    pack.place.broken = true;
    assert_int_equal(faults_at(0), PACK_SILENT);
    pack.place.broken = false;
    assert_int_equal(faults_at(0), 0);
}

static void test_size_needs_two_rounds_that_agree(void **state)
{
    (void)state;
    fake_reset();
    pack_init(&pack);
    assert_int_equal(faults_at(0), PACK_SILENT);
    pack_round(&pack, 6);
    faults_at(0);
    assert_int_equal(pack.count, 0);
    pack_round(&pack, 7);
    faults_at(0);
    assert_int_equal(pack.count, 0);
    pack_round(&pack, 7);
    faults_at(0);
    assert_int_equal(pack.count, 7);
}

static void test_another_size_later_is_a_fault_while_it_lasts(void **state)
{
    (void)state;
    for (uint8_t other = 1; other < 12; other++) {
        set_up(0);
        assert_int_equal(faults_at(0), 0);
        for (uint8_t i = 0; i < 5; i++)
            pack_round(&pack, other);
        assert_int_equal(faults_at(0), other == 6 ? 0 : PACK_SIZE_CHANGED);
        assert_int_equal(pack.count, 6);
        pack_round(&pack, 6);
        assert_int_equal(faults_at(0), 0);
    }
}

/* A damaged HOP whose CRC fits by chance numbers the boards behind it anew. */
static void test_round_of_another_size_tells_nothing(void **state)
{
    (void)state;
    for (uint8_t other = 1; other < 12; other++) {
        uint16_t before;

        set_up(0);
        assert_int_equal(faults_at(0), 0);
        before = pack.cell[1].mv;
        pack_round(&pack, other);
        store(2, 4999, 500, 0, 0);
        assert_int_equal(pack.cell[1].mv, other == 6 ? 4999 : before);
        assert_int_equal(faults_at(0), 0);
        pack_round(&pack, 6);
        store(2, 3999, 500, 0, 0);
        assert_int_equal(pack.cell[1].mv, 3999);
        assert_int_equal(faults_at(0), 0);
    }
}

static void test_size_outside_the_class_on_the_switches_is_a_fault(void **state)
{
    (void)state;
    for (uint8_t size_class = 0; size_class < 8; size_class++) {
        set_up(0);
        pack_evaluate(&pack, (uint8_t)((uint8_t)(size_class << 5) | 0x10u), 0);
        assert_int_equal(pack.faults, size_class == 1 ? 0 : PACK_SIZE_MISFIT);
    }
}

static void test_largest_pack_sums_without_overflow(void **state)
{
    (void)state;
    fake_reset();
    pack_init(&pack);
    pack_round(&pack, 255);
    pack_round(&pack, 255);
    for (uint16_t number = 1; number <= 255; number++)
        store((uint8_t)number, 8191, (int16_t)(number - 1), 0, 3);
    pack_evaluate(&pack, 0xE0, 4);
    assert_int_equal(pack.faults, 0);
    assert_int_equal(pack.total_mv, 255L * 8191);
    assert_int_equal(pack.hottest, 255);
    assert_int_equal(pack.coldest, 1);
}

/* ---- what the ring delivers ------------------------------------------------------------------ */

static void test_intake_sorts_frames(void **state)
{
    struct intake in = { 0 };
    struct frame_cell cell = { .number = 2, .mv = 3333, .dc = 111, .flags = 5 };
    struct frame_charge charge = { .sensor = 1, .reverse = true, .mas = 70000 };
    struct frame_end end = { .sensors = 2, .rounds = 9 };
    struct frame_start start = { .boot = 1 };
    struct frame_reply reply = { .number = 3, .value = 123456 };
    uint8_t bytes[FRAME_SIZE_MAX];

    (void)state;
    set_up(0);
    intake_begin(&in, false);
    frame_cell_encode(bytes, &cell);
    intake_frame(&in, &pack, bytes, 77);
    assert_int_equal(pack.cell[1].mv, 3333);
    assert_int_equal(pack.cell[1].dc, 111);
    assert_int_equal(pack.cell[1].flags, 5);
    assert_int_equal(pack.cell[1].seen_tick, 77);
    frame_charge_encode(bytes, &charge);
    intake_frame(&in, &pack, bytes, 77);
    assert_int_equal(in.got, 8);
    assert_int_equal(in.charge[3].mas, 70000);
    charge.reverse = false;
    frame_charge_encode(bytes, &charge);
    intake_frame(&in, &pack, bytes, 77);
    assert_int_equal(in.got, 12);
    assert_int_equal(in.charge[2].sensor, 1);
    charge.sensor = 2; /* no such sensor */
    frame_charge_encode(bytes, &charge);
    intake_frame(&in, &pack, bytes, 77);
    assert_int_equal(in.got, 12);
    frame_start_encode(bytes, &start);
    intake_frame(&in, &pack, bytes, 77);
    assert_int_equal(in.rounds, 0);
    frame_end_encode(bytes, &end);
    intake_frame(&in, &pack, bytes, 77);
    assert_int_equal(in.rounds, 1);
    assert_false(in.replied);
    frame_reply_encode(bytes, &reply);
    intake_frame(&in, &pack, bytes, 77);
    assert_true(in.replied);
    assert_int_equal(in.reply.number, 3);
    assert_int_equal(in.reply.value, 123456);
    intake_begin(&in, false);
    assert_int_equal(in.got, 0);
    assert_int_equal(in.rounds, 1);
}

/* ---- rounds of a section's head ---------------------------------------------------------------- */

static void test_section_counts_neither_cells_nor_readings(void **state)
{
    uint32_t readings;

    (void)state;
    set_up(10);
    readings = pack.readings;
    for (uint8_t i = 0; i < 5; i++)
        pack_section(&pack, LINK_HEAD_UNNUMBERED, 3, 10);
    store(1, 3000, 200, 0, 10);
    assert_int_equal(pack.heard_count, 6);
    assert_int_equal(pack.readings, readings);
    assert_int_equal(faults_at(10), 0);
    pack_init(&pack);
    for (uint8_t i = 0; i < 5; i++)
        pack_section(&pack, 4, 6, 10);
    assert_int_equal(faults_at(10), PACK_SILENT);
    assert_int_equal(pack.count, 0);
}

static void test_section_of_unnumbered_boards_is_counted_from_the_end(void **state)
{
    (void)state;
    set_up(10);
    assert_int_equal(faults_at(10), 0);
    pack_section(&pack, LINK_HEAD_UNNUMBERED, 3, 10);
    for (uint8_t number = 1; number <= 3; number++)
        store(number, (uint16_t)(3100u + number), 250, 0, 10);
    for (uint8_t number = 4; number <= 6; number++)
        assert_int_equal(pack.cell[number - 1u].mv, 3100u + number - 3u);
    assert_int_equal(pack.cell[0].mv, 3300);
    assert_true(pack.place.section);
    pack_unmarked(&pack, 6);
    store(1, 3211, 250, 0, 10);
    assert_int_equal(pack.cell[0].mv, 3211);
    pack_section(&pack, LINK_HEAD_UNNUMBERED, 3, 10);
    pack_round(&pack, 6);
    assert_false(pack.place.section || pack.place.broken);
    store(1, 3222, 250, 0, 10);
    assert_int_equal(pack.cell[0].mv, 3222);
}

static void test_readings_of_nobody_knows_whom_are_dropped(void **state)
{
    static const uint8_t rounds[][2] = { { 3, 5 }, { 3, 7 }, { LINK_HEAD_UNNUMBERED, 7 } };
    static struct pack_cell before[PACK_CELLS_MAX];

    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        set_up(10);
        assert_int_equal(faults_at(10), 0);
        pack_section(&pack, rounds[i][0], rounds[i][1], 10);
        memcpy(before, pack.cell, sizeof before);
        store(5, 1234, 250, 0, 10);
        assert_memory_equal(before, pack.cell, sizeof before);
        pack_unmarked(&pack, rounds[i][1]);
        store(5, 1234, 250, 0, 10);
        assert_memory_equal(before, pack.cell, sizeof before);
        pack_unmarked(&pack, 6);
        store(5, 1235, 250, 0, 10);
        assert_int_equal(pack.cell[4].mv, 1235);
    }
}

static void test_section_sends_no_charge_and_is_no_round(void **state)
{
    static struct intake in;
    struct frame_charge charge = { .state = SENSOR_OK, .mas = 9 };
    struct frame_end end = { .rounds = 7 };
    uint8_t frame[FRAME_SIZE_MAX];

    (void)state;
    set_up(10);
    intake_begin(&in, true);
    frame_charge_encode(frame, &charge);
    intake_frame(&in, &pack, frame, 10);
    frame_end_encode(frame, &end);
    intake_frame(&in, &pack, frame, 10);
    assert_int_equal(in.got, 0);
    assert_int_equal(in.rounds, 0);
}

/* With rounds 0.8 s apart the one that finds a reading too old may come 3.3 s behind it. */
static void test_cell_that_missed_a_round_is_waited_for(void **state)
{
    (void)state;
    set_up(100);
    faults_at(100 + PACK_ROUND_TICKS);
    assert_false(pack.waits);
    for (uint8_t number = 1; number < 6; number++)
        store(number, 3300, 250, 0, 131);
    assert_int_equal(faults_at(101 + PACK_ROUND_TICKS), 0);
    assert_true(pack.waits);
    assert_int_equal(faults_at(100 + PACK_FRESH_TICKS), 0);
    assert_true(pack.waits);
    assert_int_equal(faults_at(101 + PACK_FRESH_TICKS), PACK_SILENT);
    store(6, 3300, 250, 0, 190);
    for (uint8_t number = 1; number < 6; number++)
        store(number, 3300, 250, 0, 190);
    assert_int_equal(faults_at(190), 0);
    assert_false(pack.waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_section_counts_neither_cells_nor_readings),
        cmocka_unit_test(test_section_of_unnumbered_boards_is_counted_from_the_end),
        cmocka_unit_test(test_readings_of_nobody_knows_whom_are_dropped),
        cmocka_unit_test(test_section_sends_no_charge_and_is_no_round),
        cmocka_unit_test(test_pack_sums_up_extremes_and_total),
        cmocka_unit_test(test_summary_follows_new_readings),
        cmocka_unit_test(test_first_of_equal_cells_is_named),
        cmocka_unit_test(test_summary_of_no_reading_names_nobody),
        cmocka_unit_test(test_reading_is_fresh_up_to_the_limit_at_any_tick),
        cmocka_unit_test(test_old_reading_stays_old_when_the_tick_wraps),
        cmocka_unit_test(test_one_missing_cell_is_silence_and_leaves_the_rest),
        cmocka_unit_test(test_cell_never_heard_is_silence),
        cmocka_unit_test(test_flags_that_void_a_reading_are_faults),
        cmocka_unit_test(test_reading_without_number_is_not_taken),
        cmocka_unit_test(test_reading_beyond_the_pack_is_not_taken),
        cmocka_unit_test(test_broken_ring_is_silence),
        cmocka_unit_test(test_size_needs_two_rounds_that_agree),
        cmocka_unit_test(test_another_size_later_is_a_fault_while_it_lasts),
        cmocka_unit_test(test_round_of_another_size_tells_nothing),
        cmocka_unit_test(test_size_outside_the_class_on_the_switches_is_a_fault),
        cmocka_unit_test(test_largest_pack_sums_without_overflow),
        cmocka_unit_test(test_intake_sorts_frames),
        cmocka_unit_test(test_cell_that_missed_a_round_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
