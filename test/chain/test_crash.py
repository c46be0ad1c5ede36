#!/usr/bin/env python3
"""An image that crashes is named with board, time, cycle, function and offset, whatever it did; --trace
shows the instructions that led there. Each case puts code at the beginning of Between's main()."""

import functools
import os
import re
import subprocess

from chain import FIRMWARE, check, main
from elf import Image, copy_images, patch

NO_OPCODE = b"\x01\x00"
JMP_OUTSIDE = b"\x0d\x94\x00\x00"               # jmp 0x20000
NOP_JMP_OUTSIDE = b"\x00\x00" + JMP_OUTSIDE
CLI_SLEEP = b"\x81\xe0\x83\xbf\xf8\x94\x88\x95" # ldi r24, SE; out SMCR, r24; cli; sleep
STORE_OUTSIDE = b"\x00\x00\x80\x93\x00\x90"     # nop; sts 0x9000, r24
LOAD_OUTSIDE = b"\xf0\xe9\x80\x81"              # ldi r31, 0x90; ld r24, Z
STACK = (b"\x81\xe0\x8e\xbf\x90\xe1\x9d\xbf"    # ldi r24, 1; out SPH, r24; ldi r25, 0x10; out SPL, r25
         b"\x80\x93\x6e\x00\x85\xbd\x78\x94"    # sts TIMSK0, r24; out TCCR0B, r24; sei
         b"\xff\xcf")                           # rjmp .
WATCHDOG = (b"\x88\xe1\x98\xe0\x80\x93\x60\x00" # ldi r24, WDCE|WDE; ldi r25, WDE; sts WDTCSR, r24
            b"\x90\x93\x60\x00\xff\xcf")        # sts WDTCSR, r25: 16 ms; rjmp .
RECURSION = b"\x78\x94\xfe\xdf"                 # sei; rcall .-4
DEAF_RECURSION = b"\xf8\x94\xfe\xdf"            # cli; rcall .-4

LINE = re.compile(r"^bms-sim: board (\d+) \((.*)\) crashed at ([0-9.]+) s, cycle (\d+), "
                  r"pc 0x([0-9a-f]{4,}) \((.*)\): (.*)$")


def crashed(bench, code, options=(), cells=4):
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    path = os.path.join(folder, "between_board.elf")
    patch(path, "main", code)
    _, result = bench.raw(["--cells", cells, "--duration", 20, "--quiet"] + list(options), folder)
    check(result.returncode == 3, "exit code %d: %s" % (result.returncode, result.stderr))
    lines = result.stderr.splitlines()
    match = LINE.match(lines[0])
    check(match, "not this line: %s" % lines[0])
    check(match.group(1) == "2" and match.group(2) == path, lines[0])
    return Image(path).at("main"), match, lines


def report(code, offset, text, bench):
    for core in ("own", "simavr"):
        start, match, lines = crashed(bench, code, ["--core", core])
        check(len(lines) == 1, "%d lines: %s" % (len(lines), lines))
        check(int(match.group(5), 16) == start + offset, "%s core: pc %s, main is at %x" % (
            core, match.group(5), start))
        check(match.group(6) == "main+0x%x" % offset, "%s core: place %s" % (core, match.group(6)))
        check(match.group(7) == text, match.group(7))
        check(0.065 <= float(match.group(3)) < 3 and int(match.group(4)) > 0, lines[0])
        os.rename(bench.path("firmware"), bench.path("firmware-" + core))


def outside_flash(bench):
    _, match, _ = crashed(bench, JMP_OUTSIDE)
    check(match.group(5) == "20000" and match.group(6) == "outside the flash", match.group(0))


def recursion(code, bench):
    _, match, _ = crashed(bench, code)
    check(match.group(6) in ("main+0x0", "main+0x2"), match.group(0))
    check(match.group(7) == "stack grew into data", match.group(0))


def trace(bench):
    start, _, lines = crashed(bench, NOP_JMP_OUTSIDE, ["--trace", "2:6"])
    check(lines[1] == "board 2, its last 6 instructions:" and len(lines) == 8, lines)
    check(re.search(r"%05x  main\+0x0 +nop" % start, lines[-3]), lines[-3])
    check(re.search(r"%05x  main\+0x2 +jmp 0x20000" % (start + 2), lines[-2]), lines[-2])
    check("20000" in lines[-1], lines[-1])


def trace_registers(bench):
    _, _, lines = crashed(bench, CLI_SLEEP, ["--trace", "2:4"])
    check(lines[-4].endswith("ldi r24, 0x01         r24=01"), lines[-4])
    check("out 0x33, r24" in lines[-3] and "cli" in lines[-2], lines)
    check("main+0x6" in lines[-1] and lines[-1].rstrip().endswith("sleep"), lines[-1])


