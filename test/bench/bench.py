#!/usr/bin/env python3
"""How fast the simulator is: chains of 2 to 255 boards with the real images, on one thread and two, and
the raw speed of simavr on the same machine beside it. docs/benchmarks.md says what the figures mean.

  bench.py build/bms-sim build/bench/raw_speed build/bench/busy.elf [more options for bms-sim]
"""

import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile

SECONDS = {2: 240, 4: 240, 16: 240, 64: 60, 255: 20}
REPEATS = 3  # the fastest counts: other work on the machine only ever slows a run
STEADY_S = (10, 20)  # between them a chain does the same each second


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(sim, cells, seconds, threads, more):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        command = [sim, "--cells", str(cells), "--duration", str(seconds), "--threads", str(threads),
                   "--quiet", "--json", path] + more
        start_s = cpu_s()
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        used_s = cpu_s() - start_s
        if result.returncode != 0:
            sys.exit("bench: %s\n%s" % (" ".join(command), result.stdout[-2000:]))
        with open(path) as file:
            return dict(json.load(file), cpu_s=used_s)


def total(report, key):
    return sum(board[key] for board in report["boards"])


def best(sim, cells, seconds, threads, more):
    """Wall and CPU time of the fastest, and what the chain did, which is always the same."""
    reports = [run(sim, cells, seconds, threads, more) for _ in range(REPEATS)]
    return min(r["wall_s"] for r in reports), min(r["cpu_s"] for r in reports), reports[0]


def speeds(sim, more):
    """CPU seconds per simulated one, on one thread, by number of boards, with its bytes received."""
    found = []
    print("%7s %8s %7s %8s %8s %8s %12s %9s %11s %12s" % (
        "boards", "threads", "sim s", "wall s", "cpu s", "x real", "Mcycle/cpu s", "bytes/s",
        "cpu us/byte", "cpu us/board"))
    for cells, seconds in SECONDS.items():
        for threads in (1, 2):
            wall_s, used_s, report = best(sim, cells, seconds, threads, more)
            cost_s = used_s / seconds
            received = total(report, "bytes_received") / seconds
            print("%7d %8d %7d %8.2f %8.2f %8.1f %12.0f %9.0f %11.2f %12.0f" % (
                cells, threads, seconds, wall_s, used_s, seconds / wall_s,
                total(report, "active_cycles") / used_s * 1e-6, received,
                cost_s / received * 1e6, cost_s / cells * 1e6), flush=True)
            if threads == 1:
                found.append((cells, cost_s, received))
    return found


def growth(found):
    """Exponent of the cost against bytes and against boards, from one size to the next."""
    print("\nGrowth of the CPU time on one thread: 1 = linear")
    print("%16s %12s %12s" % ("boards", "in bytes", "in boards"))
    for (n, cost, bytes_s), (more_n, more_cost, more_bytes_s) in zip(found, found[1:]):
        times = math.log(more_cost / cost)
        print("%16s %12.2f %12.2f" % ("%d to %d" % (n, more_n), times / math.log(more_bytes_s / bytes_s),
                                      times / math.log(more_n / n)))


def steady(sim, cells, more):
    """Cycles and bytes of each board in the seconds without self-test and numbering."""
    early, late = (run(sim, cells, seconds, 1, more)["boards"] for seconds in STEADY_S)
    return [(b["active_cycles"] - a["active_cycles"], b["bytes_received"] - a["bytes_received"])
            for a, b in zip(early, late)]


def slope(few, many):
    return (many[0] - few[0]) / (many[1] - few[1])


def images(sim, more):
    """What a further byte costs: between the first and the last Between board, which do the same else, and for
    the two ends between two lengths of the chain."""
    few, many = steady(sim, 64, more), steady(sim, 255, more)
    print("\nCycles awake for each further byte received")
    print("%16s %8.0f   64 to 255 boards" % ("begin_board", slope(few[0], many[0])))
    print("%16s %8.0f   board 2 to 254" % ("between_board", slope(many[1], many[-2])))
    print("%16s %8.0f   64 to 255 boards" % ("end_board", slope(few[-1], many[-1])))


def raw(program, image):
    result = subprocess.run([program, image], stdout=subprocess.PIPE, text=True, check=True)
    print("\nOne chip that never sleeps, one thread, million cycles/s")
    for name, value in zip(("simavr as it comes", "simavr, runs of 64 cycles", "engine/core.c"),
                           result.stdout.splitlines()[-1].split()):
        print("%28s %6s" % (name, value))


def main():
    sim, program, image = sys.argv[1:4]
    print("%s, %d cores; load before: %.2f\n" % (
        processor(), len(os.sched_getaffinity(0)), os.getloadavg()[0]))
    growth(speeds(sim, sys.argv[4:]))
    images(sim, sys.argv[4:])
    raw(program, image)


if __name__ == "__main__":
    main()
