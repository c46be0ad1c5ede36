#!/usr/bin/env python3
"""Supply current at 3.3 V without balancing, priced as docs/simulation.md says, and the stack."""

from functools import partial

from chain import check, main

BEGIN_UA = 1000
BETWEEN_RAM = 1024
BETWEEN_FLASH = 12 * 1024


def figures(run):
    for board in run.json["boards"]:
        parts = sum(board["current_ua"].values())
        check(abs(parts - board["avg_current_ua"]) < 0.1, "the parts do not add up")
        check(3.25 < board["volts"] < 3.35, "%g V are not 3.3 V" % board["volts"])
    return [board["avg_current_ua"] for board in run.json["boards"]]


def chain(cells, seconds, between_ua, bench):
    switches = {16: "01000000", 255: "11100000"}[cells]  # no balancing
    run = bench.run(["--cells", cells, "--switches", switches, "--duration", seconds],
                    "set soc 0.5\n")
    ua = figures(run)
    check(max(ua[1:-1]) <= between_ua, "a Between draws %.0f uA" % max(ua[1:-1]))
    check(ua[0] <= BEGIN_UA, "Begin draws %.0f uA" % ua[0])
    return "Begin %.0f uA, Between %.0f to %.0f uA, last of them %.0f uA, End %.0f uA" % (
        ua[0], min(ua[1:-1]), max(ua[1:-1]), ua[-2], ua[-1])


def stack(bench):
    """What is left of the RAM after a run with everything in it, and the whole need of Between."""
    run = bench.run(["--cells", 8, "--duration", 90], "set capacity 20\nset soc 0.95\n"
                    "at 5 charger 10 A 3.6 V\nat 20 break 3 4\nat 40 repair 3 4\nat 60 load 20 A\n")
    free = [board["health"]["stack_free"] for board in run.json["boards"]]
    ram = {"begin": 2048, "between": 2048, "end": 16384}
    need = {"begin": ram["begin"] - free[0], "between": ram["between"] - min(free[1:-1]),
            "end": ram["end"] - free[-1]}
    check(need["between"] <= BETWEEN_RAM, "Between needs %d bytes of RAM" % need["between"])
    check(run.json["images"]["between"]["flash"] <= BETWEEN_FLASH,
          "Between takes more than 12 KiB of flash")
    for name, image in run.json["images"].items():
        check(need[name] > image["ram"], "%s uses no stack" % name)
    return ", ".join("%s %d bytes (%d of them stack)" % (name, need[name],
                                                         need[name] - run.json["images"][name]["ram"])
                     for name in ram)


if __name__ == "__main__":
    main([("current_16_cells", partial(chain, 16, 60, 100)),
          ("current_255_cells", partial(chain, 255, 20, 450)),
          ("ram_with_the_deepest_stack", stack)])
