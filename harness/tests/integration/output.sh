#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What cannot be written ends with exit status 3 and a message that names it; a reader that has read enough is no error.
# Needs no VM.
. "$(dirname "$0")/tap.sh"

results=$scratch/results
printf '[skeleton]\nnap_ms = 1, 2\nrepeat = 2\n' >"$scratch/nap.ini"
for _ in 1 2; do
    sy run "$scratch/nap.ini" --host native --out "$results"
    expect 'a run to show' 0
done
run=$(readlink -f "$results/latest")
first=$(find "$results" -maxdepth 1 -name '*-nap*' -printf '%f\n' | sort | head -n 1)

# Every command that prints to stdout and needs no QEMU. No word of theirs holds a blank.
printing=(
    '--help'
    'list'
    'list --json'
    'list --help'
    'pages --help'
    'lab cache'
    'lab cache --json'
    'doctor'
    'doctor --json'
    "run $scratch/nap.ini --dry-run"
    "run $scratch/nap.ini --host native --out $scratch/other"
    "run $scratch/nap.ini --host native --out $scratch/other --json"
    "report --out $results"
    "report --out $results --json"
    "compare --out $results $first latest"
    "compare --out $results $first latest --json"
    "history --out $results --import"
    "history --out $results oversleep_us"
    "history --out $results oversleep_us --json"
    "history --out $results --export $first"
)
# A pipe whose only reader has gone.
mkfifo "$scratch/gone"
exec 6<>"$scratch/gone"
exec 7>"$scratch/gone" 6>&-
for command in "${printing[@]}"; do
    name="steelyard ${command//$scratch\//}"
    # shellcheck disable=SC2086  # one word per argument
    sy $command
    want=$code
    : >"$scratch/out"
    # shellcheck disable=SC2086  # likewise
    "$steelyard" $command >/dev/full 2>"$scratch/err"
    code=$?
    expect "$name: a full disk" 3 'cannot write to stdout: No space left on device'
    # shellcheck disable=SC2086  # likewise
    "$steelyard" $command >&7 2>"$scratch/err"
    code=$?
    expect "$name: a reader that has gone changes nothing" "$want"
    check 'and nobody complains' sh -c "! grep -E 'cannot write|Broken pipe' '$scratch/err'"
done
exec 7>&-

# The files of a run, each on a full disk.
for file in results.json junit.xml report.html summary.md; do
    mv "$run/$file" "$scratch/$file"
    ln -s /dev/full "$run/$file"
    sy report --out "$results"
    expect "report: $file cannot be written" 3 'cannot write /dev/full: No space left on device' 'free some space'
    check 'the run is shown nevertheless' grep -q 'PASS: 2 cases ran' "$scratch/out"
    mv -T "$scratch/$file" "$run/$file"
done
sy report --out "$results"
expect 'report: all of them can be written' 0
for page in /dev/full /sys/page.html "$scratch/none/page.html"; do
    sy history --out "$results" oversleep_us --report "$page"
    expect "history --report ${page#"$scratch/"}: the page cannot be written" 3 "cannot .* $page: "
    sy compare --out "$results" "$first" latest --report "$page"
    expect "compare --report ${page#"$scratch/"}: the page cannot be written" 3 "cannot .* $page: "
done

# The kernel also sends SIGXFSZ, which kills whoever does not expect it.
# limited KIB ARGUMENT...: sy() with that limit on the size of files.
limited() {
    local limit=$1
    shift
    (ulimit -f "$limit"; sy "$@"; exit "$code")
    code=$?
}
limited 1 list --json
expect 'a file size limit: stdout' 3 'cannot write to stdout: File too large'
limited 1 run "$scratch/nap.ini" --host native --out "$scratch/other"
expect 'a file size limit: the journal' 3 'the journal .*/journal.jsonl: File too large' 'ulimit -f'
limited 1 report --out "$results"
expect 'a file size limit: the reports' 3 "cannot write .*$(basename "$run")/results.json: File too large" 'ulimit -f'
limited 1 compare --out "$results" "$first" latest --report "$scratch/page.html"
expect 'a file size limit: the page of a comparison' 3 "cannot write $scratch/page.html: File too large" 'ulimit -f'
check 'no half of a page is left' sh -c "! ls '$scratch'/page.html*"
limited 1 history --out "$scratch/other" --import
expect 'a file size limit: the history' 3 'history.db'