def trace_of_another(bench):
    _, _, lines = crashed(bench, CLI_SLEEP, ["--trace", "1"])
    check(len(lines) == 1, "a trace of a board that did not crash: %s" % lines[1:2])


def listing(image):
    """Address to instruction, as avr-objdump has it."""
    tool = os.environ.get("AVR_PREFIX", "avr-") + "objdump"
    text = subprocess.run([tool, "-d", image], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {}
    for line in text.splitlines():
        match = re.match(r" *([0-9a-f]+):\t(?:[0-9a-f]{2} )+\s*(.*)$", line)
        if match:
            words = match.group(2).split(";")[0].split(None, 1)
            found[int(match.group(1), 16)] = " ".join(w.strip() for w in words).lower()
    return found


VECTORS_END = 26 * 4 # of the ATmega328P


def may_follow(pc, text, following):
    """Whether the instruction there may run behind this one; an interrupt may come at any time."""
    if following < VECTORS_END or text in ("ret", "reti", "ijmp", "icall"):
        return True
    name = text.split()[0]
    behind = pc + (4 if name in ("jmp", "call", "lds", "sts") else 2)
    if name in ("jmp", "call"):
        return following == int(text.split()[1], 16)
    if name in ("rjmp", "rcall"):
        return following == (pc + 2 + int(text.split(".")[1])) % 0x8000
    if name.startswith("br"):
        return following in (behind, behind + int(text.split(".")[1]))
    if name in ("cpse", "sbrc", "sbrs", "sbic", "sbis"):
        return following in (behind, behind + 2, behind + 4)
    return following == behind


def trace_end(bench):
    """An ordinary run: each line is that of the listing, time and cycles grow, and no instruction is
    missing between two lines."""
    _, result = bench.raw(["--cells", 3, "--duration", 2.3, "--quiet", "--trace", "2:50000",
                           "--trace-end"])
    check(result.returncode == 0, "exit code %d" % result.returncode)
    lines = result.stderr.splitlines()
    check(len(lines) > 40000 and " last %d instructions" % (len(lines) - 1) in lines[0], lines[0])
    code = listing(os.path.join(FIRMWARE, "between_board.elf"))
    before_s, before_cycle, before = -1.0, -1, None
    for line in lines[1:]:
        time_s, _, cycle, pc, _, text = re.split(r" +", line.strip(), maxsplit=5)
        words = re.split(r"  +", text.strip())[0].lower()
        check(code[int(pc, 16)] == words, "%s is '%s', not '%s'" % (pc, code[int(pc, 16)], words))
        check(float(time_s) > before_s and int(cycle) > before_cycle, "time runs backwards: " + line)
        check(before is None or may_follow(*before, int(pc, 16)),
              "%s cannot follow '%s' at %x" % (line, before[1], before[0]) if before else "")
        before_s, before_cycle, before = float(time_s), int(cycle), (int(pc, 16), words)
    return "%d instructions" % (len(lines) - 1)


def changes_nothing(bench):
    """A board that is traced runs its instructions one by one, and the run is the same."""
    plain = bench.run(["--cells", 4, "--duration", 30])
    traced = bench.run(["--cells", 4, "--duration", 30, "--trace", "3"])
    with open(plain.csv_path) as a, open(traced.csv_path) as b:
        check(a.read() == b.read(), "another CSV")
    check(plain.json["boards"] == traced.json["boards"], "another JSON")


if __name__ == "__main__":
    OUTSIDE = "bad opcode or access outside memory"
    main([
        ("crash_bad_opcode", functools.partial(report, NO_OPCODE, 0, OUTSIDE)),
        ("crash_store_outside_memory", functools.partial(report, STORE_OUTSIDE, 2, OUTSIDE)),
        ("crash_load_outside_memory", functools.partial(report, LOAD_OUTSIDE, 2, OUTSIDE)),
        ("crash_asleep_forever", functools.partial(report, CLI_SLEEP, 6,
                                                   "asleep with interrupts off")),
        ("crash_stack_in_data", functools.partial(report, STACK, 16, "stack grew into data")),
        ("crash_reset_loop", functools.partial(report, WATCHDOG, 12, "watchdog reset loop")),
        ("crash_outside_flash", outside_flash),
        ("crash_recursion", functools.partial(recursion, RECURSION)),
        ("crash_recursion_with_interrupts_off", functools.partial(recursion, DEAF_RECURSION)),
        ("trace_shows_the_way_there", trace),
        ("trace_shows_registers", trace_registers),
        ("trace_of_another_board_is_silent", trace_of_another),
        ("trace_end_equals_listing", trace_end),
        ("trace_changes_nothing", changes_nothing),
    ])
