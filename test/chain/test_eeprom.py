#!/usr/bin/env python3
"""The supply of a Between board fails inside every single write of its EEPROM, the byte then holding
the old value, the new one, 0xFF or anything: after power-up its reset counts are the old ones or the
new ones plus this start, never a third. With the real image and the EEPROM's own timing."""

import functools

from chain import check, main

CELL = 2
# All clocks alike: no board has a trim to write, whether it follows a Begin that End steers or not.
EXACT = ["--clock-spread", 0]
BYTES = 15 # payload 11, sequence, version, CRC
# Saved a minute of Begin's clock after the start, a reset, saved again a minute after it: here the
# supply fails.
HEAD = "set cells 3\nset capacity 20\nat 75 reset %d\nat 76 " % CELL
OLD, NEW = (2, 0, 0), (3, 1, 0) # starts, external resets, watchdog resets: with the power-up after it


def counts(run):
    health = run.json["boards"][CELL - 1]["health"]
    return health["boots"], health["external"], health["watchdog"]


def cut(torn, bench):
    found = []
    for write in range(1, BYTES + 1):
        run = bench.run(EXACT + ["--duration", 160], HEAD + "fault eeprom %d %d %s\n" % (CELL, write, torn) +
                        "at 74 expect comm_ok == 1\nat 120 expect comm_ok == 1\n"
                        "at 150 expect comm_ok == 1\n")
        board = run.json["boards"][CELL - 1]
        check(board["eeprom_writes"] == BYTES + write,
              "%d writes, the %dth was to be cut" % (board["eeprom_writes"], write))
        check(counts(run) in (OLD, NEW), "%s at write %d: counts %s" % (torn, write, counts(run)))
        check(counts(run) == OLD or write == BYTES or torn != "old",
              "new counts after %d writes" % write)
        found += [counts(run) == NEW]
    check(torn != "new" or found[-1], "the last byte was written and the record is not there")
    check(torn != "old" or not any(found), "the last byte is missing and the record is there")
    return "new after %s" % ([i + 1 for i, new in enumerate(found) if new] or "none")


def uncut(bench):
    run = bench.run(EXACT + ["--duration", 160], "set cells 3\nset capacity 20\nat 75 reset %d\n" % CELL)
    check(run.json["boards"][CELL - 1]["eeprom_writes"] == 2 * BYTES, "it does not save twice")
    check(counts(run) == (2, 1, 0), "counts %s" % (counts(run),))
    check(all(b["eeprom_writes"] <= BYTES + 7 for b in run.json["boards"][:CELL - 1]),
          "a board writes more than its counts and trim")


def begins_number(bench):
    """Begin's boot field after a reset, a brown-out that the RAM survives, and a loss of the RAM: End
    counts its charge anew each time. Its counts tell the causes apart."""
    run = bench.run(["--duration", 130], "set cells 3\nset capacity 20\nat 70 reset 1\n"
                    "at 80 leak 1 0.0017\nat 82 leak 1 off\nat 90 remove 1\nat 95 insert 1\n"
                    "at 84 soc 1 50\nat 120 expect comm_ok == 1\n")
    health = run.json["boards"][0]["health"]
    check(health["boots"] == 2 and health["power_on"] == 2,
          "power-up went on from %s" % health)
    check(health["watchdog"] == 0, "watchdog resets")


def cases():
    yield "eeprom_saved_after_each_minute", uncut
    for torn in ("old", "new", "erased", "random"):
        yield "eeprom_cut_at_every_write_%s" % torn, functools.partial(cut, torn)
    yield "eeprom_power_up_goes_on_from_the_record", begins_number


if __name__ == "__main__":
    main(cases())
