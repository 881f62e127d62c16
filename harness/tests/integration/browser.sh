#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The pages in a browser (Debian's chromium, headless), as wide as a desk and as a phone: nothing is wider than the
# window, every plot is there, hostile text is text, and the console stays silent, as it does not on a request or a script
# that the page's policy forbids.
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
    # What a guest or a log could have said.
    jq --arg text "$hostile" '.cases[0].status = "ERROR" | .cases[0].reason = $text | .cases[1].metrics[0].unit = $text' \
        "$scratch/results/latest/results.json" >"$scratch/results/$name/results.json"
done
sy report one --out "$scratch/results"
check 'a report' test -s "$scratch/results/one/report.html"
cp "$scratch/results/one/report.html" "$scratch/report.html"
sy compare one two --out "$scratch/results" --report "$scratch/comparison.html"
check 'a comparison' test -s "$scratch/comparison.html"

# Thirty nights with a change in the middle.
for day in $(seq 10 39); do
    mkdir "$scratch/results/night-$day"
    jq --arg id "night-$day" --arg text "$hostile" --argjson day "$day" '.run.id = $id | .run.started = "2026-0\($day / 10 | floor)-1\($day % 10)T02:00:00Z"
        | .cases[] .metrics[].median = (if $day < 25 then 1 else 2 end) + $day / 1000 | .cases[1].metrics[0].unit = $text' \
        "$scratch/results/latest/results.json" >"$scratch/results/night-$day/results.json"
    nights="${nights:-} night-$day"
done
# shellcheck disable=SC2086  # one word each
sy history --import $nights --out "$scratch/results"
sy history 'over*' --out "$scratch/results" --report "$scratch/history.html"
expect 'a history' 0 '3 of 3 series changed'

# look PAGE WIDTH: opens it in a frame, and prints what there is to know of it.
look() {
    cat >"$scratch/look.html" <<HTML
<!DOCTYPE html><body style="margin:0"><iframe id="f" src="$1.html" style="width:$2px;height:1000px;border:0"></iframe>
<pre id="out"></pre><script>
document.getElementById("f").onload = function () {
    var d = this.contentDocument, e = d.documentElement;
    document.getElementById("out").textContent = JSON.stringify({wide: e.scrollWidth > e.clientWidth,
        plots: d.querySelectorAll("svg.plot").length, scripts: d.scripts.length, images: d.images.length,
        hostile: d.body.textContent.indexOf("onerror=alert(1)>") >= 0, verdict: d.querySelector("h1").textContent});
};</script>
HTML
    timeout 120 chromium --headless --no-sandbox --disable-gpu --allow-file-access-from-files --enable-logging=stderr \
        --user-data-dir="$scratch/profile" --virtual-time-budget=5000 --dump-dom "file://$scratch/look.html" \
        >"$scratch/dom" 2>"$scratch/log"
    sed -n 's/.*<pre id="out">\(.*\)<\/pre>.*/\1/p' "$scratch/dom" | sed 's/&gt;/>/g; s/&lt;/</g; s/&amp;/\&/g' >"$scratch/seen"
}

plots=0
command -v gnuplot >/dev/null && plots=3
for page in report comparison history; do
    for width in 1200 390; do
        look "$page" "$width"
        check "$page, $width px: nothing is wider than the window, no script, no image, hostile text is text" jq -e \
            '(.wide | not) and .scripts == 0 and .images == 0 and .hostile and (.verdict | length > 3)' "$scratch/seen"
        check "$page, $width px: the console is silent" sh -c "! grep CONSOLE '$scratch/log'"
        [ "$page" != history ] || check "$page, $width px: every plot" jq -e --argjson n "$plots" '.plots == $n' "$scratch/seen"
    done
done

# The browser does say something when a page asks for more.
sed 's/<main>/<main><img src="https:\/\/example.org\/x"><div style="width:2000px">.<\/div>/' "$scratch/report.html" >"$scratch/bad.html"
look bad 1200
check 'a request to the network would be noticed' grep -q CONSOLE "$scratch/log"
check 'and so would what is too wide' jq -e '.wide and .images == 1' "$scratch/seen"
