#!/usr/bin/env python3
"""Relay decisions in both modes: each row of the product's tables on its own, and then random
scenarios judged by an independent statement of the tables over the truth columns of the CSV.

Which state follows is left open within 10 mV or 0.5 C of a limit, and for 3 s after a change: the
firmware has that long to notice. A relay that opened rests for 5 s; one that has fluttered more than
three times, each time closed for less than 5 minutes, doubles its rest each time up to 640 s.
"""

import functools
import random

from chain import Failed, check, main

# LiFePO4 as sim/run.c sets it up, the rest from end_board/settings.c.
VMIN, VBALANCE, VMAX = 3000, 3400, 3700
TMIN_DC, TMAX_DC, CHARGE_TMIN_DC = -200, 600, 0
CHARGE_RESTART_PM, DISCHARGE_RESTART_PM = 900, 200
CELLS = 4
CAPACITY_AH = 20
LOW_RATE_W = CAPACITY_AH * 3.2 * CELLS / 20

MARGIN_MV, MARGIN_DC, MARGIN_PM, MARGIN_W = 10, 5, 2, 0.1
DEAD_BAND_MA = 400     # of a Hall sensor: +-300 mA, and a step
# Of the cells with their polarisation, from sim/world/chemistry.c, with their spread; and at -24 C.
CELL_OHM = 1.15 * (0.045 + 0.035) / CAPACITY_AH
COLD_FACTOR = 3.3
NOTICE_S = 3
REST_S = 5
CALM_S = 300

HEAD = "set cells 4\nset chemistry lfp\nset capacity %g\nset switches 00010000\n" % CAPACITY_AH

# ---- the tables -----------------------------------------------------------------------------------

# A condition at one second is True, False or None: too near a limit to say.


def above(value, limit, margin):
    if abs(value - limit) <= margin:
        return None
    return value > limit


def range_above(low, high, limit):
    """Of a voltage that is somewhere between both."""
    if low > limit + MARGIN_MV:
        return True
    return False if high < limit - MARGIN_MV else None


def invert(condition):
    return None if condition is None else not condition


def all_of(conditions):
    conditions = list(conditions)
    if False in conditions:
        return False
    return None if None in conditions else True


def any_of(conditions):
    return invert(all_of(invert(c) for c in conditions))


class Second:
    """What is true in one second, from the columns that the firmware has no part in; the charge
    state is End's own, since it began at 50 % whatever the cells had.

    A relay that opens ends the current that made it open, and the row shows rested cells. So the
    voltages are ranges: from those of the row to those with all the current that is asked for, and
    to where the last second's change leads in one more."""

    def __init__(self, rows, second, silent, asked):
        before = max(second - 1, 1)
        cells = range(1, CELLS + 1)
        charger_a, load_a = asked
        self.mv = [rows.get(second, "cell%d_mv_true" % c) for c in cells]
        self.dc = [rows.get(second, "cell%d_dc_true" % c) for c in cells]
        self.ma = rows.get(second, "current_ma_true")
        ohm = CELL_OHM * (COLD_FACTOR if min(self.dc) < 200 else 1)
        rise = max(0, charger_a * 1000 - max(0, self.ma)) * ohm
        drop = max(0, load_a * 1000 - max(0, -self.ma)) * ohm
        change = [v - rows.get(before, "cell%d_mv_true" % c) for c, v in zip(cells, self.mv)]
        self.range = [(v - max(drop, -d), v + max(rise, d)) for v, d in zip(self.mv, change)]
        self.pm = rows.get(second, "soc_pm_end")
        self.silent = silent
        self.closed = {"charge": rows.get(second, "charge_relay") == 1,
                       "load": rows.get(second, "load_relay") == 1}

    def low_rate(self):
        watts = self.ma * sum(self.mv) / 1e6
        if -DEAD_BAND_MA <= self.ma < 0:
            return None
        if self.ma < 0 or abs(watts - LOW_RATE_W) <= MARGIN_W * LOW_RATE_W:
            return None
        return watts < LOW_RATE_W

    def inside(self, tmin):
        return all_of([above(t, tmin, MARGIN_DC) for t in self.dc] +
                      [above(TMAX_DC, t, MARGIN_DC) for t in self.dc])

    def table(self, mode, relay):
        """(conditions to close by name, conditions to open by name)"""
        tmin = CHARGE_TMIN_DC if relay == "charge" else TMIN_DC
        inside = self.inside(tmin)
        close = {"temperature": inside, "comm": not self.silent}
        opening = {"temperature": invert(inside), "comm": self.silent}
        if relay == "load":
            close["vmin"] = all_of(range_above(*v, VMIN) for v in self.range)
            opening["vmin"] = invert(close["vmin"])
            if mode == "normal":
                close["soc"] = above(self.pm, DISCHARGE_RESTART_PM, MARGIN_PM)
            return close, opening
        opening["vmax"] = any_of(range_above(*v, VMAX) for v in self.range)
        if mode == "critical":
            close["vmax"] = invert(opening["vmax"])
            return close, opening
        close["vbalance"] = all_of(invert(range_above(*v, VBALANCE)) for v in self.range)
        close["soc"] = above(CHARGE_RESTART_PM, self.pm, MARGIN_PM)
        full = all_of(range_above(*v, VBALANCE) for v in self.range)
        opening["full"] = all_of([full, self.low_rate()])
        return close, opening


