#!/usr/bin/env python3
"""A board that hangs is reset within 2.5 s, wherever it hangs; one that does not, never is. Each case
patches the real images. All boards start at 0 s and come to the place within BOOT_S."""

import functools
import os

from chain import FIRMWARE, check, main
from elf import Image, copy_images

BOARDS = ("begin_board", "between_board", "end_board")
HANG = b"\xff\xcf"            # rjmp .
HANG_DEAF = b"\xf8\x94\xff\xcf" # cli, rjmp .
RETI = b"\x18\x95"
REGISTERS = range(16, 32)
BOOT_S = 0.5 # to the first measurement
RESET_S = 2.5
SILENCE_S = 1.2 # until the watchdog's interrupt of a board that hears nothing


def images(bench, change):
    """A copy of the images, each changed by this function of board and image."""
    folder = copy_images(FIRMWARE, bench.path("patched"))
    for board in BOARDS:
        image = Image(os.path.join(folder, board + ".elf"))
        change(board, image)
        image.save()
    return folder


def resets(bench, folder, seconds, scenario="set cells 4\n"):
    run = bench.run(["--duration", seconds], scenario, firmware=folder)
    return [board["watchdog_resets"] for board in run.json["boards"]]


def all_reset(found):
    check(min(found) >= 1, "watchdog resets of the boards: %s" % found)
    check(max(found) <= 3, "more resets than hangs: %s" % found)
    return "resets %s" % found


def in_main_loop(code, bench):
    """Where the converter's result is waited for, interrupts on."""
    folder = images(bench, lambda board, image: image.write(image.at("convert"), code))
    return all_reset(resets(bench, folder, BOOT_S + RESET_S))


def interrupt(board, name):
    """Number of a vector on this board's part."""
    part = {"pcint": 5, "wdt": 6, "timer1_ovf": 13, "rx": 18, "udre": 19, "adc": 21}
    end = {"pcint": 7, "wdt": 8, "timer2_ovf": 11, "timer1_ovf": 15, "rx": 20, "adc": 24}
    return "__vector_%d" % (end if board == "end_board" else part)[name]


def one_board(bench, wanted, place):
    """Resets of a board that hangs at a place, behind a Begin that does not hang."""
    def change(board, image):
        if board == wanted:
            image.write(place(image), HANG)

    found = resets(bench, images(bench, change), BOOT_S + RESET_S,
                   "set cells %d\n" % (2 if wanted == "end_board" else 3))
    check(found[0] == 0, "Begin was reset, which has not been changed")
    return all_reset(found[1:2])


def in_interrupt(board, name, bench):
    return one_board(bench, board, lambda image: image.at(interrupt(board, name)))


def in_waking_interrupt(board, name, bench):
    """The board was in deep sleep with WDIE set. It hangs where the interrupt would return: a short one
    does so from what all of them share."""
    def end(image):
        first = "isr_shared" if name == "pcint" else interrupt(board, name)
        return image.find(RETI, image.at(first), 200)[0]

    return one_board(bench, board, end)


def clearings(image):
    """Where WDIE is cleared: andi r, 0xBF between load and store of WDTCSR, which the compiler
    reaches with lds and sts or through r31:r30."""
    found = []
    for r in (16 * (r & 15) for r in REGISTERS):
        for load, store in ((bytes([r, 0x91, 0x60, 0]), bytes([r, 0x93, 0x60, 0])),
                            (bytes([0x80 | r, 0x81]), bytes([0x80 | r, 0x83]))):
            code = load + bytes([0x0F | r, 0x7B]) + store
            found += [at + len(load) for at in image.find(code)]
    check(found, "WDIE is cleared nowhere")
    return found


def in_its_own_interrupt(bench):
    """Nothing is heard, so the watchdog's interrupt runs, and hangs."""
    def change(board, image):
        if board == "between_board":
            image.write(image.at(interrupt(board, "wdt")), HANG)

    found = resets(bench, images(bench, change), 5 + SILENCE_S + RESET_S,
                   "set cells 4\nat 5 break 1 2\n")
    return all_reset(found[1:3])


def good_ones(bench):
    found = resets(bench, FIRMWARE, 20, "set cells 4\nat 5 break 1 2\nat 12 repair 1 2\n")
    check(sum(found) == 0, "watchdog resets without a hang: %s" % found)


def missed(bench):
    """That WDIE is cleared after the sleep is what the tests above see: without it, the same hang
    with interrupts off is not ended."""
    def change(board, image):
        if board != "between_board":
            return
        image.write(image.at("convert"), HANG_DEAF)
        for at in clearings(image):
            image.write(at + 1, b"\x7f") # andi r, 0xFF

    found = resets(bench, images(bench, change), BOOT_S + RESET_S, "set cells 3\n")
    check(found[1] == 0, "watchdog resets: %s" % found)


# ---- a board before that never stops ------------------------------------------------------------

SEND_FOR_EVER = bytes.fromhex("80e0" "80937000" "a895" "85e5" "8093c600" "0895")
# ldi r24, 0; sts TIMSK2, r24; wdr; ldi r24, 0x55; sts UDR0, r24; ret


def babble(board, image):
    """Begin starts one round and sends bytes from then on without an end: its clock stands. The
    interrupt that would send the next byte of the queue calls drain()."""
    if board == "begin_board":
        image.write(image.at("drain"), SEND_FOR_EVER)


def babbling_neighbour(bench):
    run = bench.run(["--duration", 12], "set cells 4\n", firmware=images(bench, babble))
    board = run.json["boards"][1]
    awake_s = board["active_s"] + board["idle_s"]
    check(awake_s > 11, "the board was awake for %g s only" % awake_s)
    check(run.sum_boards("watchdog_resets") == 0,
          "%d watchdog resets" % run.sum_boards("watchdog_resets"))
    return "awake for %.1f s of 12" % awake_s


def babbling_unnoticed(bench):
    """Timer1 is what brings the main loop to work then."""
    def change(board, image):
        babble(board, image)
        if board == "between_board":
            image.write(image.at(interrupt(board, "timer1_ovf")), RETI)

    found = resets(bench, images(bench, change), 6)
    check(found[1] >= 1, "watchdog resets: %s" % found)


if __name__ == "__main__":
    main([
        ("watchdog_hang_in_main_loop", functools.partial(in_main_loop, HANG)),
        ("watchdog_hang_with_interrupts_off", functools.partial(in_main_loop, HANG_DEAF)),
        ("watchdog_hang_in_converter_interrupt",
         functools.partial(in_interrupt, "between_board", "adc")),
        ("watchdog_hang_in_receive_interrupt",
         functools.partial(in_interrupt, "between_board", "rx")),
        ("watchdog_hang_in_receive_interrupt_of_end",
         functools.partial(in_interrupt, "end_board", "rx")),
        ("watchdog_hang_in_pin_change",
         functools.partial(in_waking_interrupt, "between_board", "pcint")),
        ("watchdog_hang_in_pin_change_of_end",
         functools.partial(in_waking_interrupt, "end_board", "pcint")),
        ("watchdog_hang_in_crystal_interrupt",
         functools.partial(in_waking_interrupt, "end_board", "timer2_ovf")),
        ("watchdog_hang_in_its_own_interrupt", in_its_own_interrupt),
        ("watchdog_no_hang_no_reset", good_ones),
        ("watchdog_missed_with_wdie_kept", missed),
        ("watchdog_babbling_neighbour_no_reset", babbling_neighbour),
        ("watchdog_babbling_neighbour_unnoticed_resets", babbling_unnoticed),
    ])
