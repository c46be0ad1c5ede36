#!/usr/bin/env python3
"""The return wire from End to Begin, closed and open, with the images that are flashed."""

import functools

from chain import check, main

SECONDS = 16
BREAK_S = 8


def check_sound(run, what):
    j = run.json
    check(j["comm_ok"] is True and j["faults"] == 0, "%s: faults %d" % (what, j["faults"]))
    check(j["frames_lost"] == 0, "%s: %d readings lost" % (what, j["frames_lost"]))
    check(run.sum_boards("watchdog_resets") == 0, "%s: a watchdog reset" % what)
    check(run.sum_boards("overruns") == 0, "%s: %d overruns" % (what, run.sum_boards("overruns")))


def closed_and_open(cells, bench):
    base = ["--cells", cells, "--duration", SECONDS, "--seed", 3]
    closed = bench.run(base)
    opened = bench.run(base, "at 0 break %d 1\n" % cells)
    broken = bench.run(base, "at %d break %d 1\n" % (BREAK_S, cells))
    for run, what in ((closed, "closed"), (opened, "open"), (broken, "broken later")):
        check_sound(run, what)
    # the first round of a long chain may come back garbled, the last may still be on its way
    check(closed.json["rounds_returned"] >= closed.json["rounds"] - 2, "%d of %d rounds came back" %
          (closed.json["rounds_returned"], closed.json["rounds"]))
    check(opened.json["rounds_returned"] == 0, "rounds came back over an open wire")
    check(0 < broken.json["rounds_returned"] <= BREAK_S * 1.3, "%d rounds came back in %d s" %
          (broken.json["rounds_returned"], BREAK_S))
    extra = (closed.json["boards"][0]["active_cycles"] -
             opened.json["boards"][0]["active_cycles"]) / SECONDS
    check(0 < extra < 300000, "listening costs Begin %.0f cycles/s" % extra)
    return "%d of %d rounds back, listening costs Begin %.0f cycles/s" % (
        closed.json["rounds_returned"], closed.json["rounds"], extra)


if __name__ == "__main__":
    main([("return_%d_closed_and_open" % cells, functools.partial(closed_and_open, cells))
          for cells in (2, 3, 16, 255)])
