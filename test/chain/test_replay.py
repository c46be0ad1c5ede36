#!/usr/bin/env python3
"""Recordings of real packs as the cells of a chain: what End shows against the recording.

The recordings are not part of the project. BMS_DATA names their folder.
"""

import bisect
import csv
import functools
import os

from chain import ROOT, Skipped, check, main

DATA = os.path.join(ROOT, os.environ.get("BMS_DATA", "../shared/data"))
MV_TOLERANCE = 20
C_TOLERANCE = 2
READY_S = 5
# A cell is read once a second; what End shows may be this old, and for a jump that counts.
AGE_S = 2.0


class Recording:
    """A stretch of a recording, with times from 0 on."""

    def __init__(self, name, from_s, to_s):
        path = os.path.join(DATA, name)
        if not os.path.exists(path):
            raise Skipped("no recordings (set BMS_DATA)")
        with open(path, newline="") as file:
            lines = [line for line in csv.reader(file) if line and not line[0].startswith("#")]
        self.header = lines[0]
        self.lines = [line for line in lines[1:] if from_s <= float(line[0]) <= to_s]
        self.start = float(self.lines[0][0])
        self.times = [float(line[0]) - self.start for line in self.lines]
        self.cells = sum(1 for name in self.header if name.startswith("cell") and
                         name.endswith("_mv"))
        self.temps = sum(1 for name in self.header if name.startswith("temp") and
                         name.endswith("_c"))

    def text(self):
        return "\n".join(",".join(line) for line in [self.header] + self.lines) + "\n"

    def at(self, column, second):
        """Linear between rows."""
        i = self.header.index(column)
        after = bisect.bisect_right(self.times, second)
        if after == 0 or after == len(self.times):
            return float(self.lines[min(after, len(self.times) - 1)][i])
        t0, t1 = self.times[after - 1], self.times[after]
        v0, v1 = float(self.lines[after - 1][i]), float(self.lines[after][i])
        return v0 + (v1 - v0) * (second - t0) / (t1 - t0)

    def error(self, column, second, shown):
        """Distance from what the recording had within AGE_S before."""
        inside = [t for t in self.times if second - AGE_S <= t <= second]
        values = [self.at(column, t) for t in inside + [second - AGE_S, second]]
        return max(min(values) - shown, shown - max(values), 0.0)


def temp_column(recording, cell):
    return "temp%d_c" % ((cell - 1) * recording.temps // recording.cells + 1)


def compare(recording, rows):
    worst = {"mv": 0.0, "c": 0.0, "now": 0.0}
    for second in rows.seconds():
        if second < READY_S:
            continue
        check(rows.get(second, "comm_ok") == 1, "comm_ok is 0 at %d s" % second)
        for cell in range(1, recording.cells + 1):
            mv = rows.get(second, "cell%d_mv_end" % cell)
            dc = rows.get(second, "cell%d_dc_end" % cell)
            check(mv is not None and dc is not None, "cell %d unknown at %d s" % (cell, second))
            error_mv = recording.error("cell%d_mv" % cell, second, mv)
            error_c = recording.error(temp_column(recording, cell), second, dc / 10)
            now = abs(recording.at("cell%d_mv" % cell, second) - mv)
            check(error_mv <= MV_TOLERANCE, "cell %d shows %g mV at %d s, recorded %.0f" % (
                cell, mv, second, recording.at("cell%d_mv" % cell, second)))
            check(error_c <= C_TOLERANCE, "cell %d shows %g C at %d s, recorded %.1f" % (
                cell, dc / 10, second, recording.at(temp_column(recording, cell), second)))
            worst = {"mv": max(worst["mv"], error_mv), "c": max(worst["c"], error_c),
                     "now": max(worst["now"], now)}
    return worst


def replay(name, from_s, to_s, arguments, bench):
    recording = Recording(name, from_s, to_s)
    bench.write("recording.csv", recording.text())
    seconds = int(recording.times[-1])
    run = bench.run(arguments + ["--seed", 3, "--duration", seconds], "replay recording.csv\n")
    check(run.json["frames_lost"] == 0, "%d readings lost" % run.json["frames_lost"])
    check(run.json["crashed_board"] == 0, "a board crashed")
    worst = compare(recording, run.rows)
    return "%d cells, %d s, worst %.1f mV %.2f C (%.1f mV from the value of the very second), " \
        "mean %.2f mV, charge %.1f mAh of %.1f, seed 3" % (
            recording.cells, seconds, worst["mv"], worst["c"], worst["now"],
            run.json["mean_cell_error_mv"], run.json["charge_end_mah"],
            run.json["charge_true_mah"])


LFP = "pack15s_lfp_pylontech_us2000c_20s.csv"
LEAF = "pack6s2p_leaf_discharge_1c.csv"

if __name__ == "__main__":
    main([
        ("replay_lfp_15s_step", functools.partial(
            replay, LFP, 0, 700, ["--chemistry", "lfp", "--capacity", 50])),
        ("replay_leaf_6s_begin", functools.partial(
            replay, LEAF, 0, 300, ["--chemistry", "liion", "--capacity", 66])),
        ("replay_leaf_6s_cutoff", functools.partial(
            replay, LEAF, 2700, 4000, ["--chemistry", "liion", "--capacity", 66])),
    ])
