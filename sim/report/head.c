/* What was run and how it ended: facts, expectations, events, the scenario's text. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "debug/crash.h"
#include "report/page.h"
#include "report/svg.h"

#define ROWS_MAX 2000

static const char *const chemistry_text[CHEM_COUNT] = {
    [CHEM_LFP] = "LiFePO₄ (lfp)",
    [CHEM_LTO] = "lithium titanate (lto)",
    [CHEM_NMC] = "NMC (nmc)",
    [CHEM_LIION] = "Li-ion to 4.2 V (liion)",
};

/* ---- name and verdict --------------------------------------------------------------------------- */

static void put_name(FILE *out, const struct run *r)
{
    const char *path = r->options->scenario_path;
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *name = slash ? slash + 1 : path;
    size_t length = name ? strlen(name) : 0;
    char text[256];

    if (!name) {
        fprintf(out, "%d cells without a scenario", r->chain.cells);
        return;
    }
    if (length > 4 && strcmp(name + length - 4, ".txt") == 0)
        length -= 4;
    snprintf(text, sizeof text, "%.*s", (int)length, name);
    for (char *c = text; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    svg_escape(out, text);
}

/* The comment at the top of the scenario; an empty line of it begins a paragraph. */
static void put_description(const struct page *page)
{
    FILE *out = page->paper.out;
    int lines = 0;

    while (timeline_line(page->timeline, lines + 1)[0] == '#')
        lines++;
    if (lines == 0)
        return;
    fputs("<p class=\"lead\">", out);
    for (int i = 1; i <= lines; i++) {
        const char *text = timeline_line(page->timeline, i) + 1;
        text += strspn(text, " ");
        svg_escape(out, text);
        fputs(*text || i == lines ? "\n" : "</p>\n<p class=\"lead\">", out);
    }
    fputs("</p>\n", out);
}

static int exit_code(const struct run *r)
{
    if (r->crashed_board)
        return 3;
    return r->scenario && scenario_expect_failed(r->scenario) > 0;
}

static void put_verdict(FILE *out, const struct run *r)
{
    int total = r->scenario ? scenario_expect_total(r->scenario) : 0;
    int failed = r->scenario ? scenario_expect_failed(r->scenario) : 0;

    fprintf(out, "<p id=\"verdict\" class=\"verdict %s\" data-code=\"%d\">",
            exit_code(r) ? "bad" : "good", exit_code(r));
    if (r->crashed_board)
        fprintf(out, "Crashed: board %d, %s", r->crashed_board,
                crash_reason(&r->chain.board[r->crashed_board - 1]));
    else if (total == 0)
        fputs("Ran to its end; nothing was expected", out);
    else if (failed)
        fprintf(out, "Failed: %d of %d expectations did not hold", failed, total);
    else
        fprintf(out, "Passed: all %d expectations held", total);
    fputs("</p>\n", out);
}

/* ---- facts -------------------------------------------------------------------------------------- */

static void fact(FILE *out, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fact(FILE *out, const char *name, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(out, "<div><dt>%s</dt><dd>", name);
    svg_escape(out, text);
    fputs("</dd></div>\n", out);
}

static void put_switches(FILE *out, uint8_t switches)
{
    char bits[9] = "";

    for (int i = 0; i < 8; i++)
        bits[i] = switches >> (7 - i) & 1 ? '1' : '0';
    fact(out, "Option switches", "%s", bits);
}

static void put_pack(const struct page *page)
{
    const struct options *o = page->run->options;
    double volts = chemistry_info(o->chemistry)->nominal_v * o->cells;
    FILE *out = page->paper.out;

    if (o->resume_path)
        fact(out, "Goes on from", "%s, %.10g s", o->resume_path,
             (double)page->run->from_ps * 1e-12);
    fact(out, "Scenario file", "%s", o->scenario_path ? o->scenario_path : "none");
    fact(out, "Cells", "%d × %s", o->cells, chemistry_text[o->chemistry]);
    fact(out, "Capacity", "%g Ah, %.0f Wh at %.1f V", o->capacity_ah, o->capacity_ah * volts,
         volts);
    fact(out, "Start", "%.0f %% charged, spread %.1f %%, %g °C", o->soc * 100.0, o->spread * 100.0,
         o->ambient_c);
    fact(out, "Mode", "%s", o->critical ? "critical" : "normal");
    put_switches(out, o->switches);
    fact(out, "Current sensors", "%d, cable through each %d×", o->sensors, o->passes);
    fact(out, "Seed", "%llu", (unsigned long long)o->seed);
}

static void put_extreme(const struct page *page, const char *name, enum cell_channel channel,
                        const char *unit, int decimals)
{
    const struct history *h = page->history;
    double lo = INFINITY;
    double hi = -INFINITY;

    page_range(page, h->cell[channel], h->cells, -INFINITY, &lo, &hi);
    if (lo <= hi)
        fact(page->paper.out, name, "%.*f to %.*f %s", decimals, lo, decimals, hi, unit);
}

static void put_results(const struct page *page)
{
    const struct run *r = page->run;
    FILE *out = page->paper.out;

    fact(out, "Simulated", "%llu s, %u rounds", (unsigned long long)r->second, r->view.rounds);
    if (r->locked)
        fact(out, "All cells known", "after %.0f s", r->locked_s);
    else
        fact(out, "All cells known", "never");
    put_extreme(page, "Cells, true", CELL_V_TRUE, "V", 3);
    put_extreme(page, "Temperatures, true", CELL_C_TRUE, "°C", 1);
    fact(out, "Readings lost", "%llu", (unsigned long long)run_lost_readings(r));
    fact(out, "Worst reading", "%.1f mV and %.1f °C off", r->cell_mv.worst,
         r->temp_dc.worst / 10.0);
    fact(out, "Relay changes", "%d", page->timeline->changes + page->timeline->changes_left_out);
    fact(out, "Exit code", "%d", exit_code(r));
}

void page_head(const struct page *page)
{
    FILE *out = page->paper.out;

    fputs("<title>", out);
    put_name(out, page->run);
    fputs(" · bms-sim</title>\n</head>\n<body>\n<main>\n<header>\n<p class=\"kicker\">bms-sim "
          "report</p>\n<h1>",
          out);
    put_name(out, page->run);
    fputs("</h1>\n", out);
    put_verdict(out, page->run);
    put_description(page);
    fputs("</header>\n<dl class=\"facts\">\n", out);
    put_pack(page);
    put_results(page);
    fputs("</dl>\n<nav><a href=\"#cells\">Cells</a> <a href=\"#battery\">Battery</a> "
          "<a href=\"#relay-section\">Relays</a> <a href=\"#ring\">Ring</a> "
          "<a href=\"#supply-section\">Supply current</a></nav>\n",
          out);
}

/* ---- expectations ------------------------------------------------------------------------------- */

static void row_begin(FILE *out, bool failed, int line, const char *text)
{
    fprintf(out, "<tr class=\"%s\"><td>%d</td><td><code>", failed ? "failed" : "held", line);
    svg_escape(out, text);
    fprintf(out, "</code></td><td>%s</td><td>", failed ? "failed" : "held");
}

static void expect_row(const struct page *page, const struct expect *e)
{
    FILE *out = page->paper.out;

    row_begin(out, e->failed, e->line, timeline_line(page->timeline, e->line));
    if (e->failed && !e->checked)
        fputs("not reached", out);
    else if (e->failed && !e->readable)
        fprintf(out, "no value at %.9g s", e->seen_s);
    else if (e->failed)
        fprintf(out, "was %.10g at %.9g s", e->value, e->seen_s);
    fputs("</td></tr>\n", out);
}

static void app_row(const struct page *page, const struct app_expect *e)
{
    FILE *out = page->paper.out;

    row_begin(out, e->failed, e->line, timeline_line(page->timeline, e->line));
    if (e->failed) {
        fputs("last line in that time: “", out);
        svg_escape(out, e->seen);
        fputs("”", out);
    }
    fputs("</td></tr>\n", out);
}

void page_expectations(const struct page *page)
{
    const struct scenario *s = page->run->scenario;
    const struct expect *e;
    const struct app_expect *a;
    FILE *out = page->paper.out;

    if (!s || scenario_expect_total(s) == 0)
        return;
    fprintf(out,
            "<h2>Expectations</h2>\n<details open=\"open\"><summary>%d held, %d failed</summary>\n",
            scenario_expect_total(s) - scenario_expect_failed(s), scenario_expect_failed(s));
    table_open(out, "expectations", "", scenario_expect_total(s),
               "<th>line</th><th>expectation</th><th>verdict</th><th>what was found</th>");
    for (size_t i = 0; (e = scenario_expect(s, i)) != NULL; i++)
        expect_row(page, e);
    for (size_t i = 0; (a = scenario_app_expect(s, i)) != NULL; i++)
        app_row(page, a);
    table_close(out);
    fputs("</details>\n", out);
}

/* ---- events ------------------------------------------------------------------------------------- */

/* What stands behind "at TIME". */
static const char *behind_time(const char *line)
{
    for (int words = 0; words < 2; words++) {
        line += strspn(line, " \t");
        line += strcspn(line, " \t");
    }
    return line + strspn(line, " \t");
}

static int event_count(const struct scenario *s)
{
    int count = 0;

    while (scenario_event(s, (size_t)count))
        count++;
    return count;
}

void page_events(const struct page *page)
{
    const struct scenario *s = page->run->scenario;
    const struct event *e;
    FILE *out = page->paper.out;

    if (!s || !scenario_event(s, 0))
        return;
    fputs("<h2>Events</h2>\n<p class=\"note\">Their numbers stand above the figures, at their "
          "times.</p>\n",
          out);
    table_open(out, "events", "", event_count(s), "<th>no.</th><th>time</th><th>what happens</th>");
    for (size_t i = 0; i < ROWS_MAX && (e = scenario_event(s, i)) != NULL; i++) {
        fprintf(out, "<tr><td>%zu</td><td>%.9g s</td><td>", i + 1, e->t_s);
        svg_escape(out, behind_time(timeline_line(page->timeline, e->line)));
        fputs("</td></tr>\n", out);
    }
    table_close(out);
}

/* ---- the scenario ------------------------------------------------------------------------------- */

void page_scenario(const struct page *page)
{
    FILE *out = page->paper.out;

    if (page->timeline->lines == 0)
        return;
    fputs("<h2>The scenario</h2>\n<details><summary>its text</summary><pre>", out);
    for (int i = 1; i <= page->timeline->lines; i++) {
        fprintf(out, "%4d  ", i);
        svg_escape(out, timeline_line(page->timeline, i));
        fputc('\n', out);
    }
    fputs("</pre></details>\n", out);
}
