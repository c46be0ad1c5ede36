#!/usr/bin/env python3
"""A run that is saved and goes on, against one that went through: rows, summary, and the file that either
saves later, to the last byte. SOAK=1: more of it."""

import filecmp
import functools
import os
import random
import re
import signal
import subprocess
import time

from chain import FIRMWARE, ROOT, SIM, TIMEOUT_S, check, describe, main
from elf import copy_images, patch
from terminal import Terminal

STEP = ["--csv-step", 0.05] # as often as belief is looked at
SOAK = bool(os.environ.get("SOAK"))

LIBRARY = [("winter_morning.txt", 600, 259.43), ("cable_break.txt", 500, 121.07),
           ("solar_day.txt", 1200, 777.77), ("weak_cell.txt", 900, 333.33),
           ("new_pack.txt", 1500, 811.11), ("combi_critical.txt", 600, 200.02),
           ("e_boat_trip.txt", 900, 456.78), ("forgotten_load.txt", 900, 512.34),
           ("sensor_offset.txt", 900, 404.04)]


# ---- one run in two pieces --------------------------------------------------------------------------


def rows_from(run, second):
    with open(run.csv_path) as file:
        lines = file.read().splitlines()
    return [lines[0]] + [line for line in lines[1:] if float(line.split(",")[0]) >= second - 1e-9]


def summary(run):
    return {key: value for key, value in run.json.items() if key not in ("wall_s", "ratio")}


def compare(through, resumed, at_s, what):
    a, b = rows_from(through, at_s), rows_from(resumed, at_s)
    check(len(b) > 1 and rows_from(resumed, 0) == b, "%s: rows from before %g s" % (what, at_s))
    for row, (left, right) in enumerate(zip(a, b)):
        check(left == right, "%s: row %d behind %g s differs: %s" % (what, row, at_s, right[:60]))
    check(len(a) == len(b), "%s: %d rows, %d went through" % (what, len(b), len(a)))
    left, right = summary(through), summary(resumed)
    for key, value in left.items():
        check(value == right[key], "%s: %s is %s, %s of what went through" % (
            what, key, str(right[key])[:80], str(value)[:80]))


class Through:
    """A run without a stop, and what a stop at any time makes of it."""

    def __init__(self, bench, arguments, scenario, end_s, later_s):
        self.bench = bench
        self.arguments = list(arguments) + ["--scenario", bench.write("scenario.txt", scenario)]
        self.end_s = end_s
        self.later_s = later_s
        self.later = bench.path("through.ckpt")
        self.run = bench.run(self.arguments + STEP + ["--duration", end_s, "--threads", 1, "--save",
                                               self.later, "--save-at", later_s], expect_code=None)
        check(self.run.code in (0, 1), "exit code %d: %s" % (self.run.code, self.run.err))

    def stop_at(self, at_s, threads=(1, 1)):
        what = "%s, stop at %g s" % (describe(self.arguments), at_s)
        saved, later = self.bench.path("saved.ckpt"), self.bench.path("later.ckpt")
        self.bench.run(self.arguments + ["--duration", at_s, "--threads", threads[0], "--save", saved],
                       expect_code=None)
        resumed = self.bench.run(STEP + ["--resume", saved, "--duration", self.end_s, "--threads",
                                  threads[1], "--save", later, "--save-at", self.later_s],
                                 expect_code=None)
        check(resumed.code == self.run.code, "%s: exit code %d, not %d: %s" % (
            what, resumed.code, self.run.code, resumed.err))
        compare(self.run, resumed, at_s, what)
        # two threads forget edges that nobody needs at other moments
        check(threads[1] != 1 or filecmp.cmp(self.later, later, shallow=False),
              what + ": the later files differ")


# ---- moments ----------------------------------------------------------------------------------------

BUSY = """
set capacity 10
set spread 0.05
at 3.5 charger 10 A 3.5 V
at 5 ripple 100 0.5
at 6 leak 2 20
from 5 to 18 expect comm_ok == 1
at 7 within 6 expect charge_relay == 1
at 8 app "cells"
at 8 within 9 app expect "cell"
at 11 load 30 A
at 12 temperature 1 3
at 6.5 ambient -50
"""


