#!/bin/sh
# The harness must see what goes wrong: runs programs that misbehave on purpose, on AVR and on the
# host, and expects each to be counted as failed. Run from the top of the tree.

failed=0
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT

# expect NAME STATUS SUMMARY PATTERN ARGUMENTS...: what run_tests.py says of these programs.
expect() {
    name=$1 status=$2 summary=$3 pattern=$4
    shift 4
    ${PYTHON:-python3} test/tools/run_tests.py --log "$temp" "$@" >"$temp/out" 2>&1
    got=$?
    if [ "$got" -ne "$status" ]; then
        why="exit code $got"
    elif [ "$(tail -n 1 "$temp/out")" != "$summary" ]; then
        why="last line '$(tail -n 1 "$temp/out")'"
    elif ! grep -qE -e "$pattern" "$temp/out"; then
        why="no '$pattern' in the output: $(tail -n 8 "$temp/out" | tr '\n' ' ')"
    else
        echo "PASS $name"
        return
    fi
    failed=1
    echo "FAIL $name: $why"
}

bad=build/test/selftest
expect harness_counts_no_test_as_failure 1 '0 passed, 0 failed' 'No test ran'

for kind in host avr; do
    case $kind in
    host) end='' ;;
    avr) end=.elf ;;
    esac
    expect "harness_${kind}_passes" 0 '1 passed, 0 failed, 1 skipped' '^ok' "$kind:$bad/passes$end"
    expect "harness_${kind}_fails" 1 '1 passed, 7 failed' 'fails\.c:[0-9]+: ' "$kind:$bad/fails$end"
    expect "harness_${kind}_shows_seed" 1 '1 passed, 7 failed' 'seed 42' "$kind:$bad/fails$end"
    expect "harness_${kind}_crashes" 1 '0 passed, 1 failed' '_crashes' "$kind:$bad/crashes$end"
    expect "harness_${kind}_restarts" 1 '0 passed, 1 failed' 'calls_null' "$kind:$bad/restarts$end"
    expect "harness_${kind}_silent" 1 '0 passed, 1 failed' 'code 1|no test' "$kind:$bad/silent$end"
    expect "harness_${kind}_leaves" 1 '1 passed, 1 failed' 'selftest_leaves' "$kind:$bad/leaves$end"
    expect "harness_${kind}_overruns" 1 '0 passed, 1 failed' 'overruns' "$kind:$bad/overruns$end"
    expect "harness_${kind}_hangs" 1 '0 passed, 2 failed' 'still running after 2 s' \
        --timeout 2 "$kind:$bad/hangs$end"
done

name=harness_avr_cycles_are_limited
if build/test/avr-run --max-cycles 1e6 "$bad/hangs.elf" >"$temp/out" 2>&1; then
    failed=1
    echo "FAIL $name: it passed"
elif grep -q 'used up its cycles' "$temp/out"; then
    echo "PASS $name"
else
    failed=1
    echo "FAIL $name: $(tail -n 1 "$temp/out")"
fi

exit $failed
