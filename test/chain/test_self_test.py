#!/usr/bin/env python3
"""The self-test at start, with the real images: a board with a stuck RAM bit, a flipped flash bit or
a divider that is off is reported untrusted by End and both relays stay open; the good ones are not.
And the seal of the images: the ELF and the HEX hold what the firmware checks."""

import functools
import os
import random
import sys

from chain import FIRMWARE, ROOT, check, main

sys.path.insert(0, os.path.join(ROOT, "common", "avr"))
import seal_image

CELLS = 4
HEAD = "set cells 4\nset capacity 20\n"
UNTRUSTED = 4
RAM, FLASH, ANALOG = 1, 2, 4
BOARDS = ("begin_board", "between_board", "end_board")
RAM_START, RAM_END = 0x100, {"begin_board": 0x8FF, "between_board": 0x8FF, "end_board": 0x40FF}


def board_of(cell):
    return BOARDS[0 if cell == 1 else 2 if cell == CELLS else 1]


def elf(board):
    with open(os.path.join(FIRMWARE, board + ".elf"), "rb") as file:
        return bytearray(file.read())


def expect_fault(bench, cell, fault, kind, seconds=8, from_s=3):
    """The board says so itself, its frames say so, End opens, and no other board is suspected."""
    text = HEAD + "at 0 fault %s\n" % fault
    text += "from %d to %d expect cell%d.flags >= %d\n" % (from_s, seconds, cell, UNTRUSTED)
    for name in ("charge_relay", "load_relay"):
        text += "from %d to %d expect %s == 0\n" % (from_s, seconds, name)
    for other in range(1, CELLS + 1):
        if other != cell:
            text += "at %d expect cell%d.flags == 0\n" % (seconds, other)
    text += "at %d expect fault == 8\n" % seconds
    run = bench.run(["--duration", seconds], text)
    found = [board["health"]["faults"] for board in run.json["boards"]]
    check(found == [kind if i == cell else 0 for i in range(1, CELLS + 1)],
          "%s: faults %s" % (fault, found))
    return run


# ---- seal -----------------------------------------------------------------------------------------


def hex_flash(board):
    flash, base = bytearray(), 0
    with open(os.path.join(FIRMWARE, board + ".hex")) as file:
        for line in file:
            record = bytes.fromhex(line.strip()[1:])
            if record[3] in (2, 4): # upper half of the address: in paragraphs, or in 64 KiB
                base = int.from_bytes(record[4:6], "big") << (4 if record[3] == 2 else 16)
            if record[3] == 0:
                check(base + record[1] * 256 + record[2] == len(flash), "a gap in the hex file")
                flash += record[4:-1]
    return flash


def sealed(board, _bench):
    image = elf(board)
    at, flash = seal_image.symbol(image, seal_image.SEAL), hex_flash(board)
    check(flash == seal_image.flash_of(image), "ELF and HEX differ")
    check(flash[at:at + 4] == seal_image.seal_of(flash, at), "the seal of the HEX is wrong")
    check(seal_image.crc_dnp(b"123456789") == 0xEA82, "this is no CRC-16/DNP")
    return "%d bytes, CRC %04x" % (len(flash), flash[at + 2] + 256 * flash[at + 3])


# ---- flash ----------------------------------------------------------------------------------------


def flash_everywhere(bench):
    """Any bit: the board either says so or does not run at all; it never passes for a good one."""
    rng = random.Random(7)
    silent = 0
    for _ in range(24):
        cell = rng.randrange(1, CELLS + 1)
        at = rng.randrange(len(seal_image.flash_of(elf(board_of(cell)))))
        bit = rng.randrange(8)
        text = HEAD + "at 0 fault flash %d %d %d\n" % (cell, at, bit) + \
            "from 1 to 6 expect charge_relay == 0\nfrom 1 to 6 expect load_relay == 0\n"
        run = bench.run(["--duration", 6], text, expect_code=None)
        check(run.code in (0, 3), "flash bit %d.%d of cell %d: exit code %d: %s" % (
            at, bit, cell, run.code, run.out.splitlines()[:2]))
        health = run.json["boards"][cell - 1]["health"] if run.code == 0 else None
        silent += not health or health["faults"] != FLASH
    check(silent < 20, "%d of 24 boards said nothing" % silent)
    return "24 bits, %d of the boards too sick to say so" % silent


def flash_seal_bits(bench):
    at = seal_image.symbol(elf("between_board"), seal_image.SEAL)
    for i, bit in ((0, 0), (1, 7), (2, 3), (3, 6)):
        expect_fault(bench, 2, "flash 2 %d %d" % (at + i, bit), FLASH)


def flash_of_board(cell, bench):
    """A byte that does not run: the vector of an interrupt that is never enabled."""
    expect_fault(bench, cell, "flash %d %d 4" % (cell, 4 * 1 + 2), FLASH)


# ---- RAM ------------------------------------------------------------------------------------------


def free_ram(board):
    """First byte above the static data and the two of the canary, and the last that is well below
    the stack."""
    end = seal_image.symbol(elf(board), "_end") & 0xFFFF
    return end + 2, RAM_END[board] - (1000 if board == "end_board" else 300)