# ---- judging a run --------------------------------------------------------------------------------


def window(seconds, now, length):
    return [seconds[t] for t in range(now - length, now + 1)]


def may_flutter(seconds, now, relay):
    """It may rest longer than REST_S: rows do not show what it does within a second, so from the second
    short time on that they show."""
    flutters, closed_at = 0, 0
    for t in range(min(seconds) + 1, now + 1):
        before, closed = seconds[t - 1].closed[relay], seconds[t].closed[relay]
        if closed and not before:
            closed_at = t
        if before and not closed:
            flutters = flutters + 1 if t - closed_at < CALM_S else 0
    return flutters >= 2


def judge_second(seconds, now, mode, relay, seen):
    closed, before = seconds[now].closed[relay], seconds[now - 1].closed[relay]
    recent = [s.table(mode, relay) for s in window(seconds, now, NOTICE_S)]
    names = recent[0][1]
    for name in names:
        if closed and all(opening[name] is True for _, opening in recent):
            raise Failed("%s relay is closed at %d s in spite of %s for %d s" %
                         (relay, now, name, NOTICE_S))
    if before and not closed:
        causes = [n for n in names if any(opening[n] is not False for _, opening in recent)]
        check(causes, "%s relay opened at %d s for no reason" % (relay, now))
        for name in causes if len(causes) == 1 else []:
            seen[relay + " opens: " + name] = seen.get(relay + " opens: " + name, 0) + 1
    if closed and not before:
        for name in recent[0][0]:
            check(any(close[name] is not False for close, _ in recent),
                  "%s relay closed at %d s in spite of %s" % (relay, now, name))
        seen[relay + " closes"] = seen.get(relay + " closes", 0) + 1
    if not closed and now - NOTICE_S - REST_S in seconds and \
            not may_flutter(seconds, now, relay):
        long = [s.table(mode, relay) for s in window(seconds, now, NOTICE_S + REST_S)]
        may = all(all_of(close.values()) is True and any_of(opening.values()) is False
                  for close, opening in long)
        check(not may, "%s relay is still open at %d s with all conditions good for %d s" %
              (relay, now, NOTICE_S + REST_S))


def asked_at(scenario, second):
    """What charger and load would give and take at that second: (A, A)"""
    asked = {"charger": (0, 0.0), "load": (0, 0.0)}
    for line in scenario.splitlines():
        words = line.split()
        if words[0] == "at" and words[2] in asked and int(words[1]) <= second:
            amps = 0.0 if words[3] == "off" else float(words[3])
            if int(words[1]) >= asked[words[2]][0]:
                asked[words[2]] = (int(words[1]), amps)
    return asked["charger"][1], asked["load"][1]


