"""Decodes a frame of the extended data output, from docs/ext-output.md alone."""

SIZE = 58
KEYS = 19
KEY_BASE = 25


class Frame:
    def __init__(self, data):
        self.data = data

    def good(self):
        return len(self.data) == SIZE and sum(self.data[:57]) % 256 == self.data[57]

    def number(self, at, size):
        return int.from_bytes(self.data[at:at + size], "big")

    def current_a(self, at):
        sign = chr(self.data[at])
        if sign == "X":
            return None
        return {"+": 1, "-": -1}[sign] * self.number(at + 1, 2) * 0.125

    def mv(self, at):
        return self.number(at, 2) * 5

    def celsius(self, at):
        return self.number(at, 2) - 276

    def fields(self):
        d = self.data
        status = d[30]
        return {
            "pack_v": self.number(0, 3) * 0.005,
            "in_a": self.current_a(3), "out_a": self.current_a(6), "battery_a": self.current_a(9),
            "min_mv": self.mv(12), "lowest": d[14], "max_mv": self.mv(15), "highest": d[17],
            "min_c": self.celsius(18), "coldest": d[20],
            "max_c": self.celsius(21), "hottest": d[23],
            "cell": d[24], "cells": d[25], "cell_mv": self.mv(26), "cell_c": self.celsius(28),
            "charge_allowed": status & 1, "load_allowed": status >> 1 & 1, "error": status >> 2 & 1,
            "below_vmin": status >> 3 & 1, "above_vmax": status >> 4 & 1,
            "below_tmin": status >> 5 & 1, "above_tmax": status >> 6 & 1,
            "not_calibrated": status >> 7,
            "in_today_wh": self.number(31, 3), "stored_wh": self.number(34, 3),
            "out_today_wh": self.number(37, 3), "soc": d[40],
            "in_kwh": self.number(41, 3), "out_kwh": self.number(44, 3),
            "key": d[47] - KEY_BASE, "value": d[48],
            "capacity_kwh": self.number(49, 2) * 0.1,
            "vmin_mv": self.mv(51), "vmax_mv": self.mv(53), "vbalance_mv": self.mv(55),
        }


def read_log(path):
    """(second of the first start bit, Frame, seconds from the first to the last start bit, framing
    errors?) of each frame that bms-sim heard."""
    with open(path) as file:
        for line in file:
            words = line.split()
            yield (float(words[0]), Frame(bytes.fromhex(words[1])), float(words[2]),
                   "framing" in words)
