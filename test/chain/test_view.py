#!/usr/bin/env python3
"""The live view on a pseudo-terminal: keys act on the pack, a record of them replays the session, and
the terminal is as it was before however the program ends."""

import functools
import os
import signal
import time

from chain import FIRMWARE, ROOT, SIM, check, main
from elf import copy_images, patch
from terminal import Terminal

LEAVE = b"\x1b[?1049l" # xterm's word for the screen as it was
FAST = "+++"           # 10 times real time: keys are still at their place
CLI_SLEEP = b"\x81\xe0\x83\xbf\xf8\x94\x88\x95" # ldi r24, SE; out SMCR, r24; cli; sleep


def view(bench, arguments, firmware=FIRMWARE, **how):
    os.chdir(ROOT)
    command = [SIM, "--view", "--firmware", firmware] + [str(a) for a in arguments]
    return Terminal(command, bench.path("err.txt"), **how)


def err_of(bench):
    with open(bench.path("err.txt")) as file:
        return file.read().splitlines()


def left_well(terminal, code):
    found = terminal.exit_code()
    check(found == code, "exit code %s, not %s" % (found, code))
    check(terminal.restored(), "the terminal's settings are not those from before")
    check(LEAVE in terminal.raw, "the screen from before did not come back")


def keys(bench):
    """What the keys do; then the record of them gives the same run to the byte."""
    t = view(bench, ["--cells", 4, "--record", bench.path("record.txt"),
                     "--csv", bench.path("view.csv")])
    t.wait("Charge", "open")
    t.type(FAST)
    t.wait("4 x lfp", "x10")
    t.wait("Charge", "closed")
    t.wait("Load", "closed")
    t.type("\x1bOB")
    t.wait("Cell 2", "3.")
    t.type("b")
    t.wait("Ring", "broken between board 2 and board 3")
    t.wait("Charge", "open", "a cell is silent")
    t.wait("Load", "open", "a cell is silent")
    t.wait("Faults", "a cell is silent")
    t.type("b")
    t.wait("Ring", "whole")
    t.wait("Load", "closed")
    t.type("LLl")
    t.wait("Set", "load 10 A")
    t.wait("Pack", "-10.0")
    t.type("C")
    t.wait("Set", "charger 10 A")
    t.type("hhhhh")
    t.wait("Cell 2", "true 7")
    t.wait("Charge", "open", "too hot")
    t.type("HHHHHf3")
    t.wait("switches 0011 0000")
    t.wait("Faults", "do not fit the switches")
    t.type("3r")
    t.wait("reset 2")
    t.wait("Load", "closed")
    t.type(" ")
    t.wait("PAUSED")
    stands = t.wait("4 x lfp")
    time.sleep(0.5)
    t.read(0.1)
    check(t.wait("4 x lfp") == stands, "time goes on while it is paused")
    t.type(" q")
    left_well(t, 0)
    out = t.raw.split(LEAVE)[-1].decode()
    for line in ("break 2 3", "the ring is broken between board 2 and board 3", "load 20 A",
                 "charge relay opens", "4 boards, "):
        check(line in out, "'%s' is not left on the terminal: %s" % (line, out))
    with open(bench.path("record.txt")) as file:
        record = file.read()
    for line in ("set cells 4\n", " break 2 3\n", " repair 2 3\n", " load 20 A\n", " load 10 A\n",
                 " charger 10 A 3.55 V\n", " temperature 2 ", " temperature 2 free\n",
                 " switches 00110000\n", " reset 2\n", "set duration "):
        check(line in record, "'%s' not in the record:\n%s" % (line, record))
    again = bench.run([], record)
    with open(bench.path("view.csv")) as a, open(again.csv_path) as b:
        seen, replayed = a.read(), b.read()
    check(seen == replayed, "the record replays another run")
    return "%d s replayed to the byte" % (len(seen.splitlines()) - 1)


