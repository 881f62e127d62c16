#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Labs whose kernel crashes, whose memory fills up, or that never end: three ERRORs with the last lines of the console, in
# bounded time, and the next case runs. And kill -9 at random moments leaves no process behind.
# KILLS=N sets the number of kills (default 3; 6 in make check-deep).
. "$(dirname "$0")/tap.sh"

results=$scratch/results/latest/results.json
start=$(date +%s)
sy run workloads/selftest-lab.ini --host lab --limit 20 --out "$scratch/results"
took=$(($(date +%s) - start))
expect 'a run whose lab breaks could not run' 3 'ERROR'
reason() {
    jq -er --arg id "selftest.lab/kind=$1" '.cases[] | select(.id == $id and .status == "ERROR") | .reason' "$results"
}
check 'the panic is an ERROR with the kernel'\''s message' grep -qi 'sysrq' <<<"$(reason panic)"
check 'the full memory is an ERROR with the kernel'\''s message' grep -qi 'out of memory' <<<"$(reason memory)"
check 'the endless case is an ERROR that names the limit' grep -q '20' <<<"$(reason hang)"
check 'the case after them passes' jq -e '.cases | last | .workload == "null" and .status == "PASS"' "$results"
check 'within 120 s' test "$took" -le 120
check 'no process of the lab is left' none_left
for kind in panic memory hang; do
    echo "# $kind: $(reason "$kind")"
done

cat >"$scratch/after.ini" <<'INI'
[skeleton]
nap_ms = 1
INI
sy run "$scratch/after.ini" --host lab --out "$scratch/after"
expect 'the next run works' 0 'PASS'

RANDOM=${SEED:-4711}
survived=0 unreadable=0 incomplete=0 caught=0 kills=${KILLS:-3}
cat >"$scratch/k.ini" <<'INI'
[skeleton]
nap_ms = 1, 500, 700, 900, 1000
repeat = 2
INI
for ((i = 1; i <= kills; i++)); do
    out=$scratch/kill$i
    STEELYARD_TEST_MARK=$scratch "$steelyard" run "$scratch/k.ini" --host lab --out "$out" >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    sleep "$((RANDOM % 7)).$(printf '%03d' $((RANDOM % 1000)))"
    kill -9 "$pid" 2>/dev/null && caught=$((caught + 1))
    wait "$pid" 2>/dev/null
    wait_for 2 none_survive || survived=$((survived + 1))
    [ -e "$out/latest/journal.jsonl" ] || continue
    "$steelyard" report --out "$out" --json >"$scratch/before" 2>"$scratch/err" || unreadable=$((unreadable + 1))
    [ "$(jq .run.exit "$scratch/before")" = null ] || continue
    "$steelyard" run --resume latest --out "$out" --json >"$scratch/resumed" 2>"$scratch/err"
    jq -e --slurpfile before "$scratch/before" '(.cases | length) == .run.planned and all(.cases[]; .status == "PASS")
        and .cases[:($before[0].cases | length)] == $before[0].cases' "$scratch/resumed" >/dev/null || {
        incomplete=$((incomplete + 1))
        sed 's/^/# incomplete: /' "$scratch/err"
    }
done
check 'every kill hit a running steelyard' test "$caught" -eq "$kills"
check "no lab is alive 2 s after a kill ($kills kills)" test "$survived" -eq 0
check 'every killed run is readable' test "$unreadable" -eq 0
check 'resume completes every killed run' test "$incomplete" -eq 0
