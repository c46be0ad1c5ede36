#!/usr/bin/env python3
"""What the simulator says to bad input, and its exit codes: 0 good, 1 an expectation failed,
2 bad input (one line on stderr, nothing on stdout), 3 an image crashed."""

import functools
import os

from chain import FIRMWARE, check, main
from elf import copy_images, patch

CLI_SLEEP = b"\x81\xe0\x83\xbf\xf8\x94\x88\x95" # ldi r24, SE; out SMCR, r24; cli; sleep
JMP_OUTSIDE = b"\x0d\x94\x00\x00" # jmp 0x20000 words, the part has 0x4000
NO_OPCODE = b"\x01\x00"            # reserved in the instruction set

GOOD_CSV = "time_s,current_a\n0,1\n10,2\n"
GOOD_RECORDING = "time_s,current_a,cell1_mv,cell2_mv,temp1_c\n0,0,3300,3301,25\n10,0,3300,3301,25\n"


def one_line(bench, arguments, needles, firmware=FIRMWARE):
    _, result = bench.raw(["--duration", 2] + arguments, firmware)
    lines = result.stderr.splitlines()
    check(result.returncode == 2, "exit code %d, not 2; stderr: %s" % (result.returncode, lines[:3]))
    check(len(lines) == 1, "%d lines on stderr: %s" % (len(lines), lines[:3]))
    check(result.stdout == "", "on stdout: %s" % result.stdout.splitlines()[:1])
    check(lines[0].startswith("bms-sim: "), "not our line: %s" % lines[0])
    for needle in needles:
        check(needle in lines[0], "no '%s' in: %s" % (needle, lines[0]))


def option(arguments, needles, bench):
    one_line(bench, arguments, needles)


def scenario(text, line, needles, bench):
    """The statement stands on that line of the file, behind good ones."""
    path = bench.write("bad.txt", "# comment\nset cells 4\n\n" + text + "\n")
    where = "%s:%d: " % (path, line) if line else path + ": "
    one_line(bench, ["--scenario", path], [where] + needles)


def profile(text, line, needles, bench):
    bench.write("p.csv", text)
    path = bench.write("s.txt", "set cells 4\nat 1 profile p.csv\n")
    one_line(bench, ["--scenario", path], ["p.csv:%d: " % line, path + ":2"] + needles)


def recording(text, line, needles, bench):
    bench.write("r.csv", text)
    path = bench.write("s.txt", "replay r.csv\n")
    one_line(bench, ["--scenario", path], ["r.csv:%d: " % line, path + ":1"] + needles)


def recording_cells(bench):
    bench.write("r.csv", GOOD_RECORDING)
    path = bench.write("s.txt", "replay r.csv\n")
    one_line(bench, ["--cells", "3", "--scenario", path], [path, "2 cells", "3"])


def good_data(bench):
    """The files that the bad ones are made from are good."""
    bench.write("p.csv", GOOD_CSV)
    bench.write("r.csv", GOOD_RECORDING)
    bench.run(["--duration", 2], "set cells 4\nat 1 profile p.csv\n")
    bench.run(["--duration", 2], "replay r.csv\n")


# ---- files ----------------------------------------------------------------------------------------


def missing_scenario(bench):
    one_line(bench, ["--scenario", bench.path("none.txt")], [bench.path("none.txt"), "No such file"])


def scenario_is_folder(bench):
    one_line(bench, ["--scenario", bench.folder.name], [bench.folder.name, "irectory"])


def unwritable(name, bench):
    path = bench.path("no/such/folder/out")
    one_line(bench, ["--" + name, path], [path, "No such file"])


def missing_firmware(bench):
    one_line(bench, [], [bench.path("none"), "begin_board.elf", "No such file"],
             bench.path("none"))


def sweep_missing_firmware(bench):
    """Each run finds out; it is said once."""
    one_line(bench, ["--sweep", "seed=1..4"], [bench.path("none"), "No such file"],
             bench.path("none"))


def sweep_scenario_cells(bench):
    """The third of the runs is too short for the scenario: known before the first one."""
    path = bench.write("s.txt", "at 1 break 3 4\n")
    one_line(bench, ["--scenario", path, "--sweep", "cells=5,4,3"], [path + ":1"])


def garbage_firmware(size, text, bench):
    """Of a good image only the first bytes, or text instead of it."""
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    path = os.path.join(folder, "between_board.elf")
    with open(path, "rb") as file:
        image = file.read()[:size]
    with open(path, "wb") as file:
        file.write(text or image)
    one_line(bench, [], [path, "not an AVR image"], folder)


