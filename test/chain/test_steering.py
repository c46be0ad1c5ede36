#!/usr/bin/env python3
"""End steers Begin's clock by its crystal (docs/design.md, "The app port"). Meanwhile, and when the
temperature moves all clocks, charge, current and state of charge are right, and it comes to rest."""

from functools import partial

from chain import check, main

BAUD = 38400
CORNERS = ((-10, -10), (-10, 10), (10, -10), (10, 10))
LOAD_A = 60
CAPACITY_AH = 100
CHARGE_SHARE = 0.001
HEAD = "set cells 3\nset chemistry lfp\nset capacity %d\nset soc 0.9\n" \
    "set switches 00010000\n" % CAPACITY_AH


def clocks(begin, end):
    return ["--seed", 3, "--clock-begin", begin, "--clock-end", end]


def port_off(run):
    hz = run.json["boards"][-1]["clock_hz"]
    return hz / (8 * round(hz / (8 * BAUD))) / BAUD - 1


def in_order(run):
    check(run.json["frames_lost"] == 0, "readings are lost")
    check(run.sum_boards("watchdog_resets") == 0, "a watchdog reset")
    check(run.json["faults"] in (0, []), "faults %s" % run.json["faults"])


def charge_off(run):
    off = run.json["charge_end_mah"] / run.json["charge_true_mah"] - 1
    check(abs(off) <= CHARGE_SHARE, "charge is %.3f %% off" % (100 * off))
    return 100 * abs(off)


def current_off(run, first, last):
    """Shown in each second, %."""
    worst = 0
    for t in range(first, last):
        ma = run.rows.get(t, "current_ma_end")
        off = abs(ma / (-1000 * LOAD_A) - 1)
        check(off < 0.005, "%g mA at %d s" % (ma, t))
        worst = max(worst, off)
    return 100 * worst


def soc_is_live(run, first, last):
    """Nothing is held back: each second the charge state is what has flowed since the first, to one round
    and one 1/1000."""
    start = run.rows.get(first, "soc_pm_end")
    for t in range(first, last):
        flowed_pm = LOAD_A * (t - first) / (3.6 * CAPACITY_AH)
        off = start - run.rows.get(t, "soc_pm_end") - flowed_pm
        check(abs(off) <= 1.5, "charge state %.1f of 1000 off at %d s" % (off, t))


def from_the_start(bench):
    """Steps are made from 10 s on, up to 24 of them. The load ends in time for its last round."""
    found = []
    for begin, end in CORNERS:
        text = HEAD + "at 9 expect load_relay == 1\nat 9 load %d A\nat 90 load off\n" % LOAD_A
        run = bench.run(clocks(begin, end) + ["--duration", 94], text)
        in_order(run)
        steps = run.json["boards"][0]["health"]["trim_steps"]
        check(steps != 0, "Begin was not steered")
        found.append((charge_off(run), current_off(run, 12, 90)))
        soc_is_live(run, 12, 90)
        off = port_off(run)
        check(abs(off) <= 0.01, "the port is %.2f %% off" % (100 * off))
    return "charge at most %.3f %%, current %.2f %% off" % tuple(map(max, zip(*found)))


def rests(bench):
    """Nothing moves it any more when nothing else moves."""
    for begin, end in ((-10, 10), (10, -10), (-5, 0), (3, 0)):
        steps = {bench.run(clocks(begin, end) + ["--duration", seconds], HEAD)
                 .json["boards"][0]["health"]["trim_steps"] for seconds in (120, 700, 780, 1500)}
        check(len(steps) == 1, "Begin at %d %%: steps %s" % (begin, steps))


def temperature(start_c, k_per_min, bench):
    """The cells follow what is round them slowly, and the load warms them: 30 minutes, 0.5 K a minute at the
    boards in ten of them. That a reading may be lost is not for this test."""
    found = []
    for begin, end in ((-10, 10), (10, -10)):
        ramp = "".join("at %d ambient %.2f\n" % (60 + 12 * i, start_c + k_per_min * i / 5)
                       for i in range(151))
        text = (HEAD + "set ambient %g\n" % start_c + ramp +
                "at 9 load %d A\nat 1860 load off\n" % LOAD_A)
        run = bench.run(clocks(begin, end) + ["--duration", 1864], text)
        check(run.sum_boards("watchdog_resets") == 0, "a watchdog reset")
        kelvin = [abs(run.rows.get(t + 600, "cell2_dc_true") - run.rows.get(t, "cell2_dc_true")) / 10
                  for t in range(60, 1261)]
        check(max(kelvin) >= 5, "only %.1f K in ten minutes" % max(kelvin))
        off = port_off(run)
        check(abs(off) <= 0.0125, "the port is %.2f %% off" % (100 * off))
        found.append("charge %.3f, current %.2f, port %.2f %% off at up to %.1f K a minute" % (
            charge_off(run), current_off(run, 12, 1860), 100 * off, max(kelvin) / 10))
    return "; ".join(found)


if __name__ == "__main__":
    main([("steering_keeps_what_is_counted", from_the_start),
          ("steering_comes_to_rest", rests),
          ("steering_while_it_gets_warmer", partial(temperature, 10, 1.2)),
          ("steering_while_it_gets_colder", partial(temperature, 30, -1.8))])
