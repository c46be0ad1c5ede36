#!/usr/bin/env python3
"""The app port of the real image: a session typed by a scenario, and a client at the pseudo-terminal."""

import os
import re
import select
import subprocess
import time

from chain import FIRMWARE, ROOT, SIM, check, main
from ext_frame import read_log

SESSION = """
set cells 4
set duration 75s
at 4s app ""
at 5s app ""
at 5s within 1s app expect "ok"
at 6s app "pack"
at 6s within 1s app expect "cells 4"
at 6s within 1s app expect "load_relay "
at 7s app "set vmin_mv 3100"
at 7s within 1s app expect "error login"
at 8s app "login 4321"
at 8s within 1s app expect "error pin"
at 8.5s app "login 1234"
at 8.5s within 1s app expect "error wait"
at 10s app "login 1234"
at 10s within 1s app expect "ok"
at 11s app "set vmin_mv 3100"
at 11s within 1s app expect "vmin_mv 3100 mV"
at 12s app "set vmin_mv 3399"
at 12s within 1s app expect "vmin_mv 3399 mV"
at 13s app "set vmin_mv 3400"
at 13s within 1s app expect "error conflict vbalance_mv 3400 mV stands against it"
at 14s app "get vmin_mv"
at 14s within 1s app expect "vmin_mv 3399 mV from 1500 to 5000"
at 14s within 4s expect load_relay == 0
at 18s app "reasons"
at 18s within 1s app expect "load_held cell_at_vmin"
at 19s app "warnings"
at 19s within 1s app expect "Vl 1 cell"
at 20s app "set vmin_mv 3000"
at 20s within 10s expect load_relay == 1
at 30s app ""
at 30.5s app ""
at 31s app "events 20"
at 31s within 2s app expect "pin_wrong"
at 31s within 2s app expect "setting vmin_mv 3399"
at 31s within 2s app expect "load_opened cell_at_vmin cell"
at 34s app "clock set 2026-11-20 20:14:03"
at 35s app "clock"
at 35s within 1s app expect "clock 2026-11-20 20:14:0"
at 36s app "watch on"
at 36s within 2s app expect "!pack 13."
at 36s within 2s app expect "!relays charge closed load closed"
at 38s load 20 A
at 38s within 4s app expect " V -20."
at 41s app "watch off"
at 43s app "board 2"
at 43s within 5s app expect "version 0.1.0"
at 43s within 30s app expect "bad_syncs "
"""

RESET = """
set cells 3
set duration 30s
at 4s app ""
at 5s app "login 1234"
at 6s app "pin 0815"
at 6s within 1s app expect "ok"
at 7s app "set release_mv 42"
at 12s reset 3
at 15s app ""
at 16s app "login 1234"
at 16s within 1s app expect "error pin"
at 19s app "login 0815"
at 19s within 1s app expect "ok"
at 20s app "get release_mv"
at 20s within 1s app expect "release_mv 42 mV"
at 21s button end down
at 27s button end up
at 28s app "set release_mv 1"
at 28s within 1s app expect "error login"
at 29s app "login 1234"
at 29s within 1s app expect "ok"
"""

OPEN_RETURN = """
set cells 3
set duration 20s
at 3s break 3 1
at 8s app ""
at 9s app ""
at 10s app "board 1"
at 10s within 1s app expect "error open"
at 11s app "board 3"
at 11s within 1s app expect "version 0.1.0"
"""


# The fast rate fits from the start.
EXACT = ["--clock-begin", 0, "--clock-end", 0]


def session(bench):
    run = bench.run(EXACT, SESSION)
    check(run.json["frames_lost"] == 0, "readings are lost")
    check(run.json["boards"][-1]["watchdog_resets"] == 0, "watchdog reset")
    return "%d expectations" % run.json["expect_total"]


def over_a_reset(bench):
    return "%d expectations" % bench.run(EXACT, RESET).json["expect_total"]


def open_return(bench):
    return "%d expectations" % bench.run(EXACT, OPEN_RETURN).json["expect_total"]


# ---- the rate -------------------------------------------------------------------------------------

