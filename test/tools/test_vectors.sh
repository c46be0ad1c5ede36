#!/bin/sh
# The committed test vectors are those that their script writes; run from the top of the tree.

python=${PYTHON:-python3}
script=test/vectors/make_vectors.py
failed=0

if reason=$($python $script --check 2>&1); then
    echo "PASS vectors_current: test/vectors/vectors.h and docs/protocol.md"
else
    failed=1
    echo "FAIL vectors_current: $(echo "$reason" | tail -n 2 | tr '\n' ' ')"
fi

# A check that cannot fail would be none: one changed byte must be seen.
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/test/vectors" "$copy/docs"
cp $script "$copy/test/vectors/"
cp docs/protocol.md "$copy/docs/"
sed '/0x/s/0x3/0x2/' test/vectors/vectors.h >"$copy/test/vectors/vectors.h"
if $python "$copy/$script" --check >/dev/null 2>&1; then
    failed=1
    echo "FAIL vectors_change_seen: a changed vectors.h was not noticed"
else
    echo "PASS vectors_change_seen"
fi

exit $failed