def round_at(bench, arguments, after_s):
    """When Begin's next round begins, in whole steps of the simulator."""
    wave = bench.path("round.vcd")
    bench.run(arguments + ["--duration", after_s + 1.5, "--vcd", wave, "--vcd-boards", 1],
              expect_code=None)
    with open(wave) as file:
        name = re.search(r"\$var wire 1 (\S+) OUT", file.read()).group(1)
    falls = [at_ps for at_ps, line in changes(wave, int(after_s * 1e12)) if line.strip() == "0" + name]
    return int(falls[0] / 1e10) / 100


def changes(path, from_ps):
    """What a waveform file says of the time from then on."""
    at_ps, found = 0, []
    with open(path) as file:
        for line in file:
            if line.startswith("#"):
                at_ps = int(line[1:])
            elif at_ps >= from_ps and not line.startswith("$"):
                found.append((at_ps, line))
    return found


def moments(cells, count, scenario, bench):
    """All through a round: before it, in its break, sync, head, frames, return; and some between rounds."""
    through = Through(bench, ["--cells", cells, "--seed", 11], scenario, 11, 10.5)
    first_s = round_at(bench, through.arguments, 7)
    for i in range(count):
        through.stop_at(round(first_s + 0.01 * i, 2), (1 + i % 2, 1 + i // 2 % 2))
    for at_s in (first_s - 0.01, first_s + 0.33, 9):
        through.stop_at(round(at_s, 2))
    return "%d moments from %g s on, %d boards" % (count + 3, first_s, cells)


# All kinds in the round that begins a little later, those behind which less is heard on the last hops; and
# one of a single byte on each hop, late enough that the stop is before it.
WIRE_FAULTS = "".join("at 6.9 fault %s\n" % words for words in [
    "wire 2 3 insert 85", "wire 3 5 duplicate", "wire 4 8 framing", "wire 5 30 glitch 40",
    "wire 6 50 duplicate", "wire 7 25 delay 900", "wire 8 40 drop", "wire 9 60 flip 24",
    "pulse 10 24 low 300", "pulse 11 23 high 200", "wire 12 0 delay 400", "wire 13 20 truncate"])
LATE_FAULTS = "".join("at 6.9 fault wire %d %d %s\n" % (hop, 4 + 7 * hop, kind)
                      for hop, kind in enumerate(["flip 8", "drop", "insert 7", "flip 2"] * 3, 2))


# Something is going on at the second moment.
IN_THE_MIDDLE = {
    "balancing": ("set chemistry lfp\nset soc 0.97\nset spread 0.03\nat 2 charger 5 A 3.6 V\n", 9.47),
    "noise": ("at 4 noise all 2e-4\n", 7.31),
    "babble": ("at 6 babble 2 on\nat 9 babble 2 off\n", 7.77),
    "stuck": ("at 6 stuck 1 low\nat 9.5 stuck 1 off\n", 8.2),
    "broken_wire": ("at 6 break 1 2\nat 10 repair 1 2\n", 8.88),
    "broken_return": ("at 6 break 4 1\n", 6.03),
    "swap": ("at 2 temperature all 45\nat 6 swap 2 3\n", 6.04),
    "replace": ("at 6 replace 3\n", 6.09),
    "reset": ("at 6 reset 3\n", 6.03),
    "reset_all": ("at 6 reset all\n", 6.5),
    "brown_out": ("at 6 brownout 2 0.5\n", 6.3),
    "crystal_dead": ("at 5 fault crystal 4 dead\nat 11 fault crystal 4 ok\n", 7.5),
    "crystal_just_dead": ("at 5 fault crystal 4 dead\nat 11 fault crystal 4 ok\n", 5.02),
    "stuck_ram_bit": ("at 6 fault ram 2 360 3 1\n", 8.1),
    "own_flash": ("at 0 fault flash 2 20000 3\n", 5.01),
    "divider": ("at 4 fault divider 3 1.1\nat 5 ntc cell 2 open\n", 6.66),
    "clock_drift": ("at 3 clock 3 -3 over 100\nat 5 clock 3 4 over 6000\n", 8.05),
    "sensors": ("at 3 sensor 1 offset 2\nat 3 sensor 1 gain 1.2\n"
                "at 5 charger 20 A 3.5 V\n", 6.2),
    "sensor_open": ("at 4 sensor 2 open\nat 5 load 20 A\n", 6.2),
    "button": ("at 5 button begin down\nat 8 reset 1\n", 6.5),
    "removed_cell": ("at 5 remove 2\nat 9 insert 2\n", 7.0),
    "event_of_the_moment": ("at 3 noise all 4e-4\nat 9.62 noise all 0\n", 9.62),
    "switches": ("at 5 switches 11111111\n", 5.02),
}


def in_the_middle(name, bench):
    scenario, at_s = IN_THE_MIDDLE[name]
    through = Through(bench, ["--cells", 4, "--seed", 23], scenario, 13, 12.11)
    through.stop_at(at_s, (2, 1))
    return "at %g s" % at_s


def eeprom_write(bench):
    """End writes 26 bytes in a row, 3.3 ms each: stops within, once with a supply that will fail."""
    scenario = "at 0 fault eeprom 4 %d random\n"
    arguments = ["--cells", 4, "--seed", 23]
    low, high = 10, 12

    def writes(end_s):
        return bench.run(arguments + ["--duration", end_s]).json["boards"][3]["eeprom_writes"]

    before, behind = writes(low), writes(high)
    check(behind - before > 10, "only %d writes" % (behind - before))
    while high - low > 0.015:
        middle = round((low + high) / 2, 2)
        low, high = (middle, high) if writes(middle) < (before + behind) / 2 else (low, middle)
    for number in (1000, before + 3 * (behind - before) // 4):
        through = Through(bench, arguments, scenario % number, high + 2, high + 1.5)
        for i in range(-2, 2):
            through.stop_at(round(high + 0.01 * i, 2))
    return "%d writes round %g s" % (behind - before, high)


def app_reply(bench):
    """A command that is still being typed, and its reply, which nobody expected: the last line is kept."""
    scenario = ("at 8 app \"%scells\"\nat 8.05 app \"health 2\"\n"
                "at 8 within 5 app expect \"never\"\n" % (" " * 90))
    through = Through(bench, ["--cells", 4, "--seed", 23], scenario, 13.5, 12.5)
    for i in range(1, 19, 2):
        through.stop_at(round(8 + 0.01 * i, 2))
    return "9 moments"


# ---- any moment of any run --------------------------------------------------------------------------


def random_event(dice, cells):
    k = dice.randint(1, cells)
    between = dice.randint(2, cells - 1) if cells > 2 else None
    follower = dice.randint(1, cells - 1)
    events = [
        "charger %d A 3.5 V" % dice.randint(1, 20), "load %d A" % dice.randint(1, 30),
        "load %d W" % dice.randint(5, 50), "ripple %d 0.4" % dice.randint(20, 300), "load off",
        "break %d %d" % (k, k % cells + 1), "repair %d %d" % (k, k % cells + 1),
        "temperature %d %d" % (k, dice.randint(-10, 60)), "temperature all free",
        "leak %d %d" % (k, dice.randint(5, 50)), "soc %d %d" % (k, dice.randint(5, 98)),
        "reset %d" % k, "noise all 1e-5", "noise %d 3e-4" % k, "noise all 0",
        "stuck %d high" % follower, "stuck %d off" % follower, "babble %d on" % k,
        "babble %d off" % k, "brownout %d 0.%d" % (k, dice.randint(1, 9)),
        "clock %d %d over %d" % (k, dice.randint(-5, 5), dice.randint(0, 3000)),
        "fault wire %d %d drop" % (k, dice.randint(0, 30)),
        "fault eeprom %d %d random" % (k, dice.randint(1, 3)), "button begin down",
        "button begin up", "fault byte %d %d 85" % (k, dice.randint(600, 1500)),
        "ntc resistor %d short" % k, "sensor 1 offset 1", "fault crystal %d dead" % cells,
        'app "cells"', 'app "health %d"' % k, "switches 01010000", "remove %d" % k, "insert %d" % k,
    ]
    if between:
        events += ["replace %d" % between]
    if cells > 3:
        events += ["swap 2 3"]
    return dice.choice(events)


def random_run(number, bench):
    dice = random.Random(number)
    cells = dice.choice([2, 3, 4, 4, 7])
    end_s = 14
    lines = ["at %.2f %s" % (dice.uniform(0, end_s), random_event(dice, cells))
             for _ in range(dice.randint(3, 12))]
    lines += ["from %d to %d expect comm_ok == 1" % (dice.randint(2, 6), dice.randint(7, 13)),
              "at %d within 5 expect max_mv > 3000" % dice.randint(1, 12)]
    arguments = ["--cells", cells, "--seed", number, "--capacity", 5, "--set", "soc=0.%02d" %
                 dice.randint(3, 97), "--set", "spread=0.03"]
    at_s = round(dice.uniform(0.01, end_s - 1), dice.choice([0, 1, 2, 2])) or 0.01
    through = Through(bench, arguments, "\n".join(lines) + "\n", end_s, end_s - 0.5)
    try:
        through.stop_at(at_s, (dice.randint(1, 2), dice.randint(1, 2)))
    except Exception:
        print("\n".join(lines))
        raise


def any_moment(first, count, bench):
    for number in range(first, first + count):
        random_run(number, bench)
    return "%d runs, seeds %d to %d" % (count, first, first + count - 1)


# ---- longer chains, the library, files beside the scenario --------------------------------------------


def of_255(bench):
    through = Through(bench, ["--cells", 255, "--seed", 5], "at 1 load 5 A\nat 2 noise 100 1e-4\n", 4, 3.9)
    through.stop_at(2.83, (2, 1))
    return "255 boards"


def library(name, end_s, at_s, bench):
    path = os.path.join("sim/scenarios", name)
    arguments = ["--scenario", path, "--seed", 77, "--duration", end_s]
    saved, later = bench.path("saved.ckpt"), bench.path("later.ckpt")
    through = bench.run(arguments, expect_code=None)
    bench.run(arguments + ["--save", saved, "--save-at", at_s], expect_code=None)
    resumed = bench.run(["--resume", saved, "--threads", 2], expect_code=None)
    check(through.code == resumed.code, "exit code %d, not %d" % (resumed.code, through.code))
    compare(through, resumed, at_s, name)
    second = bench.run(["--resume", saved, "--save", later, "--save-at", at_s + 61.37],
                       expect_code=None)
    third = bench.run(["--resume", later], expect_code=None)
    compare(through, second, at_s, name)
    compare(through, third, at_s + 61.37, name + ", the second stop")
    return "%d s, saved at %g s and again" % (end_s, at_s)


PROFILE = "time_s,current_a\n0,-2\n2,5\n4.25,-8\n"
RECORDING = ("time_s,current_a,cell1_mv,cell2_mv,cell3_mv,temp1_c\n0,0,3300,3310,3290,20\n"
             "10,-5,3200,3210,3190,22\n30,5,3400,3410,3390,25\n")


def other_file(scenario, name, bench):
    """A file that the scenario names goes on where it was, and must still be the same."""
    text = bench.write(name, PROFILE if name == "p.csv" else RECORDING)
    through = Through(bench, ["--cells", 3, "--seed", 3], scenario, 14, 13)
    through.stop_at(7.77)
    with open(text) as file:
        changed = file.read().replace("5", "6", 1)
    bench.write(name, changed)
    refused(bench, ["--resume", bench.path("saved.ckpt"), "--duration", 9],
            ["scenario.txt", "saved.ckpt"])


def rig(bench):
    Through(bench, ["--cells", 2, "--seed", 3, "--calibrate", "ring"], "", 6, 5.5).stop_at(3.21)


def other_core(bench):
    """Saved on one core, gone on with on the other."""
    arguments = ["--cells", 3, "--seed", 8, "--scenario", bench.write("s.txt", BUSY)]
    through = bench.run(arguments + ["--duration", 9], expect_code=None)
    saved = bench.path("saved.ckpt")
    for first, second in (("own", "simavr"), ("simavr", "own")):
        bench.run(arguments + ["--core", first, "--duration", 5.43, "--save", saved], expect_code=None)
        compare(through, bench.run(["--resume", saved, "--duration", 9, "--core", second],
                                   expect_code=None), 5.43, second)


def in_the_view(bench):
    """The view shows what was set before, and `q` saves."""
    saved, later = bench.path("saved.ckpt"), bench.path("later.ckpt")
    bench.run(["--cells", 3, "--duration", 8, "--save", saved],
              "at 3 load 7 A\nat 4 charger 9 A 3.5 V\nat 5 switches 01010001\n")
    os.chdir(ROOT)
    t = Terminal([SIM, "--view", "--firmware", FIRMWARE, "--resume", saved, "--save", later],
                 bench.path("err.txt"))
    t.wait("Set", "load 7 A", "charger 9 A", "0101 0001")
    t.type("q")
    check(t.exit_code() == 0, "exit code %s" % t.exit_code())
    check(at_second(bench, later) > 8, "saved at %g s" % at_second(bench, later))
    return "from 8 s to %g s" % at_second(bench, later)


def waveforms(bench):
    """Pins and wires of a run that goes on; an edge of just before the checkpoint may come a little later."""
    files = [bench.path("through.vcd"), bench.path("resumed.vcd")]
    saved = bench.path("saved.ckpt")
    bench.run(["--cells", 3, "--duration", 8, "--vcd", files[0]])
    bench.run(["--cells", 3, "--duration", 5.55, "--save", saved])
    bench.run(["--resume", saved, "--duration", 8, "--vcd", files[1]])
    through, resumed = (changes(name, 5560000000000) for name in files)
    check(through == resumed and len(through) > 1000, "%d and %d changes" % (
        len(through), len(resumed)))
    return "%d changes" % len(through)


def ext_log(bench):
    """Frames of the extended data output that are on their way when it is saved."""
    logs = [bench.path(name) for name in ("through.log", "resumed.log")]
    arguments = ["--cells", 3, "--seed", 8]
    bench.run(arguments + ["--duration", 14, "--ext-log", logs[0]])
    with open(logs[0]) as file:
        through = file.read().splitlines()
    for line in through[5:8]:
        at_s = round(float(line.split()[0]) + 0.03, 2) # half of the frame
        saved = bench.path("saved.ckpt")
        bench.run(arguments + ["--duration", at_s, "--save", saved])
        bench.run(["--resume", saved, "--duration", 14, "--ext-log", logs[1]])
        with open(logs[1]) as file:
            resumed = file.read().splitlines()
        check(resumed == through[through.index(line):], "saved at %g s: %s" % (at_s, resumed[:2]))
    return "%d frames" % len(through)


def crash_later(bench):
    """A board that crashes after the resume crashes as it would have, and no checkpoint is left of it."""
    scenario = bench.write("s.txt", "at 0 fault ram 2 93 7 1\nat 0 fault ram 2 93 0 0\n"
                                    "at 6 fault byte 2 94 0\nat 6 fault flash 2 0 4\nat 6.5 reset 2\n")
    arguments = ["--cells", 3, "--scenario", scenario]
    through = bench.run(arguments + ["--duration", 300], expect_code=None)
    check(through.code == 3, "exit code %d: no crash" % through.code)
    saved, never = bench.path("saved.ckpt"), bench.path("never.ckpt")
    bench.run(arguments + ["--duration", 5.55, "--save", saved])
    resumed = bench.run(["--resume", saved, "--duration", 300, "--save", never], expect_code=None)
    check(resumed.err == through.err, "%s, not %s" % (resumed.err, through.err))
    compare(through, resumed, 5.55, "crash")
    check(not os.path.exists(never), "a crashed run was saved")
    return through.err.strip().split(": ", 1)[1][:60]


# ---- what if ----------------------------------------------------------------------------------------


def futures(bench):
    """One settled pack, two futures: each as a run with that future from its start."""
    arguments = ["--cells", 4, "--seed", 31]
    saved = bench.path("settled.ckpt")
    bench.run(arguments + ["--duration", 8, "--save", saved])
    found = []
    for event in ("load 20 A", "charger 20 A 3.5 V"):
        scenario = bench.write("future.txt", "set duration 16\nat 8 %s\nat 10 expect comm_ok == 1\n"
                                             "from 8 to 15 expect load_relay == 1\n" % event)
        through = bench.run(arguments + ["--scenario", scenario])
        resumed = bench.run(["--resume", saved, "--scenario", scenario])
        compare(through, resumed, 8, event)
        found.append(resumed.rows.get(16, "current_ma_true"))
    check(found[0] < -19000 and found[1] > 19000, "currents %s" % found)
    return "%g and %g mA" % tuple(found)


def other_future(bench):
    """What lies before is the same, on other lines; what lies behind is not."""
    past = "at 2 load 5 A\nfrom 3 to 12 expect comm_ok == 1\nat 3 within 9 app expect \"none\"\n"
    saved = bench.path("saved.ckpt")
    bench.run(["--cells", 3, "--duration", 6, "--save", saved], past + "at 9 break 1 2\n", 1)
    future = bench.write("future.txt", "# another\n\nset cells 3\n" + past + "at 10 load 9 A\n")
    through = bench.run(["--scenario", future, "--duration", 14], expect_code=1)
    resumed = bench.run(["--resume", saved, "--scenario", future, "--duration", 14], expect_code=1)
    compare(through, resumed, 6, "another future")
    check(resumed.json["expect_failed"] == 1, "%d failed" % resumed.json["expect_failed"])


def scenario_goes_along(bench):
    """The checkpoint holds the text of its scenario: the file may be gone."""
    scenario = bench.write("gone.txt", "set cells 2\nset duration 9\nat 7 load 4 A\n")
    through = bench.run(["--scenario", scenario])
    saved = bench.path("saved.ckpt")
    bench.run(["--scenario", scenario, "--save", saved, "--save-at", "5"])
    os.remove(scenario)
    compare(through, bench.run(["--resume", saved]), 5, "the scenario is gone")


def lines(bench):
    """What is printed goes on too: only what changes, and the messages of the moment."""
    scenario = bench.write("s.txt", "at 6 load 5 A\nat 9 break 2 3\nat 12 print so far\nat 30 repair 2 3\n")
    saved = bench.path("saved.ckpt")
    _, through = bench.raw(["--cells", 3, "--scenario", scenario, "--duration", 130])
    for at_s in (11.5, 12, 60):
        bench.raw(["--cells", 3, "--scenario", scenario, "--duration", at_s, "--save", saved])
        _, resumed = bench.raw(["--resume", saved, "--duration", 130])
        lines, want = ([line for line in run.stdout.splitlines()[:-2] if int(line.split()[0]) >= at_s]
                       for run in (resumed, through))
        check(lines == want == resumed.stdout.splitlines()[:-2] and len(lines) > 1,
              "saved at %g s: %s, not %s" % (at_s, lines, want))


def report(bench):
    """The report of a run that goes on covers what it saw."""
    saved, page = bench.path("saved.ckpt"), bench.path("report.html")
    bench.run(["--cells", 2, "--duration", 130, "--save", saved])
    bench.run(["--resume", saved, "--duration", 260, "--report", page], "at 200 load 5 A\n")
    with open(page) as file:
        text = file.read()
    check("saved.ckpt, 130 s" in text, "the head does not say where it goes on from")
    check('data-x="64.0 984.0 129 260"' in text, "the axis does not begin with second 130")
    ticks = set(re.findall('class="tick">([0-9]+)<', text))
    check({"140", "260"} <= ticks and not {"60", "80", "120"} & ticks, "ticks %s" % ticks)


# ---- interrupted ------------------------------------------------------------------------------------


def interrupted(number, bench):
    """By a signal: in order, with the checkpoint. Killed: the one of --save-every, which is whole."""
    saved = bench.path("saved.ckpt")
    command = [SIM, "--firmware", FIRMWARE, "--cells", "3", "--duration", "5000", "--quiet",
               "--save", saved, "--save-every", "2", "--csv", bench.path("first.csv")]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not os.path.exists(saved):
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(number)
        code = process.wait(TIMEOUT_S)
    check(code == (0 if number == signal.SIGINT else -number), "exit code %d" % code)
    check([name for name in os.listdir(bench.folder.name) if name.endswith(".ckpt")] == ["saved.ckpt"]
          or number == signal.SIGKILL, "something is left: %s" % os.listdir(bench.folder.name))
    end_s = int(at_second(bench, saved)) + 4
    through = bench.run(["--cells", 3, "--duration", end_s])
    resumed = bench.run(["--resume", saved, "--duration", end_s])
    compare(through, resumed, resumed.rows.seconds()[0], "interrupted")
    return "went on at %g s" % resumed.rows.seconds()[0]


def at_second(bench, saved):
    """When a checkpoint was saved, by the line that refuses to go on to an earlier end."""
    _, result = bench.raw(["--resume", saved, "--duration", 0.001])
    return float(result.stderr.split("saved at ")[1].split(" s")[0])


# ---- refusals ---------------------------------------------------------------------------------------


def refused(bench, arguments, needles, firmware=FIRMWARE):
    _, result = bench.raw(arguments, firmware)
    lines = result.stderr.splitlines()
    check(result.returncode == 2, "exit code %d, not 2: %s: %s" % (
        result.returncode, describe(arguments), lines[:3]))
    check(len(lines) == 1 and result.stdout == "", "not one line: %s" % lines[:3])
    for needle in needles:
        check(needle in lines[0], "no '%s' in: %s" % (needle, lines[0]))


PAST = ("set cells 3\nat 2 load 5 A\nat 3 print hello\nfrom 3 to 4 expect cells == 3\n"
        "at 3 within 1 app expect \"none\"\n")


def saved_past(bench):
    saved = bench.path("saved.ckpt")
    bench.run(["--duration", 5, "--save", saved], PAST, 1)
    return saved


def other_pack(bench):
    saved = saved_past(bench)
    base = ["--resume", saved, "--duration", 8]
    for option, value, held in (("cells", "4", "3"), ("chemistry", "lto", "lfp"), ("seed", "2", "1"),
                                ("mode", "critical", "normal"), ("capacity", "50", "100"),
                                ("clock-spread", "5", "10"), ("clock-end", "3", "nan"),
                                ("app-baud", "19200", "38400"), ("calibrate", "ring", "direct"),
                                ("switches", "11110000", "00010000")):
        refused(bench, base + ["--" + option, value], ["--%s: %s" % (option, value), held, saved])
        if option not in ("clock-end", "switches"):
            bench.run(base + ["--" + option, held], expect_code=1)
    refused(bench, base + ["--uncalibrated"], ["--uncalibrated", saved])
    refused(bench, base + ["--set", "soc=0.4"], ["soc: 0.4", "0.5", saved])
    refused(bench, base + ["--set", "charge_tmin_dc=-50"], ["charge_tmin_dc", saved])
    for option in ("--sweep", "--record"):
        refused(bench, base + [option, "seed=1,2" if option == "--sweep" else bench.path("r.txt")],
                ["--resume"])


def other_past(bench):
    saved = saved_past(bench)
    for line, text in ((2, PAST.replace("load 5", "load 6")), (2, PAST.replace("at 2 load", "at 2.5 load")),
                       (3, PAST.replace("hello", "bye")), (4, PAST.replace("cells == 3", "cells == 2")),
                       (4, PAST.replace("to 4", "to 4.5")), (5, PAST.replace("none", "some")),
                       (6, PAST + "at 4.9 load 1 A\n"), (6, PAST + "at 4 expect cells == 3\n"),
                       (0, PAST.replace("at 3 print hello\n", "")),
                       (0, PAST.replace("at 3 within 1 app expect \"none\"\n", "")),
                       (0, PAST.replace("cells 3", "cells 4", 1)), (0, PAST + "replay r.csv\n")):
        bench.write("r.csv", RECORDING)
        path = bench.write("other.txt", text)
        where = "%s:%d: " % (path, line) if line else path
        refused(bench, ["--resume", saved, "--duration", 8, "--scenario", path], [where, saved])
    bench.run(["--resume", saved, "--duration", 8], "\n" + PAST + "at 5 load 1 A\n", 1)


def other_times(bench):
    saved = saved_past(bench)
    more = bench.path("more.ckpt")
    refused(bench, ["--resume", saved], ["saved at 5 s", "--duration"])
    refused(bench, ["--resume", saved, "--duration", 4], [saved, "saved at 5 s", "4 s"])
    refused(bench, ["--resume", saved, "--duration", 8, "--save", more, "--save-at", 5], ["--save-at"])
    refused(bench, ["--save", more, "--save-at", 70], ["--save-at: 70 s", "60 s"])
    refused(bench, ["--save-at", 70], ["--save-at", "--save"])
    refused(bench, ["--save", more, "--save-at", 7, "--save-every", 2], ["--save-every"])
    refused(bench, ["--save", more, "--save-at", "soon"], ["--save-at", "'soon'"])
    refused(bench, ["--save", more, "--save-every", 0], ["--save-every", "'0'"])
    refused(bench, ["--save", bench.path("no/such/c.ckpt")], ["no/such/c.ckpt", "No such file"])
    check(not os.path.exists(more), "a file was written")


def other_file_format(bench):
    saved = saved_past(bench)
    with open(saved, "rb") as file:
        whole = file.read()
    bad = bench.path("bad.ckpt")
    dice = random.Random(4)
    cuts = list(range(0, 56, 4)) + [dice.randrange(len(whole)) for _ in range(500 if SOAK else 9)]
    for size in cuts:
        with open(bad, "wb") as file:
            file.write(whole[:size])
        refused(bench, ["--resume", bad], [bad])
    for _ in range(1000 if SOAK else 9):
        changed = bytearray(whole)
        changed[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        with open(bad, "wb") as file:
            file.write(changed)
        refused(bench, ["--resume", bad], [bad])
    refused(bench, ["--resume", bench.write("text.txt", PAST)], ["no checkpoint"])
    refused(bench, ["--resume", bench.path("none")], ["No such file"])
    return "%d bytes, cut at %d places" % (len(whole), len(cuts))


def other_images(bench):
    saved = saved_past(bench)
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    bench.run(["--resume", saved, "--duration", 6], firmware=folder, expect_code=1)
    patch(os.path.join(folder, "between_board.elf"), "main", b"\x00\x00")
    refused(bench, ["--resume", saved, "--duration", 6],
            [saved, os.path.join(folder, "between_board.elf")], folder)


if __name__ == "__main__":
    main([("checkpoint_moments_of_%d" % cells,
           functools.partial(moments, cells, 40 if SOAK else count, BUSY))
          for cells, count in ((2, 5), (4, 7), (16, 3))] +
         [("checkpoint_wire_faults", functools.partial(moments, 14, 12 if SOAK else 8, WIRE_FAULTS)),
          ("checkpoint_late_faults", functools.partial(moments, 14, 12 if SOAK else 8, LATE_FAULTS))] +
         [("checkpoint_" + name, functools.partial(in_the_middle, name)) for name in IN_THE_MIDDLE] +
         [("checkpoint_eeprom_write", eeprom_write), ("checkpoint_app_reply", app_reply),
          ("checkpoint_any_moment", functools.partial(any_moment, 1000, 1000 if SOAK else 14)),
          ("checkpoint_of_255", of_255),
          ("checkpoint_profile", functools.partial(other_file, "at 2 profile p.csv scale 2 loop\n",
                                                   "p.csv")),
          ("checkpoint_recording", functools.partial(other_file, "replay r.csv\n", "r.csv")),
          ("checkpoint_rig", rig), ("checkpoint_other_core", other_core),
          ("checkpoint_in_the_view", in_the_view), ("checkpoint_waveforms", waveforms),
          ("checkpoint_ext_log", ext_log),
          ("checkpoint_crash_later", crash_later), ("checkpoint_futures", futures),
          ("checkpoint_other_future", other_future),
          ("checkpoint_scenario_goes_along", scenario_goes_along),
          ("checkpoint_lines", lines), ("checkpoint_report", report),
          ("checkpoint_interrupted", functools.partial(interrupted, signal.SIGINT)),
          ("checkpoint_killed", functools.partial(interrupted, signal.SIGKILL)),
          ("checkpoint_refuses_another_pack", other_pack),
          ("checkpoint_refuses_another_past", other_past),
          ("checkpoint_refuses_other_times", other_times),
          ("checkpoint_refuses_other_files", other_file_format),
          ("checkpoint_refuses_other_images", other_images)] +
         [("checkpoint_library_" + name[:-4], functools.partial(library, name, end_s, at_s))
          for name, end_s, at_s in (LIBRARY if SOAK else LIBRARY[:1])])
