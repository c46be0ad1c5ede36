#!/usr/bin/env python3
"""The rows of the LED's table with the real images: how long it is lit within a second."""

from functools import partial

from chain import check, main

HEAD = "set cells 4\nset chemistry lfp\nset soc 0.5\nset switches 00010000\n"


def lit(bench, text, from_s, to_s, cells=(1, 2, 3, 4)):
    """Share of the time lit, by board; asked with expectations that fail and say what they got."""
    asks = "".join("at %d expect cell%d.led_s == -1\n" % (at, cell) for at in (from_s, to_s)
                   for cell in cells)
    run = bench.run(["--duration", to_s + 1], HEAD + text + asks, expect_code=1)
    got = [float(line.split("got ")[1].split(" at")[0]) for line in run.out.splitlines()
           if "led_s == -1" in line]
    check(len(got) == 2 * len(cells), "%d answers" % len(got))
    half = len(cells)
    return [(after - before) / (to_s - from_s) for before, after in zip(got[:half], got[half:])]


def expect(shares, low, high):
    check(all(low <= share <= high for share in shares),
          "lit %s of the time, not %g to %g" % (["%.3f" % s for s in shares], low, high))
    return "lit %s %% of the time" % ", ".join("%.1f" % (100 * share) for share in shares)


def data(bench):
    """A flash as long as a measurement, each round."""
    return expect(lit(bench, "", 10, 30), 0.012, 0.025)


def balancing(bench):
    return expect(lit(bench, "at 5 soc all 100\nset soc 1\n", 15, 25), 0.999, 1.001)


def behind_a_break(bench):
    """Where the flashing ends the wire is broken. It is twice as fast in an open ring."""
    shares = lit(bench, "at 10 break 2 3\n", 15, 25)
    expect(shares[:2], 0.025, 0.045)
    return expect(shares[2:], 0, 0)


def zero(accepted, bench):
    """The button of Begin: fast flashes when done, dark when refused, over all else."""
    text = "at 8 load 30 A\n" if not accepted else ""
    text += "at 10 button begin down\nat 30 button begin up\n"
    share = lit(bench, text, 17, 24, cells=(1,))
    return expect(share, 0.35, 0.65) if accepted else expect(share, 0, 0)


if __name__ == "__main__":
    main([
        ("led_flashes_with_data", data),
        ("led_is_on_while_balancing", balancing),
        ("led_is_dark_behind_a_break", behind_a_break),
        ("led_flashes_fast_when_zeroed", partial(zero, True)),
        ("led_is_dark_when_refused", partial(zero, False)),
    ])
