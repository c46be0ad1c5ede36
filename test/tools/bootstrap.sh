#!/bin/sh
# Looks whether the tools are there and installs what is missing with apt-get.
#
#   bootstrap.sh [flash] [model] [fuzz]      avrdude too, spin too, clang with libFuzzer too
#
# Silent and fast when nothing is missing. What it installs is announced on stderr; standard output
# carries nothing but the one line that says why it failed, for make to print.

log=build/install.log
cc=${CC:-gcc}
avr=${AVR_PREFIX:-avr-}

missing=
need() {
    case " $missing " in
    *" $1 "*) ;;
    *) missing="${missing:+$missing }$1" ;;
    esac
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Lines "header package" become one run of the preprocessor that names the packages not found.
missing_headers() {
    while read -r header package; do
        printf '#if !__has_include(<%s>)\n@%s\n#endif\n' "$header" "$package"
    done | $cc -E -P -x c - 2>/dev/null | sed -n 's/^@ *//p' | tr -d ' '
}

# clang with libFuzzer's runtime
fuzzer() {
    have clang || return 1
    [ -n "$(find "$(clang -print-resource-dir)/lib" -name 'libclang_rt.fuzzer*.a' 2>/dev/null)" ]
}

look() {
    missing=
    if have "${cc%% *}" && [ "$($cc -print-file-name=libasan.so)" != libasan.so ]; then
        for package in $(missing_headers <<-EOF
		stdio.h libc6-dev
		cmocka.h libcmocka-dev
		jansson.h libjansson-dev
		libelf.h libelf-dev
		ncurses.h libncurses-dev
		simavr/sim_avr.h libsimavr-dev
		zlib.h zlib1g-dev
		EOF
        ); do
            need "$package"
        done
    else
        for package in gcc libc6-dev libcmocka-dev libjansson-dev libelf-dev libncurses-dev \
            libsimavr-dev zlib1g-dev; do
            need "$package"
        done
    fi
    have "${avr}ld" || need binutils-avr
    if have "${avr}gcc"; then
        echo '#include <avr/io.h>' | "${avr}gcc" -mmcu=atmega1284p -E - >/dev/null 2>&1 ||
            need avr-libc
    else
        need gcc-avr
        need avr-libc
    fi
    have python3 || need python3
    for group in "$@"; do
        case $group in
        flash) have avrdude || need avrdude ;;
        model) have spin || need spin ;;
        fuzz) fuzzer || need "clang libclang-rt-14-dev" ;;
        esac
    done
}

fail() {
    echo "$1"
    exit 2
}

look "$@"
[ -n "$missing" ] || exit 0

have apt-get || fail "these Debian packages, or what your system calls them, are missing: \
$missing. There is no apt-get here: install them and run make again"

sudo=
if [ "$(id -u)" -ne 0 ]; then
    have sudo || fail "as root, run: apt-get install --no-install-recommends $missing"
    sudo=sudo
fi

mkdir -p build
echo "Installing with apt-get, once: $missing (log: $log)" >&2
apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300"
wanted=$missing
$apt update >"$log" 2>&1
# shellcheck disable=SC2086 # a list of packages
if $apt install -y --no-install-recommends $wanted >>"$log" 2>&1; then
    look "$@"
    [ -n "$missing" ] || exit 0
    fail "apt-get installed them, yet still not found: $missing (log: $log)"
fi
reason=$(grep -m 1 -E '^(W|E|sudo): ?' "$log")
fail "could not install $wanted: ${reason:-apt-get failed} (log: $log)"
