#!/usr/bin/env python3
"""--sweep: each row is what the single run gives, in the order of the values, and a run that does not
pass is named with a command that repeats it."""

import csv
import json
import os
import re
import shlex
import signal
import subprocess
import time

from chain import FIRMWARE, ROOT, SIM, TIMEOUT_S, check, main
from elf import copy_images, patch

JMP_OUTSIDE = b"\x0d\x94\x00\x00" # jmp 0x20000 words, the part has 0x4000

LOAD = """set cells 4
set capacity 1
set duration 30s
at 10s load 3 A
at 20s expect comm_ok == 1
at 28s expect load_relay == 1
"""

SAME = ("expect_total", "expect_failed", "rounds", "frames_lost", "worst_cell_error_mv",
        "soc_pm_end", "relay_switches")


def sweep(bench, arguments, code=0, firmware=FIRMWARE):
    """Lines of the output, rows of the JSON."""
    path = bench.path("sweep.json")
    command, result = bench.raw(list(arguments) + ["--json", path], firmware)
    check(result.returncode == code, "exit code %d, not %d: %s" %
          (result.returncode, code, (result.stdout + result.stderr).splitlines()[-3:]))
    check(result.stderr == "", "on stderr: %s" % result.stderr.splitlines()[:2])
    with open(path) as file:
        return result.stdout.splitlines(), json.load(file)


def last_true_pm(run):
    with open(run.csv_path, newline="") as file:
        return int(list(csv.DictReader(file))[-1]["soc_pm_true"])


def same_as_single(bench, row, arguments, scenario):
    run = bench.run(arguments, scenario, None)
    for key in SAME:
        check(row[key] == run.json[key], "%s: %s, alone %s" % (key, row[key], run.json[key]))
    worst = max(board["avg_current_ua"] for board in run.json["boards"])
    check(row["worst_avg_current_ua"] == worst,
          "current %s, alone %s" % (row["worst_avg_current_ua"], worst))
    check(row["soc_pm_true"] == last_true_pm(run), "true SOC %d" % row["soc_pm_true"])


def single_runs(bench):
    """An option, a set statement and a setting: all rows are those of runs of their own."""
    path = bench.write("load.txt", LOAD)
    for name, values, option in (("seed", "1..3", "--seed=%s"), ("cells", "5,2", "--cells=%s"),
                                 ("soc", "0.2..0.4:0.1", "--set=soc=%s"),
                                 ("vmin_mv", "3000..3300:100", "--set=vmin_mv=%s")):
        _, rows = sweep(bench, ["--scenario", path, "--sweep", "%s=%s" % (name, values)],
                        1 if name == "vmin_mv" else 0)
        for row in rows:
            same_as_single(bench, row, [option % row["values"][name]], LOAD)
        different = len({json.dumps([row[key] for key in SAME[2:]] + [row["soc_pm_true"],
                                    row["worst_avg_current_ua"]]) for row in rows})
        check(different > 1, "%s makes no difference" % name)


def values_of_range(bench):
    """Both ends, no value lost to binary fractions, negative ones, and lists as they stand."""
    for text, wanted in (("clock-end=-0.3..0.3:0.1", [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]),
                         ("clock-end=0..1:0.4", [0, 0.4, 0.8]), ("seed=7..7", [7]),
                         ("seed=9,3,9007199254740993", [9, 3, 9007199254740993])):
        name = text.split("=")[0]
        _, rows = sweep(bench, ["--cells", 2, "--duration", 1, "--sweep", text])
        got = [row["values"][name] for row in rows]
        check(got == wanted, "%s: %s" % (text, got))


def product(bench):
    """The last --sweep changes fastest; the table has the rows of the JSON."""
    lines, rows = sweep(bench, ["--duration", 8, "--sweep", "cells=4,2", "--sweep", "seed=1..3"])
    got = [(row["values"]["cells"], row["values"]["seed"]) for row in rows]
    check(got == [(4, 1), (4, 2), (4, 3), (2, 1), (2, 2), (2, 3)], "order: %s" % got)
    words = [line.split() for line in lines]
    check([w[:3] for w in words[1:7]] == [[str(c), str(s), "ok"] for c, s in got],
          "table: %s" % words[1:7])
    check([int(w[4]) for w in words[1:7]] == [row["rounds"] for row in rows], "rounds differ")
    check([w[0] for w in words[7:10]] == ["min", "mean", "max"], "sums: %s" % words[7:10])
    rounds = [row["rounds"] for row in rows]
    check(words[7][2] == str(min(rounds)) and words[9][2] == str(max(rounds)), "min or max")
    check(abs(float(words[8][2]) - sum(rounds) / 6) <= 0.051, "mean %s" % words[8][2])
    check(lines[-1] == "6 runs: 6 passed, 0 failed, 0 crashed", lines[-1])


