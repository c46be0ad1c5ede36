#!/bin/sh
# Which lines of protocol/ and of the link the host tests and the corpora reach: gcov over the unit tests, the ring
# tests, the corpora and a short fault matrix. Prints lines per file and those that nothing reached; fails below
# LEAST percent. Needs gcc's gcov. Run from the top of the tree.
#
#   LEAST=95 FAULTS=2000 sh test/tools/coverage.sh

least=${LEAST:-95}
top=build/coverage
cc=${CC:-gcc}
flags='-std=gnu11 -g -O0 --coverage -DF_CPU_NOMINAL_HZ=4000000UL -I. -Itest -Itest/harness'
watched='protocol/crc.c protocol/decoder.c protocol/frame.c common/link.c common/link_head.c common/link_lead.c common/link_return.c common/link_tail.c common/trim.c common/identity.c'
tests=$(ls test/unit/test_crc.c test/unit/test_decoder.c test/unit/test_frame.c test/unit/test_frame_errors.c \
    test/unit/test_link*.c test/unit/test_ring*.c test/unit/test_trim.c test/unit/test_steer.c test/unit/test_identity.c test/unit/test_command.c test/unit/test_orders.c \
    test/unit/test_cell_board.c test/fuzz/test_corpus_*.c test/property/test_fault_matrix.c)

rm -rf "$top"
mkdir -p "$top/obj" "$top/run"
logic=$(ls protocol/*.c common/*.c begin_board/*.c end_board/*.c test/fake/*.c | grep -v '/main\.c$')
for source in $logic; do
    # shellcheck disable=SC2086 # a list of flags
    $cc $flags -c "$source" -o "$top/obj/$(echo "$source" | tr / -).o" || exit 1
done
ar qcs "$top/liblogic.a" "$top"/obj/*.o
for test in $tests; do
    name=$(basename "$test" .c)
    # shellcheck disable=SC2086
    $cc $flags "$test" "$top/liblogic.a" -lcmocka -lm -o "$top/run/$name" || exit 1
    FAULTS=${FAULTS:-2000} "$top/run/$name" >"$top/run/$name.log" 2>&1 || {
        echo "FAIL $name: see $top/run/$name.log"
        exit 1
    }
done

all=0
reached=0
for source in $watched; do
    object=$(echo "$source" | tr / -)
    gcov -o "$top/obj" "$top/obj/$object.gcno" >/dev/null 2>&1
    mv ./*.gcov "$top/" 2>/dev/null
    report=$top/$(basename "$source").gcov
    lines=$(grep -cvE '^ *-:' "$report")
    missed=$(grep -cE '^ *(#####|=====):' "$report")
    all=$((all + lines))
    reached=$((reached + lines - missed))
    printf '%-24s %4d of %4d lines  %5.1f %%\n' "$source" $((lines - missed)) "$lines" \
        "$(echo "$lines $missed" | awk '{ print 100 * ($1 - $2) / $1 }')"
    grep -E '^ *(#####|=====):' "$report" | sed 's/^ *[#=]*: */    not reached: /'
done
percent=$(echo "$all $reached" | awk '{ printf "%.1f", 100 * $2 / $1 }')
echo "$reached of $all lines, $percent %"
[ "$(echo "$percent $least" | awk '{ print ($1 >= $2) }')" = 1 ]
