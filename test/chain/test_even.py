#!/usr/bin/env python3
"""What End says about balancing reaches every board, with the real images."""

from chain import check, main

# NMC at 4.0 V: all cells are above it, cell 2 by 40 mV more than the others
HEAD = ("set cells 4\nset chemistry nmc\nset capacity 50\nset switches 00010110\nset soc 0.93\n"
        "at 0 soc 2 97\n")
ALL = range(1, 5)


def balancing(expected, begin, end):
    return "".join("from %d to %d expect cell%d.balancing == %d\n" % (begin, end, cell, cell in expected)
                   for cell in ALL)


def difference(bench):
    """Only who is so much above the lowest cell; without the return wire as the switches say."""
    bench.run(["--duration", 60], HEAD + balancing(ALL, 15, 60))
    bench.run(["--duration", 60, "--set", "balance_difference_mv=20"], HEAD + balancing([2], 25, 60))
    bench.run(["--duration", 60, "--set", "balance_difference_mv=20"],
              HEAD + "at 0 break 4 1\n" + balancing(ALL, 15, 60))


def forgotten(bench):
    """The return wire breaks: each board forgets it within 40 rounds."""
    bench.run(["--duration", 100, "--set", "balance_difference_mv=20"],
              HEAD + balancing([2], 25, 40) + "at 41 break 4 1\n" + balancing(ALL, 90, 100))


def doubt(bench):
    """Boards that changed places: nobody balances until the owner says that it is right."""
    run = bench.run(["--duration", 90, "--clock-spread", 1], HEAD +
                    balancing(ALL, 15, 29) + "at 30 swap 2 3\n" + balancing([], 50, 60) +
                    "at 60 app \"\"\nat 60.2 app \"login 1234\"\nat 60.8 app \"confirm\"\n")
    check(run.json["faults"] == 0, "faults %d at the end" % run.json["faults"])


if __name__ == "__main__":
    main([
        ("even_difference", difference),
        ("even_forgotten_without_return_wire", forgotten),
        ("even_doubt_forbids", doubt),
    ])
