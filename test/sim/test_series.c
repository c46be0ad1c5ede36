#include "test/sim/folder.h"

#include "scenario/number.h"
#include "scenario/series.h"

#define near(actual, expected) \
    assert_true((actual) - (expected) < 1e-9 && (expected) - (actual) < 1e-9)

static void test_number_only_decimal_is_taken(void **state)
{
    static const char *const bad[] = { "",   "x",   "1x", "0x10", "inf", "nan", "1e999", " 1",
                                       "1 ", "--1", "1e", ".",    "1,5", "e5",  "1-2" };
    double value = 42.0;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_parse(bad[i], &value));
    near(value, 42.0);
    assert_true(number_parse("-1.5e2", &value));
    near(value, -150.0);
}

static void test_number_time_units_are_converted(void **state)
{
    static const struct {
        const char *text;
        double s;
    } good[] = { { "0", 0 },     { "90", 90 },    { "90s", 90 },   { "15m", 900 },
                 { "2h", 7200 }, { "1d", 86400 }, { "1.5h", 5400 } };
    static const char *const bad[] = { "", "m", "-1", "1w", "1ms", "1 m", "5mm" };
    double s;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(number_parse_time(good[i].text, &s));
        near(s, good[i].s);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_parse_time(bad[i], &s));
}

/* series and recordings */

static void test_series_columns_are_found_by_name(void **state)
{
    const char *path = write_file(*state, "a.csv",
                                  "# comment\n\nsoc,current_a , time_s,note\n50,1.5,0,start\n"
                                  "# in between\n51,-2,10,\n52,4,30,x y");
    struct series series;
    struct err err;

    assert_true(series_load(&series, path, &err));
    assert_int_equal(series.n, 3);
    near(series.time_s[2], 30.0);
    near(series.value[1], -2.0);
    near(series_at(&series, -5.0), 1.5);
    near(series_at(&series, 0.0), 1.5);
    near(series_at(&series, 5.0), -0.25);
    near(series_at(&series, 10.0), -2.0);
    near(series_at(&series, 25.0), 2.5);
    near(series_at(&series, 99.0), 4.0);
    series_free(&series);
}

static void test_series_crlf_is_taken(void **state)
{
    const char *path = write_file(*state, "a.csv", "# c\r\n\r\ntime_s,current_a\r\n0,1\r\n1,2\r\n");
    struct series series;
    struct err err;

    assert_true(series_load(&series, path, &err));
    assert_int_equal(series.n, 2);
    near(series.value[1], 2.0);
    series_free(&series);
}

static void test_series_many_rows_are_kept(void **state)
{
    struct folder *folder = *state;
    FILE *file = fopen(in_folder(folder, "a.csv"), "w");
    struct series series;
    struct err err;

    fprintf(file, "time_s,current_a\n");
    for (int i = 0; i < 5000; i++)
        fprintf(file, "%d,%d\n", i, i % 100);
    fclose(file);
    assert_true(series_load(&series, folder->file, &err));
    assert_int_equal(series.n, 5000);
    for (int i = 0; i < 5000; i++)
        near(series_at(&series, i), i % 100);
    series_free(&series);
}

static void test_series_bad_file_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        { "", ":1: the file has no header row" },
        { "# only\n#comments\n", ":3: the file has no header row" },
        { "time_s,current_a\n", ":2: no rows follow the header" },
        { "time_s,amps\n0,1\n", ":1: there is no column current_a" },
        { "t,current_a\n0,1\n", ":1: there is no column time_s" },
        { "time_s,current_a\n0,1\n1\n", ":3: 1 fields, but the header has 2" },
        { "time_s,current_a\n0,1,2\n", ":2: 3 fields, but the header has 2" },
        { "time_s,current_a\n0,1\n1,x1\n", ":3: 'x1' in column current_a is not a number" },
        { "time_s,current_a\n0,\n", ":2: '' in column current_a is not a number" },
        { "time_s,current_a\nnan,1\n", ":2: 'nan' in column time_s is not a number" },
        { "time_s,current_a\n0,inf\n", ":2: 'inf' in column current_a is not a number" },
        { "time_s,current_a\n0,1e400\n", ":2: '1e400' in column current_a is not a number" },
        { "time_s,current_a\n0,1\n#\n\n0,1\n", ":5: time_s 0 is not after 0" },
        { "time_s,current_a\r\n5,1\r\n4.5,1\r\n", ":3: time_s 4.5 is not after 5" },
    };
    struct series series;
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *path = write_file(*state, "a.csv", bad[i].text);

        assert_false(series_load(&series, path, &err));
        assert_message(*state, "a.csv", &err, bad[i].message);
    }
}

