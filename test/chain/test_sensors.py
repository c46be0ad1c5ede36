#!/usr/bin/env python3
"""The tables of the product manual, walked with the real images: option switches, current sensors,
temperature sensors, the Begin board's button."""

from functools import partial

from chain import check, main

MISFIT = 2  # bit in End's faults
CLASSES = ((2, 4), (5, 8), (9, 16), (17, 25), (26, 40), (41, 80), (81, 150), (151, 255))
CODE_3V4 = "10000"
HEAD = "set cells 2\nset chemistry liion\nset capacity 1000\nset soc 0.7\nset switches 00010111\n"

# passes of the cable: end of the low range, its step, step of the high range, dead band, full scale
SENSOR_TABLE = {1: (20, 0.050, 1.25, 0.300, 500),
                2: (10, 0.025, 0.625, 0.150, 250),
                4: (5, 0.0125, 0.313, 0.075, 125)}


def balance_voltages(bench):
    """All 32 codes, moved while running; 00000 leaves End its own setting (LFP: 3400)."""
    lines = ["set cells 2", "set switches 00000000"]
    for code in range(32):
        wanted = 3400 if code == 0 else 1900 + (code - 1) * 100
        at = 10 + 4 * code
        lines.append("at %d switches 000%s" % (at, format(code, "05b")))
        lines.append("at %d within 1 expect vbalance_mv == %d" % (at + 3, wanted))
    run = bench.run(["--duration", 142], "\n".join(lines) + "\n")
    check(run.json["expect_total"] == 32, "not all codes were looked at")
    return "32 codes"


def size_classes(cells, classes, bench):
    """Each class on the switches of a pack of this size: a fault of its own, except in its own."""
    lines = ["set cells %d" % cells, "set switches 000" + CODE_3V4]
    for i, size_class in enumerate(classes):
        low, high = CLASSES[size_class]
        fault = 0 if low <= cells <= high else MISFIT
        at = 6 + 5 * i
        lines.append("at %d switches %s%s" % (at, format(size_class, "03b"), CODE_3V4))
        lines.append("at %d within 1 expect fault == %d" % (at + 4, fault))
    bench.run(["--duration", 8 + 5 * len(classes)], "\n".join(lines) + "\n")
    return "%d classes" % len(classes)


def current(bench, text, seconds, passes=1, sensors=2, seed=1):
    head = HEAD + "set passes %d\nset sensors %d\n" % (passes, sensors)
    run = bench.run(["--duration", seconds, "--seed", seed], head + text)
    return run, lambda at: run.rows.get(at, "current_ma_end")


def sensor_ranges(passes, bench):
    """Each row: dead band, both ranges, both sides of the hand-over, full scale, beyond it."""
    low_end, step, high_step, band, full = SENSOR_TABLE[passes]
    amps = [0.9 * band, 1.3 * band, 0.5 * low_end, low_end - step, low_end + high_step,
            0.5 * full, 0.999 * full]
    text = "at 15 load %g A\n" % amps[0]
    for i, a in enumerate(amps[1:], 1):
        text += "at %d load %g A\n" % (15 + 8 * i, a)
    run, shown = current(bench, text, 18 + 8 * len(amps), passes)
    worst = 0
    for i, a in enumerate(amps):
        ma = -shown(22 + 8 * i)
        if a < band:
            check(ma == 0, "%g A shows as %g mA, dead band is %g A" % (a, ma, band))
            continue
        bound = 1000 * (step if a < low_end else high_step) / 2 + 2.5 * a
        check(abs(ma - 1000 * a) <= bound, "%g A shows as %g mA" % (a, ma))
        worst = max(worst, abs(ma - 1000 * a) / (1000 * a))
    return "%d currents, worst %.2f %% off" % (len(amps), 100 * worst)


def sensor_over_range(bench):
    """Beyond full scale the state says so; the value is limited."""
    _, shown = current(bench, "set passes 4\nat 15 load 135 A\nat 22 expect sensor_2_state == 2\n"
                       "at 25 load 100 A\nat 32 expect sensor_2_state == 1\n", 35, 4)
    check(shown(22) <= -125000 * 0.99, "shows %g mA" % shown(22))
    check(abs(shown(32) + 100000) < 500, "shows %g mA after" % shown(32))


