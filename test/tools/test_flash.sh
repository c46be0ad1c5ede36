#!/bin/sh
# What `make flash-…` would do: the command, the part's name, and a .hex that holds the image.
# Run from the top of the tree after the images are built.

failed=0
pass() { echo "PASS $1"; }
fail() {
    failed=1
    echo "FAIL $1: $2"
}

temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT

check() { # goal board part
    hex=build/firmware/$2.hex

    name=flash_command_$1
    command=$(${MAKE:-make} --no-print-directory -s "flash-$1" \
        PROGRAMMER=usbasp PORT=usb DRY=1 2>&1 | tail -n 1)
    expected="-c usbasp -P usb -p $3 -B 10 -U lfuse:w:0x62:m -U hfuse:w:0xD1:m -U efuse:w:0xFE:m"
    if [ "$command" = "avrdude $expected -U flash:w:$hex:i" ]; then
        pass "$name"
    else
        fail "$name" "$command"
    fi

    name=flash_hex_$1
    ${AVR_PREFIX:-avr-}objcopy -I ihex -O binary "$hex" "$temp/hex.bin" &&
        ${AVR_PREFIX:-avr-}objcopy -O binary -j .text -j .data \
            "build/firmware/$2.elf" "$temp/elf.bin"
    if [ -s "$temp/hex.bin" ] && cmp -s "$temp/hex.bin" "$temp/elf.bin"; then
        pass "$name"
    else
        fail "$name" "$hex is not what is in $2.elf"
    fi

    name=flash_part_$1
    if ! command -v avrdude >/dev/null; then
        echo "SKIP $name: no avrdude here"
    elif avrdude -p "$3/s" 2>&1 | grep -qi "^# *AT$4\$"; then
        pass "$name"
    else
        fail "$name" "avrdude does not know $3 as AT$4"
    fi
}

check begin begin_board m328p mega328P
check between between_board m328p mega328P
check end end_board m1284p mega1284P

exit $failed