def judge(rows, mode, scenario, silent_at, seen):
    """seen counts what the run made happen."""
    seconds = {t: Second(rows, t, silent_at(t), asked_at(scenario, t)) for t in rows.seconds()
               if rows.get(t, "soc_pm_end") is not None}
    for now in range(min(seconds) + NOTICE_S + REST_S, rows.last() + 1):
        for relay in ("charge", "load"):
            judge_second(seconds, now, mode, relay, seen)


# ---- random scenarios -----------------------------------------------------------------------------

# Rest voltages of about 2.3, 2.9, 3.1, 3.3, 3.34, 3.36, 3.4 and 3.53 V.
SOCS = [0, 2, 6, 50, 80, 99, 99.5, 99.7, 99.9, 100]
TEMPERATURES = [-24, -21, -19, -10, -10, -3, -1, 1, 3, 15, 40, 57, 59, 61, 63]


def random_event(rng, t):
    cell = rng.choice(["all", "all", 1, 2, 3, 4])
    kind = rng.choice(["soc", "soc", "temperature", "temperature", "charger", "charger", "load", "over", "quiet"])
    if kind == "over":
        return ["at %d soc all 30" % t, "at %d load off" % t, "at %d charger 20 A 4.2 V" % t,
                "at %d soc %d 100" % (t + 1, rng.randint(1, CELLS))]
    if kind == "soc":
        return ["at %d soc %s %g" % (t, cell, rng.choice(SOCS))]
    if kind == "temperature":
        back = t + rng.randint(5, 12)
        return ["at %d temperature %s %g" % (t, cell, rng.choice(TEMPERATURES)),
                "at %d temperature all 25" % back]
    if kind == "charger":
        return ["at %d load off" % t, "at %d charger %d A %.2f V" % (
            t, rng.choice([1, 3, 20, 60, 100]), rng.choice([3.42, 3.5, 3.65, 3.9]))]
    if kind == "load":
        return ["at %d charger off" % t, "at %d load %d A" % (t, rng.choice([2, 20, 80, 150]))]
    return ["at %d charger off" % t, "at %d load off" % t, "at %d soc all 50" % t]


def random_scenario(rng, mode, length):
    """The scenario and the spans in which the wire is broken."""
    lines, spans, t = [HEAD + "set mode %s" % mode], [], 12
    while t < length - 20:
        if rng.random() < 0.08:
            hop, back = rng.randint(1, CELLS - 1), t + rng.randint(6, 12)
            lines += ["at %d break %d %d" % (t, hop, hop + 1),
                      "at %d repair %d %d" % (back, hop, hop + 1)]
            spans.append((t, back))
            t = back
        else:
            lines += random_event(rng, t)
            t += 20 if lines[-1].endswith(" 100") and "4.2 V" in lines[-2] else 0
        t += rng.randint(4, 22)
    return "\n".join(lines) + "\n", spans


def silence(spans, second):
    """Broken, or repaired so lately that the ring may need its rounds."""
    if any(begin < second <= end for begin, end in spans):
        return True
    return None if any(end < second <= end + NOTICE_S for begin, end in spans) else False


WANTED = {
    "normal": ["charge opens: vmax", "charge opens: full", "charge opens: temperature",
               "charge opens: comm", "load opens: vmin", "load opens: temperature",
               "load opens: comm", "charge closes", "load closes"],
    "critical": ["charge opens: vmax", "charge opens: temperature", "charge opens: comm",
                 "load opens: vmin", "load opens: temperature", "load opens: comm",
                 "charge closes", "load closes"],
}
SEEDS, LENGTH_S = range(1, 11), 150
SENSORS_GOOD = (1, 3, 5, 7) # seeds of the boards; test_faults.py is about the others


