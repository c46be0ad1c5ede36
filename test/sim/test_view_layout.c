/* Where the live view puts what: nothing overlaps, nothing leaves the page, nothing is missing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end_board/facts.h"
#include "end_board/rules.h"
#include "view/flow.h"
#include "view/layout.h"
#include "view/words.h"

static const int cell_counts[] = { 2, 3, 4, 7, 16, 17, 48, 100, 101, 254, 255 };
static const int row_counts[] = { 1, 2, 5, 6, 7, 8, 10, 12, 15, 20, 24, 25, 30, 40, 50, 60, 100 };

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static struct view_model calm(int cells)
{
    struct view_model m = { .cells = cells,
                            .chemistry = "lfp",
                            .capacity_ah = 100.0,
                            .time_s = 754.32,
                            .duration_s = INFINITY,
                            .speed = 1.0,
                            .reached = 1.0,
                            .vmin_mv = 3000,
                            .vbalance_mv = 3400,
                            .vmax_mv = 3700,
                            .comm_ok = true,
                            .mv_known = true,
                            .pack_mv = 3300 * cells,
                            .ma_known = true,
                            .ma = -9990,
                            .true_ma = -10000.0,
                            .soc_known = true,
                            .soc_pm = 497,
                            .true_soc_pm = 499.0,
                            .charge = { .closed = true },
                            .load = { .closed = true },
                            .switches = 0x50,
                            .detail = { .true_mv = 3300.0,
                                        .true_dc = 250.0,
                                        .true_soc = 0.5,
                                        .board_mode = "idle",
                                        .clock_mhz = 3.999 } };

    for (int i = 0; i < cells; i++)
        m.cell[i] =
            (struct view_cell){ .known = true, .dc_known = true, .mv = 3200 + i, .dc = 250 };
    return m;
}

/* The longest that each thing can become. */
static struct view_model loud(int cells)
{
    struct view_model m = calm(cells);

    m.chemistry = "liion";
    m.capacity_ah = 1234.5;
    m.time_s = 99999999.0;
    m.duration_s = 99999999.0;
    m.state = VIEW_CRASHED;
    m.speed = 300.0;
    m.reached = 12.3;
    m.pack_mv = -1;
    m.ma = -2000000000;
    m.true_ma = -1e7;
    m.soc_pm = 1000;
    m.charge = m.load = (struct view_relay){ .held = 0xFFFFFFFFu };
    m.faults = 0xFFFF;
    m.broken = true;
    m.broken_after = cells;
    m.load_a = m.charger_a = 9999.5;
    m.switches = 0xFF;
    m.detail.board_mode = "in noise reduction";
    m.detail.bad_frames = 65535;
    m.detail.true_mv = -12345.0;
    m.detail.true_dc = -1234.5;
    for (int i = 0; i < cells; i++)
        m.cell[i] = (struct view_cell){ .known = true,
                                        .dc_known = true,
                                        .balancing = true,
                                        .untrusted = true,
                                        .cut = true,
                                        .noisy = 255,
                                        .mv = i % 2 ? 9999 : 0,
                                        .dc = i % 2 ? -400 : 1647 };
    m.messages = VIEW_MESSAGES;
    for (int i = 0; i < VIEW_MESSAGES; i++)
        memset(m.message[i], 'm', VIEW_TEXT_MAX - 1);
    return m;
}

static struct view_model silent(int cells)
{
    struct view_model m = calm(cells);

    m.mv_known = m.ma_known = m.soc_known = m.comm_ok = false;
    m.true_soc_pm = m.detail.true_soc = NAN;
    m.faults = 1;
    m.charge = m.load = (struct view_relay){ .held = RULE_BIT(RULE_CELL_SILENT) };
    m.broken = true;
    for (int i = 0; i < cells; i++)
        m.cell[i] = (struct view_cell){ 0 };
    return m;
}

/* A row as text, one character for each column. */
static void row_text(const struct grid *g, int row, char *text)
{
    for (int col = 0; col < g->cols; col++) {
        uint32_t c = g->cell[row * g->cols + col].glyph;
        text[col] = c == 0 ? ' ' : c < 0x7F ? (char)c : '#';
    }
    text[g->cols] = '\0';
}

static bool shown(const struct grid *g, const char *word)
{
    char text[512];

    for (int row = 0; row < g->rows; row++) {
        row_text(g, row, text);
        if (strstr(text, word))
            return true;
    }
    return false;
}

static void assert_clean(const struct grid *g, const struct view_model *m)
{
    if (g->overlaps || g->outside)
        fail_msg("%d cells on %dx%d: %d overlaps, %d outside", m->cells, g->cols, g->rows,
                 g->overlaps, g->outside);
}