def record_keeps_scenario(bench):
    """Events of a scenario, a profile and settings of the command line are in the record too."""
    bench.write("p.csv", "time_s,current_a\n0,-1\n5,-9\n10,3\n")
    first = bench.run(["--record", bench.path("r.txt"), "--clock-spread", 3, "--seed", 5],
                      "set cells 3\nset spread 0.0123\nset capacity 7.7\nset duration 20.5\n"
                      "at 9.123 profile p.csv scale 0.3 loop\nat 12 noise 2 0.0007\n"
                      "at 14 app \"show\"\nat 15 clock 2 -1.7 over 33.3\n")
    with open(bench.path("r.txt")) as file:
        record = file.read()
    check("--clock-spread=3\n" in record, "no clock spread in: %s" % record.splitlines()[0])
    again = bench.run(["--clock-spread", 3], record)
    with open(first.csv_path) as a, open(again.csv_path) as b:
        check(a.read() == b.read(), "the record replays another run:\n" + record)
    check(first.json["sim_s"] == again.json["sim_s"], "another duration")


def without_an_end(bench):
    """Nobody says how long it is: its report has as many steps as any, wider and wider ones."""
    report = bench.path("view.html")
    t = view(bench, ["--cells", 2, "--report", report])
    t.type("+" * 7)
    t.wait("2 x lfp 100 Ah   0:3") # 30 minutes and more: half as long again as it has steps of a second
    t.type("q")
    left_well(t, 0)
    with open(report) as file:
        page = file.read()
    check("time (min)" in page, "no axis of minutes")
    check("NaN" not in page and "nan" not in page.lower().replace("nano", ""), "a number that is none")


def arrows_page_through(bench):
    t = view(bench, ["--cells", 255])
    t.wait("Cells 1 to ")
    t.type("\x1b[6~")
    t.wait("Cell ", "not heard")
    t.type("\x1bOF")
    t.wait(" to 255 of 255")
    t.wait("Cell 255")
    t.type("q")
    left_well(t, 0)


def resize(bench):
    t = view(bench, ["--cells", 16])
    t.type("++++")
    t.wait("Charge", "closed")
    for cols, rows, words in ((200, 60, ("Cells",)), (20, 8, ("Cells",)), (9, 2, ("too small",)),
                              (1, 1, ("\u2026",)), (120, 40, ("Cells",)), (80, 24, ("Charge", "closed"))):
        t.resize(cols, rows)
        t.wait(*words)
        widest = max(len(line) for line in t.screen.text())
        check(widest <= cols, "%d columns of %d" % (widest, cols))
    t.wait("16 ", "3.")
    t.type("q")
    left_well(t, 0)


def small_from_the_start(bench):
    t = view(bench, ["--cells", 255], cols=4, rows=2)
    t.wait("too")
    t.type("q")
    left_well(t, 0)


def ends_by_itself(bench):
    t = view(bench, ["--cells", 2, "--duration", 9])
    t.type("++++++++")
    t.wait("AT ITS END")
    t.type("bLr")
    t.type("q")
    left_well(t, 0)
    check("break" not in t.raw.split(LEAVE)[-1].decode(), "a key did something behind the end")


def failed_expectation(bench):
    path = bench.write("s.txt", "set cells 2\nset duration 9\nat 3 expect comm_ok == 7\n")
    t = view(bench, ["--scenario", path])
    t.type("++++++++")
    t.wait("AT ITS END")
    t.wait("expected comm_ok == 7")
    t.type("q")
    left_well(t, 1)
    check("expected comm_ok == 7" in t.raw.split(LEAVE)[-1].decode(), "not left on the terminal")


def image_crashes(bench):
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    patch(os.path.join(folder, "between_board.elf"), "main", CLI_SLEEP)
    t = view(bench, ["--cells", 4], folder)
    t.wait("AN IMAGE CRASHED")
    t.type("q")
    left_well(t, 3)
    check(len(err_of(bench)) == 1 and "board 2" in err_of(bench)[0], "stderr: %s" % err_of(bench))


