#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The history: runs enter themselves, a year of nightly runs is quick, and after kill -9 during an import only whole runs
# are there. Needs no VM. KILLS=N sets the number of kills (default 20; 50 in
# make check-deep).
. "$(dirname "$0")/tap.sh"
kills=${KILLS:-20}

cat >"$scratch/nap.ini" <<'INI'
[skeleton]
nap_ms = 1
repeat = 2
INI
mkdir "$scratch/none"
sy history '*' --out "$scratch/none"
expect 'without a history the message says how to make one' 3 'no history yet' '--import'
sy run "$scratch/nap.ini" --out "$scratch/results"
expect 'a run enters itself' 0 'PASS'
check 'silently' sh -c "! grep -q history '$scratch/err'"
sy run "$scratch/nap.ini" --out "$scratch/results" --fault nap=+10%
metric=$(jq -r '.cases[0].metrics[0].name' "$scratch/results/latest/results.json")
sy history "$metric" --out "$scratch/results" --json
check 'a run with a fault does not' jq -e 'length == 1 and (.[0].points | length == 1)' "$scratch/out"
sy history nosuch --out "$scratch/results"
expect 'an unknown metric is an error that lists the known ones' 2 "matches 'nosuch'" "$metric"
sy history
expect 'no metric is a usage error' 2 'give a metric'
sy history "$metric" --since yesterday --out "$scratch/results"
expect 'an invalid time is named' 2 '--since yesterday'
for edge in 0001-01-01T00:00:00+01:00 9999-12-31T23:59:59-01:00; do
    sy history "$metric" --since $edge --out "$scratch/results"
    expect "a time beyond the calendar is named: $edge" 2 "--since ${edge/+/.}: give a date"
done
sy history "$metric" --since 2d --out "$scratch/results"
expect 'since two days ago' 0 "$metric +skeleton/nap_ms=1" '1 run'
check 'the report of a first run says that it is the first' grep -q 'No metric with a gate\|No earlier run in the history' \
    "$scratch/results/latest/report.html"
printf '[null]\nrepeat = 2\ngate.wakeup_late_p99_us = 1e9\n' >"$scratch/gated.ini"
for _ in 1 2 3; do sy run "$scratch/gated.ini" --out "$scratch/results"; done
page=$scratch/results/latest/report.html
check 'a run shows its gated metrics over the earlier runs' grep -q '0 of 1 gated metrics changed over the runs so far' "$page"
command -v gnuplot >/dev/null && check 'as a plot' grep -q '<svg class="plot"' "$page"
sy report --out "$scratch/results"
check 'and so does its report when rendered again' grep -q '0 of 1 gated metrics changed over the runs so far' "$page"
printf 'something else' >"$scratch/results/history.db"
rm -f "$scratch/results"/history.db-*
sy run "$scratch/nap.ini" --out "$scratch/results"
expect 'a broken history does not break a run, and is named with the remedy' 0 'not in the history' 'move it away'
check 'its report says why it has no history' grep -q 'No history: .*move it away' "$scratch/results/latest/report.html"
sy report --out "$scratch/results"
expect 'nor a report' 0 'PASS' 'report.html has no history plots: .*move it away'
check 'and it stays as it is' grep -qx 'something else' "$scratch/results/history.db"
rm "$scratch/results/history.db"
sy history --import --out "$scratch/results"
expect 'earlier runs are imported, except the one with a fault' 3 '5 of 6 runs entered' '--fault'
id=$(basename "$(readlink "$scratch/results/latest")")
sy history --export "$id" --out "$scratch/results"
check 'an export equals results.json' cmp "$scratch/out" "$scratch/results/latest/results.json"

# Two hosts that start one job in one second have runs of one id.
mkdir "$scratch/two"
for host in a b; do
    mkdir "$scratch/two/$host"
    jq --arg host $host '.host.fingerprint = $host | .run.uuid = "00000000-0000-4000-8000-00000000000" + $host' \
        "$scratch/results/latest/results.json" >"$scratch/two/$host/results.json"
done
sy history --import "$scratch/two/a" "$scratch/two/b" --out "$scratch/two"
expect 'runs of two hosts with one id are two runs' 0 '2 of 2 runs entered'
sy history '*' --out "$scratch/two" --json
check 'and both are there' jq -e '[.[].place] | unique == ["a", "b"]' "$scratch/out"
sy history --export "$id" --out "$scratch/two"
expect 'the id alone names neither' 2 "2 runs with the id '$id'; give the UUID of one of them: 0[-0-9]*a, 0[-0-9]*b"
sy history --export 00000000-0000-4000-8000-00000000000b --out "$scratch/two"
check 'the UUID does' jq -e '.host.fingerprint == "b"' "$scratch/out"
jq '.run.started = "yesterday"' "$scratch/two/a/results.json" >"$scratch/two/c.json"
mkdir "$scratch/two/c" && mv "$scratch/two/c.json" "$scratch/two/c/results.json"
sy history --import "$scratch/two/c" --out "$scratch/two"
expect 'a start that is no time is refused with its place' 3 'c/results.json: \$.run.started: expected a time' '0 of 1 runs'

