#include "common/trim.h"
#include "test.h"
#include "test/fake/hal_fake.h"
#include "test/fake/ring_fake.h"

#define FACTORY 0x50u
#define PPM 1000000L

static struct trim t;

/* A board whose clock is ratio_ppm of the sender's at the factory trim, step_ppm per step. */
static int32_t ratio_ppm;
static int32_t step_ppm;

static void set_up(int32_t ratio, int32_t step)
{
    fake_reset();
    fake->trim = FACTORY;
    trim_init(&t, FACTORY);
    ratio_ppm = ratio;
    step_ppm = step;
}

static int32_t clock_ppm(void)
{
    int32_t steps = (int32_t)fake->trim - (int32_t)FACTORY;
    return (int32_t)((int64_t)ratio_ppm * (PPM + steps * step_ppm) / PPM);
}

/* The sender sends with divisor 13 at its own clock. */
static bool sync(void)
{
    uint16_t edges[SYNC_EDGES];
    uint16_t cycles =
        (uint16_t)(((int64_t)LINK_DIVISOR_NOMINAL * 64 * clock_ppm() + PPM / 2) / PPM);
    ring_edges(0xFE00u, cycles, edges);
    return trim_sync(&t, edges);
}

/* Bit rate against the sender's, fast is positive. */
static int32_t error_ppm(void)
{
    return (int32_t)((int64_t)clock_ppm() * LINK_DIVISOR_NOMINAL / t.divisor - PPM);
}

static int32_t size(int32_t value)
{
    return value < 0 ? -value : value;
}

static bool round_of(int8_t upstream_error)
{
    bool ok = sync();
    trim_hop(&t, upstream_error);
    trim_adjust(&t);
    return ok;
}

/* ---- first sync ------------------------------------------------------------------------------ */

/* ATmega328P data sheet, table of receiver error with U2X: 8 data bits bear +3.9 and -4.0 %. What
 * the sender's own rest takes of it stays below 1.5 %. */
static void test_first_sync_brings_any_clock_within_reception(void **state)
{
    int32_t worst = 0;

    (void)state;
    for (int32_t ratio = 780000; ratio <= 1220000; ratio += 500) {
        set_up(ratio, 5500);
        assert_true(sync());
        if (size(error_ppm()) > worst)
            worst = size(error_ppm());
    }
    print_message("worst rest error after one sync: %ld ppm\n", (long)worst);
    assert_in_range(worst, 0, 22000);
}

static void test_second_sync_is_better_for_any_step_size(void **state)
{
    (void)state;
    for (int32_t step = 4000; step <= 7000; step += 500) {
        for (int32_t ratio = 780000; ratio <= 1220000; ratio += 1000) {
            set_up(ratio, step);
            assert_true(sync());
            trim_hop(&t, 0);
            assert_true(sync());
            if (size(error_ppm()) > 20000)
                fail_msg("ratio %ld step %ld: %ld", (long)ratio, (long)step, (long)error_ppm());
        }
    }
}

static void test_divisor_is_the_nearest(void **state)
{
    (void)state;
    for (uint16_t cycles = 608; cycles < 1120; cycles++) {
        uint16_t edges[SYNC_EDGES];
        set_up(PPM, 5500);
        t.divisor = 40; /* far from all: nothing to keep */
        ring_edges(7, cycles, edges);
        assert_true(trim_sync(&t, edges));
        assert_int_equal(t.divisor, (cycles + 32u) / 64u);
    }
}

/* A clock at the border between two divisors must not change with every sync. */
static void test_divisor_has_hysteresis(void **state)
{
    static const struct {
        uint16_t cycles;
        uint8_t from, to;
    } cases[] = { { 832 + 33, 13, 13 }, { 832 + 42, 13, 13 }, { 832 + 43, 13, 14 },
                  { 896 - 42, 14, 14 }, { 896 - 43, 14, 13 }, { 832 - 42, 13, 13 },
                  { 832 - 43, 13, 12 } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        uint16_t edges[SYNC_EDGES];
        set_up(PPM, 5500);
        t.divisor = cases[i].from;
        ring_edges(0, cases[i].cycles, edges);
        assert_true(trim_sync(&t, edges));
        assert_int_equal(t.divisor, cases[i].to);
    }
}

static void test_small_error_does_not_move_the_trim(void **state)
{
    uint16_t edges[SYNC_EDGES];

    (void)state;
    set_up(PPM, 5500);
    for (int16_t off = -9; off <= 9; off++) { /* 12/1024 are 9.75 cycles */
        ring_edges(0, (uint16_t)(832 + off), edges);
        assert_true(trim_sync(&t, edges));
        assert_int_equal(fake->trim, FACTORY);
        assert_false(t.moved);
    }
    ring_edges(0, 832 + 12, edges);
    assert_true(trim_sync(&t, edges));
    assert_true(t.moved);
    assert_true(fake->trim < FACTORY); /* fast: slower */
    set_up(PPM, 5500);
    ring_edges(0, 832 - 12, edges);
    assert_true(trim_sync(&t, edges));
    assert_true(fake->trim > FACTORY);
}

