#!/usr/bin/env python3
"""A byte of the RAM of one board takes another value, at any address in use, at any moment: the pack is read again, and
both relays are closed again, without a person. Values are wrong for one round at most.

One fault a run, since nobody knows what else it changes. SOAK=1: 2000 of them, and each static byte of every board.
SEED=N COUNT=1 replays one, EVERY=1, 2 or 3 walks the bytes of Begin, a Between or End, VALUE=N with the same value in
each: an even one shows a bool that is neither true nor false.
"""

import collections
import functools
import os
import random
import subprocess

from chain import FIRMWARE, Failed, check, main

SOAK = bool(os.environ.get("SOAK"))
SEED = int(os.environ.get("SEED", 1))
COUNT = int(os.environ.get("COUNT", 2000 if SOAK else 40))
CELLS = 3
END_S = 100
IMAGES = {1: ("begin_board", 0x8FF), 2: ("between_board", 0x8FF), 3: ("end_board", 0x40FF)}
STACK_BYTES = 80
LINK_STATE = 96  # offset in struct cell_board
RAM_START = 0x100
WRONG_MV, WRONG_DC, WRONG_MA, WRONG_PM = 20, 20, 300, 10
# Of 10 A, in the one round whose time is not known.
JUMP_MA = 1500
# a wrong reading stands until the next one: a round of 1 s, and a row a second
WRONG_S = 2
READING_S = 3
# The program may be anywhere behind a changed return address. On a board the watchdog ends that; the simulator
# stops where it sees it.
RUN_AWAY_SHARE = 0.01


