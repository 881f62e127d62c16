#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Baselines: two runs of one build are exactly equal, a quota 0.1 % too high is found with its size, another key asks for a
# new baseline, bad files are refused; and this build equals the baseline in git, if its key is the same.
. "$(dirname "$0")/tap.sh"

results=$scratch/results
file=$results/baselines/baseline.json
ours=results/baselines/baseline.json
job() {
    "$steelyard" run workloads/baseline.ini --host lab-exact --out "$@"
}
# baseline RUN [OPTION...]: compares the run with the baseline.
baseline() {
    sy baseline "$1" --out "$results" "${@:2}"
}
# change CODE: changes the baseline by Python's CODE (`run`; `part` by name), and sets the key that its parts then have.
# Not by jq, which would write 20.0 as 20.
change() {
    python3 -c '
import hashlib, json, sys
run = json.load(open(sys.argv[1]))
lab, cases = run["lab"], run["cases"]
part = {p["name"]: p for p in lab["key_parts"]}
exec(sys.argv[2])
lines = "".join("%s %s\n" % (p["name"], p["sha256"]) for p in lab["key_parts"])
lab["baseline_key"] = hashlib.sha256(lines.encode()).hexdigest()
json.dump(run, open(sys.argv[3], "w"))' "$scratch/good.json" "$1" "$file"
}

job "$scratch/second" >"$scratch/second.out" 2>&1 &
other=$!
sy run workloads/baseline.ini --host lab-exact --out "$results"
expect 'the job runs in lab-exact' 0 'PASS: '
if wait "$other"; then ok 'and a second time, at the same time'; else not_ok 'and a second time, at the same time' "$(tail -n 20 "$scratch/second.out")"; fi
a=$(readlink -f "$results/latest") b=$(readlink -f "$scratch/second/latest")
check 'the key has its parts, each with a checksum' jq -e '.lab | (.baseline_key | length == 64) and ([.key_parts[].name]
    | . == ["emulator", "kernel", "harness", "guests", "modules", "firmware", "libraries", "tools", "system",
        "toolchain", "machine", "job"])
    and all(.key_parts[].sha256; length == 64)' "$a/results.json"

baseline "$a"
expect 'without a baseline the command that records one is named' 4 'a new baseline is due' \
    "steelyard baseline $a --record --out $results"
baseline "$a" --record
expect 'it is recorded' 0 "recorded $file: 3 cases"
cp "$file" "$scratch/good.json"
check 'without any path of this machine' jq -e '[.. | strings | select(test("^/|'"$scratch"'"))] == []' "$file"
if python3 -c 'import jsonschema' 2>/dev/null; then
    check 'and conforms to the schema of results.json' python3 harness/tests/integration/validate.py closed "$file"
else
    skip 'and conforms to the schema of results.json' 'no python3-jsonschema; make deps installs it'
fi
baseline "$b"
expect 'the other run is exactly equal' 0 'PASS: all [0-9]+ values of 3 cases are exactly equal'
if [ "$code" -ne 0 ]; then # whose fault is it?
    "$steelyard" baseline "$b" --out "$results" --json | jq -c '.key_changes, .differences[0:5][]' | sed 's/^/# /'
fi

job "$scratch/faulty" --fault quota=+0.1% >"$scratch/faulty.out" 2>&1
faulty=$(readlink -f "$scratch/faulty/latest")
baseline "$faulty"
expect 'a quota 0.1 % too high differs, with both values and the difference' 1 'with injected faults' \
    'DIFFERS share_pct \[1\] throttle.share/ratio_pct=50.* (50|49\.9)[0-9.]* -> 50\.0[0-9]+ %: \+0\.0[0-9]+ \(\+0\.[01][0-9]+ %\)' \
    'FAIL: [0-9]+ differences of [0-9]+ values in 3 cases'
