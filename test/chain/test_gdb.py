#!/usr/bin/env python3
"""bms-sim --gdb: one board stopped, looked at and changed, by our own client and by avr-gdb."""

import functools
import os
import shutil
import struct
import subprocess
import time

from chain import FIRMWARE, Skipped, check, main
from elf import Image, copy_images, patch
from rsp import DATA, EEPROM, PC, SP, SREG, Board

CLI_SLEEP = b"\x81\xe0\x83\xbf\xf8\x94\x88\x95"
NO_OPCODE = b"\x01\x00"
VECTORS_END = 26 * 4  # of the ATmega328P
VIEW_ROUNDS = 52      # of struct end_view: uint32_t


def symbol(board, name):
    tool = os.environ.get("AVR_PREFIX", "avr-") + "nm"
    text = subprocess.run([tool, os.path.join(FIRMWARE, board + ".elf")], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    return next(int(line.split()[0], 16) for line in text.splitlines() if line.split()[-1] == name)


def registers_and_memory(bench):
    """At the first moment; then what was written is read back and acts."""
    with Board(bench, ["--cells", 4, "--duration", 3], 2) as b:
        check(b.ask("?") == "S05", "not stopped at once")
        check("PacketSize" in b.ask("qSupported:multiprocess+"), "no PacketSize")
        check(b.ask("vMustReplyEmpty") == "", "an unknown packet is answered")
        registers = bytes.fromhex(b.ask("g"))
        check(len(registers) == 39 and registers[35:] == bytes(4), "registers: %s" % registers.hex())
        check(b.register(PC) == 0 and b.register(SP) == 0x8FF, "SP %x" % b.register(SP))
        flash = b.memory(0, 256)
        check(flash == Image(os.path.join(FIRMWARE, "between_board.elf")).read(0, 256), "flash")
        b.done("P5=a5")
        b.done("P1e=34")
        check(b.register(5) == 0xA5 and b.register(30) == 0x34, "registers do not stay")
        b.done("P20=83")
        check(b.register(SREG) == 0x83 and b.memory(DATA + 0x5F, 1) == b"\x83", "SREG")
        b.done("P20=00")
        b.done("P21=ef07")
        check(b.register(SP) == 0x7EF and b.memory(DATA + 0x5D, 2) == b"\xef\x07", "SP")
        b.done("P21=ff08")
        b.done("M%x,3:0a0b0c" % (DATA + 0x300))
        check(b.memory(DATA + 0x2FF, 5)[1:4] == b"\x0a\x0b\x0c", "RAM")
        before = b.memory(EEPROM, 16)
        b.done("M%x,1:5a" % (EEPROM + 1023))
        check(b.memory(EEPROM + 1023, 1) == b"\x5a" and b.memory(EEPROM, 16) == before, "EEPROM")
        check(b.ask("m%x,1" % (EEPROM + 1024)) == "E01", "EEPROM beyond its end")
        check(b.ask("m%x,1" % (DATA + 0x900)) == "E01", "RAM beyond its end")
        check(len(b.memory(DATA + 0x8FE, 8)) == 2, "RAM near its end")
        check(b.ask("M0,1:00") == "E01", "the flash was written")
        check(b.ask("P22=00000100") == "E01", "a program counter outside the flash")
        check(b.ask("p23") == "E01" and b.ask("Pzz") == "E01" and b.ask("mx") == "E01", "nonsense")
        g = bytearray(registers)
        g[0:32] = range(100, 132)
        b.done("G" + g.hex())
        check(bytes.fromhex(b.ask("g"))[:32] == bytes(range(100, 132)), "G")
        b.send("k")
        code, _ = b.end()
        check(code == 0, "killed: exit code %d" % code)


def bad_checksum(bench):
    with Board(bench, ["--cells", 4, "--duration", 2], 2) as b:
        b.socket.sendall(b"$g#00")
        check(b.byte() == b"-", "a wrong checksum is taken")
        b.socket.sendall(b"+$" + b"m" * 9000 + b"#00")
        b.socket.sendall(b"$?#3f")
        answers = b""
        while not answers.endswith(b"$S05#b8"):
            answers += b.byte()
        b.socket.sendall(b"+")
        b.done("D")
        check(b.end()[0] == 0, "it did not go on")


def breakpoint_step_and_variable(bench):
    """Stops where End has filled its view, steps over instructions, reads a variable there."""
    main_at = symbol("end_board", "main")
    view = symbol("end_board", "end_view") & 0xFFFF
    with Board(bench, ["--cells", 4, "--duration", 8, "--json", bench.path("out.json")], 4) as b:
        b.done("Z0,%x,2" % main_at)
        check(b.ask("c") == "S05" and b.register(PC) == main_at, "not at main: %x" % b.register(PC))
        for _ in range(50):
            before = b.register(PC)
            check(b.ask("s") == "S05", "step")
            check(b.register(PC) != before, "the step stays at %x" % before)
        b.done("z0,%x,2" % main_at)
        b.done("Z2,%x,4" % (DATA + view + VIEW_ROUNDS))
        rounds = []
        while len(rounds) < 2:
            answer = b.ask("c")
            check(answer == "T05watch:%x;" % (DATA + view + VIEW_ROUNDS), answer)
            value, = struct.unpack("<I", b.memory(DATA + view + VIEW_ROUNDS, 4))
            if not rounds or value != rounds[-1]:
                rounds.append(value)
        check(rounds[1] == rounds[0] + 1, "rounds: %s" % rounds)
        b.done("z2,%x,4" % (DATA + view + VIEW_ROUNDS))
        b.done("D")
        code, _ = b.end()
        check(code == 0, "exit code %d" % code)
    with open(bench.path("out.json")) as file:
        check('"crashed_board": 0' in file.read(), "the run after the debugger")


def others_wait(cells, seconds, board, bench):
    """A run that a debugger stopped often is the run without it, to the byte."""
    arguments = ["--cells", cells, "--duration", seconds]
    plain = bench.run(arguments)
    with Board(bench, arguments + ["--csv", bench.path("gdb.csv")], board) as b:
        b.done("Z1,%x,2" % symbol("between_board", "__vector_18"))
        for _ in range(40):
            check(b.ask("c") == "S05", "no stop")
            b.ask("s")
        b.done("D")
        check(b.end()[0] == 0, "exit code")
    with open(plain.csv_path) as x, open(bench.path("gdb.csv")) as y:
        check(x.read() == y.read(), "another run")


def interrupt(bench):
    main_at = symbol("between_board", "main")
    with Board(bench, ["--cells", 4, "--duration", 100000], 2) as b:
        b.done("Z0,%x,2" % main_at)
        check(b.ask("c") == "S05", "main is not reached")
        b.done("z0,%x,2" % main_at)
        b.send("c")
        time.sleep(0.2)
        b.socket.sendall(b"\x03")
        check(b.receive() == "S02", "not interrupted")
        pc = b.register(PC)
        check(pc < 0x8000, "PC %x" % pc)
        check(b.ask("s") == "S05", "no step after it")
        check(b.register(PC) >= VECTORS_END and b.register(PC) != pc, "the step did not run anything")
        b.send("c")
        b.socket.sendall(b"\x03")
        check(b.receive() == "S02", "not interrupted again")
        b.send("k")
        check(b.end()[0] == 0, "killed")


def changed_variable_acts(bench):
    """The register that the debugger changes decides a branch: main() is left out, the board never
    speaks, and End misses its cells."""
    with Board(bench, ["--cells", 4, "--duration", 6, "--json", bench.path("out.json")], 2) as b:
        main_at = symbol("between_board", "main")
        b.done("Z0,%x,2" % main_at)
        check(b.ask("c") == "S05", "main is not reached")
        b.done("P22=%s" % struct.pack("<I", symbol("between_board", "__stop_program")).hex())
        b.done("z0,%x,2" % main_at)
        b.done("D")
        b.end()
    with open(bench.path("out.json")) as file:
        check('"comm_ok": false' in file.read().replace('"comm_ok": 0', '"comm_ok": false'),
              "the ring works without that board")


def limits(bench):
    with Board(bench, ["--cells", 4, "--duration", 1], 2) as b:
        for i in range(64):
            b.done("Z0,%x,2" % (0x1000 + 2 * i))
        b.done("Z0,1000,2")
        check(b.ask("Z0,2000,2") == "E01", "a 65th breakpoint")
        b.done("z0,1000,2")
        b.done("Z0,2000,2")
        check(b.ask("Z0,8000,2") == "E01", "a breakpoint outside the flash")
        for i in range(8):
            b.done("Z2,%x,8" % (DATA + 0x200 + 8 * i))
        check(b.ask("Z2,%x,1" % (DATA + 0x300)) == "E01", "a ninth watchpoint")
        check(b.ask("Z2,%x,9" % (DATA + 0x200)) == "E01", "nine bytes")
        check(b.ask("Z2,%x,2" % (DATA + 0x8FF)) == "E01", "a watchpoint beyond the RAM")
        check(b.ask("Z3,%x,1" % (DATA + 0x200)) == "", "a watchpoint on reads")
        check(b.ask("m%x,900" % DATA) == "E01", "more than a packet")
        b.done("D")
        check(b.end()[0] == 0, "exit code")


def connection_lost(bench):
    with Board(bench, ["--cells", 4, "--duration", 5], 2) as b:
        b.done("Z0,0,2")
        b.socket.close()
        code, err = b.end()
        check(code == 0 and err == "", "exit code %d: %s" % (code, err))


def end_of_run(bench):
    with Board(bench, ["--cells", 4, "--duration", 2], 2) as b:
        check(b.ask("c") == "W00", "the end is not told")
        check(b.end()[0] == 0, "exit code")


def crash(code, signal, offset, bench):
    """The debugger sees the board as it crashed, then the program ends with code 3."""
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    patch(os.path.join(folder, "between_board.elf"), "main", code)
    with Board(bench, ["--cells", 4, "--duration", 20], 2, folder) as b:
        check(b.ask("c") == "S%02x" % signal, "signal")
        check(b.register(PC) == symbol("between_board", "main") + offset, "PC %x" % b.register(PC))
        check(b.ask("c") == "W03", "the end is not told")
        exit_code, err = b.end()
        check(exit_code == 3 and "main+0x%x" % offset in err, "exit code %d: %s" % (exit_code, err))


def bad_option(arguments, needle, bench):
    _, result = bench.raw(["--cells", 4] + arguments)
    lines = result.stderr.splitlines()
    check(result.returncode == 2 and len(lines) == 1 and needle in lines[0],
          "exit code %d: %s" % (result.returncode, lines))


def avr_gdb(bench):
    """The real one: breakpoint by name, backtrace, variable by its type, watch, detach."""
    if not shutil.which("avr-gdb"):
        raise Skipped("no avr-gdb")
    with Board(bench, ["--cells", 4, "--duration", 6], 4, connect=False) as b:
        script = bench.write("gdb.txt", "\n".join((
            "set pagination off", "set confirm off", "set language c", "file " + b.image,
            "target remote :%d" % b.port, "break main", "continue", "info registers pc",
            "delete", "watch end_view.rounds", "continue", "print end_view.rounds", "backtrace 1",
            "x/2i $pc", "stepi", "delete", "print/x $SP", "detach", "quit")) + "\n")
        result = subprocess.run(["avr-gdb", "-nx", "-batch", "-x", script], timeout=120,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                check=False)
        code, err = b.end()
    for needle in ("Breakpoint 1, ", "<main", "end_view.rounds", "$1 = 1", "#0 ", "=> 0x",
                   "Inferior 1 (Remote target) detached"):
        check(needle in result.stdout, "no '%s' in: %s" % (needle, result.stdout))
    check(code == 0 and err == "", "exit code %d: %s" % (code, err))


if __name__ == "__main__":
    main([
        ("gdb_registers_and_memory", registers_and_memory),
        ("gdb_bad_checksum", bad_checksum),
        ("gdb_breakpoint_step_variable", breakpoint_step_and_variable),
        ("gdb_others_wait", functools.partial(others_wait, 4, 12, 3)),
        ("gdb_others_wait_in_two_threads", functools.partial(others_wait, 60, 6, 40)),
        ("gdb_interrupt", interrupt),
        ("gdb_changed_register_acts", changed_variable_acts),
        ("gdb_limits", limits),
        ("gdb_connection_lost", connection_lost),
        ("gdb_end_of_run", end_of_run),
        ("gdb_crash_bad_opcode", functools.partial(crash, NO_OPCODE, 4, 0)),
        ("gdb_crash_asleep", functools.partial(crash, CLI_SLEEP, 6, 6)),
        ("gdb_bad_board", functools.partial(bad_option, ["--gdb", "5"], "board 5")),
        ("gdb_bad_port", functools.partial(bad_option, ["--gdb", "2:70000"], "70000")),
        ("gdb_avr_gdb", avr_gdb),
    ])