def stack_bits(cell, bench):
    """Unused RAM, all bits of a byte, both values, from the first byte to the last."""
    low, high = free_ram(board_of(cell))
    for i, at in enumerate((low, low + 1, 0x1FF + 0x80, (low + high) // 2, high)):
        if at < low:
            continue
        for value in (0, 1):
            expect_fault(bench, cell, "ram %d %d %d %d" % (cell, at, (3 * i + value) % 8, value), RAM)


def kept_bits(bench):
    """The bytes of .noinit are tested one by one: those of the reset log."""
    at = seal_image.symbol(elf("between_board"), "reset_log") & 0xFFFF
    for i, bit, value in ((0, 7, 1), (5, 0, 1), (6, 4, 0), (13, 2, 1)):
        expect_fault(bench, 2, "ram 2 %d %d %d" % (at + i, bit, value), RAM)


def verdict_bits(bench):
    """A stuck bit in the verdict itself cannot turn it into a pass."""
    at = seal_image.symbol(elf("between_board"), "ram_verdict") & 0xFFFF
    for i in (0, 1):
        for bit in range(8):
            for value in (0, 1):
                expect_fault(bench, 2, "ram 2 %d %d %d" % (at + i, bit, value), RAM, 5, 3)


def good_ones(bench):
    for seed in range(1, 5):
        run = bench.run(["--seed", seed, "--duration", 40], HEAD +
                        "from 10 to 40 expect load_relay == 1\nfrom 10 to 40 expect fault == 0\n")
        check(all(b["health"]["faults"] == 0 for b in run.json["boards"]), "a fault in a good board")


def reset_takes_the_fault_back(bench):
    """A flipped bit of the flash is for ever, and is found again after each reset."""
    run = bench.run(["--duration", 12], HEAD + "at 0 fault flash 3 6 1\nat 6 reset 3\n"
                    "from 3 to 12 expect load_relay == 0\nat 11 expect cell3.flags == 4\n")
    check(run.json["boards"][2]["health"]["boots"] == 2, "no second start")


def while_running(bench):
    """A bit that sticks in the canary's bytes later: the watchdog is not fed any more, and behind
    the reset the test finds it."""
    end = seal_image.symbol(elf("between_board"), "_end") & 0xFFFF
    run = bench.run(["--duration", 30], HEAD + "at 10 expect load_relay == 1\n"
                    "at 10 fault ram 2 %d 0 0\nat 10 within 4 expect load_relay == 0\n"
                    "from 14 to 30 expect load_relay == 0\nfrom 18 to 30 expect cell2.flags == 4\n"
                    "from 18 to 30 expect cell1.flags == 0\n" % end)
    resets = run.json["boards"][1]["health"]["watchdog"]
    check(resets == 1, "%d watchdog resets" % resets)


def time_of_start(bench):
    """Boards that hear nothing start and sleep: their active time is that of the start, at 4 MHz."""
    run = bench.run(["--duration", 1.3, "--clock-spread", 0],
                    "set cells 3\nat 0 break 1 2\nat 0 break 2 3\n")
    between, end = (board["active_cycles"] / 4e6 for board in run.json["boards"][1:])
    check(between < 0.2, "Between takes %.3f s" % between)
    check(end < 1.2, "End takes %.3f s" % end)
    return "Between %.0f ms, End %.0f ms" % (1000 * between, 1000 * end)


# ---- converter --------------------------------------------------------------------------------------


def divider(cell, factor, bench):
    """Three checks, of which the first may be sixteen rounds away."""
    text = HEAD + "at 10 expect load_relay == 1\nat 10 fault divider %d %s\n" % (cell, factor)
    text += "at 10 within 22 expect load_relay == 0\nat 33 expect cell%d.flags >= 4\n" % cell
    text += "at 33 expect load_relay == 0\nat 33 expect charge_relay == 0\n"
    run = bench.run(["--duration", 34], text)
    found = run.json["boards"][cell - 1]["health"]["faults"]
    check(found == ANALOG, "faults %d" % found)


def steady(bench):
    """All corners at once: 100 Hz ripple of 60 A on small cells, hot, cold, low and high: nobody is
    suspected."""
    for seed, chemistry, temperature in ((1, "lfp", -30), (2, "nmc", 60), (3, "lto", 25)):
        run = bench.run(["--seed", seed, "--duration", 60, "--cells", 16, "--chemistry", chemistry],
                        "set capacity 100\nat 5 temperature all %d\nat 12 load 60 A\n"
                        "at 12 ripple 100 1\nfrom 5 to 60 expect fault == 0\n" % temperature)
        check(all(b["health"]["faults"] == 0 for b in run.json["boards"]), "a fault in a good board")


def cases():
    for board in BOARDS:
        yield "self_test_seal_of_" + board, functools.partial(sealed, board)
    yield "self_test_good_boards_pass", good_ones
    for cell in (1, 2, CELLS):
        yield "self_test_flash_bit_of_cell_%d" % cell, functools.partial(flash_of_board, cell)
    yield "self_test_flash_bits_of_the_seal", flash_seal_bits
    yield "self_test_flash_bits_everywhere", flash_everywhere
    yield "self_test_time_of_start", time_of_start
    yield "self_test_found_again_after_reset", reset_takes_the_fault_back
    for cell in (1, 2, CELLS):
        yield "self_test_ram_bits_of_cell_%d" % cell, functools.partial(stack_bits, cell)
    yield "self_test_ram_bits_kept_over_a_reset", kept_bits
    yield "self_test_ram_bits_of_the_verdict", verdict_bits
    yield "self_test_stack_canary", while_running
    for cell, factor in ((1, 1.05), (2, 0.95), (3, 0), (CELLS, 1.06), (2, 5.2)):
        yield "self_test_divider_of_cell_%d_off_by_%g" % (cell, factor), \
            functools.partial(divider, cell, factor)
    yield "self_test_good_converters_pass", steady


if __name__ == "__main__":
    main(cases())
