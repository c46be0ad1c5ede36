#!/usr/bin/env python3
"""Runs scenarios on all cores and prints a table: name, cells, simulated time, times real time,
expectations, result. Each leaves a report, its JSON and its output in the folder for them.

  scenarios.py [--sim build/bms-sim] [--firmware build/firmware] [--out build/scenarios] FILE...
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys

RESULTS = {0: "passed", 1: "FAILED", 2: "BAD INPUT", 3: "CRASHED"}


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--sim", default="build/bms-sim")
    parser.add_argument("--firmware", default="build/firmware")
    parser.add_argument("--out", default="build/scenarios")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def run(path, args):
    """Returns (name, exit code, JSON or None, lines that say why not)."""
    base = os.path.join(args.out, name_of(path))
    if os.path.exists(base + ".json"):
        os.remove(base + ".json")
    # One thread each: there are more scenarios than cores.
    with open(base + ".log", "w") as log:
        code = subprocess.call([args.sim, "--scenario", path, "--firmware", args.firmware,
                                "--threads", "1", "--report", base + ".html",
                                "--json", base + ".json"],
                               stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    with open(base + ".log") as log:
        why = [line.rstrip() for line in log if ": expected " in line or "bms-sim:" in line]
    summary = None
    if os.path.exists(base + ".json") and os.path.getsize(base + ".json"):
        with open(base + ".json") as file:
            summary = json.load(file)
    return name_of(path), code, summary, why


def print_row(name, code, summary):
    result = RESULTS.get(code, "exit code %d" % code)
    if summary is None:
        print("%-18s %5s %9s %8s %14s  %s" % (name, "", "", "", "", result), flush=True)
        return
    held = summary["expect_total"] - summary["expect_failed"]
    print("%-18s %5d %7.0f s %6.0f x %8d of %2d  %s" % (
        name, summary["cells"], summary["sim_s"], summary["ratio"], held, summary["expect_total"],
        result), flush=True)


def main():
    args = parse_args()
    bad = []
    os.makedirs(args.out, exist_ok=True)
    print("%-18s %5s %9s %8s %14s  %s" % ("scenario", "cells", "simulated", "x real", "expectations",
                                         "result"))
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, code, summary, why in pool.map(lambda path: run(path, args), args.files):
            print_row(name, code, summary)
            if code != 0 or summary is None:
                bad += ["", name + ":"] + why
    print("\n".join(bad + ["", "Reports: %s/*.html" % args.out]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