def signal_ends(number, code, bench):
    t = view(bench, ["--cells", 4])
    t.wait("Charge")
    os.kill(t.pid, number)
    left_well(t, code)


def terminal_goes(bench):
    """Nobody is there any more: the program ends too."""
    t = view(bench, ["--cells", 4])
    t.wait("Charge")
    os.close(t.slave)
    os.close(t.fd)
    end = time.monotonic() + 20
    while not t.ended() and time.monotonic() < end:
        time.sleep(0.05)
    gone = t.ended()
    if not gone:
        os.kill(t.pid, 9)
    check(gone, "it runs on without a terminal")


def bad_term(term, needles, bench):
    t = view(bench, ["--cells", 4], term=term)
    code = t.exit_code()
    check(code == 2, "exit code %d, not 2" % code)
    check(t.restored() and t.raw == b"", "something was written: %r" % t.raw)
    lines = err_of(bench)
    check(len(lines) == 1 and lines[0].startswith("bms-sim: "), "stderr: %s" % lines)
    for needle in needles:
        check(needle in lines[0], "no '%s' in: %s" % (needle, lines[0]))


def no_terminal(bench):
    _, result = bench.raw(["--view", "--cells", 4, "--duration", 61])
    check(result.returncode == 0, "exit code %d" % result.returncode)
    check(result.stderr == "bms-sim: --view: no terminal, so plain lines\n", result.stderr)
    lines = result.stdout.splitlines()
    check(any(line.startswith("      60 s  SOC") for line in lines), "stdout: %s" % lines)
    check("\x1b" not in result.stdout, "control characters on no terminal")


def no_terminal_ends(bench):
    """Without a duration a view has no end, the plain lines have."""
    _, result = bench.raw(["--view", "--cells", 4])
    check(result.returncode == 0 and "4 boards, 60 s" in result.stdout, result.stdout)


def unreached_expectation(bench):
    path = bench.write("s.txt", "set cells 2\nset duration 99\nat 90 expect comm_ok == 1\n")
    t = view(bench, ["--scenario", path])
    t.wait("Charge")
    t.type("q")
    left_well(t, 1)
    check("not reached" in t.raw.split(LEAVE)[-1].decode(), "not left on the terminal")


def ascii_only(bench):
    t = view(bench, ["--cells", 4], term="vt100")
    t.wait("Cells", "bars")
    t.type("q")
    left_well_vt = t.exit_code()
    check(left_well_vt == 0 and t.restored(), "exit code %s" % left_well_vt)


if __name__ == "__main__":
    main([
        ("view_keys_act_and_replay", keys),
        ("view_record_keeps_scenario", record_keeps_scenario),
        ("view_arrows_page_through", arrows_page_through),
        ("view_without_an_end", without_an_end),
        ("view_resize", resize),
        ("view_small_from_the_start", small_from_the_start),
        ("view_ends_by_itself", ends_by_itself),
        ("view_failed_expectation", failed_expectation),
        ("view_image_crashes", image_crashes),
        ("view_sigterm", functools.partial(signal_ends, signal.SIGTERM, 0)),
        ("view_sigint", functools.partial(signal_ends, signal.SIGINT, 0)),
        ("view_sighup", functools.partial(signal_ends, signal.SIGHUP, 0)),
        ("view_sigsegv", functools.partial(signal_ends, signal.SIGSEGV, -signal.SIGSEGV)),
        ("view_sigabrt", functools.partial(signal_ends, signal.SIGABRT, -signal.SIGABRT)),
        ("view_terminal_goes", terminal_goes),
        ("view_no_term", functools.partial(bad_term, None, ["TERM"])),
        ("view_unknown_term", functools.partial(bad_term, "nonsense", ["nonsense"])),
        ("view_dumb_term", functools.partial(bad_term, "dumb", ["dumb"])),
        ("view_vt100", ascii_only),
        ("view_no_terminal", no_terminal),
        ("view_no_terminal_ends", no_terminal_ends),
        ("view_unreached_expectation", unreached_expectation),
    ])
