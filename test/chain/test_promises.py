#!/usr/bin/env python3
"""How long it takes from a cell to both relays, with chains of 2, 16 and 255 boards: a limit is
crossed at an exact moment of a replayed recording, anywhere in the pack, at several phases of the
rounds. A limit has 2 s beyond the hold time of its rule, a silent cell 3 s. One damaged frame opens none,
also where Begin's clock is slow (seed 1: rounds of 0.97 s)."""

import functools
import random

from chain import check, main

SIZES = (2, 16, 255)
PROMISE_S = 2
FIRST_S, PERIOD_S, BAD_S = 13, 13, 4
NORMAL_MV, NORMAL_C = 3300, 25.0
STEP_S = 0.001
FLIPS, FLIP_EVERY_S = 16, 4

# relay, its hold time in rules.c (which the walk test knows as well), mV and C of the bad cell
LIMITS = {"vmax": ("charge", 0, 3760, NORMAL_C), "vmin": ("load", 1, 2940, NORMAL_C),
          "cold": ("charge", 1, NORMAL_MV, -3.0), "hot": ("load", 1, NORMAL_MV, 63.0)}


def crossings(cells):
    """(limit, cell): the cell that is heard last, the first, the middle."""
    all_of_them = [("vmax", 1), ("vmin", cells), ("vmax", (cells + 1) // 2), ("cold", 1), ("hot", 1)]
    more = [("vmin", 1), ("vmax", cells), ("vmin", (cells + 1) // 2), ("vmax", 1), ("vmin", 1)]
    return all_of_them if cells > 100 else all_of_them + more


def recording(cells):
    """Rows of a CSV with each crossing, and its duration."""
    def line(t, cell=None, limit=None):
        _, _, mv, celsius = LIMITS.get(limit, (None, None, NORMAL_MV, NORMAL_C))
        volts = [mv if cell == c else NORMAL_MV for c in range(1, cells + 1)]
        return "%.3f,0,%s,%.1f" % (t, ",".join(map(str, volts)), celsius)

    lines = ["time_s,current_a," + ",".join("cell%d_mv" % c for c in range(1, cells + 1)) +
             ",temp1_c", line(0)]
    begin = FIRST_S
    for limit, cell in crossings(cells):
        lines += [line(begin), line(begin + STEP_S, cell, limit),
                  line(begin + BAD_S, cell, limit), line(begin + BAD_S + STEP_S)]
        begin += PERIOD_S
    return "\n".join(lines) + "\n", begin


def limits(cells, bench):
    table, duration = recording(cells)
    bench.write("pack.csv", table)
    run = bench.run(["--seed", 3, "--duration", duration],
                    "set chemistry lfp\nset switches %s10000\nreplay pack.csv\n" %
                    size_class(cells))
    figures = []
    for i, (limit, cell) in enumerate(crossings(cells)):
        relay, hold, _, _ = LIMITS[limit]
        begin, name = FIRST_S + i * PERIOD_S, relay + "_relay"
        check(run.rows.get(begin, name) == 1, "%s is not closed at %d s" % (name, begin))
        opened = next((t for t in range(begin, begin + 6) if run.rows.get(t, name) == 0), None)
        check(opened is not None and opened <= begin + PROMISE_S + hold,
              "%s of cell %d crossed at %d s, %s opened at %s s, promised %d s later" %
              (limit, cell, begin, name, opened, PROMISE_S + hold))
        figures.append("%s %d/%d s" % (limit, opened - begin, PROMISE_S + hold))
    return ", ".join(figures)


def size_class(cells):
    ends = (4, 8, 16, 25, 40, 80, 150, 255)
    return format(next(i for i, end in enumerate(ends) if cells <= end), "03b")


def silence(cells, bench):
    """The wire breaks and is mended again."""
    hops = [1] if cells > 100 else sorted({1, (cells + 1) // 2, cells - 1})
    text, t = "set switches %s10000\nset chemistry lfp\n" % size_class(cells), 13
    for hop in hops:
        text += "at %d expect load_relay == 1\nat %d expect charge_relay == 1\n" % (t, t)
        text += "at %d break %d %d\n" % (t, hop, hop + 1)
        text += "from %d to %d expect load_relay == 0\n" % (t + 3, t + 5)
        text += "from %d to %d expect charge_relay == 0\n" % (t + 3, t + 5)
        text += "at %d repair %d %d\n" % (t + 5, hop, hop + 1)
        t += 18
    bench.run(["--cells", cells, "--seed", 2, "--duration", t - 12], text)
    return "%d breaks" % len(hops)


def bridged(cells, bench):
    """A bit of a frame in the stream."""
    rng, text = random.Random(1), "set switches %s10000\nset chemistry lfp\n" % size_class(cells)
    for i in range(FLIPS):
        hop = rng.randint(1, cells)
        byte = rng.randint(12 + 8, 12 + 8 * hop + 8)
        text += "at %.2f fault wire %d %d flip %d\n" % (
            FIRST_S + FLIP_EVERY_S * i + rng.random(), hop, byte, 1 << rng.randrange(8))
    end = FIRST_S + FLIP_EVERY_S * FLIPS
    run = bench.run(["--cells", cells, "--seed", 1, "--duration", end], text)
    bad = run.sum_boards("bad_frames")
    check(bad >= FLIPS / 2, "only %d bad frames" % bad)
    opened = [p["s"] for p in run.json["places"] if p["s"] > FIRST_S and not (p["comm_ok"] and p["load"])]
    check(not opened, "relays open at %s s" % opened)
    return "%d damaged frames" % bad


def cases():
    for cells in SIZES:
        yield "promise_bridged_%d_cells" % cells, functools.partial(bridged, cells)
        yield "promise_limits_%d_cells" % cells, functools.partial(limits, cells)
        yield "promise_silence_%d_cells" % cells, functools.partial(silence, cells)


if __name__ == "__main__":
    main(cases())
