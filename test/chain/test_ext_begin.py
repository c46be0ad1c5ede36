#!/usr/bin/env python3
"""The extended data output of the Begin board, against that of the End board and the same decoder.
Real images, sampled at 9600 baud from the pin's waveform."""

import functools

from chain import check, main
from ext_frame import KEYS, SIZE, read_log

BIT_S = 1 / 9600
FRAME_S = 10 * (SIZE - 1) * BIT_S # from the first start bit to the last
QUIET_S = 0.4                     # by which clients find a frame's begin
FIRST_S = 9                       # 4 s of rounds, in which End compares the clocks, and two more
WORST = 0.015                     # of a bit's length
LOST_S = 3                        # until a silence shows
STATUS, SUM = 30, 57


def frames(bench, arguments, scenario=None):
    begin, end = bench.path("begin.log"), bench.path("end.log")
    run = bench.run(list(arguments) + ["--ext-begin-log", begin, "--ext-log", end], scenario)
    return run, list(read_log(begin)), list(read_log(end))


def check_line(heard, seconds, first_s=FIRST_S):
    """Every frame whole, at the right rate, alone on the line; one a second from the first on."""
    worst = 0.0
    check(heard, "no frame")
    check(heard[0][0] < first_s, "first frame at %.1f s" % heard[0][0])
    for i, (at, frame, length, framing) in enumerate(heard):
        check(frame.good() and not framing, "bad frame at %.3f s: %s" % (at, frame.data.hex()))
        fields = frame.fields()
        check(1 <= fields["cell"] <= fields["cells"], "cell number: %s" % fields)
        worst = max(worst, abs(length / FRAME_S - 1))
        gap = (heard[i + 1][0] if i + 1 < len(heard) else seconds) - at
        check(gap <= 1.0, "%.2f s between two frames at %.1f s" % (gap, at))
        if i + 1 < len(heard):
            check(gap - length >= QUIET_S, "only %.2f s quiet at %.1f s" % (gap - length, at))
    check(worst < WORST, "bits are %.2f %% off" % (100 * worst))
    return worst


def check_same(begin, end):
    """Each is End's newest that began before it, not older than a second; or, once, the frame before it
    again; or says an error. Returns how many of the first kind, and of the others."""
    same = others = repeated = 0
    for i, (at, frame, _, _) in enumerate(begin):
        before = [(t, f.data) for t, f, _, _ in end if t < at]
        if before and before[-1][1] == frame.data and at - before[-1][0] < 1.0:
            same, repeated = same + 1, 0
            continue
        others += 1
        if i > 0 and begin[i - 1][1].data == frame.data and not repeated:
            repeated = 1
            continue
        check(frame.fields()["error"] == 1, "at %.2f s another frame than End's" % at)
    return same, others


def sound(run, lost=0):
    check(run.json["frames_lost"] <= lost, "%d readings are lost" % run.json["frames_lost"])
    check(run.sum_boards("watchdog_resets") == 0, "a watchdog reset")
    check(run.sum_boards("overruns") == 0, "overruns")


PACK = """
set cells 16
set capacity 40
set passes 2
set seed 5
at 0s temperature 3 -7.6
at 0s temperature 9 38.4
at 0s soc 5 80
at 4s load 30 A
at 40s ripple 100 0.9
"""


def whole_cycle(bench):
    """All keys and cells in turn, currents and ripple meanwhile."""
    run, begin, end = frames(bench, ["--duration", 45], PACK)
    worst = check_line(begin, 45)
    sound(run)
    same, others = check_same(begin, end)
    check(others == 0, "%d frames are not End's" % others)
    fields = [frame.fields() for _, frame, _, _ in begin]
    for a, b in zip(fields, fields[1:]):
        check(b["cell"] == a["cell"] % 16 + 1, "cells do not come in turn: %s" % b)
        check(b["key"] == (a["key"] + 1) % KEYS, "keys do not come in turn: %s" % b)
    check({f["cell"] for f in fields} == set(range(1, 17)), "not every cell")
    check({f["key"] for f in fields} == set(range(KEYS)), "not every key")
    last = fields[-1]
    check((last["coldest"], last["hottest"]) == (3, 9), "extremes: %s" % last)
    check(abs(last["battery_a"] + 30) < 0.5, "current: %s" % last)
    return "%d frames as End's, bits %.2f %% off at most" % (same, 100 * worst)


