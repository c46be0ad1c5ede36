#!/bin/sh
# Tables in docs/ that the firmware's own tables are the source of. Between two marker lines
#   <!-- table NAME: made by `make tables` -->  and  <!-- end of table NAME -->
# stands what build/test/tables NAME prints. With --write it is put there. Run from the top of the
# tree.

tables=${TABLES:-build/test/tables}
write=$1
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# with_table NAME DOCUMENT: the document with the table as the firmware has it.
with_table() {
    $tables "$1" >"$work/table" || return 1
    awk -v name="$1" -v table="$work/table" '
        $0 == "<!-- end of table " name " -->" { skip = 0; ends++ }
        !skip { print }
        $0 == "<!-- table " name ": made by `make tables` -->" {
            begins++; skip = 1
            print ""; while ((getline line <table) > 0) print line; print ""
        }
        END { if (begins != 1 || ends != 1) exit 1 }' "$2"
}

check() {
    name=$1
    document=$2
    if ! with_table "$name" "$document" >"$work/new"; then
        failed=1
        echo "FAIL table_$name: no place for it in $document"
    elif cmp -s "$work/new" "$document"; then
        echo "PASS table_$name: $document"
    elif [ "$write" = --write ]; then
        cat "$work/new" >"$document"
        echo "written: table $name in $document"
    else
        failed=1
        echo "FAIL table_$name: $document differs from the code; make tables"
    fi
}

check settings docs/settings.md
check rules docs/design.md
check events docs/events.md
check commands docs/app-protocol.md
check errors docs/app-protocol.md
check items docs/app-protocol.md
check board docs/app-protocol.md
check orders docs/app-protocol.md

# A check that cannot fail would be none: one changed figure must be seen.
if [ "$write" != --write ]; then
    sed 's/| 3400 |/| 3401 |/' docs/settings.md >"$work/changed.md"
    if with_table settings "$work/changed.md" 2>/dev/null | cmp -s - "$work/changed.md"; then
        failed=1
        echo "FAIL table_change_seen: a changed figure was not noticed"
    else
        echo "PASS table_change_seen"
    fi
fi

exit $failed
