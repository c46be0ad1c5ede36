#!/usr/bin/env python3
"""Charge counted by End over recorded profiles: with inverter ripple, with every tenth round lost.

The recordings are not part of the project. BMS_DATA names their folder. SOAK=1 runs them whole.
"""

import os
from functools import partial

from chain import check, main
from recording import read_rows

WHOLE = bool(os.environ.get("SOAK"))
SHARE = 0.003  # of the charge that was moved
OFFSET_A = 0.025  # of a zeroed sensor: half its step (product manual, 1 pass)
RIPPLE = "at 0 ripple 100 1.0\n"


def recording(name, seconds):
    """Its first seconds as a file of its own: time, current, and cells where it has them. The current
    ends in time for the last round: what End has not heard yet is no error of its counting."""
    header, rows = read_rows(name)
    start = float(rows[0][0])
    rows = [row for row in rows if WHOLE or float(row[0]) - start <= seconds]
    at = header.index("current_a")
    for later in (0.5, 4.0):
        row = [str(float(rows[-1][0]) + later)] + rows[-1][1:]
        row[at] = "0"
        rows.append(row)
    return header, rows, float(rows[-1][0]) - start


def moved_as(header, rows, scale):
    """Charge that went either way, As."""
    at, total = header.index("current_a"), 0.0
    for before, after in zip(rows, rows[1:]):
        dt = float(after[0]) - float(before[0])
        total += abs(float(before[at]) + float(after[at])) / 2 * dt * scale
    return total


def lost_rounds(cells, seconds):
    """The wire is cut for just less than a period, every tenth round: one is lost, never two."""
    lines, at = [], 12.0
    while at < seconds:
        lines.append("at %.2f break %d %d\nat %.2f repair %d %d" % (
            at, cells // 2, cells // 2 + 1, at + 0.82, cells // 2, cells // 2 + 1))
        at += 9.5
    return "\n".join(lines) + "\n"


def counted(bench, arguments, text, moved, seconds, seed):
    run = bench.run(arguments + ["--seed", seed, "--duration", int(seconds)], text)
    end, true = run.json["charge_end_mah"], run.json["charge_true_mah"]
    allowed = (SHARE * moved + OFFSET_A * seconds) / 3.6
    check(moved > 100, "nothing was moved")
    check(abs(end - true) <= allowed, "%.1f mAh counted, %.1f mAh moved, %.1f allowed, seed %d" % (
        end, true, allowed, seed))
    return run, (end - true) * 3.6 / moved


def profile(name, seconds, cells, scale, how, bench):
    header, rows, seconds = recording(name, seconds)
    bench.write("p.csv", ",".join(header) + "\n" + "\n".join(map(",".join, rows)) + "\n")
    if how == "replay":
        arguments = ["--cells", cells, "--chemistry", "liion", "--capacity", 66]
        text = "replay p.csv\n"
    else:
        arguments = ["--cells", cells, "--chemistry", "lfp", "--capacity", 200]
        text = "set soc 0.5\nat 12 profile p.csv scale %g\n" % scale
        seconds += 12
    moved = moved_as(header, rows, scale)
    found = []
    for seed in (1, 2) if WHOLE else (1,):
        _, plain = counted(bench, arguments, text, moved, seconds, seed)
        _, rippled = counted(bench, arguments, RIPPLE + text, moved, seconds, seed)
        run, with_loss = counted(bench, arguments, RIPPLE + text + lost_rounds(cells, seconds),
                                 moved, seconds, seed)
        lost = run.json["frames_lost"] / cells / run.json["rounds"]
        check(lost > 0.04, "only %.1f %% of the rounds were lost" % (100 * lost))
        check(abs(with_loss - rippled) <= 0.001,
              "%.2f %% off with lost rounds, %.2f without" % (100 * with_loss, 100 * rippled))
        found.append("%.2f %% off, %.2f with ripple, %.2f with %.0f %% of the rounds lost" % (
            100 * plain, 100 * rippled, 100 * with_loss, 100 * lost))
    return "%.2f Ah moved in %d s: %s" % (moved / 3600, seconds, "; ".join(found))


if __name__ == "__main__":
    main([
        ("charge_leaf_1c", partial(profile, "pack6s2p_leaf_discharge_1c.csv", 400, 6, 1, "replay")),
        ("charge_leaf_0p3c",
         partial(profile, "pack6s2p_leaf_discharge_0p3c.csv", 400, 6, 1, "replay")),
        ("charge_drive_cycle",
         partial(profile, "cell_lfp_a123_dynamic_25c_discharge.csv", 900, 2, 20, "profile")),
    ])
