#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The pages in a browser (Debian's chromium, headless; look.py): on a desktop and on a phone, light and dark, and printed.
# Nothing is wider than the window, every plot is there, plots and texts are legible, hostile text stays text, the network
# is not used, and the console stays silent. One page is that of a run shaped like the standard tier, with a month of runs
# before it. Needs no VM.
. "$(dirname "$0")/tap.sh"

if ! command -v chromium >/dev/null; then
    skip 'the pages in a browser' 'no chromium; make deps installs it'
    exit
fi

cat >"$scratch/nap.ini" <<'INI'
[skeleton]
nap_ms = 1, 2, 3
repeat = 5
[null]
INI
hostile='<script>console.log(1)</script><img src=https://example.org/x onerror=alert(1)>'
for name in one two; do
    sy run "$scratch/nap.ini" --out "$scratch/results"
    mkdir "$scratch/results/$name"
    # Text as a guest or a log could contain it, in an older file without findings.
    jq --arg text "$hostile" '.cases[0].status = "ERROR" | .cases[0].reason = $text | .cases[1].metrics[0].unit = $text
        | del(.host_findings)' "$scratch/results/latest/results.json" >"$scratch/results/$name/results.json"
done
sy report one --out "$scratch/results"
check 'a report' test -s "$scratch/results/one/report.html"
cp "$scratch/results/one/report.html" "$scratch/report.html"
sy compare one two --out "$scratch/results" --report "$scratch/comparison.html"
check 'a comparison' test -s "$scratch/comparison.html"

# Thirty nights with a change in the middle.
for day in $(seq 10 39); do
    mkdir "$scratch/results/night-$day"
    jq --arg id "night-$day" --arg text "$hostile" --argjson day "$day" \
        '.run.id = $id | .run.started = "2026-0\($day / 10 | floor)-1\($day % 10)T02:00:00Z" | .cases[] .metrics[].median = (if $day < 25 then 1 else 2 end) + $day / 1000 | .cases[1].metrics[0].unit = $text' \
        "$scratch/results/latest/results.json" >"$scratch/results/night-$day/results.json"
    nights="${nights:-} night-$day"
done
# shellcheck disable=SC2086  # one word each
sy history --import $nights --out "$scratch/results"
sy history 'over*' --out "$scratch/results" --report "$scratch/history.html"
expect 'a history' 0 '3 of 3 series changed'

# The standard tier, thirty nights of it; the last has a case of every status.
"$steelyard" list --json >"$scratch/list.json"
"$steelyard" run workloads/standard.ini --dry-run >"$scratch/dry.txt"
check 'thirty runs shaped like the standard tier' python3 harness/tests/integration/standard-run.py "$scratch/list.json" \
    "$scratch/dry.txt" workloads/standard.ini "$scratch/results/latest/results.json" "$scratch/standard" 30 "$hostile"
cases=$(grep -c '^ *[0-9]\+  [a-z]' "$scratch/dry.txt")
sy history --import --out "$scratch/standard"
expect 'the history imports them' 0 '30 of 30'
run=20260930T020000Z-standard
sy_within 5000 report "$run" --out "$scratch/standard"
expect 'the last is rendered' 0 "FAIL: 1 of $cases cases failed its gate; 1 ended in an error, 1 was skipped, 1 was inconclusive"
cp "$scratch/standard/$run/report.html" "$scratch/standard.html"
size=$(stat -c %s "$scratch/standard.html")
check "in less than 5 s ($ms ms), to less than 2 MB ($size)" test "$ms" -le 5000 -a "$size" -lt 2000000
if python3 -c 'import jsonschema' 2>/dev/null; then
    check 'its results conform to the schema' \
        python3 harness/tests/integration/validate.py closed "$scratch/standard/$run/results.json"
fi

# The README's picture and table can be made of it; the picture shows the verdict, light and dark.
mkdir "$scratch/pictures"
check 'a picture of it is drawn' ci/draw-report "$scratch/standard/$run" "$scratch/pictures"
check 'light and dark differ' sh -c "! cmp -s '$scratch/pictures/report-light.png' '$scratch/pictures/report-dark.png'"
check 'no report, no picture' sh -c "! ci/draw-report '$scratch/pictures' '$scratch/pictures'"
printf 'before\n<!-- table -->\nold\n<!-- /table -->\nafter\n' >"$scratch/table.md"
check 'the table of it is made' ci/readme-table "$scratch/standard/$run" "$scratch/table.md"
check 'it replaces the old one, and nothing else' sh -c "! grep -q old '$scratch/table.md' && grep -q '^before' '$scratch/table.md' &&
    grep -q '^after' '$scratch/table.md' && grep -q '^| 90 % of a CPU | ' '$scratch/table.md'"
