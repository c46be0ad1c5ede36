#!/usr/bin/env python3
"""Boards that changed places are noticed before a relay closes, with the real images."""

from chain import check, main

OTHER = 4096
TUNED = ["--clock-spread", 1]  # the app port is at its rate from the first second on
HEAD = "set cells 6\nset chemistry lfp\nat 15 expect load_relay == 1\nat 15 expect charge_relay == 1\n"


def swapped(bench):
    """Any two of the middle four: both relays open within 3 s, also behind a reset of End."""
    latest = worst = 0
    for seed, (a, b) in enumerate(((2, 3), (3, 4), (2, 5), (5, 3))):
        run = bench.run(["--duration", 60, "--seed", seed + 1, "--csv-step", 0.05], HEAD +
                        "at 20 swap %d %d\nat 40 reset 6\n" % (a, b) +
                        "from 24 to 39 expect fault == %d\nfrom 45 to 60 expect fault == %d\n" % (OTHER, OTHER) +
                        "from 23 to 60 expect load_relay == 0\nfrom 23 to 60 expect charge_relay == 0\n")
        rows = run.rows
        # the calibration goes along, and so does what it was made for
        worst = max(worst, run.json["worst_cell_error_mv"])
        opened = min(t for t in rows.seconds() if t > 20 and rows.get(t, "load_relay") == 0)
        latest = max(latest, opened - 20)
    check(latest <= 3, "open %.2f s behind the swap" % latest)
    check(worst <= 5, "a reading is %.1f mV off" % worst)
    return "open %.2f s behind the swap at most, readings within %.1f mV" % (latest, worst)


def replaced(bench):
    """A board from the shelf is another, whatever place it takes; the owner confirms it."""
    for seed, cell in enumerate((2, 3, 5)):
        bench.run(["--duration", 70, "--seed", seed + 1] + TUNED, HEAD +
                  "at 20 replace %d\nat 24 expect fault == %d\nfrom 23 to 32 expect load_relay == 0\n" % (cell, OTHER) +
                  "at 29 app \"\"\nat 30 app \"\"\nat 31 app \"login 1234\"\nat 32 app \"confirm\"\n"
                  "at 45 expect fault == 0\nat 45 expect load_relay == 1\nat 45 expect cell%d.mv > 3200\n" % cell)


def named(bench):
    """Who was away is in the log, and what is wrong at the app port."""
    bench.run(["--duration", 40] + TUNED, HEAD +
              "at 20 swap 3 4\n"
              "at 29 app \"\"\nat 30 app \"\"\nat 31 app \"warnings\"\nat 31 within 5 app expect \"other_boards\"\n"
              "at 33 app \"events 9\"\nat 33 within 5 app expect \"board_reset cell 3\"\n"
              "at 36 app \"events 9\"\nat 36 within 3 app expect \"board_reset cell 4\"\n")


def confirmed(bench):
    """The owner says that it is all right, and that outlives a reset."""
    bench.run(["--duration", 80] + TUNED, HEAD +
              "at 20 swap 3 4\nat 30 expect fault == %d\n" % OTHER +
              "at 29 app \"\"\nat 30 app \"\"\nat 31 app \"login 1234\"\nat 32 app \"confirm\"\n"
              "at 32 within 5 app expect \"ok\"\n"
              "at 37 app \"events 9\"\nat 37 within 3 app expect \"boards_confirmed\"\n"
              "at 50 expect fault == 0\nat 50 expect load_relay == 1\nat 50 expect charge_relay == 1\n"
              "at 55 reset 6\nat 79 expect fault == 0\nat 79 expect load_relay == 1\n")


def put_back(bench):
    """Nobody needs to confirm what was so before."""
    bench.run(["--duration", 60], HEAD +
              "at 20 swap 3 4\nat 30 expect load_relay == 0\nat 30 swap 4 3\n"
              "at 45 expect fault == 0\nat 45 expect load_relay == 1\nat 45 expect charge_relay == 1\n")


def calibrated_later(bench):
    """A board stays who it is when its owner corrects its voltage."""
    bench.run(["--duration", 60] + TUNED, HEAD +
              "at 19 app \"\"\nat 20 app \"\"\nat 21 app \"login 1234\"\n"
              "at 22 app \"order 3 voltage 3320\"\nat 22 within 8 app expect \"ok\"\n"
              "at 32 reset 3\nat 50 expect fault == 0\nat 50 expect load_relay == 1\n")


def resets_are_none(bench):
    """Boards that start anew in their places are the same boards."""
    bench.run(["--duration", 60], HEAD + "at 20 reset all\nat 40 reset 3\nat 45 expect fault == 0\n"
              "at 55 expect fault == 0\nat 55 expect load_relay == 1\nat 55 expect charge_relay == 1\n")


if __name__ == "__main__":
    main([("members_swapped", swapped), ("members_replaced", replaced), ("members_named", named), ("members_confirmed", confirmed),
          ("members_put_back", put_back), ("members_calibrated_later", calibrated_later),
          ("members_resets_are_none", resets_are_none)])
