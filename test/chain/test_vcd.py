#!/usr/bin/env python3
"""Waveforms of --vcd, read as a viewer reads them: the frames in them are those that the boards sent and
End shows, and modes, relays and LEDs are those of the run."""

import bisect
import functools
import os
import sys

from chain import ROOT, check, main

sys.path.insert(0, os.path.join(ROOT, "test/vectors"))
from make_vectors import crc16_dnp

PS = 1e12
BREAK_PS = 5e9
ACTIVE, IDLE, POWER_SAVE, POWER_DOWN, RESET = 0, 1, 3, 4, 6
FRAME_SIZE = {0x3: 7, 0x5: 7, 0x6: 8, 0x9: 8, 0xA: 8, 0xC: 8, 0xF: 8}
ORDERS = (0xC, 0xF) # in some rounds only
CELL, END = 0x6, 0xA


class Signal:
    """Values by time; times never shrink, values change each time."""

    def __init__(self, width):
        self.width = width
        self.times = []
        self.values = []

    def add(self, at, value):
        check(not self.values or value != self.values[-1], "the same value twice at %d" % at)
        self.times.append(at)
        self.values.append(value)

    def at(self, time):
        return self.values[bisect.bisect_right(self.times, time) - 1]

    def edges(self, value, after=-1):
        begin = bisect.bisect_right(self.times, after)
        return [t for t, v in zip(self.times[begin:], self.values[begin:]) if v == value]

    def time_at(self, value, end):
        spans = zip(self.times, self.times[1:] + [end], self.values)
        return sum(to - begin for begin, to, v in spans if v == value)


class Dump:
    """A value change dump by the rules of IEEE 1364: what is not known is an error."""

    def __init__(self, path):
        self.signal = {}
        self.end = 0
        codes, scopes, now = {}, [], None
        with open(path) as file:
            text = file.read()
        head, body = text.split("$enddefinitions $end\n")
        check("$timescale 1 ps $end" in head, "timescale")
        words = iter(head.split())
        for word in words:
            content = []
            for inner in words:
                if inner == "$end":
                    break
                content.append(inner)
            if word == "$scope":
                check(content[0] == "module", "scope %s" % content)
                scopes.append(content[1])
            elif word == "$upscope":
                scopes.pop()
            elif word == "$var":
                kind, width, code, name = content
                check(code not in codes and kind in ("wire", "reg"), "var %s" % content)
                codes[code] = self.signal["/".join(scopes[1:] + [name])] = Signal(int(width))
            else:
                check(word in ("$comment", "$timescale"), "unknown %s" % word)
        check(scopes == [], "scopes are left open: %s" % scopes)
        for line in body.splitlines():
            if line[0] == "#":
                check(now is None or int(line[1:]) > now, "time runs backwards at %s" % line)
                now = int(line[1:])
            elif line[0] == "b":
                value, code = line[1:].split()
                check(len(value) == codes[code].width, "width of %s" % line)
                codes[code].add(now, int(value, 2))
            elif line[0] in "01":
                check(codes[line[1:]].width == 1, "width of %s" % line)
                codes[line[1:]].add(now, int(line[0]))
            else:
                check(line in ("$dumpvars", "$end"), "unknown line %s" % line)
        self.end = now

    def __getitem__(self, name):
        return self.signal[name]


def rounds(signal):
    """Of each round: when its break began, its bytes, when its last byte ended."""
    found = []
    falls = signal.edges(0)
    for i, fall in enumerate(falls):
        at = bisect.bisect_right(signal.times, fall)
        rise = signal.times[at] if at < len(signal.times) else None
        if rise is None or rise - fall < BREAK_PS or len(falls) < i + 6:
            continue
        bit = (falls[i + 5] - falls[i + 1]) / 8
        here = falls[i + 1] + 9.5 * bit
        data, last = bytearray(), here
        while True:
            k = bisect.bisect_left(falls, here)
            if k == len(falls) or falls[k] - here > 30 * bit:
                break
            bits = [signal.at(falls[k] + (n + 0.5) * bit) for n in range(10)]
            if bits[0] or not bits[9]:
                break
            data.append(sum(b << n for n, b in enumerate(bits[1:9])))
            here = last = falls[k] + 9.5 * bit
        found.append((fall, bytes(data), last))
    return found


def frames(data):
    """The frames of a round; each CRC must be right."""
    found, at = [], 0
    while at < len(data):
        size = FRAME_SIZE.get(data[at] >> 4)
        check(size, "no frame begins with %02x at %d of %s" % (data[at], at, data.hex()))
        frame = data[at:at + size]
        check(len(frame) == size and crc16_dnp(frame[:-2]) == frame[-2] | frame[-1] << 8,
              "CRC of %s" % frame.hex())
        found.append(frame)
        at += size
    return found


def cells(found):
    """Voltage and temperature of each CELL frame by its number."""
    table = {}
    for frame in found:
        if frame[0] >> 4 == CELL:
            table[frame[1]] = ((frame[2] << 8 | frame[3]) & 0x1FFF,
                               ((frame[4] << 8 | frame[5]) & 0x7FF) - 400)
    return table


