#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One short case of every workload that measures the throttle, in lab-exact, where the host cannot disturb: all gates hold,
# the throttle is no worse than its peers, and the peers' results show that they are other limiters.
. "$(dirname "$0")/tap.sh"

results=$scratch/results/latest/results.json
sy run harness/tests/integration/throttle-exact.ini --host lab-exact --out "$scratch/results"
expect 'every gate and comparison holds' 0 'PASS: .* 3 comparisons passed'
# With two vCPUs both CPUs of the lab are busy, and the two witnesses do not always agree.
check 'every case passes; only the one with two vCPUs may be inconclusive' jq -e '.cases | length == 13
    and all(.status == "PASS" or (.params.vcpus == 2 and .status == "INCONCLUSIVE"))' "$results"
check 'where they disagree, the third witness decides by the on-CPU intervals' jq -e '[.cases[] | select(.params.period_ms == 5)][0]
    | .status == "PASS" and (.third_witness | length > 0 and all(.decided_by == "schedstat" and .slices > 100))' "$results"
check 'every workload of the throttle has run' jq -e '[.cases[].workload] | unique == ["throttle.cgroup", "throttle.cost",
    "throttle.long", "throttle.peers", "throttle.share", "throttle.step", "throttle.window"]' "$results"
check 'a throttle without carry-over is worse, and cpulimit far off' jq -e '[.cases[] | select(.workload == "throttle.peers")
    | {(.params.limiter): (.metrics[] | select(.name == "share_error_pct") | .median | fabs)}] | add
    | ."kvm-throttle" < 0.05 and ."no-carry-sim" > 0.1 and .cpulimit > 1' "$results"
check 'a tighter cgroup starves the vCPU, a looser one does not' jq -e '[.cases[]
    | select(.workload == "throttle.cgroup") | .metrics[] | select(.name == "starved_pct") | .median] | .[0] > 5 and .[1] == 0' "$results"
jq -r '.cases[] | "# \(.status) \(.id): \(.metrics[0].name) \(.metrics[0].median) \(.reason // "")"' "$results"

# A wrong quota is found by each workload that judges one.
sy run harness/tests/integration/throttle-exact.ini --host lab-exact --filter 'throttle.[lw]*' \
    --fault quota=+10% --out "$scratch/faulty"
expect 'a quota programmed 10 % too high fails' 1 'FAIL .*throttle.window' 'FAIL .*throttle.long'

# So is a vCPU that is never woken up, which must not pass for one that the host starved.
sy run harness/tests/integration/throttle-exact.ini --host lab-exact --filter 'throttle.[lw]*' \
    --fault lost-wakeup --out "$scratch/stalled"
expect 'a lost wake-up fails' 1 'FAIL .*throttle.window' 'FAIL .*throttle.long' 'vCPU 0 slept for all of'
