#!/usr/bin/env python3
"""A watch crystal on End that is dead from the start, or dies: both relays are open within 3 s and stay
open, End says why, and no watchdog has to help. A reset is what takes the crystal back."""

from chain import check, main

CELLS = 4
HEAD = "set cells 4\nset chemistry lfp\nset capacity 20\nset switches 00010000\n"
CLOSED = "at 12 expect charge_relay == 1\nat 12 expect load_relay == 1\nat 12 expect fault == 0\n"
OPEN = "at %g within 3 expect charge_relay == 0\nat %g within 3 expect load_relay == 0\n" \
       "from %g to %g expect charge_relay == 0\nfrom %g to %g expect load_relay == 0\n"
NO_CLOCK = 2048


def opens(at, until):
    return OPEN % (at, at, at + 3, until, at + 3, until)


def run(bench, text, arguments=(), seconds=30, resets=0):
    result = bench.run(["--duration", seconds] + list(arguments), HEAD + text)
    found = [board["watchdog_resets"] for board in result.json["boards"]]
    check(sum(found) == resets, "watchdog resets of the boards: %s" % found)
    return result


def dead_at_start(bench):
    """The ring runs, the cells are known; a client that finds the rate reads why."""
    for spread in (0, 10):
        app = "at 12 app \"\"\nat 12.5 app \"\"\nat 13 app \"\"\nat 13 within 1 app expect \"ok\"\n" \
              "at 14 app \"reasons\"\nat 14 within 1 app expect \"load_held no_clock\"\n" \
              "at 16 app \"events 3\"\nat 16 within 1 app expect \"fault_begin no_clock\"\n"
        run(bench, "at 0 fault crystal 4 dead\nfrom 0 to 30 expect charge_relay == 0\n"
            "from 0 to 30 expect load_relay == 0\nat 0 within 5 expect fault >= %d\n" % NO_CLOCK +
            "from 6 to 30 expect fault == %d\nfrom 6 to 30 expect cells == 4\n" % NO_CLOCK +
            "from 6 to 30 expect comm_ok == 1\n" + (app if spread == 0 else ""),
            ["--clock-spread", spread])


def dies(bench):
    """At any moment of a round, with any clock."""
    for step in range(12):
        at = 14 + 0.09 * step
        run(bench, CLOSED + "at %g fault crystal 4 dead\n" % at + opens(at, 22) +
            "from 18 to 22 expect fault == %d\n" % NO_CLOCK, ["--seed", 10 + step], seconds=22)


def dies_in_a_long_chain(bench):
    result = bench.run(["--duration", 26, "--cells", 255], "set chemistry lfp\nset switches 11110000\n"
                       "at 18 expect load_relay == 1\nat 18 fault crystal 255 dead\n" + opens(18, 26))
    check(result.sum_boards("watchdog_resets") == 0, "a watchdog reset")


def dies_in_silence(bench):
    """Without rounds only the watchdog's interrupt wakes this board."""
    run(bench, CLOSED + "at 13 break 1 2\nat 20 fault crystal 4 dead\n"
        "at 20 within 3 expect fault >= %d\nfrom 23 to 30 expect fault >= %d\n" %
        (NO_CLOCK, NO_CLOCK) + opens(14, 30))


def dies_with_a_client(bench):
    """Who talks keeps the board out of deep sleep, where the watchdog would be a clock."""
    typed = "".join("at %g app \"\"\n" % (10 + 0.7 * i) for i in range(20))
    run(bench, CLOSED + typed + "at 14.3 fault crystal 4 dead\n" + opens(14.3, 30) +
        "at 24 app \"reasons\"\nat 24 within 1 app expect \"charge_held no_clock\"\n",
        ["--clock-begin", 0, "--clock-end", 0])


def dies_with_a_client_in_silence(bench):
    """The board heads its section, and so its main loop still goes round."""
    run(bench, CLOSED + "at 13 break 1 2\nat 18 app \"\"\nat 18.5 app \"\"\nat 19 fault crystal 4 dead\n"
        "at 19 within 6 expect fault >= %d\nfrom 26 to 30 expect fault >= %d\n" %
        (NO_CLOCK, NO_CLOCK) + opens(16, 30))


def time_goes_on(bench):
    """Cells that fall silent are still found, by the CPU clock, and heard again."""
    run(bench, CLOSED + "at 14 fault crystal 4 dead\nat 20 break 2 3\n"
        "at 20 within 3.5 expect fault == %d\nat 28 repair 2 3\n" % (NO_CLOCK + 1) +
        "from 33 to 40 expect fault == %d\n" % NO_CLOCK, ["--clock-spread", 10], seconds=40)


def comes_back(bench):
    """Not by itself: a crystal that comes and goes is none. By a reset."""
    run(bench, CLOSED + "at 14 fault crystal 4 dead\nat 18 fault crystal 4 ok\n" + opens(14, 24) +
        "at 24 reset 4\nat 36 expect fault == 0\nat 36 expect charge_relay == 1\n"
        "at 36 expect load_relay == 1\n", seconds=40)


if __name__ == "__main__":
    main([
        ("crystal_dead_at_start_is_told", dead_at_start),
        ("crystal_dies_at_any_moment_opens", dies),
        ("crystal_dies_at_255_cells_opens", dies_in_a_long_chain),
        ("crystal_dies_without_rounds_is_told", dies_in_silence),
        ("crystal_dies_while_a_client_talks_opens", dies_with_a_client),
        ("crystal_dies_with_client_without_rounds", dies_with_a_client_in_silence),
        ("crystal_dead_time_goes_on", time_goes_on),
        ("crystal_comes_back_by_reset", comes_back),
    ])