/* ---- errors add up along the chain and saturate ---------------------------------------------- */

static void test_error_is_own_plus_upstream_and_saturates(void **state)
{
    static const struct {
        int8_t relative, upstream, error;
    } cases[] = { { 0, 0, 0 },       { 5, -3, 2 },        { -5, 3, -2 },       { 100, 27, 127 },
                  { 100, 28, 127 },  { 127, 127, 127 },   { -100, -27, -127 }, { -100, -28, -127 },
                  { 0, -128, -127 }, { -127, -128, -127 } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(PPM, 5500);
        t.relative = cases[i].relative;
        trim_hop(&t, cases[i].upstream);
        assert_int_equal(t.error, cases[i].error);
    }
}

static void test_relative_error_is_measured_in_1024ths(void **state)
{
    uint16_t edges[SYNC_EDGES];

    (void)state;
    set_up(PPM, 5500);
    ring_edges(0, 832 + 8, edges);
    assert_true(trim_sync(&t, edges));
    assert_int_equal(t.relative, 10); /* 9.85 */
    ring_edges(0, 832 - 8, edges);
    assert_true(trim_sync(&t, edges));
    assert_int_equal(t.relative, -10);
}

/* ---- fine adjust ----------------------------------------------------------------------------- */

static void test_fine_adjust_converges_and_then_rests(void **state)
{
    (void)state;
    for (int32_t step = 4000; step <= 7000; step += 1500) {
        for (int32_t ratio = 780000; ratio <= 1220000; ratio += 3700) {
            uint16_t moves;
            set_up(ratio, step);
            for (uint8_t i = 0; i < 120; i++)
                assert_true(round_of(0));
            moves = fake->trim_moves;
            for (uint8_t i = 0; i < 60; i++)
                assert_true(round_of(0));
            if (fake->trim_moves != moves || size(error_ppm()) > 7000)
                fail_msg("ratio %ld step %ld: %u moves, %ld ppm", (long)ratio, (long)step,
                         fake->trim_moves - moves, (long)error_ppm());
        }
    }
}

static void test_fine_adjust_follows_the_error_against_begin(void **state)
{
    uint8_t before;

    (void)state;
    set_up(PPM, 5500);
    round_of(0);
    before = fake->trim;
    for (uint8_t i = 0; i < 40; i++) /* the board before is 1 % fast, so are we */
        round_of(10);
    assert_true(fake->trim < before);
    set_up(PPM, 5500);
    for (uint8_t i = 0; i < 40; i++)
        round_of(-10);
    assert_true(fake->trim > FACTORY);
}

static void test_round_with_a_move_is_no_measurement(void **state)
{
    (void)state;
    set_up(PPM, 5500);
    t.filtered_q4 = 50;
    t.moved = true;
    t.error = 12;
    trim_adjust(&t);
    assert_int_equal(t.filtered_q4, 0);
    assert_int_equal(fake->trim_moves, 0);
}

/* The first round of a long chain: each board within 1.2 % of the one before, but far from Begin. */
static void test_large_error_against_begin_is_corrected_in_one_round(void **state)
{
    (void)state;
    for (int16_t error = -90; error <= 90; error++) {
        set_up(PPM, 5860); /* 6/1024 */
        t.moved = error & 1;
        t.error = (int8_t)error;
        trim_adjust(&t);
        if (error >= -12 && error <= 12)
            assert_in_range(fake->trim, FACTORY - 1u, FACTORY + 1u);
        else
            assert_in_range(error + (fake->trim - (int16_t)FACTORY) * 6 + 6, 0, 12);
    }
}

/* ---- ends of the range ----------------------------------------------------------------------- */

static void push_to_the_end(uint8_t factory, bool faster)
{
    uint16_t edges[SYNC_EDGES];

    set_up(PPM, 5500);
    fake->trim = factory;
    trim_init(&t, factory);
    ring_edges(0, faster ? 832 - 30 : 832 + 30, edges);
    for (uint8_t i = 0; i < 12; i++)
        assert_true(trim_sync(&t, edges)); /* a clock that does not answer to its trim */
}

static void test_trim_stays_within_16_steps_and_its_half_of_osccal(void **state)
{
    static const struct {
        uint8_t factory, low, high;
    } cases[] = { { 0x50, 0x40, 0x60 }, { 0x00, 0x00, 0x10 }, { 0x08, 0x00, 0x18 },
                  { 0x7F, 0x6F, 0x7F }, { 0x78, 0x68, 0x7F }, { 0x80, 0x80, 0x90 },
                  { 0x85, 0x80, 0x95 }, { 0xFF, 0xEF, 0xFF }, { 0xB0, 0xA0, 0xC0 } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        push_to_the_end(cases[i].factory, true);
        assert_int_equal(fake->trim, cases[i].high);
        assert_true(t.at_limit);
        push_to_the_end(cases[i].factory, false);
        assert_int_equal(fake->trim, cases[i].low);
        assert_true(t.at_limit);
    }
}