def cores(bench):
    """One core and all of them: the same text and the same JSON. Later runs are the shorter ones, so
    that they end in another order."""
    results = []
    for prefix in ([], ["taskset", "-c", str(min(os.sched_getaffinity(0)))]):
        path = bench.path("rows.json")
        command = prefix + [SIM, "--cells", "4", "--firmware", FIRMWARE, "--json", path,
                            "--sweep", "duration=200,5,4,3", "--sweep", "seed=2,1"]
        result = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                                timeout=TIMEOUT_S, check=True)
        with open(path) as file:
            results.append((result.stdout, file.read()))
    check(results[0] == results[1], "one core gives other results")
    rounds = [row["rounds"] for row in json.loads(results[0][1])]
    check(rounds[0] > 100 > rounds[2], "rounds: %s" % rounds)


def failing(bench):
    """The load goes at 3280 mV: that row, the command that repeats it, and code 1."""
    path = bench.write("a load.txt", LOAD)
    arguments = ["--scenario", path, "--sweep", "vmin_mv=3000,3280", "--sweep", "seed=1,2"]
    lines, rows = sweep(bench, arguments, 1)
    check([row["result"] for row in rows] == ["ok", "ok", "failed", "failed"],
          "results: %s" % [row["result"] for row in rows])
    check(re.search(r"3280 +1 +1 failed +2 ", lines[3]), "row: %s" % lines[3])
    place = lines.index("vmin_mv=3280 seed=2: 1 of 2 expectations failed")
    command = lines[place + 1].strip()
    check(command == rows[3]["command"], "not the command of the JSON: %s" % command)
    again = subprocess.run(shlex.split(command), cwd=ROOT, text=True, stdout=subprocess.PIPE,
                           timeout=TIMEOUT_S, check=False)
    check(again.returncode == 1 and "expected load_relay == 1, got 0" in again.stdout,
          "repeated: code %d" % again.returncode)
    quiet, _ = sweep(bench, arguments + ["--quiet"], 1)
    check(quiet == lines[place - 2:place + 2], "quiet: %s" % quiet)


def crash(bench):
    """A crash is a row without figures; the others are not lost, and the code is 3."""
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    patch(os.path.join(folder, "between_board.elf"), "main", JMP_OUTSIDE)
    lines, rows = sweep(bench, ["--duration", 8, "--sweep", "cells=2..4"], 3, folder)
    check([row["result"] for row in rows] == ["ok", "crashed", "crashed"],
          "results: %s" % [row["result"] for row in rows])
    check(rows[1]["rounds"] is None and rows[0]["rounds"] > 0, "figures of a crash")
    check(any(line.startswith("cells=4: bms-sim: board 2 ") and "crashed at" in line
              for line in lines), "the crash is not told")
    check(lines[-1] == "3 runs: 1 passed, 0 failed, 2 crashed", lines[-1])


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(word) for word in file.read().split()]


def killed(bench):
    """A run whose process is killed is a crash of that run alone."""
    process = subprocess.Popen([SIM, "--cells", "4", "--firmware", FIRMWARE, "--sweep",
                                "duration=1e6,5"], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 20
        while not children(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(children(process.pid)[0], signal.SIGKILL)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    check(process.returncode == 3, "exit code %d" % process.returncode)
    check("duration=1e6: bms-sim: Killed" in out.splitlines(), out)
    check(out.splitlines()[-1] == "2 runs: 1 passed, 0 failed, 1 crashed", out)


def cases():
    yield "sweep_rows_as_single_runs", single_runs
    yield "sweep_values_of_range_and_list", values_of_range
    yield "sweep_product_order_and_sums", product
    yield "sweep_cores_same_results", cores
    yield "sweep_failing_run_named_and_repeated", failing
    yield "sweep_killed_run_is_a_crash", killed
    yield "sweep_crash_is_a_row", crash


if __name__ == "__main__":
    main(cases())
