#!/usr/bin/env python3
"""Faults of every kind, at random places, bytes and times, on chains of the real images.

For each of them holds: nothing is shown that a board did not measure; boards of the good part are not
blamed; a lasting silence opens both relays within 3 s; the chain is whole again within three rounds once
the fault is gone; no board hangs or crashes. Two at once: the same, but for who counts bad frames, and another
place may be named for two seconds. SOAK=1: at least 2000 faults, and 1000 pairs. SEED=N and CELLS=N replay a
run, with PAIRS=1 one of pairs.
"""

import collections
import os
import random
from functools import partial

from chain import check, main

SOAK = bool(os.environ.get("SOAK"))
FIRST_S = 10
SPACING_S = 8
LASTING_S = 4
RELEASE_S = 3.0
ROUNDS_TO_WHOLE = 3
LOOK_S = 0.05
SHOWN_MV = 20
HASTY_S = 2.0

# silent: when a lasting silence begins, None: no such; hops: what may be named, when `kinds` are of that sort
Fault = collections.namedtuple("Fault", "kinds hops lines begins lasts blames silent")


def byte_fault(text):
    def make(rng, cells, at):
        hop = rng.randint(1, cells)
        byte = rng.randint(0, 12 + 8 * hop + 40)
        words = text.format(mask=1 << rng.randrange(8), value=rng.randrange(256),
                            us=rng.choice([3, 10, 50, 260, 2000, 20000]), glitch=rng.choice([1, 5, 13, 26]))
        return hop, ["at %.2f fault wire %d %d %s" % (at, hop, byte, words)], 0, {hop % cells + 1}, False
    return make


def pulse(rng, cells, at):
    hop = rng.randint(1, cells)
    line = "at %.2f fault pulse %d %.3f %s %.1f" % (
        at, hop, rng.uniform(0, 850), rng.choice(["low", "high"]), rng.choice([1, 20, 26, 100, 300, 5000, 30000]))
    return hop, [line], 0, None, False


def noise(rng, cells, at):
    hop = rng.randint(1, cells)
    lines = ["at %.2f noise %d %g" % (at, hop, rng.choice([1e-4, 1e-3, 1e-2])),
             "at %.2f noise %d off" % (at + LASTING_S, hop)]
    return hop, lines, LASTING_S, None, False


def lasting(begin, end):
    """On a hop: all of the chain before its end is silent; not so on the return wire."""
    def make(rng, cells, at):
        hop = rng.randint(1, cells)
        lines = ["at %.2f %s" % (at, begin.format(k=hop, l=hop % cells + 1)),
                 "at %.2f %s" % (at + LASTING_S, end.format(k=hop, l=hop % cells + 1))]
        return hop, lines, LASTING_S, None, hop < cells
    return make


def reset(rng, cells, at):
    cell = rng.randint(1, cells)
    return cell, ["at %.2f reset %d" % (at, cell)], 0.6, None, False


def clock(rng, cells, at):
    cell = rng.randint(1, cells)
    line = "at %.2f clock %d %g" % (at, cell, rng.choice([-5, -3, -1, 1, 3, 5]))
    if rng.random() < 0.5:
        line += " over %g" % rng.choice([0.5, 2, 20, 500])
    return cell, [line, "at %.2f clock %d 0" % (at + LASTING_S, cell)], LASTING_S, None, False


def brownout(rng, cells, at):
    cell = rng.randint(1, cells)
    lasts = rng.choice([0.02, 0.1, 1.0, LASTING_S])
    # power returns, then the start-up time of 65 ms and the self-test
    return cell, ["at %.2f brownout %d %g" % (at, cell, lasts)], lasts + 0.6, None, lasts == LASTING_S


