#!/usr/bin/env python3
"""The extended data output of the real image, sampled at 9600 baud from the pin's waveform and read by
a decoder of its own (ext_frame.py)."""

from chain import check, main
from ext_frame import KEYS, SIZE, read_log

BIT_S = 1 / 9600
FRAME_S = 10 * (SIZE - 1) * BIT_S # from the first start bit to the last
QUIET_S = 0.4                     # by which clients find a frame's begin
FIRST_S = 4                       # by then frames come


def frames(bench, arguments, scenario=None):
    log = bench.path("ext.log")
    run = bench.run(list(arguments) + ["--ext-log", log], scenario)
    return run, list(read_log(log))


def check_line(heard, seconds):
    """Every frame whole, at the right rate, alone on the line; at least one in 1.5 s."""
    worst = 0.0
    check(heard, "no frame")
    for i, (at, frame, length, framing) in enumerate(heard):
        check(frame.good() and not framing, "bad frame at %.3f s: %s" % (at, frame.data.hex()))
        worst = max(worst, abs(length / FRAME_S - 1))
        gap = (heard[i + 1][0] if i + 1 < len(heard) else seconds) - at
        check(gap <= 1.5, "%.2f s between two frames at %.1f s" % (gap, at))
        if i + 1 < len(heard):
            check(gap - length >= QUIET_S, "only %.2f s quiet at %.1f s" % (gap - length, at))
    check(worst < 0.01, "bits are %.2f %% off" % (100 * worst))
    return worst


PACK = """
set cells 16
set capacity 40
set passes 2
set seed 5
at 0s temperature all 21
at 0s temperature 3 -7.6
at 0s temperature 9 38.4
at 0s soc 5 80
at 0s soc 11 40
at 4s charger 12 A 3.5 V
at 4s load 30 A
at 60s load off
"""


STEP_S = 0.25  # of the rows: one at least is of the round that the frame tells of


def around(rows, at):
    first = round(at / STEP_S) * STEP_S
    return [s for s in (first + i * STEP_S for i in range(-2, 3)) if s in rows.row]


def near(rows, at, name, value, tolerance):
    """Some row of that round has this value, within half a step."""
    return any(rows.get(s, name) is not None and abs(rows.get(s, name) - value) <= tolerance
               for s in around(rows, at))


MV = 2.5


def check_against_csv(run, at, f):
    rows = run.rows
    cell = f["cell"]
    where = "at %.1f s: %s" % (at, f)
    check(near(rows, at, "cell%d_mv_end" % cell, f["cell_mv"], MV), "cell voltage " + where)
    check(near(rows, at, "cell%d_dc_end" % cell, 10 * f["cell_c"], 5), "temperature " + where)
    for number, mv, c in ((f["lowest"], f["min_mv"], None), (f["highest"], f["max_mv"], None),
                          (f["coldest"], None, f["min_c"]), (f["hottest"], None, f["max_c"])):
        if mv is not None:
            check(near(rows, at, "cell%d_mv_end" % number, mv, MV), "extreme mV " + where)
        else:
            check(near(rows, at, "cell%d_dc_end" % number, 10 * c, 5), "extreme C " + where)
    total = [sum(rows.get(s, "cell%d_mv_end" % i) or 0 for i in range(1, 17)) / 1000
             for s in around(rows, at)]
    check(min(abs(f["pack_v"] - v) for v in total) <= 0.0025, "pack voltage " + where)
    check(near(rows, at, "current_ma_end", 1000 * f["battery_a"], 63), "current " + where)
    check(abs(f["battery_a"] - (f["in_a"] - f["out_a"])) <= 0.25, "current's sum " + where)
    check(near(rows, at, "soc_pm_end", 10 * f["soc"], 5), "state of charge " + where)
    check(near(rows, at, "charge_relay", f["charge_allowed"], 0), "charge relay " + where)
    check(near(rows, at, "load_relay", f["load_allowed"], 0), "load relay " + where)