# ---- a crash --------------------------------------------------------------------------------------


def crash(code, text, bench):
    """An image whose main() begins with that code."""
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    path = os.path.join(folder, "between_board.elf")
    patch(path, "main", code)
    _, result = bench.raw(["--cells", 4, "--duration", 5, "--quiet", "--json",
                           bench.path("crash.json")], folder)
    lines = result.stderr.splitlines()
    check(result.returncode == 3, "exit code %d, not 3: %s" % (result.returncode, lines[:3]))
    check(len(lines) == 1, "%d lines on stderr: %s" % (len(lines), lines[:3]))
    for needle in ("board 2", path, "crashed at", text):
        check(needle in lines[0], "no '%s' in: %s" % (needle, lines[0]))
    with open(bench.path("crash.json")) as file:
        check('"crashed_board": 2' in file.read(), "the JSON does not name board 2")


# ---- the other exit codes -------------------------------------------------------------------------


def failed_expectation(bench):
    run = bench.run(["--duration", 5],
                    "set cells 4\nat 2 expect cells != 255\nat 3 expect comm_ok == 7\n", 1)
    lines = run.out.splitlines()
    check(len(lines) == 1 and ":3: expected comm_ok == 7, got " in lines[0], "stdout: %s" % lines)
    check(run.json["expect_total"] == 2 and run.json["expect_failed"] == 1,
          "JSON: %d of %d failed" % (run.json["expect_failed"], run.json["expect_total"]))


def unreached_expectation(bench):
    run = bench.run(["--duration", 5], "set cells 4\nat 50 expect cells == 4\n", 1)
    check(":2: " in run.out and "not reached" in run.out, "stdout: %s" % run.out)


def help_text(bench):
    _, result = bench.raw(["--help"], None)
    check(result.returncode == 0 and result.stderr == "", "exit code %d" % result.returncode)
    check("Example" in result.stdout and "bms-sim --cells 8" in result.stdout, "no example")
    for word in ("--cells", "--chemistry", "--switches", "--scenario", "--csv", "--json",
                 "--firmware", "Exit code"):
        check(word in result.stdout, "no %s in the help" % word)


