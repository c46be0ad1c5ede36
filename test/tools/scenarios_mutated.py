#!/usr/bin/env python3
"""Breaks the firmware on purpose, one rule at a time, and demands that the scenario which is about
that rule fails. Works on copies of the tree; the images of this one stay as they are.

  scenarios_mutated.py [--sim build/bms-sim] [--list] [NAME]     NAME: part of a scenario's name
"""

import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COPIED = ("Makefile", "protocol", "common", "begin_board", "between_board", "end_board",
          "build/firmware")
CONTROL = "cable_break"  # with nothing changed it must pass

RULES = "end_board/rules.c"

# Scenario, what is broken, file, text there, what stands there instead.
MUTATIONS = [
    ("solar_day", "full does not end charging", RULES,
     "[RULE_CELLS_FULL] = VOLTAGE(NORMAL,", "[RULE_CELLS_FULL] = VOLTAGE(0,"),
    ("solar_day", "charging begins again at any charge state", RULES,
     "CHARGE_STATE(CHARGE, COMPARE_BELOW, SETTING_CHARGE_RESTART_PM)",
     "CHARGE_STATE(CHARGE, COMPARE_AT_LEAST, SETTING_NONE)"),
    ("winter_morning", "the hottest cell decides about the cold", RULES,
     "HEAT(CHARGE, RULE_DISABLE, QUANTITY_COLDEST_DC,",
     "HEAT(CHARGE, RULE_DISABLE, QUANTITY_HOTTEST_DC,"),
    ("winter_morning", "the limit of discharging counts for charging", RULES,
     "COMPARE_BELOW,\n                              SETTING_CHARGE_TMIN_DC,",
     "COMPARE_BELOW,\n                              SETTING_DISCHARGE_TMIN_DC,"),
    ("weak_cell", "the highest cell decides about Vmin", RULES,
     "case QUANTITY_LOWEST_MV:\n        return f->pack->min_mv;",
     "case QUANTITY_LOWEST_MV:\n        return f->pack->max_mv;"),
    ("new_pack", "a full cell does not balance", "common/balance.c",
     "else if (in->mv > in->vbalance_mv)\n        b->on = true;",
     "else if (in->mv > in->vbalance_mv)\n        b->on = false;"),
    ("combi_critical", "full opens in critical mode too", RULES,
     "[RULE_CELLS_FULL] = VOLTAGE(NORMAL,", "[RULE_CELLS_FULL] = VOLTAGE(BOTH_MODES,"),
    ("combi_critical", "Vmax opens in normal mode only", RULES,
     "[RULE_CELL_AT_VMAX] = VOLTAGE(BOTH_MODES,", "[RULE_CELL_AT_VMAX] = VOLTAGE(NORMAL,"),
    ("cable_break", "a silent cell is no fault", RULES,
     "[RULE_CELL_SILENT] = FAULT(PACK_SILENT)", "[RULE_CELL_SILENT] = FAULT(0)"),
    ("sensor_offset", "a full charge does not set 100 %", "end_board/soc.c",
     "    s->charge_mas = s->capacity_mas;\n    s->calibrated = true;",
     "    s->calibrated = true;"),
    ("forgotten_load", "Vmin does not open", RULES,
     "[RULE_CELL_AT_VMIN] = VOLTAGE(BOTH_MODES,", "[RULE_CELL_AT_VMIN] = VOLTAGE(0,"),
    ("forgotten_load", "the load comes back at any charge state", RULES,
     "CHARGE_STATE(LOAD, COMPARE_AT_LEAST, SETTING_DISCHARGE_RESTART_PM)",
     "CHARGE_STATE(LOAD, COMPARE_AT_LEAST, SETTING_NONE)"),
    ("e_boat_trip", "a hot cell does not open the load", RULES,
     "HEAT(LOAD, RULE_DISABLE, QUANTITY_HOTTEST_DC,", "HEAT(0, RULE_DISABLE, QUANTITY_HOTTEST_DC,"),
]


def copy_tree(folder):
    """With the times of the files, so that only what is broken is built again."""
    for name in COPIED:
        source, target = os.path.join(ROOT, name), os.path.join(folder, name)
        if os.path.isdir(source):
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)


def break_file(path, old, new):
    with open(path) as file:
        text = file.read()
    if text.count(old) != 1:
        raise ValueError("%s: '%s' stands there %d times" % (path, old, text.count(old)))
    with open(path, "w") as file:
        file.write(text.replace(old, new))


def image_bytes(folder):
    parts = []
    for board in ("begin_board", "between_board", "end_board"):
        with open(os.path.join(folder, "build/firmware", board + ".hex"), "rb") as file:
            parts.append(file.read())
    return parts


def build(folder):
    env = dict(os.environ, BMS_TOOLS_CHECKED="1")
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    made = subprocess.run(["make", "-j1", "firmware"], cwd=folder, env=env, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if made.returncode != 0:
        raise ValueError("does not build: %s" % made.stdout[-500:])


def run(folder, scenario, sim):
    """Exit code, and the first expectation that failed."""
    result = subprocess.run(
        [sim, "--quiet", "--threads", "1", "--firmware", os.path.join(folder, "build/firmware"),
         "--scenario", "sim/scenarios/%s.txt" % scenario],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False)
    lines = [line for line in result.stdout.splitlines() if line.strip()]
    return result.returncode, lines[0].split("/")[-1] if lines else ""


def check_mutation(mutation, sim):
    """(good, line of the table)."""
    scenario, what, path, old, new = mutation
    with tempfile.TemporaryDirectory(prefix="bms-mutated-") as folder:
        copy_tree(folder)
        before = image_bytes(folder)
        if path:
            break_file(os.path.join(folder, path), old, new)
        build(folder)
        changed = image_bytes(folder) != before
        code, first = run(folder, scenario, sim)
    good = code == (1 if path else 0) and changed == bool(path)
    verdict = ("noticed" if path else "passes") if good else "MISSED: exit code %d%s" % (
        code, "" if changed or not path else ", the images are the same")
    return good, "%-15s %-46s %-8s %s" % (scenario, what, verdict, first)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--sim", default="build/bms-sim")
    parser.add_argument("--list", action="store_true", help="names only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    todo = [m for m in [(CONTROL, "nothing (control)", None, "", "")] + MUTATIONS
            if args.name in m[0]]
    if args.list:
        print("\n".join("%s: %s" % m[:2] for m in todo))
        return 0
    print("%-15s %-46s %-8s %s" % ("scenario", "what is broken", "verdict", "first to fail"))
    failed = 0
    sim = os.path.join(ROOT, args.sim)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for good, line in pool.map(lambda m: check_mutation(m, sim), todo):
            print(line, flush=True)
            failed += not good
    print("%d of %d broken rules were noticed" % (len(todo) - failed, len(todo)) if failed else
          "every broken rule was noticed")
    return 1 if failed or not todo else 0


if __name__ == "__main__":
    sys.exit(main())
