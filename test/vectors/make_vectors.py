#!/usr/bin/env python3
"""Test vectors of the ring's frames, made from the byte tables of docs/protocol.md.

An encoder of its own: it shares nothing with the C code, so that an error in one shows against the
other. Writes test/vectors/vectors.h and the table between the markers in docs/protocol.md; with
--check it writes nothing and ends with 1 when a file is not what it would write.
"""

import argparse
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEADER_FILE = "test/vectors/vectors.h"
DOC_FILE = "docs/protocol.md"
DOC_BEGIN = "<!-- vectors begin: written by test/vectors/make_vectors.py -->"
DOC_END = "<!-- vectors end -->"

# ---- CRC-16/DNP, bit by bit, not reflected: every byte is turned round before and the result after


def reverse(value, bits):
    return int(format(value, "0%db" % bits)[::-1], 2)


def crc16_dnp(data):
    register = 0
    for byte in data:
        register ^= reverse(byte, 8) << 8
        for _ in range(8):
            register <<= 1
            if register & 0x10000:
                register ^= 0x13D65
    return reverse(register, 16) ^ 0xFFFF


# ---- frames


def seal(body):
    crc = crc16_dnp(body)
    return bytes(body) + bytes([crc & 0xFF, crc >> 8])


def start(round, switches, boot, section_head, sensors, time_ms, ring_closed):
    info = boot * 16 + (8 if ring_closed else 0) + sensors * 2 + (1 if section_head else 0)
    return seal([0x30 + round, switches, info] + list(time_ms.to_bytes(2, "big")))


def hop(round, hop, clock_error, sum):
    return seal([0x50 + round, hop] + list(clock_error.to_bytes(1, "big", signed=True)) +
                list(sum.to_bytes(2, "little")))


