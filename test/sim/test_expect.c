#include "test/sim/folder.h"

struct values {
    double soc_pm;
    bool present;
    int asked;
};

static bool probe(void *ctx, const char *name, double *value)
{
    struct values *values = ctx;

    assert_string_equal(name, "soc_pm");
    values->asked++;
    *value = values->soc_pm;
    return values->present;
}

/* Runs the scenario for 20 s, where soc_pm is 10 times the second; returns what
 * was printed, with the folder taken off each line. */
static char *printed(struct folder *folder, const char *text, int *failed)
{
    struct scenario *sc = load(folder, text);
    struct values values = { .present = true };
    size_t prefix = strlen(folder->path) + 1;
    char *all = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);

    for (int s = 0; s <= 20; s++) {
        values.soc_pm = 10.0 * s;
        values.present = s != 15;
        scenario_check_expects(sc, s - 1e-9, probe, &values, out);
    }
    scenario_finish(sc, 20.0, out);
    fclose(out);
    *failed = scenario_expect_failed(sc);
    scenario_free(sc);
    for (char *line = all; *line != '\0'; line = strchr(line, '\n') + 1)
        memmove(line, line + prefix, strlen(line + prefix) + 1);
    return all;
}

static void assert_printed(struct folder *folder, const char *text, int want_failed,
                           const char *want)
{
    int failed;
    char *got = printed(folder, text, &failed);

    assert_string_equal(got, want);
    assert_int_equal(failed, want_failed);
    free(got);
}

static void test_expect_every_comparison_works(void **state)
{
    assert_printed(*state,
                   "at 5 expect soc_pm == 50\nat 5 expect soc_pm != 51\n"
                   "at 5 expect soc_pm < 51\nat 5 expect soc_pm <= 50\n"
                   "at 5 expect soc_pm > 49\nat 5 expect soc_pm >= 50\n",
                   0, "");
    assert_printed(*state,
                   "at 5 expect soc_pm == 51\nat 5 expect soc_pm != 50\n"
                   "at 5 expect soc_pm < 50\nat 5 expect soc_pm <= 49.5\n"
                   "at 5 expect soc_pm > 50\nat 5 expect soc_pm >= 51\n",
                   6,
                   "s.txt:1: expected soc_pm == 51, got 50 at 5 s\n"
                   "s.txt:2: expected soc_pm != 50, got 50 at 5 s\n"
                   "s.txt:3: expected soc_pm < 50, got 50 at 5 s\n"
                   "s.txt:4: expected soc_pm <= 49.5, got 50 at 5 s\n"
                   "s.txt:5: expected soc_pm > 50, got 50 at 5 s\n"
                   "s.txt:6: expected soc_pm >= 51, got 50 at 5 s\n");
}

static void test_expect_at_between_checks_uses_the_next(void **state)
{
    assert_printed(*state, "at 5.5 expect soc_pm == 60\n", 0, "");
}

static void test_expect_within_is_met_by_one_check(void **state)
{
    assert_printed(*state,
                   "at 5 within 5 expect soc_pm == 50\n"
                   "at 5 within 5 expect soc_pm == 70\n"
                   "at 5 within 5 expect soc_pm == 100\n"
                   "at 5.2 within 0.3 expect soc_pm == 60\n",
                   0, "");
    assert_printed(*state,
                   "at 5 within 5 expect soc_pm == 110\n"
                   "at 5 within 5.5 expect soc_pm == 110\n",
                   2,
                   "s.txt:1: expected soc_pm == 110, got 100 at 10 s\n"
                   "s.txt:2: expected soc_pm == 110, got 100 at 10 s\n");
}

static void test_expect_from_to_needs_every_check(void **state)
{
    assert_printed(*state,
                   "from 5 to 10 expect soc_pm <= 100\n"
                   "from 5 to 10.5 expect soc_pm <= 100\n"
                   "from 5.1 to 5.2 expect soc_pm == 60\n",
                   0, "");
    assert_printed(*state,
                   "from 5 to 10 expect soc_pm < 80\n"
                   "from 5 to 10 expect soc_pm > 50\n",
                   2,
                   "s.txt:2: expected soc_pm > 50, got 50 at 5 s\n"
                   "s.txt:1: expected soc_pm < 80, got 80 at 8 s\n");
}

static void test_expect_unreadable_value_fails(void **state)
{
    assert_printed(*state,
                   "at 15 expect soc_pm != 0\n"
                   "from 14 to 16 expect soc_pm > 0\n"
                   "at 14 within 3 expect soc_pm == 160\n",
                   2,
                   "s.txt:1: expected soc_pm != 0, got nothing at 15 s\n"
                   "s.txt:2: expected soc_pm > 0, got nothing at 15 s\n");
}

static void test_expect_open_at_the_end_fails(void **state)
{
    assert_printed(*state,
                   "at 20 expect soc_pm == 200\n"
                   "at 21 expect soc_pm == 210\n"
                   "at 18 within 1m expect soc_pm == 500\n"
                   "at 21 within 1m expect soc_pm == 500\n"
                   "from 18 to 1m expect soc_pm > 0\n",
                   4,
                   "s.txt:2: expected soc_pm == 210, not reached: run ended at 20 s\n"
                   "s.txt:3: expected soc_pm == 500, got 200 at 20 s\n"
                   "s.txt:4: expected soc_pm == 500, not reached: run ended at 20 s\n"
                   "s.txt:5: expected soc_pm > 0, not reached: run ended at 20 s\n");
}

static void test_expect_done_is_not_probed_again(void **state)
{
    struct scenario *sc = load(*state, "at 5 expect soc_pm == 1\n");
    struct values values = { .present = true, .soc_pm = 1.0 };

    for (int s = 0; s < 20; s++)
        scenario_check_expects(sc, s, probe, &values, stderr);
    assert_int_equal(values.asked, 1);
    assert_int_equal(scenario_expect_total(sc), 1);
    assert_int_equal(scenario_expect_failed(sc), 0);
    scenario_free(sc);
}

static void test_expect_names_are_taken_apart(void **state)
{
    static const char *const bad[] = {
        "",           "cell.mv",  "cell0.mv",  "cell01.mv",
        "cell256.mv", "cell3.",   "cell3mv.x", "cell-3.mv",
        "a.b",        "Cell3.mv", "soc pm",    "a23456789_123456789_123456789_12",
        "cell3.mv.x"
    };
    char base[32];
    int cell;

    (void)state;
    assert_true(expect_parse_name("cell255.mv_true", base, &cell));
    assert_string_equal(base, "mv_true");
    assert_int_equal(cell, 255);
    assert_true(expect_parse_name("cells", base, &cell));
    assert_string_equal(base, "cells");
    assert_int_equal(cell, 0);
    assert_true(expect_parse_name("a23456789_123456789_123456789_1", base, &cell));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(expect_parse_name(bad[i], base, &cell));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_own_folder(test_expect_every_comparison_works),
        in_own_folder(test_expect_at_between_checks_uses_the_next),
        in_own_folder(test_expect_within_is_met_by_one_check),
        in_own_folder(test_expect_from_to_needs_every_check),
        in_own_folder(test_expect_unreadable_value_fails),
        in_own_folder(test_expect_open_at_the_end_fails),
        in_own_folder(test_expect_done_is_not_probed_again),
        cmocka_unit_test(test_expect_names_are_taken_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
