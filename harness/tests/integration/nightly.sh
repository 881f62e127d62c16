#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The nightly pipeline with a tiny job in lab-exact: exit status, output, the baseline, and which run folders stay.
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

# nightly [JOB [OPTION...]]: runs it for expect().
nightly() {
    ci/nightly "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}
# make_nightly VARIABLE=...: likewise by make; what it needs has been built before the tests.
make_nightly() {
    make --no-print-directory -o ready nightly "B=$build" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}
runs() {
    find "$OUT" -maxdepth 1 -name "*Z-$1" | wc -l
}

nightly
expect 'without a job it is a usage error' 2 'no job file given; .*workloads/nightly.ini'
nightly "$scratch/nosuch.ini"
expect 'a missing job is named' 2 'nosuch.ini'
KEEP=all nightly "$scratch/tiny.ini"
expect 'KEEP must be a number' 2 'KEEP=all is not a number'
B=$scratch nightly "$scratch/tiny.ini"
expect 'a program that is not built is named, with the remedy' 3 "$scratch/steelyard is missing; make ready"

make_nightly "JOB=$scratch/tiny.ini" HOST=lab-exact
expect 'a night without trouble' 0 'nightly: pass \(exit 0\)' "report: $OUT/.*/report.html" "summary: $OUT/.*/summary.md"
report=$(sed -n 's/^  report: *//p' "$scratch/out") summary=$(sed -n 's/^  summary: *//p' "$scratch/out")
check 'the report is where the output says' grep -q '<h1>pass</h1>' "$report"
check 'and so is the summary' grep -q '^## Steelyard: PASS' "$summary"
sy history share_error_pct --out "$OUT" --json
check 'the run is in the history' jq -e 'length == 1 and (.[0].points | length == 1)' "$scratch/out"

nightly "$scratch/tiny.ini" --fault quota=+10%
expect 'with a fault it exits with 1, because of the gate' 1 'nightly: fail \(exit 1\)' 'FAIL .*ratio_pct=25' "report: $OUT/"
check 'its report shows the gate that failed' grep -q '<h1>fail</h1>' "$(sed -n 's/^  report: *//p' "$scratch/out")"
KEEP=1 nightly "$scratch/tiny.ini"
expect 'another night' 0 'nightly: pass' \
    'removed 1 of the run folders of tiny \(KEEP=1\)'
check 'its report has the first run beside this one' grep -q 'gated metrics changed over the runs so far' \
    "$(sed -n 's/^  report: *//p' "$scratch/out")"
check 'the newest run stays, and the one that the history does not have' test "$(runs tiny)" -eq 2
check 'the first run is gone' test ! -e "$report"
sy history --export "$(basename "$(dirname "$report")")" --out "$OUT"
expect 'but its results are in the history' 0 '"schema": 1'

HOST=native nightly "$scratch/quick.ini"
expect 'a night of another job' 0 'nightly: pass'
check 'leaves the runs of the first alone' test "$(runs tiny)" -eq 2
# The history may have a run of this id that is another host's. A run that it does not have stays.
earlier=$(dirname "$(sed -n 's/^  report: *//p' "$scratch/out")")
jq '.run.uuid = "00000000-0000-4000-8000-000000000000"' "$earlier/results.json" >"$scratch/other.json"
cp "$earlier/results.json" "$scratch/own.json"
cp "$scratch/other.json" "$earlier/results.json"
KEEP=1 HOST=native nightly "$scratch/quick.ini"
check 'a run stays if the history has only another run of its id' test -e "$earlier"
cp "$scratch/own.json" "$earlier/results.json"
KEEP=1 HOST=native nightly "$scratch/quick.ini"
check 'and goes if the history has it' test ! -e "$earlier"
# With forty better nights before these, the metric has got worse: some nights later that can be told from chance, and then
# the night fails.
python3 - "$OUT/latest/results.json" "$scratch/past" <<'PY'
import datetime, json, os, sys
run = json.load(open(sys.argv[1]))
metric = next(m for m in run["cases"][0]["metrics"] if m["gate"])
last = datetime.datetime.strptime(run["run"]["started"], "%Y-%m-%dT%H:%M:%SZ")
for night in range(40):
    start = last - datetime.timedelta(days=40 - night)
    run["run"].update(id=start.strftime("%Y%m%dT%H%M%SZ-quick"), started=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                      uuid="00000000-0000-4000-8000-%012d" % night)
    value = metric["median"] / 1e6 + night % 7 * 1e-9
    metric.update(samples=[value], median=value, ci95=None)
    folder = os.path.join(sys.argv[2], run["run"]["id"])
    os.makedirs(folder)
    json.dump(run, open(os.path.join(folder, "results.json"), "w"))
PY
"$steelyard" history --import "$scratch"/past/* --out "$OUT" >/dev/null
for _ in 1 2 3 4; do
    HOST=native nightly "$scratch/quick.ini"
    [ "$code" -eq 0 ] || break
done
expect 'a metric that got worse over the nights fails the night that can tell' 1 'nightly: fail' \
    'wakeup_late_p99_us of null: .* us, worse since [0-9TZ]+-quick'
HOST=native nightly "$scratch/quick.ini"
expect 'and only that one' 0 'nightly: pass'
sed -i 's/1e9/-1/' "$scratch/quick.ini"
HOST=native nightly "$scratch/quick.ini"
expect 'a failed gate fails the night' 1 'nightly: fail \(exit 1\)'
make_nightly "JOB=$scratch/quick.ini" HOST=native
expect 'and make fails with an exit status of its own' 2 'nightly: fail \(exit 1\)' 'Error 1'

# check-deep, by a make of ours.
mkdir "$scratch/bin"
printf '#!/bin/sh\necho "$*" >>"%s"\nexit $DEEP_STATUS\n' "$scratch/made" >"$scratch/bin/make"
chmod +x "$scratch/bin/make"
sed -i 's/-1$/1e9/' "$scratch/quick.ini"
HOST=native PATH=$scratch/bin:$PATH nightly "$scratch/quick.ini"
check 'check-deep does not run unless asked for' test ! -e "$scratch/made"
DEEP=1 DEEP_STATUS=0 HOST=native PATH=$scratch/bin:$PATH nightly "$scratch/quick.ini"
expect 'with DEEP=1 it does' 0 'nightly: pass .*check-deep: passed'
check 'by make' grep -qx -- '--no-print-directory check-deep' "$scratch/made"
DEEP=1 DEEP_STATUS=2 HOST=native PATH=$scratch/bin:$PATH nightly "$scratch/quick.ini"
expect 'and the night fails if it does' 1 'nightly: fail \(exit 1\) .*check-deep: failed; its logs are in'
HOST=native nightly "$scratch/tiny.ini" --qemu /nonexistent
expect 'a missing QEMU: could not run' 3 '/nonexistent'

# The mods against a baseline.
HOST=native nightly "$scratch/quick.ini"
expect 'without a baseline one is due, which is no failure' 0 'nightly: pass' "10.0.json: no verdict on the mods, a new baseline is due"
"$steelyard" baseline --record --baseline "$BASELINES/10.0.json" >/dev/null
HOST=native nightly "$scratch/quick.ini"
expect 'the mods equal the baseline' 0 'nightly: pass' "$BASELINES/10.0.json: equal"
jq '.functions[0][1] += 1' "$BASELINES/10.0.json" >"$scratch/other.json"
cp "$scratch/other.json" "$BASELINES/10.0.json"
HOST=native nightly "$scratch/quick.ini"
expect 'a difference fails the night, and says how to see it' 1 'nightly: fail \(exit 1\)' \
    "10.0.json: different; to see how: steelyard baseline 10.0 --baseline $BASELINES/10.0.json"
echo '{' >"$BASELINES/10.0.json"
HOST=native nightly "$scratch/quick.ini"
expect 'a damaged baseline could not be compared' 3 'could not run' '10.0.json: could not be compared'
check 'the last run is that of the nightly job' sh -c "readlink '$OUT/latest' | grep -q quick"

# What the history does not have was not judged.
rm "$BASELINES/10.0.json" "$OUT"/history.db*
printf 'something else' >"$OUT/history.db"
HOST=native nightly "$scratch/quick.ini"
expect 'without a history it is not a pass' 3 'could not run' "changes over time: not judged, the run is not in $OUT/history.db"

# The timer's units, as HOWTO.md installs them.
mkdir "$scratch/units"
for unit in ci/steelyard-nightly.*; do
    sed "s:/srv/steelyard:$root:" "$unit" >"$scratch/units/${unit##*/}"
done
check 'the programs that the service starts exist' \
    sh -c "sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' '$scratch/units/steelyard-nightly.service' | xargs -n 1 test -x"
if command -v systemd-analyze >/dev/null; then
    said=$(systemd-analyze verify "$scratch"/units/* 2>&1)
    check 'systemd accepts the units without a warning' test $? -eq 0 -a -z "$said"
else
    skip 'systemd accepts the units without a warning' 'no systemd-analyze'
fi
