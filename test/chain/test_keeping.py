#!/usr/bin/env python3
"""What the End board keeps over a reset, and what it notes in its log, with the real images."""

from chain import check, main

HEAD = "set cells 4\nset chemistry lfp\nset switches 00010000\nset capacity 20\n"
END = 4


def counters_over_a_reset(bench):
    """Saved every 300 s. 20 A take 278 thousandths of 20 Ah in 1000 s."""
    run = bench.run(["--seed", 1, "--duration", 360], HEAD + "at 8 load 20 A\n"
                    "at 329 expect soc_pm < 420\nat 330 reset %d\nat 350 expect comm_ok == 1\n"
                    "at 350 expect soc_pm < 430\nat 350 expect soc_pm > 400\n"
                    "at 350 expect energy_out_mwh > 20000\n" % END)
    before, after = run.rows.get(329, "soc_pm_end"), run.rows.get(345, "soc_pm_end")
    true = run.rows.get(345, "soc_pm_true")
    check(0 <= after - before <= 9, "%g before the reset, %g after it" % (before, after))
    return "%g before, %g after, truth %g thousandths" % (before, after, true)


def calibration_over_a_reset(bench):
    """The mark of a counter that was never set stays gone. Full is at Vbalance and a low rate."""
    bench.run(["--seed", 1, "--duration", 700], HEAD + "at 10 expect soc_calibrated == 0\n"
              "at 12 soc all 99.9\nat 12 charger 0.5 A 3.6 V\nat 12 within 60 expect soc_pm == 1000\n"
              "at 80 expect soc_calibrated == 1\nat 320 reset %d\nat 335 expect comm_ok == 1\n"
              "at 335 expect soc_calibrated == 1\nat 335 expect soc_pm > 990\n" % END)


def log_of_a_broken_wire(bench):
    """Reset, two relays closed; fault, chain broken, two relays opened; fault over, chain whole. The relays
    that close again within a quarter of an hour are no news. The cut falls between two rounds."""
    bench.run(["--seed", 1, "--duration", 60], HEAD + "at 5 expect events == 1\n"
              "at 15 expect events == 3\nat 20.4 break 2 3\nat 25 expect events == 7\n"
              "at 30 repair 2 3\nat 45 expect charge_relay == 1\nat 45 expect load_relay == 1\n"
              "at 45 expect events == 9\n")


def no_flood(bench):
    """A wire that comes and goes for five minutes: each of its events once. A cut between the cells
    and the charge of a round silences the sensors first: four events more."""
    text = "".join("at %d %s 2 3\n" % (t, "break" if i % 2 == 0 else "repair")
                   for i, t in enumerate(range(20, 320, 10)))
    bench.run(["--seed", 1, "--duration", 330], HEAD + text + "at 329 expect events >= 9\nat 329 expect events <= 13\n"
              "at 329 expect relay_switches > 30\n")


def no_reading_is_lost_while_saving(bench):
    bench.run(["--seed", 2, "--duration", 700], HEAD + "at 8 load 5 A\n"
              "from 20 to 699 expect comm_ok == 1\nat 699 expect lost_readings <= 4\n")


if __name__ == "__main__":
    main([("keeping_counters_over_a_reset", counters_over_a_reset),
          ("keeping_calibration_over_a_reset", calibration_over_a_reset),
          ("keeping_log_of_a_broken_wire", log_of_a_broken_wire),
          ("keeping_no_flood", no_flood),
          ("keeping_no_reading_is_lost_while_saving", no_reading_is_lost_while_saving)])
