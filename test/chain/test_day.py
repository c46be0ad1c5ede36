#!/usr/bin/env python3
"""State of charge over recorded days, and the extended output of a whole day.

From a full pack on, End's state of charge is compared with the recording's own ampere-hours, each
minute. The recordings are not part of the project. BMS_DATA names their folder. SOAK=1 runs days of
24 hours, else the first quarter of an hour of each is run.
"""

import os
from functools import partial

from chain import check, main
from ext_frame import KEYS, SIZE, read_log
from recording import read_columns

WHOLE = bool(os.environ.get("SOAK"))
DAY_S = 86400 if WHOLE else 900
FULL_S = 900        # to charge the last percent, before the day begins
ALLOWED_PM = 10     # 1 % of the capacity
FULL_PM = 20        # full and empty are voltages: at Vbalance an LFP cell has its last 2 % to go,
EMPTY_PM = 40       # at Vmin and a quarter of 1 C it still has 3 to 4 %
HOUSE_V = 52.8      # 16 LFP cells: what turns the recorded kW into A
QUIET_S = 0.4
STEP_S = 0.25
MV = 2.5            # half a step
DC = 5              # the same
MA = 63             # the same


def household_a():
    """A house with solar panels: 24 h by the minute."""
    load = read_columns("household_load_1min_2d.csv", "time_s", "load_kw")
    solar = read_columns("pv_irradiance_1min_nrel_20181014.csv", "time_s", "pv_5kwp_kw_derived")
    return [(t, (pv - kw) * 1000 / HOUSE_V) for (t, kw), (_, pv) in zip(load, solar)]


def drive_a():
    """Ten hours of town traffic on 20 cells in parallel, charged back at 10 A, and on."""
    drive = [(t, 20 * a) for t, a in
             read_columns("cell_lfp_a123_dynamic_25c_discharge.csv", "time_s", "current_a")]
    drive = [point for point in drive if point[0] < 36000]
    used = -moved_ah(drive)[-1][1]
    end = drive[-1][0]
    back = end + used * 0.98 / 10 * 3600
    return drive + [(end + 1, 10), (back, 10), (back + 1, 0)] + \
        [(back + 2 + t, a) for t, a in drive]


def leaf_a():
    """A car driven for four hours, then parked: nothing may be counted while it stands."""
    drive = read_columns("pack6s2p_leaf_discharge_0p3c.csv", "time_s", "current_a")
    end = drive[-1][0]
    return drive + [(end + 1, 0), (end + 86400, 0)]


def moved_ah(points):
    """(time, Ah since the first point), the current running straight in between."""
    total, sums = 0.0, [(points[0][0], 0.0)]
    for (t0, a0), (t1, a1) in zip(points, points[1:]):
        total += (a0 + a1) / 2 * (t1 - t0) / 3600
        sums.append((t1, total))
    return sums


class Interpolated:
    def __init__(self, sums):
        self.sums, self.at = sums, 0

    def __call__(self, t):
        while self.at + 2 < len(self.sums) and self.sums[self.at + 1][0] <= t:
            self.at += 1
        (t0, a0), (t1, a1) = self.sums[self.at:self.at + 2]
        return a0 if t <= t0 else a0 + (a1 - a0) * min(1, (t - t0) / (t1 - t0))


def day(current, cells, chemistry, capacity, vfull, bench):
    points = [(t, a) for t, a in current() if t <= DAY_S]
    bench.write("day.csv", "time_s,current_a\n" +
                "".join("%.3f,%.4f\n" % (t, a) for t, a in points))
    end = FULL_S + DAY_S + (20000 if WHOLE else 0)
    rate = capacity / 40  # slow enough to be full, C/20 at most
    text = ("set cells %d\nset chemistry %s\nset capacity %g\nset soc 0.99\n" % (
        cells, chemistry, capacity) +
        "at 12 charger %g A %g V\n" % (rate, vfull) +
        "at %d charger off\nat %d profile day.csv\n" % (FULL_S - 30, FULL_S))
    if WHOLE:
        text += "at %d profile off\nat %d load %g A\n" % (FULL_S + DAY_S, FULL_S + DAY_S,
                                                          capacity / 4)
    log = bench.path("ext.log")
    run = bench.run(["--duration", end, "--seed", 3, "--ext-log", log, "--csv-step", STEP_S], text)
    rows = run.rows
    check(rows.get(FULL_S - 1, "soc_pm_end") == 1000,
          "not full: %s" % rows.get(FULL_S - 1, "soc_pm_end"))
    true_full = rows.get(FULL_S - 1, "soc_pm_true")
    check(abs(true_full - 1000) <= FULL_PM, "full, but truly %g per mille" % true_full)
    ah, worst, lowest = Interpolated(moved_ah(points)), 0.0, 1000
    for t in range(0, DAY_S, 60):
        wanted = min(1000, 1000 + 1000 * ah(t) / capacity)
        if rows.get(FULL_S + t, "load_relay") == 0:
            break
        off = rows.get(FULL_S + t, "soc_pm_end") - wanted
        worst, lowest = (off if abs(off) > abs(worst) else worst), min(lowest, wanted)
        check(abs(off) <= ALLOWED_PM, "%g per mille at %d s, the recording says %.1f" % (
            rows.get(FULL_S + t, "soc_pm_end"), t, wanted))
    figures = "%.1f h, down to %.0f %%, at most %+.2f %% off" % (t / 3600, lowest / 10, worst / 10)
    check(t >= DAY_S - 60, "the load was cut at %d s" % t)
    if WHOLE:
        figures += ", " + found_empty(rows, FULL_S + DAY_S, end)
    return figures + ", " + whole_line(log, rows, cells, end)


