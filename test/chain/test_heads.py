#!/usr/bin/env python3
"""The ring breaks at every place of chains of 2, 3 and 16 boards and at a sample of 255 (SOAK=1: all): End names the place
within 3 s, both relays are open within 3 s, and once mended all is whole within 3 rounds. Then what is not
one clean break."""

import functools
import os

from chain import check, main

SOAK = bool(os.environ.get("SOAK"))
NAMED_S, OPEN_S, WHOLE_ROUNDS = 3, 3, 3
PERIOD_S, NOMINAL_HZ, BYTE_S, BREAK_S = 0.9, 4e6, 260e-6, 0.02
FIRST_S, BROKEN_S, WHOLE_S = 13, 6, 9
SAMPLE = (1, 2, 3, 50, 100, 127, 128, 129, 180, 220, 252, 253, 254)
# a break falls into the quiet of a round, into its break, its head, its frames
PHASES = (0.0, 0.13, 0.37, 0.52, 0.71, 0.88)


def size_class(cells):
    ends = (4, 8, 16, 25, 40, 80, 150, 255)
    return format(next(i for i, end in enumerate(ends) if cells <= end), "03b")


def head(cells):
    return "set cells %d\nset chemistry lfp\nset switches %s10000\n" % (cells, size_class(cells))


def relays(value, begin, end):
    return "".join("from %d to %d expect %s_relay == %d\n" % (begin, end, name, value)
                   for name in ("charge", "load"))


def round_s(run, cells):
    """Period of Begin's rounds, and how long one takes to End."""
    hz = run.json["boards"][0]["clock_hz"]
    return PERIOD_S * NOMINAL_HZ / hz, BREAK_S + (14 + 60 + 8 * cells + 2 * cells) * BYTE_S * 1.1


def changes(run, begin, end):
    return [p for p in run.json["places"] if begin <= p["s"] < end]


def check_named(run, after, begin, end):
    """Seconds from a break to its name; no other name may come up."""
    named = [p for p in changes(run, begin, end) if p["broken"]]
    check(named, "broken at %g s: nothing named" % begin)
    wrong = [p for p in named if p["after"] != after]
    check(not wrong, "broken behind %d at %g s: named %s" % (after, begin, wrong))
    took = named[0]["s"] - begin
    check(took <= NAMED_S, "broken behind %d at %g s: named after %.2f s" % (after, begin, took))
    return took


def check_whole(run, cells, begin, end):
    """Rounds from a repair to all cells known and nothing broken."""
    period, length = round_s(run, cells)
    good = [p for p in changes(run, begin, end) if p["comm_ok"] and not p["broken"]]
    check(good, "mended at %g s: not whole" % begin)
    rounds = (good[0]["s"] - begin - length) / period
    check(rounds <= WHOLE_ROUNDS, "mended at %g s: whole after %.2f s, %.2f rounds" %
          (begin, good[0]["s"] - begin, rounds))
    return rounds


def check_sound(run):
    check(run.json["crashed_board"] == 0, "a board crashed")
    check(run.sum_boards("watchdog_resets") == 0, "a watchdog reset")


