#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The nightly pipeline with a tiny job in lab-exact: exit status, what it prints, baselines, and which run folders stay.
. "$(dirname "$0")/tap.sh"

export B=$build OUT=$scratch/results BASELINES=$scratch/baselines HOST=lab-exact
mkdir "$BASELINES"
cat >"$scratch/tiny.ini" <<'INI'
[throttle.share]
ratio_pct = 25
period_ms = 20
window_ms = 400
repeat = 2
INI
printf '[null]\nrepeat = 2\ngate.wakeup_late_p99_us = 1e9\n' >"$scratch/quick.ini"

# nightly [JOB [OPTION...]]: as expect() looks at it.
nightly() {
    ci/nightly "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}
# make_nightly VARIABLE=...: likewise; what it needs is ready if tests run.
make_nightly() {
    make --no-print-directory -o ready nightly "B=$build" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}
runs() {
    find "$OUT" -maxdepth 1 -name "*Z-$1" | wc -l
}

nightly
expect 'no job is a usage error' 2 'no job file; workloads/nightly.ini'
nightly "$scratch/nosuch.ini"
expect 'a job that is not there is named' 2 'nosuch.ini'
KEEP=all nightly "$scratch/tiny.ini"
expect 'KEEP is a number' 2 'KEEP=all: give a number'
B=$scratch nightly "$scratch/tiny.ini"
expect 'what is not built is named with the remedy' 3 "no $scratch/steelyard; make ready"

make_nightly "JOB=$scratch/tiny.ini" HOST=lab-exact
expect 'a night on which all is well' 0 'nightly: pass \(exit 0\)' "report: $OUT/.*/report.html" "summary: $OUT/.*/summary.md"
report=$(sed -n 's/^  report: *//p' "$scratch/out") summary=$(sed -n 's/^  summary: *//p' "$scratch/out")
check 'the report is where it says' grep -q '<h1>pass</h1>' "$report"
check 'and the summary' grep -q '^## Steelyard: PASS' "$summary"
sy history share_error_pct --out "$OUT" --json
check 'the run is in the history' jq -e 'length == 1 and (.[0].points | length == 1)' "$scratch/out"

"$steelyard" baseline latest --out "$OUT" --record --baseline "$BASELINES/tiny.json" >/dev/null
nightly "$scratch/tiny.ini" --fault quota=+10%
expect 'with a fault it exits with 1, for the gate and for the baseline' 1 'nightly: fail \(exit 1\)' 'FAIL .*ratio_pct=25' \
    "$BASELINES/tiny.json: figures differ: steelyard baseline" "report: $OUT/"
check 'its report shows the gate that broke' grep -q '<h1>fail</h1>' "$(sed -n 's/^  report: *//p' "$scratch/out")"
KEEP=1 nightly "$scratch/tiny.ini"
expect 'the build is that of its baseline, to the digit' 0 'nightly: pass' "$BASELINES/tiny.json: equal to the digit" \
    'removed 1 of the run folders of tiny \(KEEP=1\)'
check 'its report has the first run before this one' grep -q 'gated figures changed over the runs so far' \
    "$(sed -n 's/^  report: *//p' "$scratch/out")"
check 'what the history has not stays, and the newest' test "$(runs tiny)" -eq 2
check 'the first run is gone' test ! -e "$report"
sy history --export "$(basename "$(dirname "$report")")" --out "$OUT"
expect 'but for its results' 0 '"schema": 1'

HOST=native nightly "$scratch/quick.ini"
expect 'a native job: the baseline of another, which is no job of ours, does not matter' 0 'nightly: pass'
check 'and no lab was booted for it' test "$(runs tiny)" -eq 2
sed -i 's/1e9/-1/' "$scratch/quick.ini"
HOST=native nightly "$scratch/quick.ini"
expect 'a gate that breaks fails the night' 1 'nightly: fail \(exit 1\)'
make_nightly "JOB=$scratch/quick.ini" HOST=native
expect 'and make, by its own exit status' 2 'nightly: fail \(exit 1\)' 'Error 1'
HOST=native nightly "$scratch/tiny.ini" --qemu /nonexistent
expect 'a QEMU that is not there: could not run' 3 '/nonexistent'

# A job that git has a baseline for.
cp results/baselines/baseline.json "$BASELINES/baseline.json"
jq '.build.release = "0.0"' results/baselines/baseline.json >"$BASELINES/smoke.json"
sed -i 's/-1/1e9/' "$scratch/quick.ini"
HOST=native nightly "$scratch/quick.ini"
case $(sed -n 's/.*baseline.json: \(equal\|a new\|figures\).*/\1/p' "$scratch/out") in
equal | 'a new') expect 'the jobs with baselines run in lab-exact' 0 'pass' 'smoke.json: of another release than 10.0, not compared' ;;
*) expect 'the jobs with baselines run in lab-exact, and a difference is a failure' 1 'baseline.json: figures differ' ;;
esac
check 'the last run is that of the night' sh -c "readlink '$OUT/latest' | grep -q quick"

# The timer's units, as HOWTO.md installs them.
mkdir "$scratch/units"
for unit in ci/steelyard-nightly.*; do
    sed "s:/srv/steelyard:$root:" "$unit" >"$scratch/units/${unit##*/}"
done
check 'what the service starts is there' \
    sh -c "sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' '$scratch/units/steelyard-nightly.service' | xargs -n 1 test -x"
if command -v systemd-analyze >/dev/null; then
    said=$(systemd-analyze verify "$scratch"/units/* 2>&1)
    check 'systemd takes the units without a word' test $? -eq 0 -a -z "$said"
else
    skip 'systemd takes the units without a word' 'no systemd-analyze'
fi
