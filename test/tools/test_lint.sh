#!/bin/sh
# Rules the compiler cannot check: which layer may include what, and no float code in an image.
# Prints one PASS or FAIL line per rule; run from the top of the tree.

images=${IMAGES:-$(ls build/firmware/*.elf 2>/dev/null)}
failed=0

# verdict NAME REASON-IF-ANY: the reason is cut to one line.
verdict() {
    if [ -z "$2" ]; then
        echo "PASS $1"
    else
        failed=1
        echo "FAIL $1: $(echo "$2" | head -n 5 | tr '\n' ' ')"
    fi
}

# includes PATTERN FOLDER...: "file:line:#include ..." in C files of these folders.
includes() {
    pattern=$1
    shift
    for folder in "$@"; do
        [ ! -d "$folder" ] || find "$folder" -name '*.[ch]' -exec \
            grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$pattern" {} +
    done
}

boards='begin_board between_board end_board'
# shellcheck disable=SC2086 # lists of folders
firmware="protocol common $boards"

# shellcheck disable=SC2086
verdict lint_registers_only_in_port "$(includes '<(avr|util)/' $firmware sim test |
    grep -vE '^(common/avr/|common/pgm\.h:|[a-z]+_board/board\.h:|test/harness/)')"

# shellcheck disable=SC2086
verdict lint_board_h_only_in_main_and_port "$(includes '"board\.h"' $firmware sim test |
    grep -vE '^(common/avr/|[a-z]+_board/main\.c:)')"

verdict lint_protocol_includes_only_itself "$(includes '"' protocol | grep -v '"protocol/')"

verdict lint_common_includes_no_board "$(includes '"([a-z]+_board|sim|test)/' common)"

others=
for board in $boards; do
    others="$others$(includes '"([a-z]+_board|sim|test)/' "$board" | grep -v "\"$board/")"
done
verdict lint_board_includes_no_other_board "$others"

# shellcheck disable=SC2086
verdict lint_simavr_only_in_sim_and_test "$(includes '[<"](simavr/|sim_|avr_[a-z]+\.h)' $firmware)"

[ -n "$images" ] || verdict lint_images_present 'no image in build/firmware'
for image in $images; do
    # Arithmetic, comparison and conversion of float and double, and what avr-libc builds them from.
    floats=$(${AVR_PREFIX:-avr-}nm "$image" | awk '{ print $NF }' | grep -E \
        '^__((add|sub|mul|div|neg|cmp|eq|ne|lt|le|gt|ge|unord)[sd]f[23]?|float(un)?[sdhq]i[sd]f|fix(uns)?[sd]f[sdhq]i|(extend|trunc)[sd]f[sd]f2|fp_.*)$')
    verdict "lint_no_float_$(basename "$image" .elf)" "$floats"
    # r2 to r5 are the receive interrupt's (AVR_FIXED in the Makefile), also in the libraries' code:
    # who computes with them would find them changed. Saving and restoring them does no harm; tables
    # in flash (named objects, and what follows the vectors) are no code.
    tables=$(${AVR_PREFIX:-avr-}objdump -t "$image" | awk '/ O \.text/ { print "<" $NF ">:" }')
    users=$(${AVR_PREFIX:-avr-}objdump -d "$image" | awk '/^[0-9a-f]+ </ { name = $2 }
        /\tr[2-5](,|$|[ \t])|, r[2-5]($|[ \t])/ { print name }' | sort -u |
        grep -vxF -e '<__vectors>:' -e '<__trampolines_end>:' -e '<__prologue_saves__>:' \
            -e '<__epilogue_restores__>:' -e "$tables")
    case $users in
    '<__vector_'[0-9]*'>:') users= ;;
    '') users='no function uses them' ;;
    esac
    verdict "lint_fixed_registers_$(basename "$image" .elf)" "$users"
done

exit $failed
