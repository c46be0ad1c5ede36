#!/usr/bin/env python3
"""Whole chains on the decoded core and on simavr's own loop: the same to the last byte."""

from chain import check, main

BUSY = """
set cells %d
set chemistry lfp
set capacity 10
set spread 0.05
at 4 charger 10 A 3.5 V
at 6 ripple 100 0.5
at 8 fault ram 2 700 3 1
at 10 break 1 2
at 12 app "cells"
at 13 repair 1 2
at 16 reset 2
at 18 load 30 A
at 20 reset end
at 21 remove 2
at 24 insert 2
at 26 fault eeprom 1 1 random
"""


def same(cells, seed, bench):
    found = []
    for core in ("own", "simavr"):
        run = bench.run(["--core", core, "--seed", seed, "--duration", 32],
                        BUSY.replace("reset end", "reset %d" % cells) % cells)
        json = {key: value for key, value in run.json.items() if key not in ("wall_s", "ratio")}
        with open(run.csv_path) as file:
            found.append((file.read(), json))
    (rows, json), (rows_simavr, json_simavr) = found
    check(rows == rows_simavr, "the rows differ")
    for key, value in json.items():
        check(value == json_simavr[key], "%s: %s, by simavr %s" % (key, value, json_simavr[key]))
    return "%d cycles of %d boards" % (
        sum(board["active_cycles"] for board in json["boards"]), cells)


if __name__ == "__main__":
    main([("core_chain_of_2", lambda bench: same(2, 1, bench)),
          ("core_chain_of_17", lambda bench: same(17, 2, bench))])