def run(bench, arguments, scenario=None):
    result = bench.run(arguments + ["--vcd", bench.path("out.vcd")], scenario)
    return result, Dump(bench.path("out.vcd"))


def frames_arrive(bench):
    """What is decoded from IN of End is what End shows, second by second."""
    result, dump = run(bench, ["--cells", 5, "--duration", 20, "--seed", 3],
                       "at 12 load 20 A\nat 14 temperature 3 40\n")
    heard = rounds(dump["board_5_end/IN"])
    check(len(heard) >= 18, "%d rounds in 20 s" % len(heard))
    compared = 0
    for second in result.rows.seconds():
        end = second * PS
        late = [r for r in heard if r[2] < end]
        if not late or end - late[-1][2] < 0.1 * PS or any(r[0] < end <= r[2] for r in heard):
            continue
        found = frames(late[-1][1])
        check(found[-1][0] >> 4 == END, "the round has no END")
        if result.rows.get(second, "cell1_mv_end") is None:
            continue
        table = cells(found)
        check(sorted(table) == [1, 2, 3, 4], "cells on the last hop: %s" % sorted(table))
        for number, (mv, dc) in table.items():
            shown = (result.rows.get(second, "cell%d_mv_end" % number),
                     result.rows.get(second, "cell%d_dc_end" % number))
            check(shown == (mv, dc), "%d s, cell %d: wire %s, End %s" % (second, number, (mv, dc),
                                                                        shown))
            compared += 1
    check(compared >= 40, "only %d readings compared" % compared)
    return "%d rounds, %d readings" % (len(heard), compared)


def every_byte(bench):
    """As many bytes as the boards counted, but for the sync, which is one more in each round."""
    result, dump = run(bench, ["--cells", 4, "--duration", 12])
    for number, name in ((1, "begin"), (2, "between"), (3, "between")):
        sent = rounds(dump["board_%d_%s/OUT" % (number, name)])
        count = sum(len(data) + 1 for _, data, _ in sent)
        told = result.json["boards"][number - 1]["bytes_sent"]
        check(count == told, "board %d: %d bytes on the wire, %d counted" % (number, count, told))
        for _, data, _ in sent:
            found = [frame for frame in frames(data) if frame[0] >> 4 not in ORDERS]
            check(len(found) == number + 2 + 4 + 1, "%d frames of board %d" % (len(found), number))


def both_ends(bench):
    """Without a fault OUT of a board is IN of the next, edge for edge; the return wire is 10 ms long."""
    _, dump = run(bench, ["--cells", 4, "--duration", 6])
    for out, into in (("board_1_begin", "board_2_between"), ("board_2_between", "board_3_between"),
                      ("board_3_between", "board_4_end")):
        a, b = dump[out + "/OUT"], dump[into + "/IN"]
        check(a.times == b.times and a.values == b.values and len(a.times) > 500, into)
    late = [t + 10 ** 10 for t in dump["board_4_end/OUT"].times[1:]]
    back = dump["board_1_begin/IN"].times[1:]
    check(back == late[:len(back)] and len(back) > 500, "the return wire")


def broken_wire(bench):
    """Behind a break the line is idle, while the sender goes on."""
    _, dump = run(bench, ["--cells", 3, "--duration", 14], "at 5.5 break 1 2\nat 9.5 repair 1 2\n")
    out, into = dump["board_1_begin/OUT"], dump["board_2_between/IN"]
    span = (5.5 * PS, 9.5 * PS)
    inside = [t for t in into.times if span[0] < t < span[1]]
    check(inside == [] and into.at(7 * PS) == 1, "edges on the broken wire: %s" % inside[:3])
    check(len([t for t in out.times if span[0] < t < span[1]]) > 500, "the sender is silent")
    check([t for t in into.times if t > 10.5 * PS] == [t for t in out.times if t > 10.5 * PS],
          "not the same edges after the repair")


def disturbed_wire(bench):
    """A fault of the wire is between OUT and IN: a byte of OUT is missing at IN."""
    _, dump = run(bench, ["--cells", 3, "--duration", 9], "at 5 fault wire 1 9 drop\n")
    sent = [data for at, data, _ in rounds(dump["board_1_begin/OUT"])]
    heard = [data for at, data, _ in rounds(dump["board_2_between/IN"])]
    different = [(a, b) for a, b in zip(sent, heard) if a != b]
    check(len(sent) == len(heard) and len(different) == 1, "%d rounds differ" % len(different))
    a, b = different[0]
    check(b == a[:8] + a[9:] or b == a[:8], "sent %s, heard %s" % (a.hex(), b.hex()))


