#!/usr/bin/env python3
"""Each action of a scenario does something: a run with it differs from the same run without it, in what the world is, what
End believes, or what a board counts. What each does to a pack is tested elsewhere."""

import functools

from chain import check, main
from test_ram_faults import symbols

CELLS = 4
END_S = 24
HEAD = "set cells %d\nset switches 00010000\nset spread 0.02\nset soc 0.5\nat 8 load 5 A\n" % CELLS

LOGIN = 'at 6 app "";at 7 app "";at 8 app "login 1234";'

# what goes before it, the action itself
ACTIONS = {
    "charger": ("", "charger 20 A 3.5 V"),
    "charger_off": ("at 9 charger 20 A 3.5 V", "charger off"),
    "load": ("", "load 30 A"),
    "load_power": ("", "load 200 W"),
    "load_off": ("", "load off"),
    "profile": ("", "profile %s scale 2"),
    "ripple": ("", "ripple 100 1"),
    "break": ("", "break 2 3"),
    "repair": ("at 9 break 2 3", "repair 2 3"),
    "temperature": ("", "temperature 2 -10"),
    "temperature_of_all": ("", "temperature all -10"),
    "temperature_free": ("at 9 temperature 2 40", "temperature 2 free"),
    "ambient": ("", "ambient 60"),
    "remove": ("", "remove 2"),
    "insert": ("at 9 remove 2", "insert 2"),
    "swap": ("", "swap 2 3"),
    "replace": ("", "replace 2"),
    "leak": ("", "leak 2 0.5"),
    "soc": ("", "soc 3 20"),
    "sensor_offset": ("", "sensor 1 offset 2"),
    "sensor_gain": ("", "sensor 2 gain 0.5"),
    "sensor_open": ("", "sensor 1 open"),
    "sensor_ok": ("at 9 sensor 1 open", "sensor 1 ok"),
    "reset": ("", "reset 2"),
    "reset_of_all": ("", "reset all"),
    "button_begin": ("at 9 load off", "button begin down"),
    "button_end": ("", "button end down"),
    "ntc_cell": ("", "ntc cell 2 open"),
    "ntc_resistor": ("", "ntc resistor 2 short"),
    "fault_ram": ("at 12.5 reset 2", "fault ram 2 1500 3 1"),
    "fault_flash": ("at 12.5 reset 2", "fault flash 2 9000 4"),
    "fault_divider": ("", "fault divider 2 0.9"),
    "fault_eeprom": (LOGIN + 'at 13 app "set vmin_mv 2800"', "fault eeprom 4 3 erased"),
    "fault_crystal": ("", "fault crystal 4 dead"),
    "fault_byte": ("", "fault byte 3 %d 77"),
    "fault_wire": ("", "fault wire 2 12 flip 3"),
    "fault_pulse": ("", "fault pulse 2 30 low 3000"),
    "noise": ("", "noise 2 0.01"),
    "noise_on_all": ("", "noise all 0.01"),
    "stuck": ("", "stuck 2 low"),
    "babble": ("", "babble 2 on"),
    "clock": ("", "clock 2 5"),
    "brownout": ("", "brownout 2 1"),
    "switches": ("", "switches 00110000"),
    "app": ("", "app \"cells\""),
}


# of the simulator, or of the scenario's text
NOT_SEEN = ("wall_s", "ratio", "marks", "events")


def seen(bench, lines):
    """All that a run shows of pack and boards."""
    run = bench.run(["--duration", END_S, "--seed", 3, "--clock-begin", 0], HEAD + lines)
    return run.rows.row, {key: value for key, value in run.json.items() if key not in NOT_SEEN}


def action(before, words, bench):
    if "%s" in words:
        words %= bench.write("load.csv", "time_s,current_a\n0,-5\n100,-50\n")
    if "%d" in words:
        words %= next(at for at, _, name in symbols("between_board")[0] if name == "board")
    before = "".join("%s\n" % line for line in before.split(";") if line)
    without, with_it = seen(bench, before), seen(bench, before + "at 12 %s\n" % words)
    check(without != with_it, "'%s' changes nothing" % words)


def printing(bench):
    said = bench.raw(["--duration", 6, "--scenario", bench.write("print.txt", HEAD + "at 5 print here it is\n")])[1]
    check("5 s  here it is\n" in said.stdout, said.stdout)


if __name__ == "__main__":
    main([("action_" + name, functools.partial(action, *texts)) for name, texts in ACTIONS.items()] +
         [("action_print", printing)])