KINDS = {
    "drop": byte_fault("drop"),
    "flip": byte_fault("flip {mask}"),
    "insert": byte_fault("insert {value}"),
    "duplicate": byte_fault("duplicate"),
    "truncate": byte_fault("truncate"),
    "framing": byte_fault("framing"),
    "delay": byte_fault("delay {us}"),
    "glitch": byte_fault("glitch {glitch}"),
    "pulse": pulse,
    "noise": noise,
    "stuck_low": lasting("stuck {k} low", "stuck {k} off"),
    "stuck_high": lasting("stuck {k} high", "stuck {k} off"),
    "babble": lasting("babble {k} on", "babble {k} off"),
    "break": lasting("break {k} {l}", "repair {k} {l}"),
    "reset": reset,
    "clock": clock,
    "brownout": brownout,
}


class Row:
    def __init__(self):
        self.n = self.lost = self.halves = 0
        self.release = self.rounds = 0.0


def one(rng, cells, kind, at):
    hop, lines, lasts, blames, silences = KINDS[kind](rng, cells, at)
    return Fault([kind], [hop], lines, at, lasts, blames, at if silences else None)


def both(a, b):
    """b begins later."""
    silent = [f.silent for f in (a, b) if f.silent is not None]
    return Fault(a.kinds + b.kinds, a.hops + b.hops, a.lines + b.lines, a.begins,
                 max(a.lasts, b.begins - a.begins + b.lasts), None, min(silent) if silent else None)


def plan(seed, cells, count, pairs):
    rng = random.Random("%d/%d" % (seed, cells))
    kinds = sorted(KINDS)
    rng.shuffle(kinds)
    faults = []
    for i in range(count):
        at = FIRST_S + i * SPACING_S * (1 + pairs) + rng.randrange(100) / 100.0
        fault = one(rng, cells, kinds[i % len(kinds)], at)
        if pairs:
            fault = both(fault, one(rng, cells, rng.choice(kinds), at + rng.choice([0, 0.3, 1, 2, 3, 4])))
        faults.append(fault)
    return faults


