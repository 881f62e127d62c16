#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# in-lab.sh SCRIPT [PATH...]: runs an integration test in the virtual lab host, whose KVM every machine has, with time
# counted in instructions, so that no host can spoil it. In the lab lie copies of the tests and of each PATH, as they lie
# here. The test's lines are printed when it has ended; the last one are its counts, as ever.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$scratch"' EXIT

script=$1
shift
copies=(--copy harness/tests/integration)
for path in "$@"; do
    copies+=(--copy "$path")
done
# What the tests want and busybox has not, or has otherwise.
for program in bash jq awk date grep timeout; do
    copies+=(--with "$program")
done
sy lab shell --exact "${copies[@]}" -- \
    "cd /work; STEELYARD_TEST_QEMU=/opt/steelyard/qemu bash $script 2>&1; code=\$?; echo; echo end of the test; exit \$code"
# The console has the kernel's words, too, and ends its lines as a terminal wants them.
if tr -d '\r' <"$scratch/out" | grep -qx 'end of the test'; then
    tr -d '\r' <"$scratch/out" | sed '/^end of the test$/,$d; /^$/d; /^\[ *[0-9.]*\] /d'
    exit "$code"
fi
not_ok "$script runs to its end in the lab" "$(tail -n 40 "$scratch/out")" "$(cat "$scratch/err")"
echo "$passed passed, $failed failed, $skipped skipped"
exit 1