def random_runs(mode, bench):
    seen = {}
    for seed in SEEDS:
        scenario, spans = random_scenario(random.Random(seed), mode, LENGTH_S)
        boards = SENSORS_GOOD[seed % len(SENSORS_GOOD)]
        run = bench.run(["--seed", boards, "--duration", LENGTH_S], scenario)
        try:
            judge(run.rows, mode, scenario, functools.partial(silence, spans), seen)
        except Failed as reason:
            raise Failed("seed %d: %s" % (seed, reason)) from None
    missing = [name for name in WANTED[mode] if name not in seen]
    check(not missing, "the scenarios never made happen: %s" % ", ".join(missing))
    return "%d runs of %d s, seeds %d..%d, %s" % (
        len(SEEDS), LENGTH_S, SEEDS[0], SEEDS[-1],
        ", ".join("%s %d" % (k, v) for k, v in sorted(seen.items())))


# ---- one row at a time ----------------------------------------------------------------------------

READY = "at 12 expect charge_relay == 1\nat 12 expect load_relay == 1\n"
LENGTHS = {"normal_charge_waits_for_restart_soc": 242, "normal_load_waits_for_restart_soc": 387,
           "critical_load_ignores_soc": 130}
# Opened within 3 s after 20 s; the other relay keeps its state.
ROWS = {
    "normal_charge_opens_at_vmax":
        "at 20 soc 3 100\nat 20 charger 60 A 4.2 V\nat 20 within 3 expect charge_relay == 0\n"
        "from 20 to 24 expect load_relay == 1\nat 24 expect max_mv_true > 3500\n",
    # 5 % are 12.8 W, 0.93 A at these voltages; 99.6 % are 23 mV above Vbalance
    "normal_charge_opens_full_at_low_rate":
        "at 20 charger 0.75 A 3.6 V\nat 23 soc all 99.6\nat 23 within 3 expect charge_relay == 0\n"
        "from 23 to 40 expect max_mv_true < 3440\nfrom 20 to 40 expect load_relay == 1\n",
    "normal_charge_stays_at_high_rate":
        "at 20 charger 1.2 A 4 V\nat 23 soc all 99.7\nfrom 23 to 33 expect min_mv_true > 3410\n"
        "from 23 to 33 expect max_mv_true < 3690\nfrom 20 to 33 expect charge_relay == 1\n",
    "normal_charge_stays_below_vbalance":
        "at 20 charger 0.75 A 3.6 V\nat 23 soc all 99.35\nfrom 23 to 33 expect min_mv_true > 3375\n"
        "from 20 to 33 expect charge_relay == 1\n",
    "normal_charge_stays_with_one_cell_low":
        "at 20 charger 0.5 A 3.6 V\nat 20 soc 1 99.9\nat 20 soc 2 99.9\nat 20 soc 3 99.9\n"
        "from 20 to 30 expect charge_relay == 1\n",
    "normal_charge_waits_for_vbalance":
        "at 20 soc 3 100\nat 20 charger 60 A 4.2 V\nat 20 within 3 expect charge_relay == 0\n"
        "at 24 charger off\nat 24 soc 3 99.9\nfrom 24 to 40 expect charge_relay == 0\n"
        "at 40 soc 3 90\nat 40 within 4 expect charge_relay == 1\n",
    "normal_charge_waits_for_restart_soc":
        "at 20 charger 0.5 A 3.6 V\nat 20 soc all 99.9\nat 20 within 3 expect charge_relay == 0\n"
        "at 20 within 60 expect soc_pm == 1000\nat 90 charger off\nat 90 soc all 90\n"
        "from 90 to 110 expect charge_relay == 0\nat 100 load 60 A\n"
        "from 100 to 210 expect charge_relay == 0\n"
        "at 210 within 30 expect charge_relay == 1\nat 240 expect soc_pm < 900\n",
    "normal_charge_opens_cold": "at 20 temperature 2 -1.5\nat 20 within 3 expect charge_relay == 0\n"
        "from 20 to 30 expect load_relay == 1\nat 30 temperature 2 1.5\n"
        "at 30 within 4 expect charge_relay == 1\n",
    "normal_both_open_hot": "at 20 temperature 4 61\nat 20 within 3 expect charge_relay == 0\n"
        "at 20 within 3 expect load_relay == 0\nat 30 temperature 4 58\n"
        "at 30 within 4 expect charge_relay == 1\nat 30 within 4 expect load_relay == 1\n",
    "normal_load_opens_frozen": "at 20 temperature 1 -21.5\nat 20 within 3 expect load_relay == 0\n"
        "at 30 temperature 1 -18\nat 30 within 4 expect load_relay == 1\n"
        "from 24 to 40 expect charge_relay == 0\n",
    "normal_load_opens_at_vmin": "at 20 soc 2 3\nat 20 within 3 expect load_relay == 0\n"
        "from 20 to 30 expect charge_relay == 1\nat 30 soc 2 20\n"
        "at 30 within 4 expect load_relay == 1\n",
    "normal_load_waits_for_restart_soc":
        "at 20 soc all 3\nat 20 within 100 expect soc_pm == 0\nat 121 expect load_relay == 0\n"
        "at 122 soc all 60\nfrom 122 to 140 expect load_relay == 0\nat 130 charger 60 A 4 V\n"
        "from 130 to 360 expect load_relay == 0\nat 360 within 25 expect load_relay == 1\n"
        "at 385 expect soc_pm >= 200\n",
    "critical_full_keeps_charge":
        "at 20 charger 0.5 A 3.6 V\nat 20 soc all 99.9\nfrom 20 to 60 expect charge_relay == 1\n"
        "at 25 expect min_mv_true > 3410\n",
    "critical_charge_opens_at_vmax":
        "at 20 soc 3 100\nat 20 charger 60 A 4.2 V\nat 20 within 3 expect charge_relay == 0\n"
        "at 26 charger off\nat 26 soc 3 99.9\nat 26 within 4 expect charge_relay == 1\n",
    "critical_load_ignores_soc":
        "at 20 soc all 3\nat 20 within 3 expect load_relay == 0\n"
        "at 20 within 100 expect soc_pm == 0\nat 122 soc all 60\n"
        "at 122 within 4 expect load_relay == 1\n",
    "critical_both_open_hot": "at 20 temperature 4 61\nat 20 within 3 expect charge_relay == 0\n"
        "at 20 within 3 expect load_relay == 0\n",
}


