#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In lab-exact two runs of the smoke tier agree exactly, whatever the host is doing: they run at the same time and disturb
# each other.
. "$(dirname "$0")/tap.sh"

"$steelyard" run workloads/smoke.ini --host lab-exact --out "$scratch/b" >"$scratch/b.out" 2>&1 &
other=$!
sy run workloads/smoke.ini --host lab-exact --out "$scratch/a"
expect 'smoke in lab-exact, run a' 0 'PASS'
if wait "$other"; then
    ok 'smoke in lab-exact, run b'
else
    not_ok 'smoke in lab-exact, run b' "$(tail -n 20 "$scratch/b.out")"
fi
for run in a b; do
    jq -S .cases "$scratch/$run/latest/results.json" >"$scratch/$run.cases"
done
check 'cases[] are identical, byte for byte' cmp "$scratch/a.cases" "$scratch/b.cases"
check 'every case ran in lab-exact' jq -e 'length > 8 and all(.host_mode == "lab-exact")' "$scratch/a.cases"
idle='[.[] | select(.workload == "throttle.share" and .params.load == "idle")]'
check 'every idle case passes' jq -e "$idle | length >= 6 and all(.status == \"PASS\")" "$scratch/a.cases"
check 'with every sample within 0.1 %' \
    jq -e "$idle | all(.metrics[] | select(.name == \"share_error_pct\") | .samples | all(fabs <= 0.1))" "$scratch/a.cases"
# In lab-exact nothing is inconclusive, so a throttle that is set wrong fails in every case.
sy run workloads/smoke.ini --host lab-exact --filter '*ratio_pct=[15]0,*load=idle*' --fault quota=+10% --out "$scratch/faulty"
expect 'a quota programmed 10 % too high fails the gate' 1 'FAIL .*ratio_pct=10,period_ms=50,load=idle' 'share_error_pct'
check 'in every case' jq -e '.cases | length == 4 and all(.status == "FAIL")' "$scratch/faulty/latest/results.json"
check 'the first case begins within 20 s' \
    jq -e '.lab.boot_s | length == 1 and all(. <= 20)' "$scratch/faulty/latest/results.json"
# Under load, too: a vCPU that used all that it was granted was not starved, however long it queued.
sy run workloads/smoke.ini --host lab-exact --filter '*ratio_pct=25,period_ms=100,load=cpu*' --fault quota=-10% --out "$scratch/low"
expect 'a quota programmed 10 % too low under load fails the gate' 1 'FAIL .*load=cpu' 'share_error_pct'
# Its tight gate sees a quota that is 1 % off.
sy run workloads/smoke.ini --host lab-exact --filter '*ratio_pct=[59]0,period_ms=100,load=idle*' --fault quota=+1% \
    --out "$scratch/off"
expect 'a quota programmed 1 % too high fails the gate' 1 'FAIL .*ratio_pct=50,period_ms=100,load=idle' 'share_error_pct'
# A vCPU that is never woken up got no CPU time either, but not because of the host.
sy run workloads/smoke.ini --host lab-exact --filter '*ratio_pct=[15]0,period_ms=50,load=idle*' --fault lost-wakeup \
    --out "$scratch/stalled"
expect 'a lost wake-up fails' 1 'FAIL .*ratio_pct=10,period_ms=50,load=idle' 'vCPU 0 slept for all of'
check 'in every case' jq -e '.cases | length == 2 and all(.status == "FAIL")' "$scratch/stalled/latest/results.json"
jq -r '.[] | "# \(.status) \(.id): \(.metrics[0].median) \(.reason // "")"' "$scratch/a.cases"
diff "$scratch/a.cases" "$scratch/b.cases" | head -n 20 | sed 's/^/# /'
