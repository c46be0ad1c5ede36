#!/usr/bin/env python3
"""--set: what a scenario's set line or an owner's setting does, on the command line."""

from chain import check, main

LOAD = "set cells 4\nset capacity 1\n%sat 10s load 3 A\n"


def same_csv(one, other):
    with open(one.csv_path) as a, open(other.csv_path) as b:
        return a.read() == b.read()


def statement(bench):
    """As the line in the file, and stronger than it."""
    line = bench.run(["--duration", 20], LOAD % "set soc 0.3\n")
    option = bench.run(["--duration", 20, "--set", "soc=0.3"], LOAD % "")
    both = bench.run(["--duration", 20, "--set", "soc=0.3"], LOAD % "set soc 0.8\n")
    other = bench.run(["--duration", 20], LOAD % "set soc 0.8\n")
    check(same_csv(line, option), "--set soc differs from the line")
    check(same_csv(line, both), "--set soc did not win over the line")
    check(not same_csv(line, other), "soc changed nothing")


def switches(bench):
    """Those of --set stay, they are not replaced by fitting ones or by those of the file."""
    line = bench.run(["--duration", 20, "-w", "00000000"], LOAD % "")
    option = bench.run(["--duration", 20, "--set", "switches=00000000"],
                       LOAD % "set switches 00010000\n")
    check(same_csv(line, option), "--set switches differs from --switches")


def setting(bench):
    """The load goes at the Vmin that was set, and not before."""
    text = LOAD % "" + "at 30s expect load_relay == %d\n"
    bench.run(["--duration", 40], text % 1)
    bench.run(["--duration", 40, "--set", "vmin_mv=3280"], text % 0)


def recorded(bench):
    """The first line of a record repeats a setting."""
    path = bench.path("record.txt")
    bench.run(["--duration", 12, "--cells", 4, "--set", "vmin_mv=3280", "--set", "soc=0.4",
               "--record", path])
    with open(path) as file:
        text = file.read()
    check("--set=vmin_mv=3280" in text.splitlines()[0], "first line: %s" % text.splitlines()[0])
    check("set soc 0.4\n" in text, "no set soc in the record")


def cases():
    yield "set_statement_as_line_and_stronger", statement
    yield "set_switches_win", switches
    yield "set_setting_in_force", setting
    yield "set_setting_recorded", recorded


if __name__ == "__main__":
    main(cases())
