#!/bin/sh
# How fast the simulator is: chains of 2 to 255 boards with the real images.
#
#   bench.sh build/bms-sim [more options for it]

sim=$1
shift
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT

# Switches 1-3 (range of cells) and 4-8 (3.4 V).
switches_for() {
    case $1 in
    [2-4]) echo 00010000 ;;
    [5-8]) echo 00110000 ;;
    9 | 1[0-6]) echo 01010000 ;;
    6[0-9]) echo 10110000 ;;
    *) echo 11110000 ;;
    esac
}

printf '%8s %12s %12s %14s\n' boards 'sim s' 'wall s' 'x real time'
for cells in 2 4 16 64 255; do
    begin=$(date +%s.%N)
    if ! "$sim" --cells "$cells" --chemistry lfp --switches "$(switches_for "$cells")" \
        --scenario sim/scenarios/demo.txt --quiet --json "$temp/report.json" "$@" \
        >"$temp/out" 2>&1; then
        echo "bench: $sim failed with $cells cells:" >&2
        tail -n 5 "$temp/out" >&2
        exit 1
    fi
    end=$(date +%s.%N)
    ${PYTHON:-python3} - "$cells" "$begin" "$end" "$temp/report.json" <<'EOF'
import json, sys
cells, begin, end = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
simulated = float(json.load(open(sys.argv[4]))["duration_s"])
wall = end - begin
print("%8d %12.1f %12.2f %14.1f" % (cells, simulated, wall, simulated / wall))
EOF
done
