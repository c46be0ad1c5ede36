"""A program on a pseudo-terminal, and what its screen shows: as much of an xterm as ncurses uses."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

from chain import Failed

CONTROL = re.compile(r"\x1b\[([?>]?)([0-9;]*)([@-~])|\x1b[()][0-9A-Za-z]|\x1b[=>78MH]|\x1b\][^\x07]*\x07")


class Screen:
    """Characters by row and column. Sequences that it does not know are an error."""

    def __init__(self, cols, rows):
        self.rest = ""
        self.resize(cols, rows)

    def resize(self, cols, rows):
        self.cols, self.rows = cols, rows
        self.cell = [[" "] * cols for _ in range(rows)]
        self.top, self.bottom = 0, rows - 1 # what scrolls
        self.row = self.col = 0
        self.last = " "
        self.wraps = False

    def text(self):
        return ["".join(line).rstrip() for line in self.cell]

    def put(self, char):
        if self.wraps:
            self.col = 0
            self.down()
        self.cell[self.row][self.col] = self.last = char
        self.wraps = self.col == self.cols - 1
        self.col += not self.wraps

    def scroll(self, top, lines):
        """Rows top to bottom of the region move up, or down by so many negative lines."""
        blank = [" "] * self.cols
        for _ in range(abs(lines)):
            gone, new = (top, self.bottom) if lines > 0 else (self.bottom, top)
            self.cell.pop(gone)
            self.cell.insert(new, list(blank))

    def down(self):
        if self.row == self.bottom:
            self.scroll(self.top, 1)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def up(self):
        if self.row == self.top:
            self.scroll(self.top, -1)
        else:
            self.row = max(self.row - 1, 0)

    def clear(self, begin, end):
        for at in range(begin, end):
            self.cell[at // self.cols][at % self.cols] = " "

    def go(self, row, col):
        self.row = min(max(row, 0), self.rows - 1)
        self.col = min(max(col, 0), self.cols - 1)
        self.wraps = False

    def control(self, private, numbers, final):
        n = [int(x) if x else 0 for x in numbers.split(";")]
        one = n[0] or 1
        here = self.row * self.cols + self.col
        row_begin, row_end = self.row * self.cols, (self.row + 1) * self.cols
        if private or final in "mhlct":
            return
        if final in "Hf":
            self.go(one - 1, (n[1] if len(n) > 1 and n[1] else 1) - 1)
        elif final == "A":
            self.go(self.row - one, self.col)
        elif final == "B":
            self.go(self.row + one, self.col)
        elif final == "C":
            self.go(self.row, self.col + one)
        elif final == "D":
            self.go(self.row, self.col - one)
        elif final == "G":
            self.go(self.row, one - 1)
        elif final == "d":
            self.go(one - 1, self.col)
        elif final == "J":
            self.clear(*((here, self.rows * self.cols), (0, here + 1),
                         (0, self.rows * self.cols))[n[0]])
        elif final == "K":
            self.clear(*((here, row_end), (row_begin, here + 1), (row_begin, row_end))[n[0]])
        elif final == "X":
            self.clear(here, min(here + one, row_end))
        elif final == "P":
            line = self.cell[self.row]
            self.cell[self.row] = line[:self.col] + line[self.col + one:] + [" "] * one
        elif final == "@":
            line = self.cell[self.row]
            self.cell[self.row] = (line[:self.col] + [" "] * one + line[self.col:])[:self.cols]
        elif final in "LM":
            self.scroll(self.row, one if final == "M" else -one)
        elif final in "ST":
            self.scroll(self.top, one if final == "S" else -one)
        elif final == "r":
            self.top = one - 1
            self.bottom = (n[1] if len(n) > 1 and n[1] else self.rows) - 1
            self.go(0, 0)
        elif final == "b":
            for _ in range(one):
                self.put(self.last)
        else:
            raise Failed("unknown sequence CSI %s%s" % (numbers, final))

    def feed(self, text):
        text = self.rest + text
        at = 0
        while at < len(text):
            char = text[at]
            if char == "\x1b":
                match = CONTROL.match(text, at)
                if not match:
                    if len(text) - at > 40:
                        raise Failed("unknown sequence %r" % text[at:at + 10])
                    break
                if match.group(0) == "\x1bM":
                    self.up()
                if match.group(3):
                    self.control(match.group(1), match.group(2), match.group(3))
                at = match.end()
                continue
            if char == "\r":
                self.go(self.row, 0)
            elif char == "\n":
                self.wraps = False
                self.down()
            elif char == "\b":
                self.go(self.row, self.col - 1)
            elif char == "\t":
                self.go(self.row, self.col // 8 * 8 + 8)
            elif char >= " ":
                self.put(char)
            at += 1
        self.rest = text[at:]


class Terminal:
    """A program with this size of a terminal; its standard error goes to a file."""

    def __init__(self, command, err_path, cols=80, rows=24, term="xterm"):
        self.screen = Screen(cols, rows)
        self.raw = b""
        self.undecoded = b""
        self.code = None
        self.fd, self.slave = pty.openpty() # the slave is kept: settings outlive the program
        self.resize(cols, rows)
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            self.execute(command, err_path, term)

    def execute(self, command, err_path, term):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        os.environ.update(LANG="C.UTF-8", LC_ALL="C.UTF-8")
        os.environ.pop("TERM", None)
        if term:
            os.environ["TERM"] = term
        os.dup2(self.slave, 0)
        os.dup2(self.slave, 1)
        os.dup2(os.open(err_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.closerange(3, 256)
        try:
            os.execv(command[0], command)
        finally:
            os._exit(127)

    def resize(self, cols, rows):
        self.screen.resize(cols, rows)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def restored(self):
        return termios.tcgetattr(self.slave) == self.before

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return
        self.raw += data
        self.undecoded += data
        while self.undecoded:
            try:
                text = self.undecoded.decode()
                self.undecoded = b""
            except UnicodeDecodeError as error:
                if error.start == 0 and len(self.undecoded) < 4:
                    return
                text = self.undecoded[:error.start].decode()
                self.undecoded = self.undecoded[error.start:]
            self.screen.feed(text)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def wait(self, *words, seconds=60):
        """Until one line of the screen has all these words."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.screen.text():
                if all(word in line for word in words):
                    return line
            self.read(0.1)
            if self.ended():
                raise Failed("ended with %s before %s was shown" % (self.code, words))
        raise Failed("%s not shown within %d s:\n%s" % (words, seconds,
                                                        "\n".join(self.screen.text())))

    def ended(self):
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def exit_code(self, seconds=30):
        """Waits for the end; negative when a signal ended it."""
        end = time.monotonic() + seconds
        while not self.ended():
            self.read(0.05)
            if time.monotonic() > end:
                self.close()
                raise Failed("still running:\n%s" % "\n".join(self.screen.text()))
        for _ in range(5):
            self.read(0.02)
        return self.code

    def close(self):
        if not self.ended():
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            self.code = -9
        os.close(self.fd)
        os.close(self.slave)