static void on_all_pages(struct view_model (*make)(int))
{
    struct grid g = { 0 };

    for (int n = 0; n < COUNT(cell_counts); n++) {
        struct view_model m = make(cell_counts[n]);
        for (int cols = 1; cols <= 200; cols += cols < 20 ? 4 : 1)
            for (int r = 0; r < COUNT(row_counts); r++) {
                m.chosen = (cols * 7 + r) % m.cells;
                assert_true(grid_resize(&g, cols, row_counts[r]));
                layout_draw(&g, &m);
                assert_clean(&g, &m);
            }
    }
    grid_free(&g);
}

static void test_layout_calm_nothing_overlaps(void **state)
{
    (void)state;
    on_all_pages(calm);
}

static void test_layout_loud_nothing_overlaps(void **state)
{
    (void)state;
    on_all_pages(loud);
}

static void test_layout_silent_nothing_overlaps(void **state)
{
    (void)state;
    on_all_pages(silent);
}

static void test_layout_terminal_shows_every_section(void **state)
{
    static const char *const words[] = { "Pack",  "SOC 49.7 %",   "-9.99 A", "Charge",
                                         "Load",  "Ring",         "Faults",  "0101 0000",
                                         "Cells", "3.00 to 3.70", "quit",    "pause",
                                         "reset", "Cell 1" };
    struct grid g = { 0 };

    (void)state;
    for (int n = 0; n < COUNT(cell_counts); n++)
        for (int cols = 80; cols <= 200; cols++) {
            struct view_model m = calm(cell_counts[n]);
            assert_true(grid_resize(&g, cols, 24));
            layout_draw(&g, &m);
            for (int w = 0; w < COUNT(words); w++)
                if (!shown(&g, words[w]))
                    fail_msg("%d cells on %dx24: no '%s'", m.cells, cols, words[w]);
        }
    grid_free(&g);
}

/* Number and voltage of a cell side by side, its bar between them. */
static int times_shown(const struct grid *g, int number, int mv)
{
    char text[512], name[16], volts[16];
    int found = 0;

    snprintf(name, sizeof name, "%3d ", number);
    snprintf(volts, sizeof volts, " %5.3f", mv / 1000.0);
    for (int row = 0; row < g->rows; row++) {
        row_text(g, row, text);
        for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
            const char *value = strstr(at, volts);
            size_t bar = value ? (size_t)(value - at) - 4 : 0;
            found += value && bar >= 4 && memchr(at + 4, ' ', bar) == NULL;
        }
    }
    return found;
}

static void test_layout_every_cell_is_on_its_page(void **state)
{
    static const int sizes[][2] = { { 20, 12 },  { 40, 15 },  { 80, 24 },
                                    { 120, 40 }, { 200, 60 }, { 133, 24 } };
    struct grid g = { 0 };

    (void)state;
    for (int n = 0; n < COUNT(cell_counts); n++)
        for (int s = 0; s < COUNT(sizes); s++) {
            struct view_model m = calm(cell_counts[n]);
            for (m.chosen = 0; m.chosen < m.cells; m.chosen++) {
                struct layout_place p;
                assert_true(grid_resize(&g, sizes[s][0], sizes[s][1]));
                p = layout_draw(&g, &m);
                assert_in_range(m.chosen, p.first, p.first + p.count - 1);
                if (m.cells > p.page)
                    assert_true(p.count > p.page - p.per_column);
                for (int i = 0; i < m.cells && m.chosen % 50 == 0; i++) {
                    bool here = i >= p.first && i < p.first + p.count;
                    /* the detail line names the chosen one again, without a bar */
                    if (times_shown(&g, i + 1, m.cell[i].mv) != here)
                        fail_msg("%d cells on %dx%d, chosen %d: cell %d %s", m.cells, g.cols,
                                 g.rows, m.chosen + 1, i + 1, here ? "missing" : "too many");
                }
            }
        }
    grid_free(&g);
}

static void test_layout_ordinary_packs_need_no_pages(void **state)
{
    static const struct {
        int cells, cols, rows;
    } cases[] = { { 16, 80, 24 }, { 32, 80, 24 }, { 100, 120, 40 }, { 255, 200, 60 } };
    struct grid g = { 0 };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct view_model m = calm(cases[i].cells);
        assert_true(grid_resize(&g, cases[i].cols, cases[i].rows));
        assert_int_equal(layout_draw(&g, &m).count, m.cells);
    }
    grid_free(&g);
}

