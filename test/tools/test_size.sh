#!/bin/sh
# Flash and static RAM of each image against test/budget.txt; run from the top of the tree.
#
#   test_size.sh            one PASS or FAIL line per image
#   test_size.sh --table    a table, and a line for each image over its budget

budget=${BUDGET:-test/budget.txt}
folder=${FIRMWARE:-build/firmware}
table=$1
failed=0

[ -z "$table" ] || printf '%-14s %7s %7s %5s   %7s %7s %5s\n' \
    image flash of '' RAM of ''

while read -r image flash_budget ram_budget; do
    case $image in
    '' | '#'*) continue ;;
    esac
    sizes=$(${AVR_PREFIX:-avr-}size -A "$folder/$image.elf" 2>/dev/null | awk '
        $1 == ".text" { flash += $2 }
        $1 == ".data" { flash += $2; ram += $2 }
        $1 == ".bss" || $1 == ".noinit" { ram += $2 }
        END { if (NR) print flash + 0, ram + 0 }')
    flash=${sizes% *}
    ram=${sizes#* }
    if [ -z "$sizes" ]; then
        failed=1
        echo "FAIL size_$image: there is no $folder/$image.elf"
        continue
    fi
    [ -z "$table" ] || printf '%-14s %7d %7d %4d%%   %7d %7d %4d%%\n' "$image" \
        "$flash" "$flash_budget" $((100 * flash / flash_budget)) \
        "$ram" "$ram_budget" $((100 * ram / ram_budget))
    if [ "$flash" -gt "$flash_budget" ] || [ "$ram" -gt "$ram_budget" ]; then
        failed=1
        echo "FAIL size_$image: flash $flash of $flash_budget, RAM $ram of $ram_budget bytes"
    elif [ -z "$table" ]; then
        echo "PASS size_$image"
    fi
done <"$budget"

exit $failed
