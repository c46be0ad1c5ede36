#!/bin/sh
# Searches all states of the models with spin, and those of models broken on purpose, which must fail:
# each line that ends with /*!name*/ is left out once.
set -u

here=$(dirname "$0")
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

# search MODEL: prints spin's verdict, "errors: N" and the number of states.
search() {
    (
        cd "$work" || exit 2
        rm -f pan*
        spin -a model.pml >spin.log 2>&1 || { cat spin.log; exit 2; }
        ${CC:-gcc} -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2000 -o pan pan.c || exit 2
        ./pan -m100000 >pan.log 2>&1
        grep -q 'max search depth too small\|out of memory\|reached -DMEMLIM' pan.log && exit 2
        sed -n 's/^State-vector.*\(errors: [0-9]*\).*/\1/p; s/^ *\([0-9]*\) states, stored.*/\1 states/p' \
            pan.log | tr '\n' ' '
    )
}

for model in "$here"/${1:-*}.pml; do
    name=$(basename "$model" .pml)
    cp "$model" "$work/model.pml"
    found=$(search)
    case $found in
    'errors: 0 '*) echo "PASS model_$name: $found" ;;
    *) echo "FAIL model_$name: $found"; failed=1 ;;
    esac
    for rule in $(sed -n 's|.*/\*!\([a-z_]*\)\*/.*|\1|p' "$model"); do
        sed "s|.*/\*!$rule\*/.*|skip;|" "$model" >"$work/model.pml"
        found=$(search)
        case $found in
        'errors: 1 '*) echo "PASS model_${name}_without_$rule: $found" ;;
        *) echo "FAIL model_${name}_without_$rule: $found"; failed=1 ;;
        esac
    done
done
exit $failed
