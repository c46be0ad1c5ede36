#!/usr/bin/env python3
"""Calibration by a rig: commands over the ring to one real image after the other, against the
records that the simulator computes from the same parts."""

import os

from chain import FIRMWARE, check, main
from elf import copy_images, patch

SEEDS = range(1, 13)
# What 40 seeds gave at most, 120 boards: 5 counts of gain, 1.4 mV, 5 ppm/K. The means of 512
# conversions differ by their noise.
GAIN, OFFSET_DMV, TC_PPM = 8, 20, 8
CELL_SUM_3300 = 18900
RET = b"\x08\x95"


def boards(bench, seed, how, *more):
    run = bench.run(["--cells", 3, "--duration", 3, "--seed", seed, "--calibrate", how] +
                    list(more))
    return run.json["boards"]


def ring_like_direct(bench):
    worst, clocks = [0, 0, 0, 0.0], []
    for seed in SEEDS:
        for a, b in zip(boards(bench, seed, "ring"), boards(bench, seed, "direct")):
            off = [abs(a[key] - b[key]) for key in ("gain_q16", "offset_dmv", "tc_ppm")]
            at_3300 = abs((a["gain_q16"] - b["gain_q16"]) * CELL_SUM_3300 / 65536 +
                          (a["offset_dmv"] - b["offset_dmv"]) / 10)
            check(off[0] <= GAIN and off[1] <= OFFSET_DMV and off[2] <= TC_PPM,
                  "board %d: gain, offset, temperature are off by %s, seed %d" %
                  (a["number"], off, seed))
            check(at_3300 <= 1.0, "board %d: %.1f mV at 3.3 V, seed %d" %
                  (a["number"], at_3300, seed))
            worst = [max(x, y) for x, y in zip(worst, off + [at_3300])]
            clocks.append(a["clock_hz"])
    check(min(clocks) < 3.7e6 and max(clocks) > 4.3e6, "the seeds give no slow or no fast board")
    return "gain %d, offset %.1f mV, %d ppm/K, %.2f mV at 3.3 V at most, %.2f to %.2f MHz" % (
        worst[0], worst[1] / 10, worst[2], worst[3], min(clocks) / 1e6, max(clocks) / 1e6)


def chain_uses_it(bench):
    run = bench.run(["--cells", 16, "--duration", 20, "--seed", 4, "--calibrate", "ring"])
    check(run.json["comm_ok"] and run.json["frames_lost"] == 0, "the chain does not run")
    check(run.json["worst_cell_error_mv"] <= 5, "%g mV off" % run.json["worst_cell_error_mv"])
    check(run.json["charge_relay"] == 1, "the charge relay stays open, as with no calibration")
    again = bench.run(["--cells", 16, "--duration", 20, "--seed", 4, "--calibrate", "ring"])
    with open(run.csv_path, "rb") as a, open(again.csv_path, "rb") as b:
        check(a.read() == b.read(), "the same seed gives another run")
    return "worst %g mV" % run.json["worst_cell_error_mv"]


def deaf(board, number, bench):
    """A board that takes no frame for good."""
    folder = copy_images(FIRMWARE, bench.path("deaf"))
    patch(os.path.join(folder, board + ".elf"), "crc_run", RET)
    _, result = bench.raw(["--cells", 3, "--duration", 2, "--calibrate", "ring"], folder)
    lines = result.stderr.splitlines()
    check(result.returncode == 2, "exit code %d: %s" % (result.returncode, lines[:3]))
    check(len(lines) == 1 and "rig: board %d does not answer" % number in lines[0],
          "stderr: %s" % lines[:3])
    check(result.stdout == "", "stdout: %s" % result.stdout[:80])


def bad_word(bench):
    _, result = bench.raw(["--calibrate", "perhaps"])
    check(result.returncode == 2 and "neither direct nor ring" in result.stderr,
          "%d %s" % (result.returncode, result.stderr))


if __name__ == "__main__":
    main([("rig_ring_like_direct", ring_like_direct),
          ("rig_chain_uses_it", chain_uses_it),
          ("rig_begin_deaf", lambda bench: deaf("begin_board", 1, bench)),
          ("rig_between_deaf", lambda bench: deaf("between_board", 2, bench)),
          ("rig_end_deaf", lambda bench: deaf("end_board", 3, bench)),
          ("rig_bad_word", bad_word)])
