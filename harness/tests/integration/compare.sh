#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two builds in turns: the same build twice does not alarm, and a fault of the new one is found, natively and in lab-exact.
# Needs no KVM.
. "$(dirname "$0")/tap.sh"

cat >"$scratch/nap.ini" <<'INI'
[skeleton]
nap_ms = 20
INI
compare() {
    sy compare --base 10.0 --new modded:10.0 --out "$scratch/results" "$@"
    dir=$(sed -n 's/^Results in \(.*\); to compare them again.*/\1/p' "$scratch/err")
}

compare --host native "$scratch/nap.ini"
check "the same build twice does not alarm (exit $code)" test "$code" -eq 0 -o "$code" -eq 4
check 'each has at least ten repetitions' \
    jq -se 'all(.[].cases[0].metrics[0].samples | length; . >= 10)' "$dir/base/results.json" "$dir/new/results.json"
sy compare "$dir/base" "$dir/new" --json
check 'the stored results give the same comparison again' cmp "$scratch/out" "$dir/comparison.json"
compare --host native "$scratch/nap.ini" --fault nap=+5%
expect 'a nap that is 5 % longer is found' 1 'REGRESSION +oversleep_us +skeleton' 'with injected faults' 'FAIL: 1 of 1'
check 'and measured again in flipped order before it is called that' \
    jq -e '.rows[0] | .base.n == 20 and .new.n == 20 and .shift > 900 and .shift < 1100' "$dir/comparison.json"
check 'only the new build had the fault' jq -e '.new.faulty and (.base.faulty | not)' "$dir/comparison.json"
check 'a comparison does not count as a run' test ! -e "$scratch/results/latest"

cat >"$scratch/share.ini" <<'INI'
[throttle.share]
ratio_pct = 50
window_ms = 200
repeat = 1
INI
compare --host lab-exact "$scratch/share.ini" --json
check 'lab-exact: the same build twice is exactly equal' jq -e '.exit == 0 and (.rows | length > 8)
    and all(.rows[]; .exact and .verdict == "same" and .differing == 0)' "$scratch/out"
if python3 -c 'import jsonschema' 2>/dev/null; then
    check 'results of the lab conform to their schema' python3 harness/tests/integration/validate.py closed \
        "$dir/base/results.json" "$dir/new/results.json"
else
    skip 'results of the lab conform to their schema' 'no python3-jsonschema; make deps installs it'
fi
compare --host lab-exact "$scratch/share.ini" --fault quota=+1% --json
check 'lab-exact: a quota 1 % too high is a regression of 1 point' jq -e '.exit == 1 and any(.rows[];
    .metric == "share_error_pct" and .verdict == "regression" and .largest > 0.9 and .largest < 1.1)' "$scratch/out"
jq -r '.rows[] | "# \(.verdict) \(.metric) \(.base.median) \(.new.median) \(.largest)"' "$scratch/out"

# This compiles nothing: the mods are those of the existing build.
if git -C "$root" diff --quiet HEAD -- qemu-mods 2>/dev/null && qemu-mods/build-qemu modded:10.0@HEAD 2>"$scratch/err"; then
    sy compare --base 10.0 --new modded:10.0@HEAD --host lab-exact "$scratch/share.ini" --out "$scratch/results" --json
    dir=$(sed -n 's/^Results in \(.*\); to compare them again.*/\1/p' "$scratch/err")
    check 'the build of a git ref is found, is exactly equal, and names its commit' jq -e \
        --arg id "$(git -C "$root" rev-parse HEAD)" '.exit == 0 and .new.commit == $id and .new.ref == "HEAD"
        and .base.commit == null' "$scratch/out"
    check 'and so do its results' jq -e --arg id "$(git -C "$root" rev-parse HEAD)" \
        '.build | .commit == $id and .ref == "HEAD"' "$dir/new/results.json"
else
    skip 'the build of a git ref' "the mods differ from those of HEAD, or there is no git: $(tail -n1 "$scratch/err")"
fi
sy compare --base 10.0 --new modded:10.0@no-such-ref "$scratch/nap.ini" --out "$scratch/results"
expect 'an unknown git ref is named' 2 "'no-such-ref' does not name a commit"
sy compare --base 10.0 --new 10.0@ "$scratch/nap.ini" --out "$scratch/results"
expect 'a missing git ref is reported' 2 "'10.0@' is not a build"
sy compare --base 10.0 --new hotrod:10.0 "$scratch/nap.ini" --out "$scratch/results"
expect 'an unknown flavor is named' 2 "'hotrod:10.0' is not a build"
sy compare --base 10.0 --new 9.9 "$scratch/nap.ini" --out "$scratch/results"
expect 'a missing build is named with the command that makes it' 3 'make qemu REL=9.9 FLAVOR=modded'
sy compare --base 10.0 "$scratch/nap.ini"
expect 'a single build is a usage error' 2 'give --base and --new'
