#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The smoke tier on a host without KVM: every case runs in the virtual lab host, within its limits of time and memory.
. "$(dirname "$0")/tap.sh"

# Really hides /dev/kvm if a mount namespace can be made; the variable hides it from steelyard in any case.
export STEELYARD_NO_KVM=1
hide=()
if unshare --mount true 2>/dev/null && [ -e /dev/kvm ]; then
    # shellcheck disable=SC2016
    hide=(unshare --mount sh -c 'mount --bind /dev/null /dev/kvm && exec "$@"' hide)
fi

# Make the image now, so that the run's time does not include it; then boot again with the image from the cache.
"$steelyard" lab cache --prune 0 2>/dev/null
start=$(date +%s%N)
sy lab boot
cold=$((($(date +%s%N) - start) / 1000000))
expect 'the lab boots' 0 'image of .* built in' 'up after'
image_s=$(sed -n 's/.*built in \([0-9.]*\) s.*/\1/p' "$scratch/err")
start=$(date +%s%N)
sy lab boot
warm=$((($(date +%s%N) - start) / 1000000))
expect 'and again, with the image from the cache' 0 'up after'
check 'a cached image is not built again' sh -c "! grep -q 'built in' '$scratch/err'"
boot_s=$(sed -n 's/.*up after \([0-9.]*\) s.*/\1/p' "$scratch/err")
echo "# image built in $image_s s; boot up after $boot_s s; whole calls $cold ms cold, $warm ms warm"
check 'the image is built within 30 s' jq -ne "$image_s <= 30"
check 'the lab is up within 8 s' jq -ne "$boot_s <= 8"
timeout 60 "$steelyard" lab shell -- yes </dev/null 2>"$scratch/err" | head -n 1 >"$scratch/out"
code=${PIPESTATUS[0]}
expect 'a command whose reader has gone ends as SIGPIPE ends it elsewhere' 141 '^y[[:space:]]+$'
check 'and the lab ends quietly' test ! -s "$scratch/err"

results=$scratch/results/latest/results.json
start=$(date +%s)
"${hide[@]}" "$steelyard" run workloads/smoke.ini --out "$scratch/results" >"$scratch/out" 2>"$scratch/err"
code=$?
took=$(($(date +%s) - start))
jq -r '.cases[] | "# \(.status) \(.host_mode) \(.id): \(.metrics[0].median) \(.reason // "")"' "$results"
boots=$(jq '.lab.boot_s | length' "$results")
echo "# exit $code after $took s, $boots boots"
expect 'the smoke tier passes without KVM' 0 'PASS'
check 'every case ran in the lab' jq -e '.cases | length > 8 and all(.host_mode | startswith("lab"))' "$results"
check 'and says why' jq -e '.cases | all(.host_why | test("no kvm here"))' "$results"
# In real time the lab has this host's noise; lab-exact decides the cases that are left open there.
check 'every case passes' jq -e '.cases | all(.status == "PASS")' "$results"
check 'only cases that real time left open ran in lab-exact' jq -e \
    '.cases | all(.host_mode == "lab" or (.host_why | test("(inconclusive|failed) in the lab in real time: .")))' "$results"
check "within 120 s, or 200 s with lab-exact" test "$took" -le $((boots > 1 ? 200 : 120))
check 'the report names the lab' jq -e '.lab | .kernel and (.image_sha256 | length == 64) and (.boot_s | length <= 2)' "$results"
check "the cases' logs came back" sh -c "ls '$scratch'/results/latest/logs/throttle.share*/serial.log"
check 'no process of the lab is left' none_left