def cell(round, number, mv, dc, flags):
    mv = min(mv, 8191)
    code = min(max(dc + 400, 0), 2047)
    voltage = (flags % 8) * 8192 + mv
    temperature = (flags // 8) * 2048 + code
    return seal([0x60 + round, number] + list(voltage.to_bytes(2, "big")) +
                list(temperature.to_bytes(2, "big")))


def charge(round, sensor, reverse, state, mas):
    info = (128 if reverse else 0) + sensor * 16 + state
    return seal([0x90 + round, info] + list(mas.to_bytes(4, "big")))


def end(round, sensors, rounds):
    return seal([0xA0 + round, sensors] + list(rounds.to_bytes(4, "big")))


def command(round, target, write, item, sequence, issued, argument):
    code = (128 if write else 0) + item
    info = sequence * 16 + (1 if issued else 0)
    return seal([0xC0 + round, target, code, info] + list(argument.to_bytes(2, "big")))


def reply(round, number, sequence, status, value):
    return seal([0xF0 + round, number, sequence * 16 + status] + list(value.to_bytes(3, "big")))


def ext(round, piece, data):
    return seal([0x70 + round, piece] + list(data))


# ---- the cases

FIELDS = {
    "start": ("round", "switches", "boot", "section_head", "sensors", "time_ms", "ring_closed"),
    "hop": ("round", "hop", "clock_error", "sum"),
    "cell": ("round", "number", "mv", "dc", "flags"),
    "charge": ("round", "sensor", "reverse", "state", "mas"),
    "end": ("round", "sensors", "rounds"),
    "command": ("round", "target", "write", "item", "sequence", "issued", "argument"),
    "reply": ("round", "number", "sequence", "status", "value"),
    "ext": ("round", "piece", "data"),
}
ENCODERS = {"start": start, "hop": hop, "cell": cell, "charge": charge, "end": end,
            "command": command, "reply": reply, "ext": ext}
M = 2 ** 32 - 1

CASES = {
    "start": (
        [(0, 0, 0, False, 0, 0, False), (15, 255, 15, True, 2, 65535, True)] +
        [(r, 0x50 + r, 15 - r, r % 2 == 1, r % 3, r * 4321, r % 4 > 1) for r in range(16)] +
        [(5, 1 << b, 0, False, 2, 1 << (2 * b), False) for b in range(8)] +
        [(6, 0b01010000, 1, False, 1, 900, True), (7, 0, 8, True, 0, 0x8000, False)]
    ),
    "hop": (
        [(0, 1, 0, 0), (15, 255, 127, 65535), (0, 254, -128, 1), (1, 0, -1, 0x0100), (2, 128, 1, 0x00FF),
         (3, 127, -127, 0xFF00)] +
        [(r, 16 * r + 1, 8 * r - 60, 4369 * (15 - r)) for r in range(16)]
    ),
    "cell": (
        [(0, 1, 0, -400, 0), (15, 255, 8191, 1647, 255), (0, 0, 0, 0, 0), (9, 128, 4096, 624, 0)] +
        [(r, 17 * r, 3000 + 77 * r, 250 - 40 * r, 0) for r in range(16)] +
        [(4, 2, 3400, 251, 1 << b) for b in range(8)] +
        [(8, 200, 1, -1, 0x18), (8, 201, 5000, 850, 0xE7), (8, 202, 1500, -399, 0x07),
         (8, 203, 8190, 1646, 0xF8)]
    ),
    "charge": (
        [(0, 0, False, 0, 0), (15, 1, True, 4, M), (15, 0, False, 1, M), (3, 7, True, 15, 1)] +
        [(r, r % 2, r % 4 > 1, r % 5, r * 0x11111111) for r in range(16)] +
        [(1, 0, True, 2, 2 ** 31), (2, 1, False, 3, 2 ** 31 - 1), (4, 0, False, 1, 2 ** 24),
         (5, 1, True, 1, 65536), (6, 0, False, 1, 255), (7, 1, True, 1, 0x01020304)]
    ),
    "end": (
        [(r, r % 3, r * 0x10203040 % 2 ** 32) for r in range(16)] +
        [(0, 2, 0), (15, 0, M), (8, 1, 1), (9, 2, 2 ** 31), (10, 2, 65535)]
    ),
    "command": (
        [(0, 1, False, 0, 0, False, 0), (15, 255, True, 127, 15, True, 65535),
         (3, 17, True, 20, 1, False, 0xCA1B)] +
        [(r, 16 * r + 1, r % 2 == 1, 8 * r, 15 - r, r % 4 > 1, r * 4369) for r in range(16)] +
        [(6, 2, False, 1 << b, b, False, 1 << (2 * b)) for b in range(7)]
    ),
    "reply": (
        [(0, 1, 0, 0, 0), (15, 255, 15, 15, 2 ** 24 - 1), (7, 1, 8, 4, 2 ** 23)] +
        [(r, 16 * r + 1, 15 - r, r % 5, r * 1118481) for r in range(16)] +
        [(9, 2, b % 16, 0, 1 << b) for b in range(24)]
    ),
    "ext": (
        [(0, 0, b"\0\0\0\0"), (15, 14, b"\xff\xff\xff\xff"), (3, 14, b"\x18\xd7\x40\x00")] +
        [(15 - p, p, bytes((64 * p + 17 * i + 3) % 256 for i in range(4))) for p in range(15)]
    ),
}

# What a sender does with a value that does not fit: fields as asked for, fields as they read back.
SATURATIONS = {
    "cell": [
        ((1, 7, 8192, 0, 0), (1, 7, 8191, 0, 0)),
        ((1, 7, 65535, 0, 0x80), (1, 7, 8191, 0, 0x80)),
        ((1, 7, 0, -401, 0), (1, 7, 0, -400, 0)),
        ((1, 7, 0, -32768, 0x08), (1, 7, 0, -400, 0x08)),
        ((1, 7, 0, 1648, 0), (1, 7, 0, 1647, 0)),
        ((1, 7, 65535, 32767, 0xFF), (1, 7, 8191, 1647, 0xFF)),
    ],
}

# ---- output


def c_value(value):
    if isinstance(value, bytes):
        return c_bytes(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "%dU" % value if value > 2147483647 else "%d" % value


def c_fields(kind, values):
    return "{ " + ", ".join(".%s = %s" % (n, c_value(v)) for n, v in zip(FIELDS[kind], values)) + " }"


def c_bytes(data):
    return "{ " + ", ".join("0x%02X" % b for b in data) + " }"


def c_array(kind):
    size = len(ENCODERS[kind](*CASES[kind][0]))
    out = ["static const struct %s_vector {" % kind, "    uint8_t bytes[%d];" % size,
           "    struct frame_%s fields;" % kind, "} %s_vectors[] = {" % kind]
    for values in CASES[kind]:
        out.append("    { %s,\n      %s }," % (c_bytes(ENCODERS[kind](*values)),
                                               c_fields(kind, values)))
    return out + ["};", ""]


def c_saturations(kind):
    size = len(ENCODERS[kind](*CASES[kind][0]))
    out = ["static const struct %s_saturation {" % kind, "    struct frame_%s asked;" % kind,
           "    uint8_t bytes[%d];" % size, "    struct frame_%s sent;" % kind,
           "} %s_saturations[] = {" % kind]
    for asked, sent in SATURATIONS[kind]:
        data = ENCODERS[kind](*asked)
        if data != ENCODERS[kind](*sent):
            sys.exit("make_vectors.py: a saturated %s is not what it should read back as" % kind)
        out.append("    { %s,\n      %s,\n      %s }," % (c_fields(kind, asked), c_bytes(data),
                                                         c_fields(kind, sent)))
    return out + ["};", ""]


def header_text():
    out = ["/* Written by test/vectors/make_vectors.py, an encoder that shares nothing with the C code.",
           " * Do not edit: change the cases there. */",
           "/* clang-format off */",
           "#ifndef TEST_VECTORS_VECTORS_H", "#define TEST_VECTORS_VECTORS_H", "",
           '#include "protocol/frame.h"', ""]
    for kind in FIELDS:
        out += c_array(kind)
    for kind in SATURATIONS:
        out += c_saturations(kind)
    return "\n".join(out + ["#endif", ""])


def doc_value(value):
    return value.hex(" ") if isinstance(value, bytes) else c_value(value).rstrip("U")


def doc_row(kind, values):
    fields = ", ".join("%s %s" % (n, doc_value(v)) for n, v in zip(FIELDS[kind], values))
    return "| %s | %s | `%s` |" % (kind.upper(), fields, ENCODERS[kind](*values).hex(" "))


def doc_text():
    out = [DOC_BEGIN, "", "| frame | fields | bytes on the wire, first byte first |", "|---|---|---|"]
    for kind in FIELDS:
        out += [doc_row(kind, values) for values in CASES[kind]]
    return "\n".join(out + ["", DOC_END])


def with_table(document):
    before, marker, rest = document.partition(DOC_BEGIN)
    _, closing, after = rest.partition(DOC_END)
    if not marker or not closing:
        sys.exit("make_vectors.py: %s has lost its markers" % DOC_FILE)
    return before + doc_text() + after


def read(path):
    try:
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    args = parser.parse_args()

    if crc16_dnp(b"123456789") != 0xEA82:
        sys.exit("make_vectors.py: its own CRC is wrong")
    wanted = {HEADER_FILE: header_text(), DOC_FILE: with_table(read(DOC_FILE))}
    stale = [path for path, text in wanted.items() if read(path) != text]
    if args.check:
        for path in stale:
            print("%s is not what make_vectors.py writes" % path)
        return 1 if stale else 0
    for path in stale:
        with open(os.path.join(TOP, path), "w", encoding="utf-8") as file:
            file.write(wanted[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
