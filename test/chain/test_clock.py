#!/usr/bin/env python3
"""Sixteen boards whose oscillators are off by up to 10 %: the ring finds its bit rate at once and
keeps it. And the proof that this is the firmware's doing: with the trim taken out of the images
the same chain garbles."""

import os

from chain import FIRMWARE, check, main
from elf import copy_images, patch

SEEDS = range(31, 39)
CELLS = 16
LOCK_S = 5
ROUNDS_3_S = 4 # three rounds are over by then
RET = b"\x08\x95"


def arguments(seed, seconds, spread):
    return ["--cells", CELLS, "--seed", seed, "--duration", seconds, "--clock-spread", spread]


def locks(bench):
    spread, slowest, bad = [], 0, 0
    for seed in SEEDS:
        run = bench.run(arguments(seed, 60, 10))
        short = bench.run(arguments(seed, ROUNDS_3_S, 10))
        clocks = [board["clock_hz"] for board in run.json["boards"]]
        spread += [max(clocks) / min(clocks)]
        slowest, bad = max(slowest, run.json["locked_s"]), bad + short.json["frames_bad"]
        check(run.json["comm_ok"] and 0 < run.json["locked_s"] <= LOCK_S,
              "seed %d: locked after %g s" % (seed, run.json["locked_s"]))
        check(all(run.rows.get(t, "comm_ok") == 1 for t in range(LOCK_S, 61)),
              "seed %d: comm_ok was lost" % seed)
        check(run.json["frames_lost"] == 0,
              "seed %d: %d readings lost" % (seed, run.json["frames_lost"]))
        check(run.json["frames_bad"] == short.json["frames_bad"], "seed %d: %d bad frames, %d in the "
              "first rounds" % (seed, run.json["frames_bad"], short.json["frames_bad"]))
    check(max(spread) > 1.1, "the boards' clocks were hardly different")
    return "seeds %d..%d, locked after %g s at most, %d bad frames at first and none later" % (
        SEEDS[0], SEEDS[-1], slowest, bad)


def untrimmed(bench):
    """Only the divisor in steps of 8 % is left."""
    folder = copy_images(FIRMWARE, bench.path("untrimmed"))
    for board in ("begin_board", "between_board", "end_board"):
        patch(os.path.join(folder, board + ".elf"), "hal_clock_set_trim", RET)
    exact = bench.run(arguments(SEEDS[0], 30, 0), firmware=folder)
    check(exact.json["comm_ok"] and exact.json["frames_lost"] == 0,
          "without any error of the clocks the images without trim do not work either")
    garbled = 0
    for seed in SEEDS[:4]:
        run = bench.run(arguments(seed, 30, 10), firmware=folder)
        growing = run.json["frames_bad"] + run.sum_boards("framing_errors")
        check(run.sum_boards("watchdog_resets") == 0, "seed %d: %d watchdog resets" %
              (seed, run.sum_boards("watchdog_resets")))
        garbled += growing > 20 or not run.json["comm_ok"]
    check(garbled == 4, "only %d of 4 chains without trim were garbled" % garbled)
    return "4 of 4 chains garbled with 10 %, none with 0 %"


if __name__ == "__main__":
    main([("clock_10_percent_locks", locks), ("clock_untrimmed_garbles", untrimmed)])