def whole_cycle(bench):
    run, heard = frames(bench, ["--duration", 100, "--csv-step", STEP_S], PACK)
    worst = check_line(heard, 100)
    check(heard[0][0] < FIRST_S, "no frame before %d s" % FIRST_S)
    fields = [(at, frame.fields()) for at, frame, _, _ in heard]
    wh = 40 * 3.2 * 16
    for i, (at, f) in enumerate(fields):
        check(f["cells"] == 16 and f["cell"] == i % 16 + 1, "cells do not come in turn: %s" % f)
        check(f["key"] == i % KEYS, "keys do not come in turn: %s" % f)
        check((f["vmin_mv"], f["vmax_mv"], f["vbalance_mv"]) == (3000, 3700, 3400), str(f))
        check(abs(f["capacity_kwh"] - wh / 1000) < 0.051, str(f))
        check(f["error"] == 0, str(f))
        if at > 8:
            check_against_csv(run, at, f)
            check((f["coldest"], f["hottest"]) == (3, 9), "extremes at %.1f s: %s" % (at, f))
            check(f["below_tmin"] == 1 and f["above_tmax"] == 0, str(f))
    keys = dict((f["key"], f["value"]) for _, f in fields[-KEYS:])
    mv = lambda high: 5 * (keys[high] << 8 | keys[high + 1])
    check((keys[0], keys[1]) == (100, 100), "health, efficiency: %s" % keys)
    check((mv(2), mv(4), mv(17)) == (3000, 3200, 3400), "voltages: %s" % keys)
    check((keys[6], keys[7]) == (0x01, 0), "version: %s" % keys)
    check(keys[16] & 0x0F == 0x04, "status 2: %s" % keys)
    last = fields[-1][1]
    seconds = [s for s in run.rows.seconds() if 4 <= s < 60 and s % 1 == 0 and run.rows.get(s, "load_relay")]
    out_wh = sum(sum(run.rows.get(s, "cell%d_mv_true" % i) for i in range(1, 17)) / 1000 * 30
                 for s in seconds) / 3600
    check(abs(last["out_today_wh"] - out_wh) <= 1 + 0.03 * out_wh,
          "energy out %d Wh, true %.1f Wh" % (last["out_today_wh"], out_wh))
    check(abs(last["stored_wh"] - wh * last["soc"] / 100) <= 0.006 * wh + 1, str(last))
    return "%d frames, bits %.2f %% off at most, %d Wh out" % (
        len(heard), 100 * worst, last["out_today_wh"])


def any_clock(bench):
    """Begin, and End with it, anywhere within 10 %."""
    worst, clocks = 0.0, []
    for seed in range(1, 21):
        run, heard = frames(bench, ["--cells", 2, "--duration", 8, "--seed", seed])
        worst = max(worst, check_line(heard, 8))
        clocks.append(run.json["boards"][-1]["clock_hz"])
    check(min(clocks) < 3.7e6 and max(clocks) > 4.3e6, "no slow or no fast board: %s" % clocks)
    return "bits %.2f %% off at most, %.2f to %.2f MHz" % (
        100 * worst, min(clocks) / 1e6, max(clocks) / 1e6)


def ring_undisturbed(bench):
    """From the first complete round on; a board that starts in the middle of one hears rubbish."""
    def counters(seconds):
        run, heard = frames(bench, ["--cells", 255, "--duration", seconds])
        check(run.json["frames_lost"] == 0, "readings are lost")
        return heard, [(b["overruns"], b["framing_errors"], b["bad_frames"], b["bad_syncs"])
                       for b in run.json["boards"]]

    _, early = counters(6)
    heard, late = counters(15)
    worst = check_line(heard, 15)
    check(early[1:] == late[1:], "bytes are lost: %s" % [
        (i + 2, a, b) for i, (a, b) in enumerate(zip(early[1:], late[1:])) if a != b])
    check(max(frame.fields()["cell"] for _, frame, _, _ in heard) <= 255, "cell number")
    return "%d frames, bits %.2f %% off, none lost on the ring" % (len(heard), 100 * worst)


BREAK = """
set cells 6
set seed 2
at 4s load 10 A
at 20s break 3 4
at 40s repair 3 4
"""


def broken_chain(bench):
    _, heard = frames(bench, ["--duration", 55], BREAK)
    check_line([h for h in heard if h[0] < 39], min(h[0] for h in heard if h[0] >= 39))
    check_line([h for h in heard if h[0] > 43], 55)
    before = [f.fields() for at, f, _, _ in heard if 15 < at < 20]
    broken = [f.fields() for at, f, _, _ in heard if 23.5 < at < 40]
    after = [f.fields() for at, f, _, _ in heard if at > 50]
    check(len(broken) >= 12, "only %d frames in 16.5 s" % len(broken))
    for f in before + after:
        check((f["error"], f["load_allowed"]) == (0, 1), "whole: %s" % f)
    for f in broken:
        check((f["error"], f["load_allowed"], f["charge_allowed"]) == (1, 0, 0), "broken: %s" % f)
        check(f["cells"] == 6 and f["cell"] <= 6, "cells: %s" % f)
        check(abs(f["pack_v"] - before[-1]["pack_v"]) < 0.2, "pack voltage not kept: %s" % f)
        check(f["battery_a"] is not None and abs(f["battery_a"] + 10) < 0.5,
              "current not kept: %s" % f)
    return "%d frames while broken" % len(broken)


def no_sensor(bench):
    _, heard = frames(bench, ["--duration", 8], "set cells 3\nset sensors 1\nat 3s load 5 A\n")
    f = heard[-1][1].fields()
    check(f["out_a"] is None and f["in_a"] is not None, "one sensor: %s" % f)
    _, heard = frames(bench, ["--duration", 8], "set cells 3\nset sensors 0\n")
    f = heard[-1][1].fields()
    check(f["in_a"] is None and f["out_a"] is None and f["battery_a"] is None, "no sensor: %s" % f)


main([
    ("ext_whole_cycle", whole_cycle),
    ("ext_any_clock", any_clock),
    ("ext_ring_undisturbed", ring_undisturbed),
    ("ext_broken_chain", broken_chain),
    ("ext_no_sensor", no_sensor),
])
