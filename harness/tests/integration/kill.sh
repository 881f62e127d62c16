#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill -9 at random moments: no child survives steelyard, the run stays readable, and resume completes it without
# repeating finished cases. KILLS=N sets the number of kills (default 8; 20 in make check-deep).
. "$(dirname "$0")/tap.sh"

if ! host_has kvm; then
    skip 'kill -9 at random moments' 'no KVM on this host (steelyard doctor says why)'
    exit
fi
kills=${KILLS:-8}
cat >"$scratch/k.ini" <<'INI'
[job]
repeat = 1
[skeleton]
[throttle.share]
ratio_pct = 10, 20, 30
load = idle, cpu
period_ms = 10
window_ms = 800
INI

RANDOM=${SEED:-4711}
survived=0 unreadable=0 repeated=0 incomplete=0 caught=0
for ((i = 1; i <= kills; i++)); do
    out=$scratch/run$i
    STEELYARD_TEST_MARK=$scratch "$steelyard" run "$scratch/k.ini" --out "$out" >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    sleep "$((RANDOM % 5)).$(printf '%03d' $((RANDOM % 1000)))"
    if kill -9 "$pid" 2>/dev/null; then
        caught=$((caught + 1))
    fi
    wait "$pid" 2>/dev/null
    if ! wait_for 2 none_survive; then
        survived=$((survived + 1))
        survivors | while read -r file; do tr '\0' ' ' <"${file%environ}cmdline"; echo; done | sed 's/^/# survivor: /'
        survivors | sed 's,/proc/\([0-9]*\)/.*,\1,' | xargs -r kill -9
    fi
    [ -e "$out/latest/journal.jsonl" ] || continue # killed before there was a run
    "$steelyard" report --out "$out" --json >"$scratch/before" 2>"$scratch/err" || {
        unreadable=$((unreadable + 1))
        sed 's/^/# unreadable: /' "$scratch/err"
        continue
    }
    [ "$(jq .run.exit "$scratch/before")" = null ] || continue # it had ended before the kill
    "$steelyard" run --resume latest --out "$out" --json >"$scratch/after" 2>"$scratch/err"
    jq -e '(.cases | length) == .run.planned and all(.cases[]; .status != "ERROR")' "$scratch/after" >/dev/null || {
        incomplete=$((incomplete + 1))
        sed 's/^/# incomplete: /' "$scratch/err"
    }
    # The resumed run has the finished cases unchanged.
    jq -e --slurpfile before "$scratch/before" '.cases[:($before[0].cases | length)] == $before[0].cases' \
        "$scratch/after" >/dev/null || repeated=$((repeated + 1))
done

echo "# $caught of $kills kills hit a running steelyard"
check 'every kill hit a running steelyard' test "$caught" -eq "$kills"
check "nothing it started is alive 2 s after a kill ($kills kills)" test "$survived" -eq 0
check 'every killed run is readable' test "$unreadable" -eq 0
check 'resume completes every killed run' test "$incomplete" -eq 0
check 'resume repeats no finished case' test "$repeated" -eq 0