def taken_back(bench):
    """A board that is reset in the middle of a byte sends no more of it."""
    arguments = ["--cells", 4, "--duration", 12]
    _, dump = run(bench, arguments)
    out = dump["board_2_between/OUT"]

    def busy(at):
        k = bisect.bisect_left(out.times, at)
        return out.times[k - 1] > at - 200e6 and out.times[k + 1] < at + 100e6

    times = [n * 10 ** 10 for n in range(200, 1190) if busy(n * 10 ** 10)]
    check(len(times) >= 6, "%d times" % len(times))
    for at in times[:12]:
        _, dump = run(bench, arguments, "at %.2f reset 2\n" % (at / PS))
        later = [t for t in dump["board_2_between/OUT"].times if at + 2e6 < t < at + 60e9]
        check(later == [], "%d edges behind the reset at %.2f s" % (len(later), at / PS))
    return "%d resets" % len(times[:12])


def modes(bench):
    """Time in each mode as the JSON has it: it counts cycles for those with a clock, and takes them all as
    long as the last one."""
    result, dump = run(bench, ["--cells", 4, "--duration", 15],
                       "at 6 reset 2\nat 9 reset 4\n")
    for number, name in ((1, "begin"), (2, "between"), (3, "between"), (4, "end")):
        told = result.json["boards"][number - 1]
        mode = dump["board_%d_%s/mode" % (number, name)]
        for value, key, error in ((POWER_DOWN, "power_down_s", 1e-5),
                                  (POWER_SAVE, "power_save_s", 1e-5), (IDLE, "idle_s", 0.01),
                                  (ACTIVE, "active_s", 0.01)):
            seen_s = mode.time_at(value, dump.end) / PS
            check(abs(seen_s - told[key]) < 1e-4 + error * told[key],
                  "board %d, %s: %.4f s, JSON %.4f" % (number, key, seen_s, told[key]))
    resets = [t / PS for t in dump["board_2_between/mode"].edges(RESET)]
    check(len(resets) == 2 and abs(resets[1] - 6) < 0.011, "resets of board 2 at %s" % resets)


def pins(bench):
    """Relays by the second, the LED as long as the simulator measured it; nothing drives in reset."""
    result, dump = run(bench, ["--cells", 3, "--duration", 30],
                       "at 9 temperature 2 -30\nat 12 temperature 2 20\nat 26 reset 3\n")
    for second in result.rows.seconds():
        for name in ("charge", "load"):
            signal = dump["board_3_end/" + name]
            moved = [t for t in signal.times if abs(t - second * PS) < 0.2 * PS]
            if not moved and second != 26:
                check(signal.at(second * PS) == result.rows.get(second, name + "_relay"),
                      "%s relay at %d s" % (name, second))
        check(signal.at(25.9 * PS) == 1, "%s relay before the reset" % name)
    for name in ("charge", "load", "LED", "balance"):
        check(dump["board_3_end/" + name].at(26.03 * PS) == 0, "%s in reset" % name)
    check(dump["board_3_end/load"].edges(1), "the load relay never closed")
    check(dump["board_1_begin/LED"].edges(1), "Begin's LED never lit")


def chosen(bench):
    _, dump = run(bench, ["--cells", 20, "--duration", 2, "--vcd-boards", "1,20,7"])
    boards = sorted({name.split("/")[0] for name in dump.signal})
    check(boards == ["board_1_begin", "board_20_end", "board_7_between"], "boards: %s" % boards)
    _, dump = run(bench, ["--cells", 20, "--duration", 2])
    check(len({name.split("/")[0] for name in dump.signal}) == 16, "not 16 boards")


def changes_nothing(bench):
    """With two threads too, and the dump is the same."""
    plain = bench.run(["--cells", 60, "--duration", 6])
    dumps = []
    for threads in (1, 2):
        path = bench.path("t%d.vcd" % threads)
        seen = bench.run(["--cells", 60, "--duration", 6, "--vcd", path, "--threads", threads,
                          "--vcd-boards", "1,29,30,31,60"])
        with open(plain.csv_path) as a, open(seen.csv_path) as b:
            check(a.read() == b.read(), "another run with --vcd and %d threads" % threads)
        with open(path) as file:
            dumps.append(file.read())
    check(dumps[0] == dumps[1], "two threads make another dump")


def bad_option(arguments, needle, bench):
    _, result = bench.raw(["--cells", 4] + arguments)
    lines = result.stderr.splitlines()
    check(result.returncode == 2 and len(lines) == 1 and needle in lines[0],
          "exit code %d: %s" % (result.returncode, lines))


if __name__ == "__main__":
    main([
        ("vcd_frames_arrive", frames_arrive),
        ("vcd_every_byte_counted", every_byte),
        ("vcd_both_ends_of_a_wire", both_ends),
        ("vcd_broken_wire", broken_wire),
        ("vcd_disturbed_wire", disturbed_wire),
        ("vcd_taken_back", taken_back),
        ("vcd_modes", modes),
        ("vcd_pins", pins),
        ("vcd_chosen_boards", chosen),
        ("vcd_changes_nothing", changes_nothing),
        ("vcd_bad_path", functools.partial(bad_option, ["--vcd", "/no/such/folder/x"], "No such")),
        ("vcd_bad_board", functools.partial(bad_option, ["--vcd", "x", "--vcd-boards", "5"],
                                            "board 5")),
        ("vcd_bad_list", functools.partial(bad_option, ["--vcd-boards", "1,x"], "'x'")),
    ])
