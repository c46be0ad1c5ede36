#include "live.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "belief.h"
#include "end_board/relay.h"
#include "probe.h"

#define PLAIN_LINE_S 60 /* one line per simulated minute where it is no terminal */
#define TERMINAL_LINE_S 0.1

static const char *const reason_text[RULE_COUNT] = {
    [RULE_CELL_AT_VMAX] = "a cell reached Vmax",
    [RULE_CELLS_FULL] = "full: all cells at Vbalance, low rate",
    [RULE_CELL_AT_VMIN] = "a cell reached Vmin",
    [RULE_CHARGE_COLD] = "a cell is too cold to be charged",
    [RULE_CHARGE_HOT] = "a cell is too hot to be charged",
    [RULE_LOAD_COLD] = "a cell is too cold for loads",
    [RULE_LOAD_HOT] = "a cell is too hot for loads",
    [RULE_CELL_SILENT] = "a cell is silent",
    [RULE_SIZE_MISFIT] = "the number of cells does not fit the switches",
    [RULE_SIZE_CHANGED] = "the number of cells has changed",
    [RULE_BOARD_UNTRUSTED] = "a board does not trust itself",
    [RULE_NO_TEMPERATURE] = "a temperature is missing",
    [RULE_SENSOR_LOST] = "a current sensor is lost",
    [RULE_SETTINGS_LOST] = "nobody has confirmed the settings",
    [RULE_CLOCK_LOST] = "the clocks disagree",
    [RULE_NO_CLOCK] = "the crystal of End is dead",
    [RULE_OTHER_BOARDS] = "these are not the boards that were confirmed",
};

const char *live_reason(uint8_t rule)
{
    return rule < RULE_COUNT && reason_text[rule] ? reason_text[rule] : "no reason";
}

void live_clear(void)
{
    if (isatty(STDOUT_FILENO))
        printf("\r\033[K");
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

static void print_change(const struct run *r, const char *name, bool closed, uint8_t why)
{
    if (closed)
        printf("%8llu s  %s relay closes\n", (unsigned long long)r->second, name);
    else
        printf("%8llu s  %s relay opens: %s\n", (unsigned long long)r->second, name,
               live_reason(why));
}

static void print_place(const struct run *r)
{
    if (!r->view.broken)
        printf("%8llu s  the ring is whole again\n", (unsigned long long)r->second);
    else if (r->view.broken_after == 0)
        printf("%8llu s  the ring is broken\n", (unsigned long long)r->second);
    else
        printf("%8llu s  the ring is broken between board %d and board %d\n",
               (unsigned long long)r->second, r->view.broken_after, r->view.broken_after + 1);
}

static void print_changes(const struct run *r)
{
    static struct end_view before;
    bool charge = before.charge_closed != r->view.charge_closed;
    bool load = before.load_closed != r->view.load_closed;

    bool place = before.broken != r->view.broken || before.broken_after != r->view.broken_after;

    if (charge || load || place)
        live_clear();
    if (place)
        print_place(r);
    if (charge)
        print_change(r, "charge", r->view.charge_closed, r->view.charge_reason);
    if (load)
        print_change(r, "load", r->view.load_closed, r->view.load_reason);
    before = r->view;
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

void live_second(const struct run *r)
{
    bool terminal = isatty(STDOUT_FILENO);

    if (r->options->quiet)
        return;
    print_changes(r);
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
    double sim_s = (double)r->chain.now_ps * 1e-12;

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

static const char *const crash_text[] = {
    [MCU_NO_CRASH] = "no crash",
    [MCU_BAD_OPCODE] = "bad opcode or access outside memory",
    [MCU_SLEEP_FOREVER] = "asleep with interrupts off",
    [MCU_STACK_IN_DATA] = "stack grew into data",
    [MCU_RESET_LOOP] = "watchdog reset loop",
};

const char *live_crash_reason(const struct run *r)
{
    return crash_text[r->chain.board[r->crashed_board - 1].mcu.crash];
}

void live_crash(const struct run *r)
{
    const struct board *b = &r->chain.board[r->crashed_board - 1];
    const char *symbol = firmware_symbol(b->firmware, b->mcu.crash_pc);

    fprintf(stderr, "bms-sim: board %d (%s) crashed at %.6f s, cycle %llu, pc 0x%04x (%s): %s\n",
            b->number, b->firmware->path, (double)mcu_now_ps(&b->mcu) * 1e-12,
            (unsigned long long)b->mcu.avr->cycle, b->mcu.crash_pc, symbol ? symbol : "?",
            live_crash_reason(r));
}
