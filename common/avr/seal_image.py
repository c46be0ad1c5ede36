#!/usr/bin/env python3
"""Seals an image: writes length in words and CRC-16/DNP of what is loaded into the flash, but for the seal's
own four bytes, into `flash_seal` of the ELF file. The firmware checks it at each start
(common/self_test.h).

    seal_image.py IMAGE.elf
"""

import struct
import sys

SEAL = "flash_seal"
SEAL_SIZE = 4
DATA_SPACE = 0x800000
PT_LOAD = 1
SHT_SYMTAB = 2


def crc_dnp(data):
    """0x3D65 reflected, initial value 0, inverted at the end."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA6BC if crc & 1 else 0)
    return crc ^ 0xFFFF


def _sections(image):
    offset, = struct.unpack_from("<I", image, 32)
    size, count = struct.unpack_from("<HH", image, 46)
    return [struct.unpack_from("<10I", image, offset + i * size) for i in range(count)]


def _segments(image):
    """Flash address, place in the file and size of each piece that is loaded."""
    offset, = struct.unpack_from("<I", image, 28)
    size, count = struct.unpack_from("<HH", image, 42)
    for i in range(count):
        kind, place, _, address, length = struct.unpack_from("<5I", image, offset + i * size)
        if kind == PT_LOAD and length and address < DATA_SPACE:
            yield address, place, length


def symbol(image, wanted):
    """Value of a symbol, also under the name that the link-time optimizer gave it."""
    sections = _sections(image)
    for table in sections:
        if table[1] != SHT_SYMTAB:
            continue
        strings = sections[table[6]][4]
        for at in range(table[4], table[4] + table[5], table[9]):
            name, value = struct.unpack_from("<II", image, at)
            begin = strings + name
            if image[begin:image.index(b"\0", begin)].decode().split(".")[0] == wanted:
                return value
    raise SystemExit("no symbol '%s' in the image" % wanted)


def flash_of(image):
    """What is loaded into the flash from address 0 on."""
    flash = bytearray()
    for address, place, length in sorted(_segments(image)):
        if address != len(flash):
            raise SystemExit("a gap in the image before 0x%04x" % address)
        flash += image[place:place + length]
    return flash


def seal_of(flash, at):
    if len(flash) % 2 or len(flash) > 2 * 0xFFFF:
        raise SystemExit("%d bytes are no whole words, or too many" % len(flash))
    return struct.pack("<HH", len(flash) // 2, crc_dnp(flash[:at] + flash[at + SEAL_SIZE:]))


def seal(image):
    at = symbol(image, SEAL)
    code = seal_of(flash_of(image), at)
    for address, place, length in _segments(image):
        if address <= at < address + length:
            image[place + at - address:place + at - address + SEAL_SIZE] = code


def main():
    with open(sys.argv[1], "rb") as file:
        image = bytearray(file.read())
    seal(image)
    with open(sys.argv[1], "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