OPTIONS = {
    "unknown": (["--cels"], ["--cels"]),
    "unknown_short": (["-Z"], ["Z"]),
    "no_value": (["--cells"], ["cells"]),
    "argument": (["demo"], ["demo"]),
    "cells_0": (["--cells", "0"], ["--cells", "0", "2..255"]),
    "cells_1": (["--cells", "1"], ["--cells", "1", "2..255"]),
    "cells_256": (["--cells", "256"], ["--cells", "256", "2..255"]),
    "cells_half": (["--cells", "2.5"], ["--cells", "2.5"]),
    "cells_word": (["--cells", "four"], ["--cells", "four"]),
    "cells_empty": (["--cells", ""], ["--cells"]),
    "cells_trailing": (["--cells", "4x"], ["--cells", "4x"]),
    "csv_step_between": (["--csv-step", "0.07"], ["--csv-step", "0.07", "0.05"]),
    "csv_step_0": (["--csv-step", "0"], ["--csv-step", "0.05..3600"]),
    "duration_word": (["--duration", "1m"], ["--duration", "1m"]),
    "duration_0": (["--duration", "0"], ["--duration", "0"]),
    "duration_long": (["--duration", "8640001"], ["--duration", "8640001"]),
    "duration_nan": (["--duration", "nan"], ["--duration", "nan"]),
    "capacity_negative": (["--capacity", "-5"], ["--capacity", "-5"]),
    "seed_negative": (["--seed", "-1"], ["--seed", "-1"]),
    "seed_word": (["--seed", "x"], ["--seed", "x"]),
    "seed_large": (["--seed", "99999999999999999999999"], ["--seed"]),
    "clock_spread": (["--clock-spread", "11"], ["--clock-spread", "11"]),
    "switches_short": (["--switches", "0101000"], ["--switches", "0101000"]),
    "switches_long": (["--switches", "010100000"], ["--switches", "010100000"]),
    "switches_digits": (["--switches", "01010002"], ["--switches", "01010002"]),
    "chemistry": (["--chemistry", "lead"], ["--chemistry", "lead", "lfp"]),
    "mode": (["--mode", "loud"], ["--mode", "loud"]),
    "sweep_no_values": (["--sweep", "seed"], ["--sweep", "seed", "NAME=A..B"]),
    "sweep_name": (["--sweep", "volume=1..3"], ["--sweep", "volume"]),
    "sweep_long_name": (["--sweep", "v" * 500 + "=1"], ["--sweep", "vvv"]),
    "sweep_no_number_option": (["--sweep", "chemistry=0..3"], ["--sweep", "chemistry"]),
    "sweep_csv_step": (["--sweep", "csv-step=1..3"], ["--sweep", "csv-step"]),
    "sweep_word": (["--sweep", "seed=1..many"], ["--sweep", "many", "not a number"]),
    "sweep_list_word": (["--sweep", "seed=1,two"], ["--sweep", "two", "not a number"]),
    "sweep_list_hole": (["--sweep", "seed=1,,3"], ["--sweep", "''"]),
    "sweep_empty": (["--sweep", "seed="], ["--sweep", "''"]),
    "sweep_nan": (["--sweep", "soc=nan"], ["--sweep", "nan"]),
    "sweep_backwards": (["--sweep", "seed=5..4"], ["--sweep", "5", "4"]),
    "sweep_step_0": (["--sweep", "seed=1..4:0"], ["--sweep", "'0'"]),
    "sweep_step_negative": (["--sweep", "seed=1..4:-1"], ["--sweep", "'-1'"]),
    "sweep_step_word": (["--sweep", "seed=1..4:x"], ["--sweep", "'x'"]),
    "sweep_many": (["--sweep", "seed=0..10000"], ["--sweep", "10000"]),
    "sweep_very_many": (["--sweep", "seed=0..1e300:1e-300"], ["--sweep", "10000"]),
    "sweep_many_listed": (["--sweep", "seed=1" + ",1" * 10000], ["--sweep", "10000"]),
    "sweep_many_product": (["--sweep", "seed=1..101", "--sweep", "cells=2..101"],
                           ["--sweep", "cells", "10000"]),
    "sweep_twice": (["--sweep", "seed=1..3", "--sweep", "seed=4..5"], ["--sweep", "seed", "twice"]),
    "sweep_five": (["--sweep", "a=1"] * 5, ["--sweep", "a=1"]),
    "sweep_option_range": (["--sweep", "cells=250..256"], ["--cells", "256", "2..255"]),
    "sweep_option_half": (["--sweep", "cells=2..4:0.5"], ["--cells", "2.5"]),
    "sweep_statement_range": (["--sweep", "soc=0.5..1.5:0.5"], ["1.5", "soc"]),
    "sweep_setting_range": (["--sweep", "vmin_mv=3000,6000"], ["6000", "vmin_mv", "5000"]),
    "sweep_setting_conflict": (["--sweep", "vmin_mv=3300,3500"], ["3500", "vbalance_mv"]),
    "sweep_csv": (["--sweep", "seed=1..2", "--csv", "x.csv"], ["--csv", "--sweep"]),
    "sweep_view": (["--sweep", "seed=1..2", "--view"], ["--view", "--sweep"]),
    "sweep_json_path": (["--sweep", "seed=1..2", "--json", "/no/such/x"], ["/no/such/x"]),
    "set_no_value": (["--set", "soc"], ["--set", "soc", "NAME=VALUE"]),
    "set_no_name": (["--set", "=1"], ["--set", "=1"]),
    "set_name": (["--set", "volume=3"], ["--set", "volume"]),
    "set_statement": (["--set", "soc=1.5"], ["--set", "1.5", "soc"]),
    "set_statement_word": (["--set", "soc=0.5x"], ["--set", "0.5x"]),
    "set_setting_low": (["--set", "vmin_mv=7"], ["--set", "7", "vmin_mv", "1500..5000"]),
    "set_setting_half": (["--set", "vmin_mv=3100.5"], ["--set", "3100.5", "vmin_mv"]),
    "set_setting_choice": (["--set", "sensor_passes=3"], ["--set", "3", "sensor_passes"]),
    "set_setting_conflict": (["--set", "vmin_mv=3500"], ["3500", "vmin_mv", "vbalance_mv"]),
}