def symbols(image):
    """Variables as (address, size, name), and the end of the static ones."""
    out = subprocess.run(["avr-nm", "-S", os.path.join(FIRMWARE, image + ".elf")], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    found, end = [], 0
    for words in map(str.split, out.splitlines()):
        if len(words) == 4 and words[2] in "bBdD":
            found.append((int(words[0], 16) & 0xFFFF, int(words[1], 16), words[3].split(".")[0]))
        if words[-1] == "_end":
            end = int(words[0], 16) & 0xFFFF
    return found, end


def name_of(found, end, address):
    for at, size, name in found:
        if at <= address < at + size:
            return "%s+%d" % (name, address - at)
    return "stack" if address >= end else "0x%x" % address


def draw(rng, known):
    board = rng.choice([1, 2, 3, 3, 3]) # End has most of it
    found, end = known[board]
    address = rng.randrange(RAM_START, end) if rng.random() < 0.85 else IMAGES[board][1] - rng.randrange(STACK_BYTES)
    return board, address, name_of(found, end, address), rng.randrange(256), 20 + rng.randrange(1000) / 500


def wrong(run, second):
    """What a row shows that was not so while a reading counts, 2.8 s. A current is the mean of a round."""
    for name, limit in [("cell%d_mv" % cell, WRONG_MV) for cell in range(1, CELLS + 1)] + \
                       [("cell%d_dc" % cell, WRONG_DC) for cell in range(1, CELLS + 1)] + \
                       [("current_ma", WRONG_MA)]:
        value = run.rows.get(second, name + "_end")
        truths = [run.rows.get(s, name + "_true") for s in range(second - READING_S, second + 1)]
        if value is not None and not min(truths) - limit <= value <= max(truths) + limit:
            return "%s %g" % (name, value)
    return None


def missing(run, second, soc_before):
    for name in ("comm_ok", "charge_relay", "load_relay"):
        if run.rows.get(second, name) != 1:
            return "%s is %s" % (name, run.rows.get(second, name))
    for name in ["current_ma_end"] + ["cell%d_mv_end" % cell for cell in range(1, CELLS + 1)]:
        if run.rows.get(second, name) is None:
            return "%s is not known" % name
    soc = run.rows.get(second, "soc_pm_end")
    if abs(soc - soc_before) > WRONG_PM:
        return "state of charge %g, was %g per mille" % (soc, soc_before)
    return None


def one(bench, seed, fault):
    """What came of a fault."""
    board, address, name, value, at = fault
    words = "board %d, %s = %d at %.3f s, seed %d" % (board, name, value, at, seed)
    run = bench.run(["--duration", END_S, "--seed", 1 + seed % 7],
                    "set cells %d\nset chemistry lfp\nset capacity 50\nset soc 0.5\nset switches 00010000\n"
                    "at 9 load 10 A\nat %.3f fault byte %d %d %d\n" % (CELLS, at, board, address, value),
                    expect_code=None)
    if run.code == 3:
        print("  ran away: " + words)
        return "ran away"
    check(run.code == 0, "exit code %d: %s" % (run.code, words))
    before = int(at) - 1
    check(missing(run, before, run.rows.get(before, "soc_pm_end")) is None, "not sound before: " + words)
    for second in range(int(at) + 1 + WRONG_S, END_S + 1):
        found = wrong(run, second)
        check(not found, "%s at %d s; %s" % (found, second, words))
    found = missing(run, END_S, run.rows.get(before, "soc_pm_end"))
    check(not found, "%s at %d s; %s" % (found, END_S, words))
    if run.sum_boards("watchdog_resets"):
        return "the board started anew"
    opened = any(not (p["charge"] and p["load"]) for p in run.json["places"] if p["s"] > at)
    return "relays were open for a while" if opened else "nothing was seen"


def all_of(bench, faults):
    """faults: (seed, fault)"""
    outcome, problems = collections.Counter(), []
    for seed, fault in faults:
        try:
            outcome[one(bench, seed, fault)] += 1
        except Failed as reason:
            problems.append(str(reason))
    for words in problems[:20]:
        print("  " + words)
    check(not problems, "%d of %d" % (len(problems), len(faults)))
    check(outcome["ran away"] <= 1 + RUN_AWAY_SHARE * len(faults),
          "%d of %d ran away" % (outcome["ran away"], len(faults)))
    return ", ".join("%d: %s" % (n, what) for what, n in outcome.most_common())


def anywhere(bench):
    known = {board: symbols(image) for board, (image, _) in IMAGES.items()}
    return all_of(bench, [(seed, draw(random.Random(seed), known)) for seed in range(SEED, SEED + COUNT)])


def every_byte(board, bench):
    found, end = symbols(IMAGES[board][0])
    faults = []
    for address in range(RAM_START, end):
        rng = random.Random(address)
        value, at = rng.randrange(256), 20 + rng.randrange(1000) / 500
        faults.append((address, (board, address, name_of(found, end, address), int(os.environ.get("VALUE", value)), at)))
    return all_of(bench, faults)


def link_state(bench):
    """The state of the link, on each board: whatever it is, it must not make the board deaf for ever."""
    faults = []
    for board in IMAGES:
        found, _ = symbols(IMAGES[board][0])
        address = next(at for at, _, name in found if name == "board") + LINK_STATE
        faults += [(value, (board, address, "link.state", value, 20 + value * 0.083))
                   for value in list(range(11)) + [120, 255]]
    return all_of(bench, faults)


def known_boards(bench):
    """Who the boards are is kept as soon as it changes: not when nobody changed it."""
    found, _ = symbols("end_board")
    known = next(at for at, _, name in found if name == "decide") + 1
    return all_of(bench, [(seed, (3, known + seed % 3, "decide.members.known+%d" % (seed % 3), 227, 20 + seed * 0.071))
                          for seed in range(24)])


def begin_time(bench):
    """Begin's time jumps by up to half a minute, or the time it measures charge from: at 10 A every row shows 10 A, and
    no relay opens."""
    found, _ = symbols("begin_board")
    worst = 0
    for name in ("now_ms", "latched_ms"):
        address = next(at for at, _, variable in found if variable == name)
        for value in (0, 40, 128, 255):
            at = 20 + value * 0.013
            run = bench.run(["--duration", 90],
                            "set cells %d\nset chemistry lfp\nset capacity 50\nset soc 0.5\nset switches 00010000\n"
                            "at 9 load 10 A\nat %.3f fault byte 1 %d %d\n" % (CELLS, at, address + 1, value))
            words = "%s+1 = %d" % (name, value)
            currents = [run.rows.get(second, "current_ma_end") for second in range(15, 91)]
            check(None not in currents, "current not known: " + words)
            off = max(abs(ma + 10000) for ma in currents)
            check(off <= JUMP_MA, "current off by %d mA: %s" % (off, words))
            check(all(p["charge"] and p["load"] for p in run.json["places"] if p["s"] > 15), "a relay opened: " + words)
            check(missing(run, 90, run.rows.get(15, "soc_pm_end")) is None, "not sound later: " + words)
            worst = max(worst, off)
    return "at most %d mA off" % worst


def cases():
    if "EVERY" not in os.environ and "SEED" not in os.environ:
        yield "ram_link_state", link_state
        yield "ram_known_boards", known_boards
        yield "ram_begin_time", begin_time
    if "EVERY" not in os.environ:
        yield "ram_faults_%d_from_%d" % (COUNT, SEED), anywhere
    for board in IMAGES:
        if SOAK or os.environ.get("EVERY") == str(board):
            yield "ram_every_byte_of_board_%d" % board, functools.partial(every_byte, board)


if __name__ == "__main__":
    main(cases())
