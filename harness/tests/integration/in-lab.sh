#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# in-lab.sh SCRIPT [PATH...]: runs an integration test in the virtual lab host, which has KVM on every machine and counts
# time in instructions, so that a busy host cannot disturb the test. Copies the tests and each PATH into the lab. Prints
# the test's output when it has ended; the last line has its counts, as usual.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$scratch"' EXIT

script=$1
shift
copies=(--copy harness/tests/integration)
for path in "$@"; do
    copies+=(--copy "$path")
done
# Programs that busybox lacks or that behave differently there.
for program in bash jq awk date grep timeout; do
    copies+=(--with "$program")
done
sy lab shell --exact "${copies[@]}" -- \
    "cd /work; STEELYARD_TEST_QEMU=/opt/steelyard/qemu bash $script 2>&1; code=\$?; echo; echo end of the test; exit \$code"
# The console also has the kernel's messages, and its lines end in CR LF.
if tr -d '\r' <"$scratch/out" | grep -qx 'end of the test'; then
    tr -d '\r' <"$scratch/out" | sed '/^end of the test$/,$d; /^$/d; /^\[ *[0-9.]*\] /d'
    exit "$code"
fi
not_ok "$script runs to its end in the lab" "$(tail -n 40 "$scratch/out")" "$(cat "$scratch/err")"
echo "$passed passed, $failed failed, $skipped skipped"
exit 1
