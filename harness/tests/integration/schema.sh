#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The results that steelyard writes conform to docs/results.schema.json and have no field beyond it; and the schema refuses
# wrong results. Needs Debian's python3-jsonschema.
. "$(dirname "$0")/tap.sh"

if ! python3 -c 'import jsonschema' 2>/dev/null; then
    skip 'results conform to their schema' 'no python3-jsonschema; make deps installs it'
    exit
fi

validate() {
    python3 harness/tests/integration/validate.py "$@"
}

cat >"$scratch/job.ini" <<'INI'
[null]
[skeleton]
nap_ms = 1, 2
[throttle.peers]
limiter = kvm-throttle, no-carry-sim
ratio_pct = 25
repeat = 2
[compare exactness]
workload = throttle.peers
subject = limiter=kvm-throttle
against = limiter=*
metric = share_error_pct
tolerance = 0.05
INI
sy run "$scratch/job.ini" --host native --repeat 2 --out "$scratch/results"
check "results.json of a run, whatever this host can run of it (exit $code)" validate closed "$scratch/results/latest/results.json"
check 'it has comparisons and every kind of metric' \
    jq -e '(.comparisons | length == 1) and ([.cases[].metrics[].better] | unique | length >= 2)' "$scratch/results/latest/results.json"
check 'and the findings about this host' jq -e '.host_findings | (map(.kind) | unique == ["requirement", "tuning"])
    and all(.evidence | length > 0) and all(.met or (.remedy | length > 0))' "$scratch/results/latest/results.json"
check 'older files with fewer fields are valid' validate open harness/tests/fuzz/seeds/results.json \
    harness/tests/fuzz/seeds/comparisons.json

good=$scratch/results/latest/results.json
while read -r name change; do
    jq "$change" "$good" >"$scratch/bad.json"
    if validate open "$scratch/bad.json" >"$scratch/out"; then not_ok "$name is refused" "$change"; else ok "$name is refused"; fi
done <<'BAD'
another-schema .schema = 2
a-missing-field del(.run.planned)
a-number-as-text .cases[0].metrics[0].median = "1"
an-unknown-status .cases[0].status = "OK"
a-pass-with-a-reason .cases[1].status = "PASS" | .cases[1].reason = "because"
a-failure-without-one .cases[1].status = "FAIL" | .cases[1].reason = null
half-an-interval .cases[0].metrics[0].ci95 = [1]
a-finding-of-no-kind .host_findings[0].kind = "rumour"
a-finding-without-evidence del(.host_findings[0].evidence)
an-unknown-direction .cases[0].metrics[0].better = "faster"
a-short-hash .build = {release: null, flavor: null, upstream: null, mods_sha256: "abc", configure: null, qemu_version: null, path: null}
BAD
jq '.cases[0].new_field = 1' "$good" >"$scratch/more.json"
check 'a field of a later steelyard is accepted' validate open "$scratch/more.json"
unnamed=$(validate closed "$scratch/more.json")
check 'but reported as unknown to the schema' test -n "$unnamed"
unnamed=$(jq -r '.properties, (."$defs"[].properties // {}) | keys[]' docs/results.schema.json | sort -u | while read -r field; do
    grep -qF "\`$field\`" docs/RESULTS.md || echo "$field"
done)
check 'docs/RESULTS.md has every field of the schema' test -z "$unnamed"
check 'and the schema describes each of them' \
    jq -e '[.properties, (."$defs"[].properties // {}) | .[]] | all(.description)' docs/results.schema.json
