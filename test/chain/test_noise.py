#!/usr/bin/env python3
"""Noise on every hop of 16 cells, at bit error rates of 1e-5, 1e-4 and 1e-3, with bytes on the line and
without. SOAK=1: ten runs of an hour at 1e-5, with and without the return wire, one each of the others."""

import os

from chain import check, main

SOAK = bool(os.environ.get("SOAK"))
CELLS = 16
START_S = 20
SHOWN_MV = 20
HEAD = "set cells 16\nset spread 0.1\nat 10 load 10 A\nat 15 load off\n"


class Figures:
    def __init__(self, run):
        places = [p for p in run.json["places"] if p["s"] > START_S]
        pairs = list(zip(places, places[1:]))
        self.rounds = run.json["marks"][-1]["rounds"]
        self.lost = run.json["frames_lost"]
        self.bad = run.json["frames_bad"]
        self.drops = sum(a["load"] and not b["load"] for a, b in pairs)
        self.faults = sum(a["comm_ok"] and not b["comm_ok"] for a, b in pairs)
        self.noisy = [b["number"] for b in run.json["boards"] if b["noisy"]]
        self.broken = sum(p["broken"] and p["after"] <= CELLS for p in places)
        self.shown = [m["shown_error_mv"] for m in run.json["marks"] if m["s"] > START_S]

    def __str__(self):
        return "%d rounds, %d readings lost, %d bad frames, %d relay drops, noisy: %s" % (
            self.rounds, self.lost, self.bad, self.drops, self.noisy)


def noisy_run(bench, rate, seconds, seed, text=""):
    run = bench.run(["--duration", seconds, "--seed", seed],
                    HEAD + "at %d noise all %g\n" % (START_S, rate) + text)
    check(run.json["crashed_board"] == 0, "a board crashed")
    check(run.sum_boards("watchdog_resets") == 0, "a watchdog reset")
    figures = Figures(run)
    check(all(mv is not None and mv < SHOWN_MV for mv in figures.shown),
          "shows a value that is %s mV off (seed %d)" % (figures.shown, seed))
    check(figures.broken == 0, "a whole ring was called broken (seed %d)" % seed)
    return run, figures


def low(bench, text=""):
    """1e-5: readings go missing, and hardly ever the same so often in a row that it counts."""
    lines = []
    drops = 0
    for seed in range(1, 11) if SOAK else (1,):
        _, figures = noisy_run(bench, 1e-5, 3600 if SOAK else 300, seed, text)
        lines.append("seed %d: %s" % (seed, figures))
        drops += figures.drops
        check(figures.lost < 0.02 * CELLS * figures.rounds, "readings lost: %s" % figures)
    if SOAK:
        print("\n".join("  " + line for line in lines))
    check(drops == 0, "%d relay drops: %s" % (drops, "; ".join(lines)))
    return lines[-1]


def low_open(bench):
    """Begin does not see what is lost."""
    return low(bench, "at 5 break 16 1\n")


def middle(bench):
    """1e-4: what is shown is true, most of it is there, and the hops are named."""
    _, figures = noisy_run(bench, 1e-4, 3600 if SOAK else 400, 1)
    check(figures.lost < 0.3 * CELLS * figures.rounds, "readings lost: %s" % figures)
    check(len(figures.noisy) >= CELLS // 2, "hops named: %s" % figures.noisy)
    return str(figures)


def high(bench):
    """1e-3: relays open and stay open."""
    run, figures = noisy_run(bench, 1e-3, 3600 if SOAK else 200, 1,
                             "at %d within 10 expect load_relay == 0\n" % START_S)
    last = [p for p in run.json["places"] if p["s"] > START_S + 60]
    check(not any(p["load"] or p["charge"] for p in last), "a relay closed again")
    return str(figures)


def one_hop(bench):
    """A bad contact is named before it opens a relay, that hop and no other, and no more when it is mended."""
    run, figures = noisy_run(
        bench, 0, 700, 1,
        "at 30 noise 15 0.00004\nat 30 within 200 expect cell16.noisy > 0\nat 260 expect noisy_hops == 1\n"
        "at 258 app \"\"\nat 259 app \"\"\nat 260 app \"warnings\"\nat 260 within 5 app expect \"noisy 15 16 \"\n"
        "at 268 app \"\"\nat 269 app \"\"\nat 270 app \"events 5\"\nat 270 within 5 app expect \"hop_noisy 15 16\"\n"
        "from 30 to 260 expect load_relay == 1\n"
        "at 300 noise 15 off\nat 300 within 300 expect noisy_hops == 0\nat 690 expect noisy_hops == 0\n")
    return str(figures)


def return_hop(bench):
    """End to Begin."""
    _, figures = noisy_run(bench, 0, 300, 1, "at 30 noise 16 0.0003\nat 30 within 250 expect cell1.noisy > 0\n"
                           "from 30 to 290 expect load_relay == 1\n")
    check(figures.noisy in ([1], []), "named: %s" % figures.noisy)
    return str(figures)


def silent_hops(bench):
    """Without noise nobody is called noisy."""
    _, figures = noisy_run(bench, 0, 300, 2, "from 30 to 299 expect noisy_hops == 0\n")
    check(figures.lost == 0, "readings lost: %s" % figures)
    return str(figures)


def threads(bench):
    """The same on one and on two threads."""
    text = HEAD + "at 8 noise all 0.0001\nat 9 babble 3 on\nat 12 babble 3 off\nat 15 fault wire 5 40 insert 3\n"
    runs = [bench.run(["--cells", 60, "--switches", "00000000", "--duration", 25, "--threads", n],
                      text.replace("set cells 16", "set cells 60")) for n in (1, 2)]
    for key in ("frames_lost", "frames_bad", "rounds", "marks", "places"):
        check(runs[0].json[key] == runs[1].json[key], "%s differs" % key)
    check(runs[0].json["frames_bad"] > 0, "no bad frame")


if __name__ == "__main__":
    main([("noise_1e-5", low), ("noise_1e-5_open_ring", low_open), ("noise_1e-4", middle), ("noise_1e-3", high), ("noise_one_hop", one_hop),
          ("noise_return_hop", return_hop), ("noise_none", silent_hops), ("noise_threads", threads)])
