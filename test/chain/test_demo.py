#!/usr/bin/env python3
"""What `make sim` shows: its command line, with all expectations of the demo."""

import re
import subprocess

from chain import ROOT, check, main


def demo_arguments():
    """The words of DEMO in the Makefile, without its outputs."""
    with open(ROOT + "/Makefile") as file:
        text = file.read().replace("\\\n", " ")
    words = re.search(r"^DEMO := (.*)$", text, re.M).group(1).split()
    outputs = ("--csv", "--json", "--report")
    return [w for i, w in enumerate(words)
            if w not in outputs and (i == 0 or words[i - 1] not in outputs)]


def demo(bench):
    run = bench.run(demo_arguments(), expect_code=None)
    check(run.code == 0, "exit code %d: %s" % (run.code, " | ".join(
        (run.out + run.err).strip().splitlines()[:5])))
    j = run.json
    check(j["cells"] == 16 and j["sim_s"] >= 1800, "%d cells, %g s" % (j["cells"], j["sim_s"]))
    check(j["expect_total"] >= 15, "%d expectations" % j["expect_total"])
    check(j["frames_lost"] == 0, "%d readings lost" % j["frames_lost"])
    check(run.sum_boards("overruns") == 0 and run.sum_boards("watchdog_resets") == 0,
          "overruns or watchdog resets")
    return "%d expectations, %g s at %.0f x real time" % (
        j["expect_total"], j["sim_s"], j["ratio"])


def demo_is_what_make_runs(bench):
    shown = subprocess.run(["make", "-n", "sim"], cwd=ROOT, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, check=False).stdout
    line = " ".join(shown.replace("\\\n", " ").split())
    check(" ".join(demo_arguments()) in line, "`make -n sim` does not show %s" % demo_arguments())


if __name__ == "__main__":
    main([("demo_command_line", demo_is_what_make_runs), ("demo", demo)])