/* The oscillator followed its neighbours to the end of its range: the divisor takes a step. */
static void test_end_of_the_range_changes_the_divisor(void **state)
{
    (void)state;
    for (uint8_t small = 0; small < 2; small++) {
        push_to_the_end(FACTORY, true); /* at the fast end, and still too slow */
        t.filtered_q4 = small ? -80 : 0;
        t.error = small ? -5 : -30;
        t.moved = false;
        trim_adjust(&t);
        assert_int_equal(t.divisor, LINK_DIVISOR_NOMINAL - 1u);
        assert_int_equal(fake->trim, FACTORY + 16u - 13u);
        assert_false(t.at_limit);
        push_to_the_end(FACTORY, false);
        t.filtered_q4 = small ? 80 : 0;
        t.error = small ? 5 : 30;
        t.moved = false;
        trim_adjust(&t);
        assert_int_equal(t.divisor, LINK_DIVISOR_NOMINAL + 1u);
        assert_int_equal(fake->trim, FACTORY - 16u + 13u);
        assert_false(t.at_limit);
    }
}

static void test_end_of_both_ranges_says_so(void **state)
{
    (void)state;
    push_to_the_end(FACTORY, false);
    t.divisor = 17;
    t.error = 30;
    trim_adjust(&t);
    assert_int_equal(t.divisor, 17);
    assert_int_equal(fake->trim, FACTORY - 16u);
    assert_true(t.at_limit);
    push_to_the_end(FACTORY, true);
    t.divisor = 10;
    t.error = -30;
    trim_adjust(&t);
    assert_int_equal(t.divisor, 10);
    assert_true(t.at_limit);
}

static void test_limit_is_forgotten_with_the_next_move_inside(void **state)
{
    uint16_t edges[SYNC_EDGES];

    (void)state;
    push_to_the_end(FACTORY, true);
    ring_edges(0, 832 + 30, edges);
    assert_true(trim_sync(&t, edges));
    assert_false(t.at_limit);
}

/* ---- what is no sync ------------------------------------------------------------------------- */

static void expect_rejected(const uint16_t edges[SYNC_EDGES])
{
    struct trim before = t;
    assert_false(trim_sync(&t, edges));
    assert_memory_equal(&t, &before, sizeof t);
    assert_int_equal(fake->trim_moves, 0);
}

static void test_sync_too_fast_or_too_slow_is_rejected(void **state)
{
    uint16_t edges[SYNC_EDGES];

    (void)state;
    set_up(PPM, 5500);
    for (uint16_t cycles = 0; cycles < 10 * 64 - 77; cycles++) {
        ring_edges(0, cycles, edges);
        expect_rejected(edges);
    }
    for (uint32_t cycles = 17 * 64 + 78; cycles < 65536; cycles += 97) {
        ring_edges(0, (uint16_t)cycles, edges);
        expect_rejected(edges);
    }
}

/* Each distance may be off by 1/8: jitter and slow edges, but no other bit pattern. */
static void test_uneven_edges_are_rejected(void **state)
{
    (void)state;
    set_up(PPM, 5500);
    for (uint8_t edge = 1; edge < SYNC_EDGES - 1u; edge++) {
        for (int16_t off = -200; off <= 200; off++) {
            uint16_t edges[SYNC_EDGES];
            ring_edges(0xFF80u, 832, edges);
            edges[edge] = (uint16_t)(edges[edge] + (uint16_t)off);
            if (off >= -26 && off <= 26)
                assert_true(trim_sync(&t, edges));
            else
                expect_rejected(edges);
        }
    }
}

static void test_sync_is_measured_across_the_timer_wrap(void **state)
{
    (void)state;
    for (uint32_t first = 0; first < 65536; first += 61) {
        uint16_t edges[SYNC_EDGES];
        set_up(PPM, 5500);
        ring_edges((uint16_t)first, 832, edges);
        assert_true(trim_sync(&t, edges));
        assert_int_equal(t.relative, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_sync_brings_any_clock_within_reception),
        cmocka_unit_test(test_second_sync_is_better_for_any_step_size),
        cmocka_unit_test(test_divisor_is_the_nearest),
        cmocka_unit_test(test_divisor_has_hysteresis),
        cmocka_unit_test(test_small_error_does_not_move_the_trim),
        cmocka_unit_test(test_error_is_own_plus_upstream_and_saturates),
        cmocka_unit_test(test_relative_error_is_measured_in_1024ths),
        cmocka_unit_test(test_fine_adjust_converges_and_then_rests),
        cmocka_unit_test(test_fine_adjust_follows_the_error_against_begin),
        cmocka_unit_test(test_round_with_a_move_is_no_measurement),
        cmocka_unit_test(test_large_error_against_begin_is_corrected_in_one_round),
        cmocka_unit_test(test_end_of_the_range_changes_the_divisor),
        cmocka_unit_test(test_end_of_both_ranges_says_so),
        cmocka_unit_test(test_trim_stays_within_16_steps_and_its_half_of_osccal),
        cmocka_unit_test(test_limit_is_forgotten_with_the_next_move_inside),
        cmocka_unit_test(test_sync_too_fast_or_too_slow_is_rejected),
        cmocka_unit_test(test_uneven_edges_are_rejected),
        cmocka_unit_test(test_sync_is_measured_across_the_timer_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