baseline "$faulty" --json
check 'by 0.1 %' jq -e '.exit == 1 and .run.faulty and ([.differences[]
    | select(.figure == "share_pct" and .change_pct > 0.08 and .change_pct < 0.12)] | length == 4)' "$scratch/out"
baseline "$faulty" --record
expect 'a run with a fault is not recorded' 2 'run with injected faults \(--fault\) and cannot be a baseline'
check 'and the baseline stays as it is' cmp "$file" "$scratch/good.json"

change 'part["kernel"].update(sha256="0" * 64, what="5.0-old")'
baseline "$a"
expect 'another kernel: a new baseline is due' 4 'CHANGED kernel: 5.0-old -> [0-9.]+' 'all [0-9]+ values .* are exactly equal' \
    'a new baseline is due: kernel changed' "steelyard baseline $a --record"
change 'part["guests"]["sha256"] = part["tools"]["sha256"] = "0" * 64'
baseline "$a"
expect 'other guests and tools are named' 4 'CHANGED guests: 000000000000 -> [0-9a-f]{12}' 'due: guests, tools changed'
change 'lab["key_parts"].append({"name": "stock_qemu", "sha256": "0" * 64, "what": None})'
baseline "$a"
expect 'a part that no longer exists is named' 4 'CHANGED stock_qemu: only in the baseline'
change 'cases[0]["metrics"][0]["samples"][0] += 1; cases[1]["status"] = "INCONCLUSIVE"; del cases[2]; run["run"]["planned"] = 2'
baseline "$a"
expect 'an equal key, but other cases and statuses: different' 1 'DIFFERS status .* INCONCLUSIVE -> PASS' \
    'DIFFERS case throttle.window.* none -> there' ': -1 \('

head -c 500 "$scratch/good.json" >"$file"
baseline "$a"
expect 'a truncated file is named with line and remedy' 2 "$file: not JSON: [0-9]+:[0-9]+: " 'steelyard baseline --record'
jq '.cases[1].metrics[0].median = "1"' "$scratch/good.json" >"$file"
baseline "$a"
expect 'a text in place of a number is named with its path' 2 "$file: .\.cases\[1\]\.metrics\[0\]\.median: expected a number" \
    'steelyard baseline --record'
jq '.lab.key_parts[1].sha256 = ("0" * 64)' "$scratch/good.json" >"$file"
baseline "$a"
expect 'an edited checksum is noticed' 2 "$file: .\.lab\.baseline_key does not match" 'steelyard baseline --record'
jq '.lab = null' "$scratch/good.json" >"$file"
baseline "$a"
expect 'results other than a baseline are refused' 2 "$file is not a baseline"
baseline "$a" --record
expect 'a damaged baseline is recorded again' 0 'recorded'
check 'unchanged' cmp "$file" "$scratch/good.json"
baseline "$a" --record --baseline /dev/null/b.json
expect 'a path that cannot be written is named' 3 '/dev/null'
baseline nosuchrun
expect 'a missing run is named' 2 'nosuchrun'
sy baseline one two
check 'two runs are a usage error' test "$code" -eq 2
printf '[null]\nrepeat = 1\n' >"$scratch/null.ini"
sy run "$scratch/null.ini" --host native --out "$results"
baseline latest
expect 'a native run is refused with the remedy' 2 'ran in host mode native' '--host lab-exact'

# This build against the baseline in git. A machine other than the one that recorded it has another key, which gives no
# verdict on the build.
check 'a baseline is in git' test -s "$ours"
baseline "$b" --baseline "$ours"
case $code-$(grep -c 'besides, all .* are exactly equal' "$scratch/out") in
4-1) ok "this build equals $ours, although the key differs" ;;
4-0) skip "this build equals $ours" "a new baseline is due, make baseline records it: $(
    sed -n 's/^CHANGED *\([^:]*\):.*/\1/p' "$scratch/out" | paste -sd, | sed 's/,/, /g') changed" ;;
*) expect "this build equals $ours; if a difference is intended, make baseline records it" 0 'PASS: all' ;;
esac