static void test_layout_open_relay_names_each_reason(void **state)
{
    struct grid g = { 0 };

    (void)state;
    for (unsigned rule = 0; rule <= RULE_REST; rule++) {
        struct view_model m = calm(4);
        m.load = (struct view_relay){ .held = RULE_BIT(rule) | RULE_BIT(RULE_CELL_SILENT) };
        assert_true(grid_resize(&g, 120, 24));
        layout_draw(&g, &m);
        assert_true(shown(&g, "Load     open"));
        assert_true(shown(&g, words_rule(rule)));
        assert_true(shown(&g, words_rule(RULE_CELL_SILENT)));
    }
    grid_free(&g);
}

static void test_layout_fault_break_and_noise_are_named(void **state)
{
    struct grid g = { 0 };
    struct view_model m = calm(8);

    (void)state;
    m.faults = PACK_SILENT | FAULT_NO_CLOCK;
    m.broken = true;
    m.broken_after = 3;
    m.cell[4].noisy = 17;
    m.cell[2].cut = true;
    assert_true(grid_resize(&g, 100, 30));
    layout_draw(&g, &m);
    assert_true(shown(&g, "broken between board 3 and board 4"));
    assert_true(shown(&g, "noisy: 4#5 (17 in 100)"));
    assert_true(shown(&g, "a cell is silent;"));
    assert_true(shown(&g, "crystal of End dead"));
    assert_true(shown(&g, "e17"));
    m.broken_after = 8;
    assert_true(grid_resize(&g, 100, 30));
    layout_draw(&g, &m);
    assert_true(shown(&g, "broken between board 8 and board 1"));
    grid_free(&g);
}

/* Full blocks, and an eighth for each step between them. */
static double bar_length(const struct grid *g, int number)
{
    char name[16], text[512];
    double length = 0.0;

    snprintf(name, sizeof name, "%3d #", number);
    for (int row = 0; row < g->rows; row++) {
        row_text(g, row, text);
        if (!strstr(text, name))
            continue;
        for (int col = 0; col < g->cols; col++) {
            uint32_t c = g->cell[row * g->cols + col].glyph;
            if (c >= 0x2588 && c <= 0x258F)
                length += (double)(0x2590 - c) / 8.0;
        }
    }
    return length;
}

static void test_layout_bar_is_true_to_scale(void **state)
{
    struct grid g = { 0 };
    struct view_model m = calm(4);

    (void)state;
    m.cell[0].mv = 3000;
    m.cell[1].mv = 3350;
    m.cell[2].mv = 3700;
    m.cell[3].known = false;
    assert_true(grid_resize(&g, 82, 24));
    layout_draw(&g, &m);
    assert_true(bar_length(&g, 1) == 0.0);
    assert_true(bar_length(&g, 3) ==
                82 - 28); /* all that number, voltage, temperature and marks leave */
    assert_true(fabs(bar_length(&g, 2) - bar_length(&g, 3) / 2.0) <= 0.125);
    assert_true(bar_length(&g, 4) == 0.0);
    grid_free(&g);
}

static void test_grid_text_is_cut_and_cleaned(void **state)
{
    struct grid g = { 0 };
    char text[512];

    (void)state;
    assert_true(grid_resize(&g, 10, 1));
    assert_int_equal(grid_text(&g, 0, 0, 5, STYLE_PLAIN, "abcdefgh"), 5);
    row_text(&g, 0, text);
    assert_string_equal(text, "abcd#     ");
    assert_int_equal(grid_text(&g, 0, 5, 5, STYLE_PLAIN, "\t\x1b\u4e2d\xff"), 4);
    row_text(&g, 0, text);
    assert_string_equal(text, "abcd#???? ");
    assert_int_equal(g.overlaps, 0);
    grid_put(&g, 0, 0, STYLE_PLAIN, 'x');
    grid_put(&g, 0, 10, STYLE_PLAIN, 'x');
    grid_put(&g, -1, 0, STYLE_PLAIN, 'x');
    assert_int_equal(g.overlaps, 1);
    assert_int_equal(g.outside, 2);
    grid_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_calm_nothing_overlaps),
        cmocka_unit_test(test_layout_loud_nothing_overlaps),
        cmocka_unit_test(test_layout_silent_nothing_overlaps),
        cmocka_unit_test(test_layout_terminal_shows_every_section),
        cmocka_unit_test(test_layout_every_cell_is_on_its_page),
        cmocka_unit_test(test_layout_ordinary_packs_need_no_pages),
        cmocka_unit_test(test_layout_open_relay_names_each_reason),
        cmocka_unit_test(test_layout_fault_break_and_noise_are_named),
        cmocka_unit_test(test_layout_bar_is_true_to_scale),
        cmocka_unit_test(test_grid_text_is_cut_and_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
