"""A client of the GDB remote serial protocol, for tests of `bms-sim --gdb`."""

import re
import socket
import subprocess

from chain import FIRMWARE, ROOT, SIM, Failed, check

DATA = 0x800000
EEPROM = 0x810000
SREG, SP, PC = 32, 33, 34


class Board:
    """bms-sim with --gdb, and a connection to it."""

    def __init__(self, bench, arguments, board, firmware=FIRMWARE, connect=True):
        command = [SIM, "--gdb", "%d:0" % board, "--quiet", "--firmware", firmware]
        self.process = subprocess.Popen(command + [str(a) for a in arguments], cwd=ROOT,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        match = re.match(r"bms-sim: board %d waits for avr-gdb (\S+), `target remote :(\d+)`$" % board,
                         line)
        if not match:
            self.process.kill()
            raise Failed("not this line: %s" % line)
        self.image, self.port = match.group(1), int(match.group(2))
        self.socket = None
        self.buffer = b""
        if connect:
            self.socket = socket.create_connection(("127.0.0.1", self.port), 20)
            self.socket.settimeout(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.socket:
            self.socket.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def byte(self):
        if not self.buffer:
            self.buffer = self.socket.recv(4096)
            if not self.buffer:
                raise Failed("the server closed the connection")
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xFF))
        check(self.byte() == b"+", "'%s' is not acknowledged" % text)

    def receive(self):
        """The next packet; its checksum must be right."""
        check(self.byte() == b"$", "no packet")
        data = b""
        while (c := self.byte()) != b"#":
            data += c
        told = int(self.byte() + self.byte(), 16)
        check(told == sum(data) & 0xFF, "checksum %02x of %s" % (told, data))
        self.socket.sendall(b"+")
        return data.decode()

    def ask(self, text):
        self.send(text)
        return self.receive()

    def done(self, text):
        answer = self.ask(text)
        check(answer == "OK", "%s: %s" % (text, answer))

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.ask("p%x" % number)), "little")

    def memory(self, address, size):
        answer = self.ask("m%x,%x" % (address, size))
        check(not answer.startswith("E"), "no memory at %x: %s" % (address, answer))
        return bytes.fromhex(answer)

    def end(self):
        """Waits for the program; its exit code and standard error."""
        _, err = self.process.communicate(timeout=120)
        return self.process.returncode, err