def row(name, bench):
    length = LENGTHS.get(name, 62)
    mode = name.split("_")[0]
    bench.run(["--seed", 1, "--duration", length], HEAD + "set mode %s\n" % mode + READY +
              ROWS[name])
    return "seed 1"


def broken_wire(mode, hop, bench):
    bench.run(["--seed", 1, "--duration", 45], HEAD + "set mode %s\n" % mode + READY +
              "at 20 break %d %d\nat 20 within 3 expect charge_relay == 0\n" % (hop, hop + 1) +
              "at 20 within 3 expect load_relay == 0\nfrom 23 to 30 expect load_relay == 0\n"
              "from 23 to 30 expect charge_relay == 0\nat 30 repair %d %d\n" % (hop, hop + 1) +
              "at 30 within 8 expect charge_relay == 1\nat 30 within 8 expect load_relay == 1\n")
    return "seed 1"


def cases():
    for name in ROWS:
        yield "relay_" + name, functools.partial(row, name)
    for mode in ("normal", "critical"):
        for hop in range(1, CELLS):
            yield "relay_%s_wire_%d_broken" % (mode, hop), functools.partial(broken_wire, mode, hop)
        yield "relay_%s_random" % mode, functools.partial(random_runs, mode)


if __name__ == "__main__":
    main(cases())