def walk(cells, places, seed, bench):
    """One place after the other."""
    text, t, spans = head(cells), FIRST_S, []
    for i, after in enumerate(places):
        begin = t + PHASES[(i + seed) % len(PHASES)]
        mended = begin + BROKEN_S
        text += "at %d expect comm_ok == 1\n" % t
        if i <= 3: # later on a relay that flutters rests longer
            text += relays(1, t, t)
        text += "at %g break %d %d\n" % (begin, after, after + 1)
        opened = -int(-begin // 1) + OPEN_S
        text += relays(0, opened, t + BROKEN_S)
        text += "at %d expect cell%d.mv > 3000\n" % (t + BROKEN_S, after + 1)
        text += "at %d expect cell%d.mv > 3000\n" % (t + BROKEN_S, cells)
        text += "at %g repair %d %d\n" % (mended, after, after + 1)
        spans.append((after, begin, mended, t + BROKEN_S + WHOLE_S))
        t += BROKEN_S + WHOLE_S
    run = bench.run(["--seed", seed, "--duration", t + 1], text)
    check_sound(run)
    named = [check_named(run, after, begin, mended) for after, begin, mended, _ in spans]
    rounds = [check_whole(run, cells, mended, end) for _, _, mended, end in spans]
    return "%d places, named within %.2f s, whole within %.2f rounds" % (
        len(spans), max(named), max(rounds))


def mended_at_any_moment(bench):
    """Begin's break meets a head in its silence, its break, its round. It is followed at once: what was mended
    before the break of a round is whole with that round, else with the next one."""
    cells, text, t, spans = 3, head(3), FIRST_S, []
    for i in range(90):
        mended = t + 3 + i * 0.0137
        text += "at %d break 1 2\nat %.4f repair 1 2\n" % (t, mended)
        spans.append((mended, t + 8))
        t += 8
    run = bench.run(["--seed", 2, "--duration", t + 1], text)
    check_sound(run)
    rounds = [check_whole(run, cells, mended, end) for mended, end in spans]
    check(max(rounds) < 1.1, "whole after %.2f rounds" % max(rounds))
    return "%d moments, whole within %.2f rounds" % (len(spans), max(rounds))


def board_dead(cell, bench):
    """A dead board is a place between it and the next one: nothing is heard from it."""
    cells = 6
    run = bench.run(["--seed", 2, "--duration", 40], head(cells) +
                    "at 13 remove %d\n" % cell + relays(0, 16, 22) + "at 22 insert %d\n" % cell +
                    "at 32 expect comm_ok == 1\nat 39 expect load_relay == 1\n")
    return "named after %.2f s" % check_named(run, cell, 13, 22)


def two_places(bench):
    """The one nearer to End is seen; when it is mended, the other one."""
    run = bench.run(["--seed", 4, "--duration", 60], head(16) +
                    "at 13 break 4 5\nat 13 break 10 11\n" + relays(0, 16, 38) +
                    "at 18 expect broken_after == 10\nat 20.3 repair 10 11\n"
                    "at 24 expect broken_after == 4\nat 24 expect cell5.mv > 3000\n"
                    "at 28.6 break 10 11\nat 32 expect broken_after == 10\n"
                    "at 34 repair 4 5\nfrom 34 to 38 expect broken_after == 10\n"
                    "at 38 repair 10 11\nat 42 expect broken == 0\nat 42 expect comm_ok == 1\n")
    check_sound(run)
    names = [p["after"] for p in run.json["places"] if p["broken"] and p["s"] > 12]
    check(set(names) == {4, 10}, "named %s" % names)


def begin_dead(bench):
    """Board 2 is the head, and nothing is taken from its rounds: no current, no charge, no switches."""
    run = bench.run(["--seed", 5, "--duration", 60], head(5) +
                    "at 13 load 10 A\nat 17 expect load_relay == 1\nat 20 remove 1\n" +
                    relays(0, 23, 50) + "from 23 to 50 expect broken_after == 1\n"
                    "from 23 to 50 expect vbalance_mv == 3400\nfrom 24 to 50 expect cell2.mv > 3000\n"
                    "at 50 insert 1\nat 58 expect comm_ok == 1\n")
    check(run.rows.get(40, "current_ma_end") is None, "a current is known")


def all_new(bench):
    """Nobody behind the place has a number: End counts. Nor has End: it says that it does not know."""
    run = bench.run(["--seed", 6, "--duration", 70], head(8) +
                    "at 13 break 3 4\nat 17 expect broken_after == 3\n" +
                    "".join("at 20 reset %d\n" % b for b in range(4, 8)) +
                    "from 23 to 29 expect broken_after == 3\nfrom 24 to 29 expect cell4.mv > 3000\n" +
                    "from 24 to 29 expect cell7.mv > 3000\n" + relays(0, 17, 45) +
                    "".join("at 30 reset %d\n" % b for b in range(4, 9)) +
                    "from 33 to 45 expect broken_after == 0\nfrom 33 to 45 expect cells == 0\n"
                    "at 36 expect broken == 1\nat 45 repair 3 4\nat 49 expect comm_ok == 1\n"
                    "at 49 expect cells == 8\n")
    check_sound(run)


def end_new(bench):
    """End alone has lost its memory: the head knows its number."""
    bench.run(["--seed", 7, "--duration", 40], head(8) +
              "at 13 break 5 6\nat 17 expect broken_after == 5\nat 20 reset 8\n" +
              "from 24 to 30 expect broken_after == 5\n" + relays(0, 16, 30) +
              "at 30 repair 5 6\nat 35 expect comm_ok == 1\nat 35 expect broken == 0\n")


def flapping(bench):
    """A contact that comes and goes faster than a head: never a wrong name, and whole again by itself."""
    text, t = head(8), 13.0
    while t < 60:
        text += "at %.2f break 4 5\nat %.2f repair 4 5\n" % (t, t + 0.3 + (t * 7) % 2.0)
        t += 2.6
    run = bench.run(["--seed", 8, "--duration", 75], text + "at 68 expect comm_ok == 1\n")
    check_sound(run)
    names = {p["after"] for p in run.json["places"] if p["broken"] and p["s"] > 12}
    check(names <= {4}, "named %s" % names)


def no_balancing(bench):
    """Behind the place nobody balances: the switches are out of sight. The second round of the head is the
    first that says so."""
    bench.run(["--seed", 9, "--duration", 40], head(4) +
              "at 12 soc all 85\nat 13 switches 00001111\nat 18 expect cell3.balancing == 1\nat 20 break 2 3\n"
              "from 24 to 30 expect cell3.balancing == 0\nfrom 24 to 30 expect cell4.balancing == 0\n"
              "at 30 repair 2 3\nat 36 expect cell3.balancing == 1\n")


def current(bench):
    """Hours without Begin cost a Between no more than its rounds do."""
    cells, figures = 16, []
    for text in ("", "at 0 break 1 2\n"):
        run = bench.run(["--seed", 3, "--duration", 120], head(cells) + text)
        figures.append([b["avg_current_ua"] for b in run.json["boards"][1:-1]])
    whole, broken = map(max, figures)
    check(broken <= 100, "a Between draws %.0f uA behind a break" % broken)
    return "head %.0f uA, worst follower %.0f uA; in a whole ring at most %.0f uA" % (
        figures[1][0], max(figures[1][1:]), whole)


def cases():
    for seed in range(1, 7):
        for cells in (2, 3):
            yield "heads_%d_cells_seed_%d" % (cells, seed), functools.partial(
                walk, cells, range(1, cells), seed)
    for seed in (1, 2, 3):
        yield "heads_16_cells_seed_%d" % seed, functools.partial(walk, 16, range(1, 16), seed)
    yield "heads_255_cells", functools.partial(walk, 255, SAMPLE, 1)
    if SOAK: # every place
        for first in range(1, 255, 32):
            yield ("heads_255_cells_from_%d" % first,
                   functools.partial(walk, 255, range(first, min(255, first + 32)), first))
    yield "heads_mended_at_any_moment", mended_at_any_moment
    for cell in (1, 2, 4, 5):
        yield "heads_board_%d_dead" % cell, functools.partial(board_dead, cell)
    yield "heads_two_places", two_places
    yield "heads_begin_dead", begin_dead
    yield "heads_all_new", all_new
    yield "heads_end_new", end_new
    yield "heads_flapping_wire", flapping
    yield "heads_no_balancing", no_balancing
    yield "heads_current", current


if __name__ == "__main__":
    main(cases())