def sensor_signs(bench):
    """Charge positive, one sensor alone counts both ways, none is X."""
    text = "at 15 charger 10 A 4.5 V\n"
    _, shown = current(bench, text, 25)
    check(abs(shown(24) - 10000) < 100, "charging shows as %g mA" % shown(24))
    run, _ = current(bench, "at 20 expect sensor_1_state == 0\nat 20 expect sensor_2_state == 0\n"
                     "at 20 expect comm_ok == 1\n", 22, sensors=0)
    check(run.json["expect_total"] == 3, "expectations")
    current(bench, "at 20 expect sensor_1_state == 1\nat 20 expect sensor_2_state == 0\n", 22,
            sensors=1)


def sensor_broken(bench):
    text = "".join("at %d sensor %d open\nat %d expect sensor_%d_state == 3\nat %d sensor %d ok\n"
                   "at %d expect sensor_%d_state == 1\n" %
                   (at, n, at + 4, n, at + 5, n, at + 9, n) for at, n in ((15, 1), (30, 2)))
    current(bench, text, 42)


def zero_button(bench):
    """Held 3 s with an offset of the sensor and no current: zero. With current: refused."""
    offset = "at 1 sensor 1 offset 0.8\nat 1 sensor 2 offset -0.6\n"
    press = "at 20 button begin down\nat 28 button begin up\n"
    _, shown = current(bench, offset + press, 35)
    check(abs(shown(18) - 1400) < 60, "offsets show as %g mA" % shown(18))
    check(shown(34) == 0, "%g mA after the zero calibration" % shown(34))
    _, shown = current(bench, offset + "at 15 load 5 A\n" + press + "at 30 load off\n", 40)
    check(abs(shown(26) + 5000 - 1400) < 60, "with the button held %g mA" % shown(26))
    check(abs(shown(38) - 1400) < 60, "zeroed while current flowed: %g mA" % shown(38))
    _, shown = current(bench, offset + "at 20 button begin down\nat 22 button begin up\n", 30)
    check(abs(shown(28) - 1400) < 60, "two seconds were enough: %g mA" % shown(28))


def zero_survives_reset(bench):
    text = ("at 1 sensor 1 offset 0.8\nat 15 button begin down\nat 22 button begin up\n"
            "at 25 reset 1\n")
    _, shown = current(bench, text, 40)
    check(shown(38) == 0, "%g mA after the reset" % shown(38))


def temperature_sensors(bench):
    """Open and shorted are states, no temperatures; balancing stops; the cell's own sensor back."""
    text = ("set cells 3\nset chemistry lfp\nset soc 1\nset switches 00001110\n"
            "at 12 expect cell2.balancing == 1\n"
            "at 12 ntc cell 2 open\nat 16 expect cell2.flags == 8\nat 16 expect cell2.balancing == 0\n"
            "at 17 expect charge_relay == 0\nat 17 expect load_relay == 0\n"
            "at 20 ntc cell 2 short\nat 24 expect cell2.flags == 16\n"
            "at 28 ntc cell 2 ok\nat 34 expect cell2.balancing == 1\nat 34 expect comm_ok == 1\n"
            "at 34 ntc resistor 2 open\nat 40 expect cell2.balancing == 0\nat 40 expect comm_ok == 1\n"
            "at 40 ntc resistor 2 ok\nat 60 expect cell2.balancing == 1\n"
            "at 60 ntc resistor 2 short\nat 64 expect cell2.flags == 32\n")
    bench.run(["--duration", 66], text)


def cases():
    yield "switches_32_balance_voltages", balance_voltages
    for cells in (2, 4, 5, 8, 9, 16, 17, 25, 26, 40, 41):
        yield "switches_%d_cells" % cells, partial(size_classes, cells, range(8))
    for cells in (80, 81, 150, 151, 255):
        own = next(i for i, (low, high) in enumerate(CLASSES) if low <= cells <= high)
        yield "switches_%d_cells" % cells, partial(
            size_classes, cells, [c for c in (own - 1, own, own + 1) if c < 8])
    for passes in SENSOR_TABLE:
        yield "sensor_%d_passes" % passes, partial(sensor_ranges, passes)
    yield "sensor_over_range", sensor_over_range
    yield "sensor_signs_and_absence", sensor_signs
    yield "sensor_broken", sensor_broken
    yield "sensor_zero_button", zero_button
    yield "sensor_zero_survives_reset", zero_survives_reset
    yield "temperature_sensors", temperature_sensors


if __name__ == "__main__":
    main(cases())