SCENARIOS = {
    "word": ("wait 10", 4, ["wait"]),
    "cells_0": ("set cells 0", 4, ["0"]),
    "cells_256": ("set cells 256", 4, ["256"]),
    "number": ("at 3 load five A", 4, ["five"]),
    "time": ("at soon load 5 A", 4, ["soon"]),
    "unit": ("at 3 load 5 mA", 4, ["mA"]),
    "missing": ("at 3 charger 5 A", 4, []),
    "extra": ("at 3 load 5 A now", 4, ["now"]),
    "action": ("at 3 explode", 4, ["explode"]),
    "cell_number": ("at 3 soc 9 50", 4, ["9", "4 cells"]),
    "wire": ("at 3 break 2 4", 4, ["4"]),
    "return_wire": ("at 3 break 3 1", 4, ["3 1"]),
    "switches": ("at 3 switches 0101", 4, ["0101"]),
    "chemistry": ("set chemistry lead", 4, ["lead"]),
    "mode": ("set mode loud", 4, ["loud"]),
    "expect_name": ("at 3 expect volts == 3", 4, ["volts"]),
    "expect_cell": ("at 3 expect cell9.mv > 3", 4, ["cell9.mv"]),
    "expect_operator": ("at 3 expect cells = 4", 4, ["="]),
    "span": ("from 9 to 3 expect cells == 4", 4, ["3"]),
    "profile_missing": ("at 3 profile none.csv", 4, ["none.csv", "No such file"]),
    "replay_missing": ("replay none.csv", 4, ["none.csv", "No such file"]),
    "zero_byte": ("at 3 load 5 A\0", 4, ["zero byte"]),
}

PROFILES = {
    "number": ("time_s,current_a\n0,1\n10,many\n", 3, ["many", "current_a"]),
    "fields": ("time_s,current_a\n0,1,2\n", 2, ["3", "2"]),
    "column": ("time_s,amps\n0,1\n", 1, ["current_a"]),
    "backwards": ("time_s,current_a\n5,1\n# comment\n4,1\n", 4, ["4", "5"]),
    "rows": ("time_s,current_a\n", 2, ["no rows"]),
    "empty": ("", 1, ["header"]),
}

RECORDINGS = {
    "number": (GOOD_RECORDING.replace("3301,25\n10", "volts,25\n10"), 2, ["volts", "cell2_mv"]),
    "gap": ("time_s,current_a,cell1_mv,cell3_mv,temp1_c\n0,0,1,1,1\n", 1, ["cell2_mv"]),
    "no_temperature": ("time_s,current_a,cell1_mv,cell2_mv\n0,0,1,1\n", 1, ["temp1_c"]),
    "fields": (GOOD_RECORDING + "20,0,3300\n", 4, ["3", "5"]),
}


def cases():
    for group, function, table in (("option", option, OPTIONS), ("scenario", scenario, SCENARIOS),
                                   ("profile", profile, PROFILES),
                                   ("recording", recording, RECORDINGS)):
        for name, values in table.items():
            yield "bad_%s_%s" % (group, name), functools.partial(function, *values)
    yield "bad_recording_cells", recording_cells
    yield "bad_data_is_good_before", good_data
    yield "bad_scenario_file", missing_scenario
    yield "bad_scenario_is_folder", scenario_is_folder
    yield "bad_csv_path", functools.partial(unwritable, "csv")
    yield "bad_record_path", functools.partial(unwritable, "record")
    yield "bad_json_path", functools.partial(unwritable, "json")
    yield "bad_report_path", functools.partial(unwritable, "report")
    yield "bad_firmware_missing", missing_firmware
    yield "bad_sweep_firmware_missing", sweep_missing_firmware
    yield "bad_sweep_scenario_cells", sweep_scenario_cells
    yield "bad_firmware_text", functools.partial(garbage_firmware, 0, b"no image\n" * 100)
    yield "bad_firmware_empty", functools.partial(garbage_firmware, 0, b"")
    yield "bad_firmware_header_only", functools.partial(garbage_firmware, 52, b"")
    yield "bad_firmware_cut_off", functools.partial(garbage_firmware, 4000, b"")
    yield "exit_3_asleep_forever", functools.partial(crash, CLI_SLEEP, "(main+0x6): asleep")
    yield "exit_3_jump_outside_flash", functools.partial(crash, JMP_OUTSIDE, "outside memory")
    yield "exit_3_bad_opcode", functools.partial(crash, NO_OPCODE, "bad opcode")
    yield "exit_1_expectation_failed", failed_expectation
    yield "exit_1_expectation_unreached", unreached_expectation
    yield "exit_0_help", help_text


if __name__ == "__main__":
    main(cases())
