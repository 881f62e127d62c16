# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the integration tests share: TAP lines, a scratch folder, waiting with a limit. Source it first.
set -u
# The tools that the tests use print numbers, dates and messages as in every other place. (That steelyard's own are the same
# in every locale is tested where it matters, by a call of its own.)
export LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
build=${STEELYARD_BUILD:-$root/build}
steelyard=$build/steelyard
scratch=$(mktemp -d "${TMPDIR:-/tmp}/steelyard-test.XXXXXX")
passed=0 failed=0 skipped=0
cd "$root" || exit 3

finish() {
    local left
    left=$(jobs -pr)
    # shellcheck disable=SC2086  # one word per process
    [ -z "$left" ] || kill -9 $left 2>/dev/null
    rm -rf "$scratch"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}
trap 'finish || exit 1' EXIT

ok() {
    passed=$((passed + 1))
    echo "ok - $1"
}

# not_ok NAME [EVIDENCE...]
not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
    shift
    printf '%s\n' "$@" | sed 's/^/#   /'
}

skip() {
    skipped=$((skipped + 1))
    echo "ok - $1 # SKIP $2"
}

# check NAME COMMAND...: the command must succeed; if not, its output is shown.
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$*" "$output"
    fi
}

# Runs steelyard with stdout and stderr in $scratch/out and $scratch/err; sets $code.
sy() {
    "$steelyard" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}

# Runs mini-kvm likewise, for a minute at most.
mk() {
    timeout -s KILL 60 "$build/mini-kvm" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}

# sy_within MS ARGUMENT...: calls sy() up to three times until it takes no more than MS milliseconds of CPU time, which
# other programs on this host hardly change; sets $ms.
sy_within() {
    local limit=$1 TIMEFORMAT='%U %S'
    shift
    for _ in 1 2 3; do
        { time sy "$@"; } 2>"$scratch/times"
        ms=$(awk '{ printf "%d", 1000 * ($1 + $2) }' "$scratch/times")
        [ "$ms" -gt "$limit" ] || break
    done
}

# expect NAME CODE [PATTERN...]: the last sy() must have exited with CODE, and its output, joined into one line because
# messages wrap, must match each PATTERN (grep -E).
expect() {
    local name=$1 want=$2 text pattern
    shift 2
    text=$(cat "$scratch/out" "$scratch/err" | tr -s ' \n' ' ')
    if [ "$code" -ne "$want" ]; then
        not_ok "$name" "exit $code instead of $want" "$text"
        return
    fi
    for pattern in "$@"; do
        if ! grep -qE -- "$pattern" <<<"$text"; then
            not_ok "$name" "no /$pattern/ in:" "$text"
            return
        fi
    done
    ok "$name"
}

# wait_for SECONDS COMMAND...: tries it every 50 ms; false if it does not succeed in time.
wait_for() {
    local end=$(($(date +%s%N) + $1 * 1000000000))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s%N)" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# A second QMP monitor beside the one under test, for a QEMU with -qmp "pipe:$monitor", which reads from one pipe and
# writes to the other.
monitor=$scratch/monitor
open_monitor() {
    mkfifo "$monitor.in" "$monitor.out"
    exec 7<>"$monitor.in" 8<>"$monitor.out"
}

# ask COMMAND [ARGUMENTS]: prints the reply without events; false on an error or without a reply. Ask for
# qmp_capabilities first.
ask() {
    local line
    printf '{"execute": "%s", "arguments": {%s}}\n' "$1" "${2:-}" >&7
    while read -r -t 60 line <&8; do
        case $line in
        '{"return"'*) echo "$line"; return ;;
        '{"error"'*) echo "$line"; return 1 ;;
        esac
    done
    return 1
}

# host_has NAME: is this requirement met on this host?
host_has() {
    "$steelyard" doctor --json | jq -e --arg name "$1" '.[] | select(.name == $name) | .met' >/dev/null
}

# survivors: the /proc/PID/environ of every process alive that was started with STEELYARD_TEST_MARK=$scratch in its
# environment, or inherited it.
survivors() {
    grep -lsz "STEELYARD_TEST_MARK=$scratch" /proc/[0-9]*/environ | grep -v "^/proc/\(self\|$$\)/"
}
none_survive() {
    [ -z "$(survivors)" ]
}

# none_left: no process has the scratch folder in its command line; prints those that do.
none_left() {
    ! pgrep -af "$scratch"
}
