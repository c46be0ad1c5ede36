#!/usr/bin/env python3
"""The scenarios that come with the simulator: each explains itself, expects something, and holds."""

import functools
import glob
import os
import re
import sys

from chain import ROOT, Failed, check, main

sys.path.insert(0, os.path.join(ROOT, "test", "tools"))
import scenarios_mutated

FOLDER = os.path.join(ROOT, "sim", "scenarios")
DEMO = "demo"  # runs in test_demo.py
EXPECTED_MIN = 8


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def scenarios():
    return {name_of(p): p for p in sorted(glob.glob(os.path.join(FOLDER, "*.txt")))
            if name_of(p) != DEMO}


def text_of(path):
    with open(path) as file:
        return file.read()


def explained(bench):
    """What happens and what an owner learns, before the first statement; and named in the docs."""
    docs = text_of(os.path.join(ROOT, "docs", "simulation.md"))
    for name, path in scenarios().items():
        head = text_of(path).split("\nset ")[0].replace("\n# ", " ")
        check(head.startswith("# ") and "An owner learns:" in head, "%s: no explanation" % name)
        check("rule that matters" in text_of(path) or "rule that matters" in head,
              "%s: says no rule" % name)
        check("`%s`" % name in docs, "%s: not in docs/simulation.md" % name)
        check(len(re.findall(r"^(?:at|from) .*expect", text_of(path), re.M)) >= EXPECTED_MIN,
              "%s: few expectations" % name)
    return "%d scenarios" % len(scenarios())


def rules_can_be_broken(bench):
    """`make scenarios-mutated` is too long for here; but what it changes is still there, once, and
    every scenario has something to change."""
    for scenario, what, path, old, _ in scenarios_mutated.MUTATIONS:
        check(text_of(os.path.join(ROOT, path)).count(old) == 1, "%s: %s: not in %s" % (
            scenario, what, path))
        check(what in text_of(os.path.join(ROOT, "docs", "simulation.md")),
              "not in docs/simulation.md: %s" % what)
    with_rule = {m[0] for m in scenarios_mutated.MUTATIONS}
    check(with_rule == set(scenarios()), "scenarios and broken rules: %s" % sorted(
        with_rule ^ set(scenarios())))
    return "%d rules" % len(scenarios_mutated.MUTATIONS)


def run_one(path, bench):
    result = bench.run(["--scenario", path, "--report", bench.path("report.html")],
                       expect_code=None)
    if result.code != 0:
        raise Failed("exit code %d: %s" % (result.code, " | ".join(
            (result.out + result.err).strip().splitlines()[:5])))
    check(os.path.getsize(bench.path("report.html")) > 10000, "no report")
    check(result.json["expect_total"] >= EXPECTED_MIN, "%d expectations" %
          result.json["expect_total"])
    check(result.sum_boards("overruns") == 0 and result.sum_boards("watchdog_resets") == 0,
          "overruns or watchdog resets")
    return "%d expectations, %g s at %.0f x real time" % (
        result.json["expect_total"], result.json["sim_s"], result.json["ratio"])


if __name__ == "__main__":
    main([("scenarios_explained", explained), ("scenarios_rules", rules_can_be_broken)] +
         [("scenario_" + name, functools.partial(run_one, path))
          for name, path in scenarios().items()])
