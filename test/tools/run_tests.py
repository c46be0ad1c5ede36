#!/usr/bin/env python3
"""Runs test programs in parallel, counts their cases and prints one summary.

A program is given as SUITE:PATH. Its output is cmocka's ("[ RUN      ] name", "[       OK ] name")
or lines "PASS name", "FAIL name: reason", "SKIP name: reason", or both. Whatever ends without
saying that it passed has failed: a case with no verdict, a program that crashes, runs out of time,
ends with a code other than 0 or reports no case at all.

The last line is "N passed, N failed", with ", N skipped" when there are any. On a terminal a line at the
bottom shows what is running.
"""

import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

from status import Status

CMOCKA_LINE = re.compile(r"^\[\s*(RUN|OK|FAILED|SKIPPED)\s*\] (.+)$")
CMOCKA_GROUP = re.compile(r"^\[=+\] (?:.*: )?(?:Running \d+ test\(s\)\.|\d+ test\(s\) run\.)$")
CASE_LINE = re.compile(r"^(PASS|FAIL|SKIP)[: ]\s*([^\s:]+)(?::?\s*(.*))?$")
TAIL_LINES = 40


class Result:
    """What one program reported; each failure is (case, lines that explain it)."""

    def __init__(self, suite, name):
        self.suite = suite
        self.name = name
        self.passed = 0
        self.failures = []
        self.skips = []
        self.seconds = 0.0


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", metavar="SUITE:PATH")
    parser.add_argument("--log", default="build/test/log", help="folder of the logs")
    parser.add_argument("--timeout", type=float, default=300, help="seconds per program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="part of the programs' names")
    parser.add_argument("--avr-run", default="build/test/avr-run", help="what runs an AVR image")
    return parser.parse_args()


def command_of(path, avr_run):
    if path.endswith(".elf"):
        return [avr_run, path]
    if path.endswith(".sh"):
        return ["bash" if "bash" in open(path).readline() else "sh", path]
    if path.endswith(".py"):
        return [sys.executable, path]
    return [os.path.join(".", path)]


def environment():
    env = dict(os.environ)
    # cmocka's own switches would change what we read, and make's would reach a make in a test.
    for name in ("CMOCKA_MESSAGE_OUTPUT", "CMOCKA_XML_FILE", "MAKEFLAGS", "MFLAGS"):
        env.pop(name, None)
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    # A stack trace says more than cmocka's signal handler. Leaks are not looked for: the firmware
    # has no heap, simavr never frees all of a core, and some containers forbid the look.
    env.setdefault("ASAN_OPTIONS", "handle_segv=2:handle_sigfpe=2:detect_leaks=0")
    return env


def run(command, env, log_path, timeout):
    """Returns (exit code or None when out of time, output)."""
    with open(log_path, "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, env=env, start_new_session=True)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            # A test must not leave children behind either.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
            process.wait()
    with open(log_path, encoding="utf-8", errors="replace") as log:
        return code, log.read().splitlines()


def count_cases(lines, result):
    """Fills result from the output; what is said outside of a cmocka case is not counted."""
    running, since = None, 0

    def close(verdict, name, until):
        if verdict == "OK":
            result.passed += 1
        elif verdict == "SKIPPED":
            result.skips.append((name, ""))
        else:
            result.failures.append((name, lines[since:until]))

    for number, line in enumerate(lines):
        cmocka = CMOCKA_LINE.match(line)
        if cmocka:
            verdict, name = cmocka.groups()
            if verdict == "RUN":
                if running is not None:
                    close("LOST", running, number)
                running, since = name, number
            elif name == running:
                close(verdict, name, number + 1)
                running = None
            elif name.startswith("GROUP "):
                result.failures.append((name.lower(), lines[max(0, number - 5):number + 1]))
            continue
        case = CASE_LINE.match(line)
        if case and running is None:
            verdict, name, reason = case.groups()
            if verdict == "PASS":
                result.passed += 1
            elif verdict == "SKIP":
                result.skips.append((name, reason or ""))
            else:
                result.failures.append((name, [line]))
    if running is not None:
        result.failures.append((running, ["(no verdict)"] + lines[since:][-TAIL_LINES:]))


def describe_end(code, timeout):
    if code is None:
        return "still running after %g s" % timeout
    if code < 0:
        try:
            return "killed by " + signal.Signals(-code).name
        except ValueError:
            return "killed by signal %d" % -code
    return "ended with code %d" % code


def check_program(program, args, status):
    suite, path = program.split(":", 1)
    name = os.path.splitext(os.path.basename(path))[0]
    result = Result(suite, name)
    log_path = os.path.join(args.log, "%s-%s.log" % (suite, name))
    begin = time.monotonic()
    try:
        with status.program("%s %s" % (suite, name), log_path):
            code, lines = run(command_of(path, args.avr_run), environment(), log_path,
                              args.timeout)
    except OSError as error:
        result.failures.append(("(program)", [str(error)]))
        return result
    result.seconds = time.monotonic() - begin
    count_cases(lines, result)
    tail = lines[-TAIL_LINES:]
    groups = sum(1 for line in lines if CMOCKA_GROUP.match(line))
    if code != 0 and (code is None or not result.failures):
        result.failures.append(("(program)", tail + [describe_end(code, args.timeout)]))
    elif code != 0:
        result.failures[-1][1].append("(%s)" % describe_end(code, args.timeout))
    elif not (result.passed or result.failures or result.skips):
        result.failures.append(("(program)", tail + ["it reported no test case"]))
    elif groups % 2 and not result.failures:
        result.failures.append(("(program)", tail + ["a group of tests did not end"]))
    return result


def counts(passed, failed, skipped):
    return "%d passed, %d failed" % (passed, failed) + (", %d skipped" % skipped if skipped else "")


def report(result):
    return "%-4s  %-5s  %-32s %s  (%.1f s)" % (
        "FAIL" if result.failures else "ok", result.suite, result.name,
        counts(result.passed, len(result.failures), len(result.skips)), result.seconds)


def main():
    args = parse_args()
    os.makedirs(args.log, exist_ok=True)
    programs = [p for p in args.programs if args.only in os.path.basename(p.split(":", 1)[1])]
    # Chain tests take longest: begin with them.
    programs.sort(key=lambda p: not p.startswith("chain:"))

    results = []
    with Status() as status, concurrent.futures.ThreadPoolExecutor(max(1, args.jobs)) as pool:
        for done in concurrent.futures.as_completed(
                [pool.submit(check_program, program, args, status) for program in programs]):
            results.append(done.result())
            status.say(report(results[-1]))

    results.sort(key=lambda r: (r.suite, r.name))
    for result in results:
        for case, reason in result.skips:
            print("skipped: %s %s: %s%s" % (result.suite, result.name, case,
                                            ": " + reason if reason else ""))
    for result in results:
        for case, lines in result.failures:
            print("\n--- %s %s: %s" % (result.suite, result.name, case))
            for line in lines:
                print("    " + line)
    if not results:
        print("No test ran.")
    elif any(r.failures for r in results):
        print("\nThe whole output of each program is in %s." % args.log)
    passed = sum(r.passed for r in results)
    failed = sum(len(r.failures) for r in results)
    skipped = sum(len(r.skips) for r in results)
    print(counts(passed, failed, skipped), flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