# A history that may be read but not written: here on a read-only file system.
cat >"$scratch/read-only.sh" <<'SH'
mount --bind "$scratch/results" "$scratch/results" && mount -o remount,bind,ro "$scratch/results" || exit 77
"$steelyard" history --export "$id" --out "$scratch/results" >"$scratch/exported" &&
    exec "$steelyard" history "$metric" --out "$scratch/results"
SH
export scratch steelyard metric id
if unshare -m true 2>/dev/null; then
    unshare -m bash "$scratch/read-only.sh" >"$scratch/out" 2>"$scratch/err"
    code=$?
    expect 'a history on a read-only file system is shown' 0 "$metric" '[0-9] runs?'
    check 'and exported' cmp "$scratch/exported" "$scratch/results/latest/results.json"
else
    skip 'a history on a read-only file system' 'no right to mount'
fi

# A year: 365 nights of 20 cases with 10 metrics each; every tenth case gets worse on day 200.
python3 - "$scratch/results/latest/results.json" "$scratch/year" <<'PY'
import copy, datetime, json, os, random, sys
random.seed(1)
run = json.load(open(sys.argv[1]))
case = run["cases"][0]
metric = case["metrics"][0]
for day in range(365):
    start = datetime.datetime(2026, 1, 1, 2) + datetime.timedelta(days=day)
    run["run"]["id"] = start.strftime("%Y%m%dT%H%M%SZ-nightly")
    run["run"]["started"] = start.strftime("%Y-%m-%dT%H:%M:%SZ")
    run["cases"] = []
    for c in range(20):
        case["id"] = "synthetic/n=%d" % c
        case["metrics"] = []
        for m in range(10):
            value = 100 + m + random.gauss(0, 1) + (4 if c % 10 == 0 and day >= 200 else 0)
            metric.update(name="metric_%d" % m, gate={"limit": 200.0, "median_limit": None}, verdict="pass",
                          samples=[value - 1, value, value + 1], median=value, ci95=[value - 1, value + 1])
            case["metrics"].append(copy.deepcopy(metric))
        run["cases"].append(copy.deepcopy(case))
    run["run"]["planned"] = 20
    folder = os.path.join(sys.argv[2], run["run"]["id"])
    os.makedirs(folder)
    json.dump(run, open(os.path.join(folder, "results.json"), "w"))
PY
sy history --import --out "$scratch/year"
expect 'a year of nightly runs is imported' 0 '365 of 365'
sy_within 2000 history '*' --out "$scratch/year"
expect 'the change is found in the 20 series that have it, and nowhere else' 0 '20 of 200 series changed'
check "200 metrics over a year are read, judged and shown in 2 s of CPU time ($ms ms)" test "$ms" -le 2000
sy_within 2000 history '*' --out "$scratch/year" --report "$scratch/year.html"
check "and rendered as a page with plots in 2 s ($ms ms)" test "$ms" -le 2000
sy_within 2000 report 20261231T020000Z-nightly --out "$scratch/year"
expect 'the report of the last night covers the year' 0 'PASS'
check 'with the metrics that got worse' grep -q '20 of 200 gated metrics changed over the runs so far, 0 of them as found in this run' "$scratch/year/20261231T020000Z-nightly/report.html"
check "in 2 s of CPU time ($ms ms)" test "$ms" -le 2000
check 'in less than a megabyte' test "$(stat -c %s "$scratch/year/20261231T020000Z-nightly/report.html")" -lt 1048576
sy history metric_3 --case '*n=10' --out "$scratch/year" --json
check 'the change is dated to within a day' \
    jq -e '.[0].changes[0] | .started >= "2026-07-19" and .started < "2026-07-22"' "$scratch/out"

# Each kill hits an import of all runs into the history that the earlier kills left.
RANDOM=${SEED:-4711}
broken=0 torn=0 caught=0
export STEELYARD_TEST_MARK=$scratch
for ((i = 1; i <= kills; i++)); do
    [ $((i % 10)) -ne 1 ] || rm -f "$scratch/year"/history.db*
    "$steelyard" history --import --out "$scratch/year" >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % 400)))"
    kill -9 "$pid" 2>/dev/null && caught=$((caught + 1))
    wait "$pid" 2>/dev/null
    [ -s "$scratch/year/history.db" ] || continue # killed before there was one
    if ! "$steelyard" history 'metric_[09]' --out "$scratch/year" >"$scratch/out" 2>"$scratch/err"; then
        grep -q 'nothing in the history' "$scratch/err" || broken=$((broken + 1))
        continue
    fi
    # A run is either in every series from the first to the last or in none.
    grep -oE '^ +[0-9]+ runs?' "$scratch/out" | sort | uniq -c | awk '$1 == 40 { n++ } END { exit n != 1 || NR != 1 }' ||
        torn=$((torn + 1))
done
echo "# $caught of $kills kills hit an import"
check 'at least nine of ten kills hit an import' test "$caught" -ge $((kills * 9 / 10))
check "the history is readable after each of $kills kills" test "$broken" -eq 0
check 'and has whole runs only' test "$torn" -eq 0
sy history --import --out "$scratch/year"
expect 'an import after all kills completes it' 0 '365 of 365'
