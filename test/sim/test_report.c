#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "report/history.h"
#include "report/scale.h"

#define MEMORY_MAX 20000000u

static size_t memory(const struct history *h)
{
    size_t spans = (size_t)h->buckets * (PACK_CHANNELS + (size_t)CELL_CHANNELS * (size_t)h->cells);
    return spans * sizeof(struct span);
}

static void test_history_any_duration_is_bounded(void **state)
{
    static const double duration_s[] = { 0.001, 1.0, 1200.0, 1200.5, 1201.0, 86400.0, 1e8 };

    (void)state;
    for (size_t i = 0; i < sizeof duration_s / sizeof duration_s[0]; i++) {
        struct history h;
        assert_true(history_init(&h, 255, 0.0, duration_s[i]));
        assert_in_range(h.buckets, 1, HISTORY_BUCKETS_MAX + 1);
        assert_true(h.buckets * h.stride_s >= duration_s[i]);
        assert_true(h.stride_s == floor(h.stride_s) && h.stride_s >= 1.0);
        assert_true(memory(&h) < MEMORY_MAX);
        history_free(&h);
    }
}

static void test_history_short_run_has_a_bucket_for_each_second(void **state)
{
    struct history h;

    (void)state;
    assert_true(history_init(&h, 2, 0.0, 1200.0));
    assert_true(h.stride_s == 1.0);
    assert_true(history_time_s(&h, 0) == 1.0);
    assert_true(history_time_s(&h, 1199) == 1200.0);
    history_free(&h);
    assert_true(history_init(&h, 2, 0.0, 2400.0));
    assert_true(history_time_s(&h, 0) == 1.5); /* seconds 1 and 2 */
    history_free(&h);
}

static void test_history_of_a_run_that_goes_on_begins_there(void **state)
{
    struct history h;

    (void)state;
    assert_true(history_init(&h, 2, 7200.0, 7200.0 + 2400.0));
    assert_true(h.stride_s == 2.0);
    assert_true(history_time_s(&h, 0) == 7201.5); /* seconds 7201 and 7202 */
    assert_true(h.from_s + h.buckets * h.stride_s >= 9600.0);
    history_free(&h);
}

static void test_scale_is_widened_to_round_figures(void **state)
{
    static const struct {
        double lo, hi, min_span;
        double wide_lo, wide_hi;
    } row[] = {
        { 3.213, 3.287, 0.02, 3.20, 3.30 }, { -27.0, 25.0, 1.0, -40.0, 40.0 },
        { 3.3, 3.3, 0.02, 3.29, 3.31 },     { 0.0, 255.0, 4.0, 0.0, 300.0 },
        { 0.0, 4.0, 0.0, 0.0, 4.0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct scale s = { row[i].lo, row[i].hi, 0.0, 1.0 };
        struct ticks t;
        scale_round(&s, row[i].min_span, 5, &t);
        assert_true(fabs(s.lo - row[i].wide_lo) < 1e-9 && fabs(s.hi - row[i].wide_hi) < 1e-9);
        assert_true(fabs(t.first - s.lo) < 1e-9);
        assert_true(fabs(s.lo + (t.count - 1) * t.step - s.hi) < 1e-9);
        assert_in_range(t.count, 3, 8);
        assert_true(pow(10.0, t.decimals) * t.step >= 0.999);
        assert_true(fabs(round(pow(10.0, t.decimals) * t.step) - pow(10.0, t.decimals) * t.step) <
                    1e-6);
    }
}

static void test_time_axis_has_a_unit_that_fits(void **state)
{
    static const struct {
        double end_s;
        const char *unit;
        double step;
    } row[] = {
        { 1, "s", 0.1 },   { 60, "s", 5 },     { 240, "s", 20 },
        { 600, "min", 1 }, { 2100, "min", 5 }, { 5400, "min", 10 },
        { 36000, "h", 1 }, { 86400, "h", 2 },  { 8640000, "days", 10 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct time_axis axis;
        time_axis_set(&axis, 0.0, row[i].end_s);
        assert_string_equal(axis.unit, row[i].unit);
        assert_true(fabs(axis.step - row[i].step) < 1e-9);
        time_axis_set(&axis, 3600.0, 3600.0 + row[i].end_s);
        assert_true(axis.step * axis.unit_s >= row[i].end_s / 14.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history_any_duration_is_bounded),
        cmocka_unit_test(test_history_short_run_has_a_bucket_for_each_second),
        cmocka_unit_test(test_history_of_a_run_that_goes_on_begins_there),
        cmocka_unit_test(test_scale_is_widened_to_round_figures),
        cmocka_unit_test(test_time_axis_has_a_unit_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
