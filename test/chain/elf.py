"""Changes code in a copy of an image, and seals it again: 32 bit little-endian ELF, flash in .text."""

import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../common/avr"))
import seal_image


def _section(image, wanted):
    offset, = struct.unpack_from("<I", image, 32)
    size, count, names = struct.unpack_from("<HHH", image, 46)
    headers = [struct.unpack_from("<10I", image, offset + i * size) for i in range(count)]
    strings = headers[names][4]
    for header in headers:
        begin = strings + header[0]
        if image[begin:image.index(b"\0", begin)].decode() == wanted:
            return header, headers
    raise KeyError(wanted)


class Image:
    """The flash of an image, by symbol; save() writes the changes back."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.file = bytearray(file.read())
        self.text, _ = _section(self.file, ".text")

    def at(self, function):
        return seal_image.symbol(self.file, function)

    def read(self, address, size):
        offset = self.text[4] + address - self.text[3]
        return bytes(self.file[offset:offset + size])

    def write(self, address, code):
        offset = self.text[4] + address - self.text[3]
        self.file[offset:offset + len(code)] = code

    def find(self, code, address=0, size=None):
        """Addresses of a piece of code, all of them."""
        end = self.text[5] if size is None else address + size
        flash = self.read(0, self.text[5])
        found, at = [], flash.find(code, address, end)
        while at >= 0:
            found += [at]
            at = flash.find(code, at + 1, end)
        return found

    def save(self):
        """Sealed anew: a board that runs changed code is to believe in it."""
        seal_image.seal(self.file)
        with open(self.path, "wb") as file:
            file.write(self.file)


def patch(path, function, code):
    """Puts code at the beginning of a function."""
    image = Image(path)
    image.write(image.at(function), code)
    image.save()


def copy_images(source, folder):
    os.makedirs(folder)
    for board in ("begin_board", "between_board", "end_board"):
        shutil.copy(os.path.join(source, board + ".elf"), folder)
    return folder