def found_empty(rows, start, end):
    for t in range(start, end):
        if rows.get(t, "load_relay") == 0 and rows.get(t, "soc_pm_end") == 0:
            before = rows.get(t - 45, "soc_pm_end")
            true = rows.get(t, "soc_pm_true")
            return "%.1f %% before it was found empty (truly %.1f %%)" % (before / 10, true / 10)
    check(False, "never empty")


def whole_line(log, rows, cells, seconds):
    """Every frame in its turn, about one a second, and what it says is in the rows."""
    heard = list(read_log(log))
    keys = {}
    for i, (at, frame, length, framing) in enumerate(heard):
        where = "at %.1f s: %s" % (at, frame.data.hex())
        check(len(frame.data) == SIZE and frame.good() and not framing, "bad frame " + where)
        gap = (heard[i + 1][0] if i + 1 < len(heard) else seconds) - at
        check(gap <= 1.5, "%.2f s between two frames %s" % (gap, where))
        if i + 1 < len(heard):
            check(gap - length >= QUIET_S, "%.2f s quiet %s" % (gap - length, where))
        f = frame.fields()
        check(f["cells"] == cells and f["cell"] == i % cells + 1, "cells out of turn " + where)
        check(f["key"] == i % KEYS, "keys out of turn " + where)
        check(f["error"] == 0, "communication error " + where)
        keys[f["key"]] = f["value"]
        if at > 10:
            fits(rows, at, f, where)
    return "%d extended frames" % len(heard)


def fits(rows, at, f, where):
    """What the frame says is what End believed in that moment. What is believed stays until the next
    round, 0.8 s and more: one of the rows about the frame's beginning is of the same round."""
    first = round(at / STEP_S) * STEP_S
    near = [first + i * STEP_S for i in range(-2, 3) if first + i * STEP_S in rows.row]

    def some(name, value, tolerance):
        found = [rows.get(s, name) for s in near]
        check(any(v is not None and abs(v - value) <= tolerance for v in found),
              "%s %s, shown %g %s" % (name, found, value, where))

    some("cell%d_dc_end" % f["cell"], 10 * f["cell_c"], DC)
    some("soc_pm_end", 10 * f["soc"], 5)
    some("charge_relay", f["charge_allowed"], 0)
    some("load_relay", f["load_allowed"], 0)
    some("cell%d_mv_end" % f["cell"], f["cell_mv"], MV)
    some("cell%d_mv_end" % f["lowest"], f["min_mv"], MV)
    some("cell%d_mv_end" % f["highest"], f["max_mv"], MV)
    some("current_ma_end", 1000 * f["battery_a"], MA)


def wrong_belief(bench):
    """50 % is what End believes of a pack that it never saw full; truly it is 7 % or 90 %."""
    figures = []
    for soc, name, event, wanted, allowed in (
            (0.90, "full", "charger 30 A 3.5 V", 1000, FULL_PM),
            (0.07, "empty", "load 10 A", 0, EMPTY_PM)):
        text = ("set cells 2\nset capacity 40\nset soc %g\nat 12 %s\n" % (soc, event) +
                "at 11 expect soc_pm == 500\nat 11 expect soc_calibrated == 0\n")
        run = bench.run(["--duration", 1200, "--seed", 4], text)
        rows = run.rows
        at = [t for t in rows.seconds() if rows.get(t, "soc_pm_end") == wanted]
        check(at, "never %s" % name)
        true = rows.get(at[0], "soc_pm_true")
        before = rows.get(at[0] - 2, "soc_pm_end")
        check(abs(true - wanted) <= allowed, "%s, but truly %g per mille" % (name, true))
        check(abs(before - wanted) > 100, "belief was right before: %g" % before)
        figures.append("%s: %.1f %% believed, %.1f %% true" % (name, before / 10, true / 10))
    return "; ".join(figures)


if __name__ == "__main__":
    main([
        ("day_wrong_belief_ends_when_full_or_empty", wrong_belief),
        ("day_household_with_solar", partial(day, household_a, 4, "lfp", 400, 3.45)),
        ("day_town_traffic", partial(day, drive_a, 2, "lfp", 45, 3.45)),
        ("day_leaf_and_parked", partial(day, leaf_a, 6, "liion", 110, 4.15)),
    ])