check 'a run without throttle.peers makes none' sh -c "! ci/readme-table '$scratch/results/latest' '$scratch/table.md'"

# Bad pages, which show that the browser notices requests, and what is too wide, too faint or leads nowhere.
bad='<img src="https:\/\/example.org\/x"><div style="width:2000px">.<\/div><p style="color:#ccc;background:#fff">faint<\/p>'
sed "s/<main>/<main>$bad<a href=\"#nowhere\" id=\"x\"><\/a><b id=\"x\"><\/b>/" "$scratch/report.html" >"$scratch/bad.html"
sed '/Content-Security-Policy/d' "$scratch/bad.html" >"$scratch/open.html"

python3 harness/tests/integration/look.py "$scratch/profile" "$scratch"/{report,comparison,history,standard,bad,open}.html \
    >"$scratch/seen" 2>"$scratch/log" || not_ok 'chromium shows the pages' "$(cat "$scratch/log")"
# seen NAME PAGE FILTER: jq's FILTER must hold for the page in all five views.
seen() {
    check "$2: $1" jq -es --arg page "$2" --argjson plots "$plots" --argjson cases "$cases" \
        'map(select(.page == $page)) | if length == 5 and all('"$3"') then true else
        (map(del(.text)) | debug | false) end' "$scratch/seen"
}
plots=false
command -v gnuplot >/dev/null && plots=true
for page in report comparison history standard; do
    seen 'nothing is wider than the window or the sheet' $page '.wide | not'
    seen 'no script, no image, no request, and the console is silent' $page \
        '.scripts == 0 and .images == 0 and .requests == [] and .console == []'
    seen 'hostile text stays text' $page '.text | contains("<script>console.log(1)</script><img src=https://example.org/x onerror=")'
    seen 'the verdict is there' $page '.title | length > 3'
    seen 'every text has a contrast of at least 4.5, light and dark' $page \
        '.contrast >= 4.5 and .dark == (.view | endswith("dark"))'
    seen 'ids are unique, and links lead somewhere' $page '.ids == [] and .links == 0'
    seen 'in print nothing is folded' $page '.view != "print" or (.hidden == 0 and .pages >= 1)'
    # Letters of 9 px are legible; on a narrow screen one scrolls a plot.
    seen 'plots are legible' $page '.plots | all(.[0] > 300 and .[1] > 90 and .[2] >= 5 and .[3] >= 9)'
done
seen 'every plot' history '(.plots | length) == (if $plots then 3 else 0 end)'
# The plots of the tables have captions; the others belong to the history.
seen 'every plot' standard 'if $plots then .captions >= 3 and (.plots | length) == .captions + 12 and
    (.text | contains("no plot") | not) else .plots == [] end'
seen 'plots of all nights' standard '.plots[.captions:] | all(.[2] >= 30)'
seen 'what changed and when' standard \
    '.text | contains("gated metrics changed over the runs so far") and contains("20260921T020000Z-standard: ")'
seen 'the findings about the host, and the remedy' standard \
    '.text | contains("What this host lacks") and contains("Remedy: ") and contains("checks passed")'
seen 'all cases are folded except those that did not pass' standard '.view == "print" or .hidden == $cases + 1 - 4'
seen 'an older file has no findings' report '.text | contains("What this host lacks") | not'

check 'too wide a page is noticed' jq -es 'map(select(.page == "bad")) | length == 5 and all(.wide)' "$scratch/seen"
check 'and too faint a text' jq -es 'map(select(.page == "bad")) | all(.contrast < 2 and .faintest == "faint")' "$scratch/seen"
check 'and dead links and double ids' jq -es 'map(select(.page == "bad")) | all(.links == 1 and .ids == ["x"])' "$scratch/seen"
check 'and a request that the policy forbids' \
    jq -es 'map(select(.page == "bad")) | all(.images == 1 and .console != [])' "$scratch/seen"
check 'and one that it allows' jq -es 'map(select(.page == "open"))
    | length == 5 and all(.requests == ["https://example.org/x"])' "$scratch/seen"