BAUD, SLOW_BAUD = 38400, 19200
CORNERS = (-10, -5, 0, 5, 10)
OFF = 0.005     # the client, in the bad direction
OWN_LIMIT = 0.0125
SETTLED_S = 40


def lines(first, last):
    """After three empty lines, half a second apart, everything is understood, right from sleep."""
    text = "".join('at %gs app ""\n' % (first + t) for t in (0, 0.5, 1))
    text += 'at %gs within 0.5s app expect "ok"\n' % (first + 1)
    for t in range(first + 2, last):
        text += 'at %gs app "get vmin_mv"\n' % t
        text += 'at %gs within 0.5s app expect "vmin_mv 3000 mV from 1500 to 5000"\n' % t
        text += 'at %gs app "cells"\nat %gs within 0.5s app expect "cell 2 3."\n' % (t + 0.5, t + 0.5)
    return text


def off_by(clock_hz):
    """The nearest that the USART can make of this clock."""
    return clock_hz / (8 * round(clock_hz / (8 * BAUD))) / BAUD - 1


def end_of(run):
    check(run.json["frames_lost"] == 0, "readings are lost")
    check(run.sum_boards("watchdog_resets") == 0, "a watchdog reset")
    return run.json["boards"][-1]


def every_corner(bench):
    """Begin and End at both ends of their oscillators' range and between: Begin is steered, until the
    divisor of the ring fits the app port."""
    worst = 0
    for begin in CORNERS:
        for end in CORNERS:
            arguments = ["--cells", 2, "--clock-begin", begin, "--clock-end", end]
            off = off_by(end_of(bench.run(arguments + ["--duration", SETTLED_S]))["clock_hz"])
            worst = max(worst, abs(off))
            check(abs(off) < OWN_LIMIT, "Begin %d, End %d %%: %.2f %% off" % (begin, end, 100 * off))
            client = BAUD * (1 - OFF if off > 0 else 1 + OFF)
            end_of(bench.run(arguments + ["--duration", SETTLED_S + 8, "--app-baud", client],
                             lines(SETTLED_S, SETTLED_S + 7)))
    return "%.2f %% off at most, client %.1f %% more" % (100 * worst, 100 * OFF)


def open_ring(bench):
    """Nobody steers Begin: a board that cannot make the fast rate is at the slow one, and says the truth
    at one of the two."""
    rates = []
    for begin in (-10, -4, 0, 4, 10):
        for end in (-8, -4, 0, 4, 8):
            arguments = ["--cells", 2, "--clock-begin", begin, "--clock-end", end, "--duration", 18]
            good = [bench.run(arguments + ["--app-baud", baud], "at 0 break 2 1\n" + lines(10, 17),
                              expect_code=None) for baud in (BAUD, SLOW_BAUD)]
            codes = [run.code for run in good]
            check(sorted(codes) == [0, 1], "Begin %d, End %d %%: codes %s" % (begin, end, codes))
            rates += [BAUD if codes[0] == 0 else SLOW_BAUD]
    check(BAUD in rates and SLOW_BAUD in rates, "only one rate: %s" % rates)
    return "fast on %d of %d" % (rates.count(BAUD), len(rates))


def while_steered(bench):
    """A session at the slow rate is not cut off by the better one; behind it the fast one is there."""
    arguments = ["--cells", 2, "--clock-begin", -10, "--clock-end", -4, "--duration"]
    end_of(bench.run(arguments + [36, "--app-baud", SLOW_BAUD], lines(8, 35)))
    wrong = 'at 8s app ""\nat 12s app "pack"\nat 16s app "pack"\nat 20s app "pack"\n'
    end_of(bench.run(arguments + [SETTLED_S + 8], wrong + lines(SETTLED_S, SETTLED_S + 7)))


def after_a_reset(bench):
    """Begin keeps what it was told: the fast rate is there at once."""
    bench.run(["--cells", 2, "--clock-begin", -5, "--clock-end", 10, "--duration", 128],
              "at 110 reset all\n" + lines(118, 127))


def a_failing_expectation_is_seen(bench):
    run = bench.run(EXACT, 'set cells 2\nset duration 8s\nat 4s app ""\nat 5s app "versions"\n'
                    'at 5s within 2s app expect "firmware 9"\n', expect_code=1)
    check("expected app line" in run.out, run.out)