def any_clock(bench):
    """Begin anywhere within 10 %, both ends seen."""
    worst, clocks = 0.0, []
    for seed in range(1, 21):
        run, begin, end = frames(bench, ["--cells", 2, "--duration", 14, "--seed", seed])
        worst = max(worst, check_line(begin, 14))
        check(check_same(begin, end)[1] == 0, "seed %d: not End's" % seed)
        sound(run)
        clocks.append(run.json["boards"][0]["clock_hz"])
    check(min(clocks) < 3.7e6 and max(clocks) > 4.3e6, "no slow or no fast Begin: %s" % clocks)
    return "bits %.2f %% off at most, %.2f to %.2f MHz" % (
        100 * worst, min(clocks) / 1e6, max(clocks) / 1e6)


def long_chain(bench):
    """255 boards with a slow and a fast Begin: no byte is lost on the ring, and End is in time."""
    texts = []
    for seed in (14, 19):
        run, begin, end = frames(bench, ["--cells", 255, "--duration", 15, "--seed", seed])
        worst = check_line(begin, 15, 11)
        same, others = check_same(begin, end)
        check(others == 0 and same >= 4, "%d frames as End's, %d not" % (same, others))
        sound(run)
        texts.append("%d frames at %.2f MHz, bits %.2f %% off" % (
            same, run.json["boards"][0]["clock_hz"] / 1e6, 100 * worst))
    return ", ".join(texts)


def says_error(frame, last):
    """The last frame with the error bit, neither relay allowed and the right sum."""
    want = bytearray(last.data)
    want[STATUS] = want[STATUS] & ~3 | 4
    want[SUM] = sum(want[:SUM]) % 256
    return bytes(want) == bytes(frame.data)


def opened(wire, bench):
    """The wire is open from 20 to 40 s."""
    run, begin, end = frames(bench, ["--duration", 60], "set cells 6\nset seed 2\nat 4s load 10 A\n"
                             "at 20s break %d %d\nat 40s repair %d %d\n" % (wire + wire))
    check_line(begin, 60)
    check_same(begin, end)
    good = [frame for at, frame, _, _ in begin if at <= 20][-1]
    broken = [frame for at, frame, _, _ in begin if 20 + LOST_S <= at < 40]
    check(good.fields()["load_allowed"] == 1 and good.fields()["error"] == 0, "not well before")
    check(len(broken) >= 15, "only %d frames while broken" % len(broken))
    last = [f for t, f, _, _ in end if t < 20][-1]
    for frame in broken:
        check(says_error(frame, last) or says_error(frame, good), "while broken: %s" % frame.fields())
    after = [(at, frame.fields()) for at, frame, _, _ in begin if at > 40]
    back = next((at for at, f in after if f["error"] == 0), None)
    check(back is not None and back < 55, "no recovery")
    for at, f in after:
        check(at < back or (f["error"] == 0), "again an error at %.1f s" % at)
    check(after[-1][1]["load_allowed"] == 1, "the load is not allowed again")
    if wire == (6, 1):
        sound(run)
        for at, frame, _, _ in end:
            check(frame.fields()["error"] == 0, "End's own output at %.1f s" % at)
    return "%d frames with the error, well again %.1f s behind the repair" % (
        len(broken), back - 40)


def never_closed(bench):
    """No return wire: nothing is sent at all, also not by a board that starts again."""
    run, begin, _ = frames(bench, ["--duration", 20], "set cells 3\nat 0s break 3 1\nat 10s reset 1\n")
    check(not begin, "%d frames" % len(begin))
    check(run.json["boards"][0]["watchdog_resets"] == 0, "a watchdog reset")


def restarted(bench):
    """Begin forgets the frame in a reset and gets the next one; End's reset is a silence."""
    _, begin, end = frames(bench, ["--duration", 40],
                           "set cells 4\nset seed 3\nat 12s reset 1\nat 24s reset 4\n")
    whole = [h for h in begin if h[1].good()]
    check(len(begin) - len(whole) <= 1, "more than the frame that the reset cut")
    check_same(whole, end)
    check(any(13 < at < 20 and f.fields()["error"] == 0 for at, f, _, _ in whole), "none behind 12 s")
    check(any(26.5 < at < 32 and f.fields()["error"] == 1 for at, f, _, _ in whole), "no error")
    check(whole[-1][1].fields()["error"] == 0, "no recovery: %s" % whole[-1][1].fields())


if __name__ == "__main__":
    main([
        ("ext_begin_whole_cycle", whole_cycle),
        ("ext_begin_any_clock", any_clock),
        ("ext_begin_255_cells", long_chain),
        ("ext_begin_return_wire_opened", functools.partial(opened, (6, 1))),
        ("ext_begin_chain_broken", functools.partial(opened, (3, 4))),
        ("ext_begin_return_wire_never_closed", never_closed),
        ("ext_begin_restarted", restarted),
    ])
