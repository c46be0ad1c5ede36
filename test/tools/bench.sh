#!/bin/sh
# How fast the simulator is: chains of 2 to 255 boards with the real images, on one thread and two.
#
#   bench.sh build/bms-sim [more options for it]

sim=$1
shift
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT

printf '%8s %8s %8s %10s %12s %16s %18s\n' boards threads 'sim s' 'wall s' 'x real time' \
    'active cycles/s' 'per board and s'
for cells in 2 4 16 64 255; do
    seconds=$((cells < 64 ? 120 : 2400 / cells))
    for threads in 1 2; do
        if ! "$sim" --cells "$cells" --duration "$seconds" --threads "$threads" --quiet \
            --json "$temp/report.json" "$@" >"$temp/out" 2>&1; then
            echo "bench: $sim failed with $cells cells:" >&2
            tail -n 5 "$temp/out" >&2
            exit 1
        fi
        ${PYTHON:-python3} - "$threads" "$temp/report.json" <<'END'
import json, sys
r = json.load(open(sys.argv[2]))
cycles = sum(b["active_cycles"] for b in r["boards"]) / r["sim_s"]
print("%8d %8s %8.0f %10.2f %12.1f %16.0f %18.0f" % (r["cells"], sys.argv[1], r["sim_s"],
      r["wall_s"], r["ratio"], cycles, cycles / r["cells"]))
END
    done
done
