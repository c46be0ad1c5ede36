#include "live.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "belief.h"
#include "probe.h"
#include "view/view.h"
#include "view/words.h"

#define PLAIN_LINE_S 60 /* one line per simulated minute where it is no terminal */
#define TERMINAL_LINE_S 0.1

void live_clear(void)
{
    if (isatty(STDOUT_FILENO))
        printf("\r\033[K");
}

void live_print(const struct run *r, const char *lines)
{
    if (r->view_shown) {
        view_print(r->view_shown, lines);
        return;
    }
    live_clear();
    fputs(lines, stdout);
}

void live_say(const struct run *r, const char *format, ...)
{
    char text[512];
    char line[sizeof text + 32];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    snprintf(line, sizeof line, "%8.0f s  %s\n", (double)r->chain.now_ps * 1e-12, text);
    live_print(r, line);
}

static int balancing_cells(const struct run *r)
{
    int count = 0;
    for (int i = 0; i < r->chain.cells; i++) {
        struct pack_cell c;
        belief_cell(&r->chain, i, &c);
        count += c.fresh && (c.flags & CELL_BALANCING);
    }
    return count;
}

static void print_state(const struct run *r)
{
    double min_mv = NAN;
    double max_mv = NAN;
    double current_ma = NAN;

    probe_read((void *)r, "min_mv", &min_mv);
    probe_read((void *)r, "max_mv", &max_mv);
    probe_read((void *)r, "current_ma", &current_ma);
    printf(
        "%8llu s  SOC %5.1f %%%s  %8.2f A  cells %.3f..%.3f V  balancing %3d  charge %s  load %s%s",
        (unsigned long long)r->second, r->view.soc_pm / 10.0,
        r->view.known & VIEW_SOC_CALIBRATED ? " " : "!", current_ma / 1000.0, min_mv / 1000.0,
        max_mv / 1000.0, balancing_cells(r), r->view.charge_closed ? "on " : "off",
        r->view.load_closed ? "on " : "off", run_comm_ok(r) ? "" : "  E");
}

/* A board that was reset releases its relays, and no rule of it says why. */
static void print_change(const struct run *r, const char *name, bool closed, uint8_t why)
{
    bool reset = r->view.now_ms < r->told.now_ms;

    if (closed)
        live_say(r, "%s relay closes", name);
    else
        live_say(r, "%s relay opens: %s", name,
                 reset ? "the End board was reset" : words_rule(why));
}

static void print_place(const struct run *r)
{
    if (!r->view.broken)
        live_say(r, "the ring is whole again");
    else if (r->view.broken_after == 0)
        live_say(r, "the ring is broken");
    else
        live_say(r, "the ring is broken between board %d and board %d", r->view.broken_after,
                 r->view.broken_after + 1);
}

static void print_changes(struct run *r)
{
    const struct end_view *before = &r->told;

    if (before->broken != r->view.broken || before->broken_after != r->view.broken_after)
        print_place(r);
    if (before->charge_closed != r->view.charge_closed)
        print_change(r, "charge", r->view.charge_closed, r->view.charge_reason);
    if (before->load_closed != r->view.load_closed)
        print_change(r, "load", r->view.load_closed, r->view.load_reason);
}

static void terminal_line(const struct run *r)
{
    static struct timespec last;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((double)(now.tv_sec - last.tv_sec) + (double)(now.tv_nsec - last.tv_nsec) * 1e-9 <
        TERMINAL_LINE_S)
        return;
    last = now;
    live_clear();
    printf("%3.0f %% ", 100.0 * (double)r->second / r->options->duration_s);
    print_state(r);
    fflush(stdout);
}

void live_second(struct run *r)
{
    bool terminal = isatty(STDOUT_FILENO);

    if (!r->options->quiet)
        print_changes(r);
    r->told = r->view;
    if (r->options->quiet)
        return;
    if (r->view_shown)
        return;
    if (terminal) {
        terminal_line(r);
    } else if (r->second % PLAIN_LINE_S == 0) {
        print_state(r);
        printf("\n");
    }
}

static double mean(const struct error_sum *e)
{
    return e->count ? e->sum / (double)e->count : 0.0;
}

static void print_replay(const struct run *r)
{
    printf("replay: what End showed against the recording of the same second\n"
           "  voltage      worst %6.1f mV   mean %6.2f mV\n"
           "  temperature  worst %6.2f C    mean %6.2f C\n"
           "  current      worst %6.3f A    mean %6.3f A\n"
           "  charge       %.4f Ah, recording %.4f Ah\n",
           r->now_mv.worst, mean(&r->now_mv), r->now_dc.worst / 10.0, mean(&r->now_dc) / 10.0,
           r->current_ma.worst / 1000.0, mean(&r->current_ma) / 1000.0,
           run_end_charge_as(r) / 3600.0, run_true_charge_as(r) / 3600.0);
}

void live_summary(const struct run *r)
{
    double sim_s = (double)(r->chain.now_ps - r->from_ps) * 1e-12;

    if (r->options->quiet)
        return;
    live_clear();
    printf("%d boards, %.0f s simulated in %.1f s: %.0f x real time\n", r->chain.cells, sim_s,
           r->wall_s, sim_s / r->wall_s);
    printf("%u rounds, all cells known after %.0f s, %llu readings lost since, "
           "worst errors %.1f mV, %.1f C\n",
           r->view.rounds, r->locked_s, (unsigned long long)run_lost_readings(r), r->cell_mv.worst,
           r->temp_dc.worst / 10.0);
    if (r->scenario && scenario_recording(r->scenario))
        print_replay(r);
    if (r->scenario && scenario_expect_total(r->scenario) > 0)
        printf("%d of %d expectations failed\n", scenario_expect_failed(r->scenario),
               scenario_expect_total(r->scenario));
}