static void test_series_unreadable_file_is_named(void **state)
{
    struct folder *folder = *state;
    struct series series;
    struct err err;

    assert_false(series_load(&series, in_folder(folder, "none.csv"), &err));
    assert_message(folder, "none.csv", &err, ": cannot open: No such file or directory");
    assert_false(series_load(&series, folder->path, &err));
    assert_non_null(strstr(err.text, ": cannot read: Is a directory"));
}

static void test_series_zero_byte_is_refused(void **state)
{
    static const char text[] = "time_s,current_a\n0,1\0002\n";
    const char *path = write_bytes(*state, "a.csv", text, sizeof text - 1);
    struct series series;
    struct err err;

    assert_false(series_load(&series, path, &err));
    assert_message(*state, "a.csv", &err, ":2: zero byte in the line");
}

static void test_recording_rows_are_sorted_by_cell(void **state)
{
    const char *path = write_file(*state, "a.csv",
                                  "time_s,temp2_c,cell2_mv,current_a,cell1_mv,temp1_c,cell3_mv,"
                                  "cell_mv,cell1_mv_raw\n"
                                  "0,32,3200,-1,3100,31,3300,x,y\n1,42,4200,2,4100,41,4300,,\n");
    struct recording rec;
    struct err err;

    assert_true(recording_load(&rec, path, &err));
    assert_int_equal(rec.n, 2);
    assert_int_equal(rec.cells, 3);
    assert_int_equal(rec.temps, 2);
    near(rec.mv[0], 3100.0);
    near(rec.mv[2], 3300.0);
    near(rec.mv[4], 4200.0);
    near(rec.temp_c[2], 41.0);
    near(rec.temp_c[3], 42.0);
    near(rec.current_a[1], 2.0);
    assert_int_equal(recording_temp_index(&rec, 0), 0);
    assert_int_equal(recording_temp_index(&rec, 1), 0);
    assert_int_equal(recording_temp_index(&rec, 2), 1);
    recording_free(&rec);
}

static void test_recording_missing_columns_are_named(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        { "time_s,current_a,temp1_c\n0,0,0\n", ":1: there is no column cell1_mv" },
        { "time_s,current_a,cell1_mv\n0,0,0\n", ":1: there is no column temp1_c" },
        { "time_s,current_a,cell1_mv,cell3_mv,temp1_c\n0,0,0,0,0\n",
          ":1: there is no column cell2_mv" },
        { "time_s,cell1_mv,temp1_c\n0,0,0\n", ":1: there is no column current_a" },
        { "time_s,current_a,cell1_mv,cell256_mv,temp1_c\n0,0,0,0,0\n",
          ":1: more than 255 cell.._mv columns" },
        { "time_s,current_a,cell1_mv,temp1_c\n0,0,3.3V,0\n",
          ":2: '3.3V' in column cell1_mv is not a number" },
    };
    struct recording rec;
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *path = write_file(*state, "a.csv", bad[i].text);

        assert_false(recording_load(&rec, path, &err));
        assert_message(*state, "a.csv", &err, bad[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_only_decimal_is_taken),
        cmocka_unit_test(test_number_time_units_are_converted),
        in_own_folder(test_series_columns_are_found_by_name),
        in_own_folder(test_series_crlf_is_taken),
        in_own_folder(test_series_many_rows_are_kept),
        in_own_folder(test_series_bad_file_is_named_with_its_line),
        in_own_folder(test_series_unreadable_file_is_named),
        in_own_folder(test_series_zero_byte_is_refused),
        in_own_folder(test_recording_rows_are_sorted_by_cell),
        in_own_folder(test_recording_missing_columns_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
