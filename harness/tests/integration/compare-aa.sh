#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whether verdicts can be trusted. One build against itself must not alarm: COMPARISONS times in lab-exact, and 5 times as
# often with native repetitions that are dealt out again for each comparison. Slightly worse builds must be found, natively
# and in the lab, with the defaults of `make compare`. Takes more than an hour (`make check-deep`). Needs no KVM.
. "$(dirname "$0")/tap.sh"
comparisons=${COMPARISONS:-200}
at_once=20

compare() {
    sy compare --base 10.0 --new 10.0 --out "$scratch/results" --json "$@"
}

# verdicts: how many of each the last comparison gave.
verdicts() {
    jq -r '[.rows[].verdict] | group_by(.) | map("\(length) \(.[0])") | join(", ")' "$scratch/out"
}

# ---- lab-exact: no figure may differ by a digit

cases=0 rows=0 alarms=0 differing=0
for ((first = 0; first < comparisons; first += at_once)); do
    printf '[throttle.share]\nratio_pct = %s\nperiod_ms = %d\nwindow_ms = %d\nrepeat = 1\n' \
        "$(seq -s, 5 4 81)" $((10 + first / at_once)) $((100 + first)) >"$scratch/aa.ini"
    compare --host lab-exact "$scratch/aa.ini"
    cases=$((cases + $(jq '[.rows[].case] | unique | length' "$scratch/out")))
    rows=$((rows + $(jq '.rows | length' "$scratch/out")))
    differing=$((differing + $(jq '[.rows[] | select(.verdict != "same" or .differing > 0)] | length' "$scratch/out")))
    alarms=$((alarms + (code == 1)))
done
echo "# lab-exact: $cases comparisons of one build with itself, $rows figures, $differing differ, $alarms alarms"
check "lab-exact: $comparisons comparisons of a build with itself, all exactly equal" \
    test "$cases" -ge "$comparisons" -a "$differing" -eq 0 -a "$alarms" -eq 0

# ---- natively: the repetitions of one build, dealt out to two runs

deals=$((5 * comparisons))
sy run workloads/compare.ini --host native --filter '*base64*' --repeat 40 --fresh --out "$scratch/native"
expect 'forty native repetitions' 0
run=$(readlink -f "$scratch/native/latest")
alarms=$(python3 - "$run/results.json" "$scratch" "$deals" "$steelyard" <<'E2'
import copy, json, os, random, subprocess, sys
source, scratch, deals, steelyard = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
run, chance, alarms = json.load(open(source)), random.Random(1), 0
for deal in range(deals):
    order = chance.sample(range(40), 20)
    for side, places in ("base", order[:10]), ("new", order[10:]):
        dealt = copy.deepcopy(run)
        for case in dealt["cases"]:
            for metric in case["metrics"]:
                if len(metric["samples"]) == 40:
                    metric["samples"] = [metric["samples"][i] for i in places]
        os.makedirs(f"{scratch}/{side}", exist_ok=True)
        json.dump(dealt, open(f"{scratch}/{side}/results.json", "w"))
    done = subprocess.run([steelyard, "compare", f"{scratch}/base", f"{scratch}/new", "--json"], capture_output=True)
    if done.returncode not in (0, 1, 4):
        sys.exit(done.stderr.decode())
    alarms += done.returncode == 1
print(alarms)
E2
)
echo "# native: $deals comparisons of 10 against 10 of 40 repetitions, $alarms alarms"
check "native: at most 1 % of $deals comparisons of one build's repetitions alarm" test "$alarms" -le $((deals / 100))

# ---- worse builds are found

found() {
    local name=$1 metric=$2
    check "$name" jq -e --arg metric "$metric" '.exit == 1 and any(.rows[]; .metric == $metric and .verdict == "regression")' \
        "$scratch/out"
    echo "#   $(verdicts); $(jq -rc --arg metric "$metric" '.rows[] | select(.metric == $metric) |
        "\(.metric) \(.base.median) -> \(.new.median), shift \(.shift), p \(.p)"' "$scratch/out")"
}
for host in native lab lab-exact; do
    compare --host "$host" workloads/compare.ini --filter '*base64*' --fault page-time=+3%
    found "$host: a page path 3 % slower is found" of_pmemsave
done
for host in lab lab-exact; do
    compare --host "$host" workloads/compare.ini --filter 'throttle*' --fault quota=+1%
    found "$host: a quota 1 % too high is found" share_error_pct
done
