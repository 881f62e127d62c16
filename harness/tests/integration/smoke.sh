#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# End to end on this host's KVM: the smoke tier passes, and fails when the throttle is set wrong.
. "$(dirname "$0")/tap.sh"

if ! host_has kvm; then
    skip 'the smoke tier on native KVM' 'no KVM on this host (steelyard doctor says why)'
    exit
fi

results=$scratch/results/latest/results.json
share='[.cases[] | select(.workload == "throttle.share" and .status == "PASS")]'
# A busy host makes cases inconclusive and gets two more chances to be quiet. A failed gate or an error gets none.
for attempt in 1 2 3; do
    sy run workloads/smoke.ini --host native --out "$scratch/results"
    [ "$code" -eq 4 ] || { [ "$code" -eq 0 ] && ! jq -e "$share | length >= 8" "$results" >/dev/null; } || break
    echo "# attempt $attempt, exit $code: $(jq -r '.cases[] | .reason // empty' "$results" | head -n 3)"
done
expect 'the smoke tier passes' 0 'PASS'
check 'at least 8 cases of throttle.share pass' jq -e "$share | length >= 8" "$results"
check 'at least 2 of them contended' jq -e "$share | map(select(.params.load != \"idle\")) | length >= 2" "$results"
check 'each with 3 repetitions or more' jq -e "$share | all(.metrics[0].samples | length >= 3)" "$results"
check 'each with a median error of 0.5 % at most' \
    jq -e "$share | all(.metrics[0] | .name == \"share_error_pct\" and (.median | fabs) <= 0.5)" "$results"
check 'the QEMU under test is stamped into the results' \
    jq -e '.build | .flavor == "modded" and (.mods_sha256 | length == 64) and (.upstream | length > 3) and (.configure | length > 10)' \
    "$results"
jq -r "$share"' | .[] | "# \(.id): \(.metrics[0].median) %"' "$results"

# A busy host gets the same chances here. It may make one case inconclusive, but none may pass.
idle='[.cases[] | select(.workload == "throttle.share" and .params.load == "idle" and .params.ratio_pct < 90)]'
faulty=$scratch/faulty/latest/results.json
for attempt in 1 2 3; do
    sy run workloads/smoke.ini --host native --filter '*load=idle*' --repeat 1 --fault quota=+10% --out "$scratch/faulty"
    jq -e "$idle | map(select(.status == \"INCONCLUSIVE\")) | length > 1" "$faulty" >/dev/null || break
    echo "# attempt $attempt, exit $code: $(jq -r '.cases[] | .reason // empty' "$faulty" | head -n 3)"
done
expect 'a quota programmed 10 % too high fails the gate' 1 'FAIL .*load=idle' 'share_error_pct'
sy run workloads/smoke.ini --host native --filter '*load=idle*' --repeat 1 --fault lost-wakeup --out "$scratch/stalled"
expect 'a lost wake-up fails, however busy the host is' 1 'FAIL .*load=idle' 'slept for all of'
for attempt in 1 2 3; do
    sy run workloads/smoke.ini --host native --filter '*period_ms=100,load=idle*' --repeat 1 --fault quota=+1% --out "$scratch/off"
    [ "$code" -eq 4 ] || break
done
expect 'a quota programmed 1 % too high fails the gate' 1 'FAIL .*period_ms=100,load=idle' 'share_error_pct'
check 'none of the idle cases below 90 % passes' \
    jq -e "$idle | length == 4 and all(.status == \"FAIL\" or .status == \"INCONCLUSIVE\")" "$faulty"
check 'at least 3 of the 4 fail' jq -e "$idle | map(select(.status == \"FAIL\")) | length >= 3" "$faulty"