def text_of(cells, faults):
    """The cells differ and their voltages move, so that one cell's reading is not another's, nor an old
    one a new one."""
    lines = ["set cells %d" % cells, "set chemistry nmc", "set capacity 50", "set spread 0.1", "set soc 0.6"]
    lines += ["at %d load %d A" % (second, 5 + 15 * (second // 5 % 2))
              for second in range(8, int(faults[-1].begins) + SPACING_S * len(faults[-1].kinds), 5)]
    for fault in faults:
        lines += fault.lines
    return "\n".join(lines) + "\n"


def changes(places, begin, end):
    """Belief at the beginning and each change up to the end."""
    before = [p for p in places if p["s"] <= begin]
    return before[-1:] + [p for p in places if begin < p["s"] <= end]


def wrongly_named(fault, cells, seen, end):
    """An End that is starting tests its RAM and believes nothing. With two faults at once the first head that is heard
    may be one that another takes over."""
    right = {hop for kind, hop in zip(fault.kinds, fault.hops)
             if kind in ("break", "stuck_high", "stuck_low", "reset", "brownout", "babble")}
    ends = [p["s"] for p in seen[1:]] + [end]
    wrong = {p["after"] for p, until in zip(seen, ends)
             if p["broken"] and p["after"] <= cells and (len(fault.kinds) == 1 or until - p["s"] > HASTY_S)}
    return wrong - right - {0}


def look(run, cells, fault, next_at, period, row, problems):
    def problem(words):
        problems.append("%s at %.2f s on %s: %s (%s)" % ("+".join(fault.kinds), fault.begins, fault.hops, words,
                                                         "; ".join(fault.lines)))

    marks = [m for m in run.json["marks"] if fault.begins - 0.001 <= m["s"]]
    first = marks[0]
    last = next(m for m in marks if m["s"] >= next_at - 0.02 or m["line"] == 0)
    gone = fault.begins + fault.lasts
    seen = changes(run.json["places"], fault.begins, next_at)
    row.n += 1
    row.lost += max(0, last["lost"] - first["lost"])
    shown = [m["shown_error_mv"] for m in run.json["marks"] if first["s"] < m["s"] <= last["s"]]
    if any(mv is None or mv > SHOWN_MV for mv in shown):
        problem("shows a value that is %s mV off" % shown)
    def more(what, board):
        return last[what][board - 1] - first[what][board - 1]

    # Who takes the damage for a break breaks off its round; the next one meets half a frame
    # (docs/reliability.md, "halves").
    broke_off = any(more("breaks", board) > more("breaks", 1) for board in fault.blames or ())
    for board in range(1, cells + 1):
        if not fault.blames or board in fault.blames or more("bad_frames", board) <= 0:
            continue
        if broke_off:
            row.halves += more("bad_frames", board)
        else:
            problem("board %d counted %d bad frames" % (board, more("bad_frames", board)))
    named = wrongly_named(fault, cells, seen, next_at)
    if named:
        problem("blamed the place behind %s" % named)
    if fault.silent is not None:
        opened = [p["s"] for p in seen if not p["charge"] and not p["load"] and not p["comm_ok"]]
        took = opened[0] - fault.silent if opened else 99.0
        row.release = max(row.release, took)
        if took > RELEASE_S + LOOK_S:
            problem("relays open after %.2f s" % took)
    bad = [p for p in seen if not p["comm_ok"] or p["broken"]]
    if bad:
        whole = [p["s"] for p in seen if p["s"] > bad[-1]["s"]]
        took = max(0.0, (whole[0] if whole else 1e9) - gone) / period
        row.rounds = max(row.rounds, took)
        # the round under way when it ends is lost, three whole ones follow
        if took > ROUNDS_TO_WHOLE + 1:
            problem("whole %.1f rounds after it" % took)


def matrix(cells, count, seed, pairs, rows, bench):
    faults = plan(seed, cells, count, pairs)
    seconds = int(faults[-1].begins) + SPACING_S * (1 + pairs) + 1
    run = bench.run(["--duration", seconds, "--seed", seed], text_of(cells, faults))
    check(run.json["crashed_board"] == 0, "a board crashed")
    check(run.sum_boards("watchdog_resets") == 0, "%d watchdog resets" % run.sum_boards("watchdog_resets"))
    begin = run.json["boards"][0]
    period = 0.9 * 4e6 / begin["clock_hz"]
    problems = []
    for i, fault in enumerate(faults):
        next_at = faults[i + 1].begins if i + 1 < len(faults) else seconds
        look(run, cells, fault, next_at, period, rows["a pair" if pairs else fault.kinds[0]], problems)
    for words in problems[:20]:
        print("  " + words)
    check(not problems, "%d of %d; replay: SEED=%d CELLS=%d COUNT=%d %stest/chain/test_fault_matrix.py" %
          (len(problems), count, seed, cells, count, "PAIRS=1 " if pairs else ""))
    return "%d %s, seed %d" % (count, "pairs" if pairs else "faults", seed)


def table(rows, bench):
    print("  %-11s %5s %6s %10s %7s %7s" % ("kind", "n", "lost", "release_s", "rounds", "halves"))
    for kind in sorted(rows):
        row = rows[kind]
        print("  %-11s %5d %6d %10.2f %7.2f %7d" % (kind, row.n, row.lost, row.release, row.rounds, row.halves))
    return "%d faults" % sum(row.n for row in rows.values())


def cases():
    rows = collections.defaultdict(Row)
    if "SEED" in os.environ:
        sizes = [(int(os.environ["CELLS"]), int(os.environ.get("COUNT", 17)), int(os.environ["SEED"]),
                  "PAIRS" in os.environ)]
    elif SOAK:
        sizes = [(cells, 51, seed, pairs) for pairs in (False, True)
                 for cells, runs in ((2, 8), (3, 10), (4, 11), (16, 10))
                 for seed in range(1, (runs + pairs) // (1 + pairs) + 1)] + [(255, 34, 1, False)]
    else:
        sizes = [(2, 17, 1, False), (3, 17, 2, False), (4, 17, 3, False), (16, 17, 4, False), (4, 17, 5, True)]
    for cells, count, seed, pairs in sizes:
        yield ("fault_matrix_%d_%sseed_%d" % (cells, "pairs_" if pairs else "", seed),
               partial(matrix, cells, count, seed, pairs, rows))
    yield "fault_matrix_table", lambda bench: table(rows, bench)


if __name__ == "__main__":
    main(cases())
