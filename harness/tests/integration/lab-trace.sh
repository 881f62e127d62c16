#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel traces in the virtual lab host: file and counts come back, agree with trace-cmd's own report, and in lab-exact are
# the same every time, byte for byte. An event that does not exist fails its case only.
. "$(dirname "$0")/tap.sh"

cat >"$scratch/traced.ini" <<'END'
[job]
name = traced
repeat = 2
trace = kvm, sched
[throttle.share]
ratio_pct = 25
period_ms = 100
[skeleton]
trace = none
[null]
trace = sched:no_such_event
END

for run in a b; do
    sy run "$scratch/traced.ini" --host lab-exact --out "$scratch/$run"
    expect "traced cases in lab-exact, run $run" 3 'trace: .*kvm_exit [0-9]' 'No events enabled with sched:no_such_event'
    jq -S .cases "$scratch/$run/latest/results.json" >"$scratch/$run.cases"
done
results=$scratch/a/latest/results.json
check 'cases[] are identical, counts included' cmp "$scratch/a.cases" "$scratch/b.cases"
check 'so are the trace files' sh -c "cd '$scratch' && for f in a/latest/traces/*; do cmp \"\$f\" \"b\${f#a}\"; done"
traced='.cases[] | select(.workload == "throttle.share")'
check 'the traced case passes' jq -e "$traced | .status == \"PASS\"" "$results"
check 'nothing was lost' jq -e "$traced | .trace.lost == 0" "$results"
check 'the events are those asked for' \
    jq -e "$traced | .trace.events | keys | length > 5 and all(test(\"^(kvm|sched):\"))" "$results"
check 'a case with trace = none has no trace' \
    jq -e '.cases[] | select(.workload == "skeleton") | .status == "PASS" and .trace == null' "$results"
check 'an event that does not exist is an error of its case' \
    jq -e '.cases[] | select(.workload == "null") | .status == "ERROR" and .trace == null' "$results"

file=$scratch/a/latest/$(jq -r "$traced | .trace.file" "$results")
# Lines "NAME COUNT" from trace-cmd and from results.json.
trace-cmd report -i "$file" 2>/dev/null | sed -nE 's/^[^[]*\[[0-9]+\] +[0-9.]+: ([a-z0-9_]+): .*/\1/p' | sort | uniq -c |
    awk '{ print $2, $1 }' >"$scratch/theirs"
jq -r "$traced | .trace.events | to_entries[] | \"\(.key | sub(\".*:\"; \"\")) \(.value)\"" "$results" | sort >"$scratch/ours"
check 'trace-cmd report counts the same' diff "$scratch/theirs" "$scratch/ours"
sy report --out "$scratch/a"
expect 'steelyard report shows the counts' 0 "trace: .*kvm_exit $(jq -r "$traced | .trace.events[\"kvm:kvm_exit\"]" "$results")"
sy run "$scratch/traced.ini" --filter 'throttle*' --trace none --host lab-exact --out "$scratch/c"
expect 'a trace can be switched off' 0 'PASS'
check 'and then no case has one' jq -e '.cases | length == 1 and all(.trace == null)' "$scratch/c/latest/results.json"
