#!/usr/bin/env python3
"""Balancing with the real images: a spread pack comes together at the top, no resistor gets too hot,
no frame is lost by it."""

from functools import partial

from chain import check, main

RESISTOR_LIMIT_DC = 1050  # FR4 and solder, docs/hardware.md


def spread_pack(seed, bench):
    """3 % (one sigma) between 16 cells; a charger as strong as the resistors."""
    seconds = 2400
    run = bench.run(["--seed", seed, "--duration", seconds],
                    "set cells 16\nset capacity 2\nset soc 0.92\nset spread 0.03\n"
                    "set switches 01010000\nat 5 charger 1 A 3.45 V\n")
    spread = {}
    for second in (1, seconds):
        mv = [run.rows.get(second, "cell%d_mv_true" % cell) for cell in range(1, 17)]
        spread[second] = max(mv) - min(mv)
    widest = max(max(mv) - min(mv) for mv in (
        [run.rows.get(s, "cell%d_mv_true" % cell) for cell in range(1, 17)]
        for s in range(10, seconds, 20)))
    lowest = min(run.rows.get(seconds, "cell%d_mv_true" % cell) for cell in range(1, 17))
    check(widest > 20, "the cells were never apart: %g mV" % widest)
    check(lowest >= 3390, "the lowest cell is not at the top: %g mV" % lowest)
    check(spread[seconds] <= 10, "%g mV apart at the top" % spread[seconds])
    check(run.json["frames_lost"] == 0, "%d readings lost" % run.json["frames_lost"])
    return "%g mV apart on the way up, %g mV at the top, 0 readings lost, seed %d" % (
        widest, spread[seconds], seed)


def hot(chemistry, mv, fitted, bench):
    """60 C in the box, every cell above its balance voltage for 25 minutes."""
    bench.write("hot.csv", "time_s,current_a,%s,temp1_c\n" % ",".join(
        "cell%d_mv" % cell for cell in range(1, 5)) + "".join(
            "%d,0,%s,60\n" % (t, ",".join([str(mv)] * 4)) for t in (0, 1500)))
    text = "set ambient 60\nreplay hot.csv\n"
    if not fitted:
        text += "at 0 ntc resistor all open\n"
    for cell in range(1, 5):
        text += "from 5 to 1500 expect cell%d.board_dc_true <= %d\n" % (cell, RESISTOR_LIMIT_DC)
    run = bench.run(["--chemistry", chemistry, "--cells", 4, "--duration", 1500], text)
    on = sum(run.rows.get(s, "cell2_balancing") for s in range(5, 1500))
    check(run.json["frames_lost"] == 0, "%d readings lost" % run.json["frames_lost"])
    if fitted:
        check(200 < on < 1490, "on for %d s: the limit was not at work" % on)
        check(run.rows.get(1499, "cell2_mv_end") is not None, "cell 2 is not known")
    else:
        check(on == 0, "on for %d s without a sensor at the resistor" % on)
    return "%s at %d mV: on for %d of 1495 s" % (chemistry, mv, on)


def broken_wire(bench):
    """The wire is cut: every board behind it ends balancing with the first round of the section's head,
    1.5 s later, so its resistor cools down. Time constant 108 s, 42 K at the end: at the break it is 3 to
    5 K up, on for 30 s more it would be 13 K up at 45 s."""
    text = ("set cells 4\nset soc 1\nset switches 00001110\nset ambient 25\n"
            "at 10 expect cell4.balancing == 1\nat 15 break 1 2\n")
    for cell in (2, 3, 4):
        text += ("at 16 expect cell%d.board_dc_true > 280\n"
                 "from 44 to 46 expect cell%d.board_dc_true < 300\n"
                 "from 80 to 82 expect cell%d.board_dc_true < 280\n" % (cell, cell, cell))
    text += "at 90 repair 1 2\nat 100 expect cell4.balancing == 1\n"
    bench.run(["--duration", 102], text)


if __name__ == "__main__":
    main([
        ("balance_3_percent_spread", partial(spread_pack, 1)),
        ("balance_60_degrees_lfp", partial(hot, "lfp", 3600, True)),
        ("balance_60_degrees_liion", partial(hot, "liion", 4190, True)),
        ("balance_60_degrees_no_sensor", partial(hot, "lfp", 3600, False)),
        ("balance_ends_behind_a_broken_wire", broken_wire),
    ])