def whole_pack_and_ring(bench):
    """255 cells listed while both the ext output and the ring go on."""
    log = bench.path("ext.log")
    text = ('set cells 255\nset duration 28s\nat 5s app ""\nat 6s app ""\nat 7s app "cells"\n'
            'at 7s within 14s app expect "cell 255 3."\nat 22s app "versions"\n'
            'at 22s within 2s app expect "protocol 1"\n')
    run = bench.run(EXACT + ["--ext-log", log], text)
    check(run.json["frames_lost"] == 0, "readings are lost")
    end = run.json["boards"][-1]
    check(end["overruns"] == 0, "bytes of the ring are lost")
    bad = [at for at, frame, _, framing in read_log(log) if framing or not frame.good()]
    check(not bad, "bad frames at %s" % bad)
    return "none lost"


class Client:
    """A program at the pseudo-terminal of a run in real time."""

    def __init__(self, bench, *arguments):
        self.path = bench.path("app")
        self.process = subprocess.Popen(
            [SIM, "--app", self.path, "--quiet", "--firmware", FIRMWARE] + list(arguments),
            cwd=ROOT, stdin=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not os.path.exists(self.path) and time.monotonic() < until:
            time.sleep(0.02)
        self.fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.text = b""

    def send(self, data):
        os.write(self.fd, data)

    def lines_until(self, last, seconds):
        until = time.monotonic() + seconds
        while not re.search(last, self.text):
            left = until - time.monotonic()
            check(left > 0, "no %s within %g s: %r" % (last, seconds, self.text[-200:]))
            if select.select([self.fd], [], [], left)[0]:
                self.text += os.read(self.fd, 4096)
        text, self.text = self.text, b""
        return text.decode("latin-1")

    def close(self):
        os.close(self.fd)
        self.process.terminate()
        self.process.wait(10)


def crc(text):
    """CRC-16/DNP, bit by bit."""
    value = 0
    for byte in text.encode():
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA6BC if value & 1 else 0)
    return "*%04X" % (value ^ 0xFFFF)


def terminal(bench):
    client = Client(bench, "--cells", "3", "--duration", "60", "--realtime",
                    *map(str, EXACT))
    try:
        time.sleep(3)
        client.send(b"\r")
        time.sleep(0.3)
        client.send(bytes(range(1, 256)) * 2 + b"\r") # rubbish
        client.lines_until(rb"error \w+.*\r\n", 5)
        time.sleep(0.5)
        client.send(b"x" * 500 + b"\r")
        client.lines_until(rb"error (long|text).*\r\n", 5)
        line = "get vmax_mv"
        client.send((line + crc(line) + "\r").encode())
        text = client.lines_until(rb"ok\*....\r\n", 5)
        for answer in text.strip().splitlines()[-2:]:
            check(crc(answer[:-5]) == answer[-5:], "checksum of %r" % answer)
        check("vmax_mv 3700 mV from 1500 to 5000" in text, text)
        client.send((line + "*0000\r").encode())
        client.lines_until(rb"error checksum.*\r\n", 5)
    finally:
        client.close()
    check(not os.path.lexists(client.path), "the link is still there")


def absent_reader(bench):
    """Nobody reads, and the file is opened and closed: the run goes on."""
    path = bench.path("nobody")
    text = 'at 4s app ""\nat 5s app "watch on"\n'
    run = bench.run(["--cells", 2, "--duration", 600, "--app", path, "--ext", path + ".ext"], text)
    check(run.json["sim_s"] == 600, "ended early")
    check(not os.path.lexists(path), "the link is still there")


main([
    ("app_session", session),
    ("app_session_over_a_reset", over_a_reset),
    ("app_open_return_wire", open_return),
    ("app_rate_every_corner_of_the_clocks", every_corner),
    ("app_rate_open_return_wire", open_ring),
    ("app_rate_while_begin_is_steered", while_steered),
    ("app_rate_after_a_reset", after_a_reset),
    ("app_failing_expectation_is_seen", a_failing_expectation_is_seen),
    ("app_whole_pack_and_ring", whole_pack_and_ring),
    ("app_terminal", terminal),
    ("app_absent_reader", absent_reader),
])
