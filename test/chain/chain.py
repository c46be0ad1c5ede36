"""Runs build/bms-sim for the chain tests and prints one PASS, FAIL or SKIP line per case.

Another simulator or other images: BMS_SIM=path FIRMWARE=folder.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIM = os.path.join(ROOT, os.environ.get("BMS_SIM", "build/bms-sim"))
FIRMWARE = os.path.join(ROOT, os.environ.get("FIRMWARE", "build/firmware"))
TIMEOUT_S = 7200 if os.environ.get("SOAK") else 250


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def check(condition, reason):
    if not condition:
        raise Failed(reason)


def number(text):
    value = float(text)
    return int(value) if value.is_integer() else value


class Rows:
    """The CSV of a run. Rows are looked up by second; an empty field is None."""

    def __init__(self, path):
        with open(path, newline="") as file:
            reader = csv.reader(file)
            self.column = {name: i for i, name in enumerate(next(reader))}
            self.row = {number(line[0]): line for line in reader}

    def seconds(self):
        return sorted(self.row)

    def last(self):
        return max(self.row)

    def get(self, second, name):
        text = self.row[second][self.column[name]]
        return None if text == "" else float(text)


class Run:
    def __init__(self, command, result, csv_path, json_path):
        self.command = " ".join(command)
        self.code = result.returncode
        self.out = result.stdout
        self.err = result.stderr
        self.csv_path = csv_path
        self.rows = None
        self.json = None
        if csv_path and os.path.exists(csv_path):
            self.rows = Rows(csv_path)
        if json_path and os.path.exists(json_path):
            with open(json_path) as file:
                self.json = json.load(file)

    def sum_boards(self, key):
        return sum(board[key] for board in self.json["boards"])


class Bench:
    """A temporary folder with the files of the runs."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bms-chain-")
        self.count = 0

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def raw(self, arguments, firmware=FIRMWARE):
        command = [SIM] + [str(a) for a in arguments]
        if firmware:
            command += ["--firmware", firmware]
        return command, subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       timeout=TIMEOUT_S, check=False)

    def run(self, arguments, scenario=None, expect_code=0, firmware=FIRMWARE):
        """A run with CSV and JSON; scenario is the text of one."""
        self.count += 1
        csv_path = self.path("run%d.csv" % self.count)
        json_path = self.path("run%d.json" % self.count)
        arguments = list(arguments) + ["--quiet", "--csv", csv_path, "--json", json_path]
        if scenario is not None:
            arguments += ["--scenario", self.write("run%d.txt" % self.count, scenario)]
        command, result = self.raw(arguments, firmware)
        run = Run(command, result, csv_path, json_path)
        if expect_code is not None and run.code != expect_code:
            text = " | ".join((run.out + run.err).strip().splitlines()[:6])
            raise Failed("exit code %d: %s (%s)" % (run.code, text, describe(arguments)))
        return run


def describe(arguments):
    """What replays a run: its arguments without the files in the temporary folder."""
    words, skip = [], False
    for word in map(str, arguments):
        if skip:
            skip = False
        elif word in ("--csv", "--json", "--quiet"):
            skip = word != "--quiet"
        else:
            words.append(word)
    return " ".join(words)


def main(cases):
    """cases: (name, function of a Bench that returns the figures to print, or raises)."""
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    failed = False
    for name, function in cases:
        if only not in name:
            continue
        bench = Bench()
        try:
            figures = function(bench)
            print("PASS %s%s" % (name, ": " + figures if figures else ""), flush=True)
        except Skipped as reason:
            print("SKIP %s: %s" % (name, reason), flush=True)
        except (Failed, subprocess.TimeoutExpired, OSError, KeyError, TypeError) as reason:
            failed = True
            print("FAIL %s: %s" % (name, reason if isinstance(reason, Failed) else repr(reason)),
                  flush=True)
        finally:
            bench.folder.cleanup()
    sys.exit(1 if failed else 0)
