#!/usr/bin/env python3
"""Chains of 2, 4, 16 and 255 boards with the images that are flashed: numbering, readings,
losses, how often every cell is read, and that a run is repeatable."""

import functools

from chain import check, main

MV_TOLERANCE = 20
DC_TOLERANCE = 20
READY_S = 8          # every cell is known by then
# Charge states of a Li-ion cell whose rest voltages lie more than 40 mV apart, and temperatures
# more than 4 C apart: 256 pairs, so that each cell of a chain has its own.
SOC_LEVELS = [0, 1, 3, 5, 7, 9, 11, 16, 25, 35, 45, 55, 65, 70, 75, 85]
TEMPERATURES = [-30 + 7 * i for i in range(16)]
# Each differs from the next two by more than the tolerance.
RAMP = [5, 20, 35, 12, 27, 42]


def distinct_scenario(cells):
    lines = ["set cells %d" % cells, "set chemistry liion"]
    for i in range(cells):
        lines.append("at 0 soc %d %g" % (i + 1, SOC_LEVELS[i % 16]))
        lines.append("at 0 temperature %d %g" % (i + 1, TEMPERATURES[(i // 16 + i) % 16]))
    return "\n".join(lines) + "\n"


def ramp_scenario(cells, seconds):
    lines = ["set cells %d" % cells]
    for second in range(seconds):
        lines.append("at %d temperature all %d" % (second, RAMP[second % len(RAMP)]))
    return "\n".join(lines) + "\n"


def truth(rows, second, cell):
    return (rows.get(second, "cell%d_mv_true" % cell), rows.get(second, "cell%d_dc_true" % cell))


def belief(rows, second, cell):
    return (rows.get(second, "cell%d_mv_end" % cell), rows.get(second, "cell%d_dc_end" % cell))


def near(a, b):
    return abs(a[0] - b[0]) <= MV_TOLERANCE and abs(a[1] - b[1]) <= DC_TOLERANCE


def check_ring(run):
    """What holds for every healthy run."""
    j = run.json
    check(j["crashed_board"] == 0, "board %d crashed" % j["crashed_board"])
    check(j["comm_ok"] is True, "at the end comm_ok is %s, faults %d, %d rounds reached End" %
          (j["comm_ok"], j["faults"], j["rounds"]))
    check(j["frames_lost"] == 0, "%d readings lost" % j["frames_lost"])
    check(run.sum_boards("overruns") == 0, "%d overruns" % run.sum_boards("overruns"))
    check(run.sum_boards("watchdog_resets") == 0,
          "%d watchdog resets" % run.sum_boards("watchdog_resets"))


def check_known(run, cells, from_s):
    rows = run.rows
    for second in rows.seconds():
        if second < from_s:
            continue
        check(rows.get(second, "comm_ok") == 1, "comm_ok is 0 at %d s" % second)
        for cell in range(1, cells + 1):
            check(None not in belief(rows, second, cell),
                  "cell %d is not known at %d s" % (cell, second))


def check_values(rows, cells):
    """End's values are those of the right cell, at the last second. Returns the worst errors."""
    last = rows.last()
    worst_mv = worst_dc = 0
    for cell in range(1, cells + 1):
        true, shown = truth(rows, last, cell), belief(rows, last, cell)
        check(None not in shown, "cell %d has no reading at the end" % cell)
        check(near(true, shown), "cell %d shows %g mV %g dC, it has %g mV %g dC" %
              (cell, *shown, *true))
        worst_mv = max(worst_mv, abs(true[0] - shown[0]))
        worst_dc = max(worst_dc, abs(true[1] - shown[1]))
        for other in range(1, cells + 1):
            check(other == cell or not near(shown, truth(rows, last, other)),
                  "cells %d and %d cannot be told apart" % (cell, other))
    return worst_mv, worst_dc


def rounds_and_bad(run, seconds):
    check(run.json["rounds"] >= seconds - 2, "%d rounds in %d s" % (run.json["rounds"], seconds))
    return run.json["frames_bad"]


def numbered(cells, short_s, long_s, bench):
    """Two lengths of one run: all that is bad was bad in the first rounds."""
    scenario = distinct_scenario(cells)
    short = bench.run(["--seed", 11, "--duration", short_s], scenario)
    run = bench.run(["--seed", 11, "--duration", long_s], scenario)
    check_ring(run)
    check(run.json["locked_s"] <= READY_S, "known only after %g s" % run.json["locked_s"])
    check_known(run, cells, READY_S)
    worst = check_values(run.rows, cells)
    bad, bad_short = rounds_and_bad(run, long_s), rounds_and_bad(short, short_s)
    check(bad == bad_short, "%d bad frames in %d s, %d in %d s" % (bad, long_s, bad_short, short_s))
    return "%d rounds in %d s, worst %g mV %.1f C, %d bad frames at first, seed 11" % (
        run.json["rounds"], long_s, worst[0], worst[1] / 10, bad)


def check_ages(rows, cells):
    """All temperatures change each second: a reading shows which second it is from. Values are
    set at the whole second, before the row is written, so a row can show the second before at
    best and the one before that at worst."""
    for second in rows.seconds():
        if second < READY_S:
            continue
        for cell in range(1, cells + 1):
            shown = belief(rows, second, cell)[1]
            fits = [age for age in (1, 2)
                    if abs(shown - 10 * RAMP[(second - age) % len(RAMP)]) <= DC_TOLERANCE]
            check(fits, "cell %d shows %g dC at %d s, older than 2 s" % (cell, shown, second))


def read_each_second(cells, seconds, bench):
    run = bench.run(["--seed", 5, "--duration", seconds], ramp_scenario(cells, seconds))
    check_ring(run)
    check_known(run, cells, READY_S)
    check_ages(run.rows, cells)
    rounds_and_bad(run, seconds)
    return "%d rounds in %d s, no reading older than 2 s, seed 5" % (run.json["rounds"], seconds)


def period_any_oscillator(bench):
    """A round at least every second, however far Begin's oscillator is off. Without the return wire nobody
    steers it."""
    seconds, slowest, fastest = 120, (9e9, 0, 0), (0, 0, 0)
    for seed in (1, 2, 3, 4, 5, 6, 21, 22):
        run = bench.run(["--cells", 4, "--seed", seed, "--duration", seconds], "at 0 break 4 1\n")
        check_ring(run)
        found = (run.json["boards"][0]["clock_hz"], run.json["rounds"], seed)
        slowest, fastest = min(slowest, found), max(fastest, found)
        check(found[1] >= seconds - 2,
              "%d rounds in %d s, Begin at %.0f Hz, seed %d" % (found[1], seconds, found[0], seed))
    check(slowest[0] < 3.75e6 and fastest[0] > 4.25e6, "the seeds give no slow or no fast Begin")
    return "%d rounds in %d s at %.0f Hz (seed %d), %d at %.0f Hz (seed %d)" % (
        slowest[1], seconds, slowest[0], slowest[2], fastest[1], fastest[0], fastest[2])


def read_bytes(run):
    with open(run.csv_path, "rb") as file:
        return file.read()


def repeatable(cells, bench):
    base = ["--cells", cells, "--duration", 20]
    scenario = "set spread 0.05\nat 3 load 20 A\nat 3 ripple 100 0.3\n"
    first = read_bytes(bench.run(base + ["--seed", 7], scenario))
    second = read_bytes(bench.run(base + ["--seed", 7], scenario))
    other = read_bytes(bench.run(base + ["--seed", 8], scenario))
    check(first == second, "two runs with seed 7 differ")
    check(first != other, "seeds 7 and 8 give the same run")
    return "%d bytes of CSV" % len(first)


# (cell mV, C) -> allowed mV; temperatures are looked at as well.
CORNERS = {(1820, -40): 20, (1820, 25): 5, (1820, 85): 20, (3300, -20): 20, (3300, 70): 20,
           (5000, -40): 20, (5000, 25): 5, (5000, 85): 20}


def accuracy(bench):
    """200 boards with their spread of parts, after the factory's calibration. A board starts above
    1.85 V: the lowest cells come down from 2.0 V."""
    text = []
    for (mv, celsius), allowed_mv in CORNERS.items():
        allowed_dc = 10 if -20 <= celsius <= 70 else 20
        rows = ((0, 2000), (3, 2000), (4, mv), (20, mv)) if mv < 2000 else ((0, mv), (20, mv))
        bench.write("corner.csv", "time_s,current_a,%s,temp1_c\n" % ",".join(
            "cell%d_mv" % cell for cell in range(1, 201)) + "".join(
                "%d,0,%s,%g\n" % (t, ",".join([str(v)] * 200), celsius) for t, v in rows))
        run = bench.run(["--cells", 200, "--chemistry", "liion", "--duration", 9,
                         "--switches", "11100000"], "replay corner.csv\n")
        error_mv, error_dc = run.json["worst_cell_error_mv"], run.json["worst_temp_error_dc"]
        check(run.json["rounds"] >= 7, "only %d rounds" % run.json["rounds"])
        check(0 < error_mv <= allowed_mv, "%g mV at %d mV, %d C" % (error_mv, mv, celsius))
        check(error_dc <= allowed_dc, "%g dC at %d mV, %d C" % (error_dc, mv, celsius))
        if mv == 1820:
            last = [run.rows.get(7, "cell%d_mv_end" % cell) for cell in (1, 100, 200)]
            check(all(v is not None and abs(v - mv) <= 20 for v in last), "1.82 V read %s" % last)
        text.append("%.2f V %d C: %g mV %.1f C" % (mv / 1000, celsius, error_mv, error_dc / 10))
    return "; ".join(text)


def ripple_averaged(bench):
    """An inverter's 100 Hz ripple, deep as its current, does not show in the voltages."""
    scenario = "set capacity 100\nat 5 load 60 A\nat 5 ripple 100 1.0\n"
    worst = 0
    for seed in (1, 2, 3):
        rows = bench.run(["--cells", 4, "--duration", 40, "--seed", seed], scenario).rows
        for second in range(12, 41):
            for cell in range(1, 5):
                worst = max(worst, abs(truth(rows, second, cell)[0] - belief(rows, second, cell)[0]))
    check(worst <= 8, "a voltage is off by %.0f mV" % worst)
    return "worst %.0f mV at 60 A" % worst


def past_2_to_the_53_ps(bench):
    """9007 s: from there on a double no longer counts picoseconds."""
    run = bench.run(["--cells", 2, "--duration", 9060])
    check_ring(run)
    check(run.json["rounds"] > 9000, "only %d rounds" % run.json["rounds"])
    late = [run.rows.get(second, "comm_ok") for second in range(9000, 9060)]
    check(all(ok == 1 for ok in late), "communication lost behind 9000 s")
    return "%d rounds" % run.json["rounds"]


BUSY = "set spread 0.05\nat 2 load 20 A\nat 2 ripple 100 0.3\nat 3 break 3 4\nat 5 repair 3 4\n"
# Board 218 moves its clock shortly before the end of a step: it must stop there all the same.
TRIMMED_LATE = 1


def same_on_two_threads(cells, seconds, bench, seed=7, scenario=BUSY):
    """To the cycle, not just to the row."""
    base = ["--cells", cells, "--duration", seconds, "--seed", seed]
    one = bench.run(base + ["--threads", 1], scenario)
    two = bench.run(base + ["--threads", 2], scenario)
    check(read_bytes(one) == read_bytes(two), "the CSVs differ")
    for key in ("active_cycles", "idle_cycles", "bytes_sent", "bytes_received", "bad_frames",
                "avg_current_ua"):
        for a, b in zip(one.json["boards"], two.json["boards"]):
            check(a[key] == b[key], "%s of board %d: %s and %s" % (key, a["number"], a[key], b[key]))
    return "%d cycles in %d boards" % (one.sum_boards("active_cycles"), cells)


def partial(function, *arguments, **named):
    return functools.partial(function, *arguments, **named)


def no_loss_whatever_the_clocks(seeds, seconds, bench):
    """Timer overflows, watch crystal and round drift through each other at many rates."""
    for seed in seeds:
        run = bench.run(["--cells", 2, "--seed", seed, "--duration", seconds])
        check(run.json["frames_lost"] == 0, "%d readings lost, seed %d" % (
            run.json["frames_lost"], seed))
    return "%d seeds, %d s each, 0 readings lost" % (len(seeds), seconds)


def every_sync_seen(bench):
    """Bits of a fast Begin, a slow follower: two of them are all the time it has for an edge of the sync."""
    for seed in range(1, 61):
        run = bench.run(["--cells", 2, "--seed", seed, "--duration", 20, "--clock-begin", 10, "--clock-end", -10],
                        "at 0 temperature 1 85\nat 0 temperature 2 -40\n")
        missed = run.sum_boards("bad_syncs")
        check(missed == 0 and run.json["frames_lost"] == 0, "%d syncs missed, %d readings lost, seed %d" % (
            missed, run.json["frames_lost"], seed))
    return "60 seeds, 20 s each, no sync missed"


if __name__ == "__main__":
    main([
        ("chain_2_numbered", partial(numbered, 2, 6, 60)),
        ("chain_4_numbered", partial(numbered, 4, 6, 60)),
        ("chain_16_numbered", partial(numbered, 16, 6, 60)),
        ("chain_255_numbered", partial(numbered, 255, 6, 14)),
        ("chain_4_read_each_second", partial(read_each_second, 4, 120)),
        ("chain_16_read_each_second", partial(read_each_second, 16, 60)),
        ("chain_4_period_any_oscillator", period_any_oscillator),
        ("chain_2_no_loss_whatever_the_clocks",
         partial(no_loss_whatever_the_clocks, range(1, 13), 40)),
        ("chain_2_fast_begin_slow_end", every_sync_seen),
        ("chain_4_repeatable", partial(repeatable, 4)),
        ("chain_16_repeatable", partial(repeatable, 16)),
        ("chain_2_past_2_to_the_53_ps", past_2_to_the_53_ps),
        ("chain_200_accuracy_over_temperature", accuracy),
        ("chain_4_ripple_averaged", ripple_averaged),
        ("chain_16_same_on_two_threads", partial(same_on_two_threads, 16, 20)),
        ("chain_100_same_on_two_threads", partial(same_on_two_threads, 100, 8)),
        ("chain_255_same_on_two_threads", partial(same_on_two_threads, 255, 2, seed=TRIMMED_LATE,
                                                  scenario="")),
    ])
