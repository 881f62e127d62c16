#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: what it prints, where, and with which exit status. Needs no VM.
. "$(dirname "$0")/tap.sh"

sy --help
expect 'help goes to stdout and lists every command' 0 'list .*doctor .*run .*report .*compare .*history .*lab'
check 'README.md explains every exit status in the words of --help' diff \
    <(sed -n 's/^  \([0-9]\)  \(.*\)/| \1 | \2 |/p' "$scratch/out") <(grep '^| [0-9] |' README.md)
check 'docs/RESULTS.md has a row for every exit status' diff \
    <(sed -n 's/^  \([0-9]\)  .*/\1/p' "$scratch/out") <(sed -n '/^## Exit codes/,/^## results/s/^| \([0-9]\) .*/\1/p' docs/RESULTS.md)
sy
expect 'no command is a usage error' 2 'usage:'
sy dance
expect 'an unknown command is named' 2 "unknown command 'dance'"

sy lab
expect 'lab lists its commands' 2 'shell .*boot .*cache'
for command in lab pages irqlog; do
    sy $command --help
    expect "$command --help goes to stdout" 0 "^usage: steelyard $command COMMAND " "steelyard $command COMMAND --help"
    check 'and nothing to stderr' test ! -s "$scratch/err"
    sy $command dance
    expect "$command reports an unknown command and lists the known ones" 2 "steelyard $command: unknown command 'dance' usage:"
    check 'with nothing on stdout' test ! -s "$scratch/out"
done
sy pages find --help
expect 'the help of a nested command has its full name' 0 '^Usage: steelyard pages find \[OPTION'
sy lab cache --dance
expect 'and so have its error messages' 2 '^steelyard lab cache: Unknown option --dance; steelyard lab cache --help lists'
sy lab cache --json
check 'lab cache --json is JSON' jq -e 'type == "array"' "$scratch/out"
sy lab init
expect 'lab init refuses to run outside a lab' 2 'process 1 of a virtual lab host'
sy lab shell --copy /etc -- true
expect 'lab shell copies only from below this folder' 2 '--copy /etc: give a path below this folder'
sy lab shell --with /tmp/program -- true
expect 'lab shell refuses a program that the lab would hide' 2 '--with /tmp/program: the lab has a /tmp of its own' 'another folder'
sy lab shell --copy docs --share . -- true
expect 'lab shell takes --share or --copy, not both' 2 '--share and --copy both fill /work'

# What nobody reads must not be given: it may be a typing error that changes what the command does.
for command in list doctor 'lab boot' 'lab cache'; do
    # shellcheck disable=SC2086  # both names of a nested command
    sy $command extra
    expect "$command takes no arguments" 2 "^steelyard $command: takes no arguments, but got 'extra'"
    check 'and does nothing' test ! -s "$scratch/out"
done
for option in --cpus --memory; do
    sy lab boot $option 0
    expect "lab boot $option 0 is no default" 2 "$option 0 is out of range; give "
done
sy lab cache --prune -1
expect 'lab cache --prune -1 is no list' 2 '--prune -1 is out of range; give 0 to '
sy history --export some-run extra
expect 'history --export takes one run' 2 '--export RUN takes no other arguments'
sy history --import --export some-run
expect 'history does one thing at a time' 2 'give --import, --export or a metric'

sy list
expect 'list names the workloads' 0 'throttle.share' 'null' 'skeleton' 'share_error_pct'
check 'list keeps stderr empty' test ! -s "$scratch/err"
sy list --json
check 'list --json is JSON with the parameters of throttle.share' \
    jq -e '.[] | select(.name == "throttle.share") | .params | map(.name) | index("ratio_pct") != null' "$scratch/out"
sy doctor --json
check 'doctor --json gives evidence for each requirement' \
    jq -e 'length > 5 and all(.evidence | length > 0) and all(.met or (.remedy | length > 0))' "$scratch/out"
check 'doctor --json has the tuning checks' \
    jq -e '[.[] | select(.kind == "tuning") | .name] | index("governor") != null and index("steal") != null' "$scratch/out"
sy doctor --apply --restore
expect 'doctor does one thing at a time' 2
sy doctor
expect 'doctor reports the settings that make results noisy' 0 'Tuning:' 'thp' 'halt-poll' 'mitigations'
expect 'doctor prints every requirement' 0 'kvm' 'schedstat' 'stress-ng' 'perf-sw'

sy run workloads/smoke.ini --dry-run
expect 'a dry run lists the cases' 0 'throttle.share/ratio_pct=10,period_ms=50,load=idle' 'load=cpu'
check 'a dry run starts nothing and says nothing on stderr' test ! -s "$scratch/err"
sy run workloads/smoke.ini --dry-run --filter '*load=cpu*'
check 'a filter leaves only the matching cases' sh -c "! grep -q load=idle '$scratch/out' && grep -q load=cpu '$scratch/out'"
sy run workloads/smoke.ini --dry-run --filter 'nothing*'
expect 'a filter that matches nothing is a usage error' 2 'no case matches'
for job in workloads/*.ini; do
    sy run "$job" --dry-run
    expect "$job is a valid job" 0
done

cat >"$scratch/nap.ini" <<'INI'
[skeleton]
nap_ms = 1, 2
repeat = 2
INI
sy run "$scratch/nap.ini" --out "$scratch/results" --json
check 'run --json prints nothing but results.json on stdout' \
    jq -e '.schema == 1 and (.cases | length == 2) and all(.cases[]; .status == "PASS" and (.metrics[0].samples | length == 2))' \
    "$scratch/out"
run=$(readlink -f "$scratch/results/latest")
check 'stdout equals the file' cmp "$scratch/out" "$run/results.json"
for file in results.json report.html junit.xml summary.md journal.jsonl; do
    check "the run folder has $file" test -s "$run/$file"
done
check 'the run folder is private' test "$(stat -c %a "$run")" = 700
for number in 0 -1 1001; do
    sy run "$scratch/nap.ini" --dry-run --repeat $number
    expect "--repeat $number is out of range" 2 "--repeat $number is out of range; give 1 to 1000"
    sy compare --base 10.0 --new 10.0 "$scratch/nap.ini" --out "$scratch/unwanted" --repeat $number
    expect "compare: --repeat $number is out of range" 2 "--repeat $number is out of range; give 1 to 1000"
done
for number in 0 -1 nan 86401; do
    sy run "$scratch/nap.ini" --dry-run --limit $number
    expect "--limit $number is out of range" 2 "--limit $number is out of range; give 1 to 86400"
    sy compare --base 10.0 --new 10.0 "$scratch/nap.ini" --out "$scratch/unwanted" --limit $number
    expect "compare: --limit $number is out of range" 2 "--limit $number is out of range; give 1 to 86400"
done
sy run "$scratch/nap.ini" --dry-run --limit 1,5
expect 'a decimal comma in an option is named' 2 '--limit; a number has a point and no comma'
sy compare latest latest --effect 0,5
expect 'compare: likewise' 2 '--effect; a number has a point and no comma'
for release in ../x .. 10. 10..0 '' 10/0; do
    sy run "$scratch/nap.ini" --dry-run --release "$release"
    expect "'$release' is not a release" 2 "--release $release: give a QEMU release, such as 10.0"
    sy compare --base "$release" --new 10.0 "$scratch/nap.ini"
    expect "nor is it a build" 2 "'$release' is not a build"
done
sy run "$scratch/nap.ini" --dry-run --json
expect 'a dry run has no results to print' 2 '--dry-run has no results; leave out --json'
sy run "$scratch/nap.ini" --dry-run --fault speed=10%
expect 'a dry run knows the faults, too' 2 'unknown fault'
for dry in '' --dry-run; do
    # shellcheck disable=SC2086  # nothing if it is empty
    sy run "$scratch/nap.ini" $dry --out "$scratch/unwanted" --fault nap=+10% --fault quota=+10%
    expect "a fault that no case heeds proves nothing ${dry:+($dry)}" 2 \
        '--fault quota=\+10%: no case of this run heeds it; it changes every throttle quota'
done
sy compare --base 10.0 --new 10.0 "$scratch/nap.ini" --out "$scratch/unwanted" --fault quota=+10%
expect 'nor in a comparison' 2 '--fault quota=\+10%: no case of this run heeds it'
check 'none of these left a run folder' test ! -e "$scratch/unwanted"
sy run "$scratch/nap.ini" --out "$scratch/results"
expect 'without --json stdout has the summary' 0 'PASS' 'report.html'
sy run "$scratch/nap.ini" --fresh --out "$scratch/fresh"
expect 'each repetition can have a set-up of its own' 0 'PASS: 2 cases ran'
sy run --resume latest --fresh --out "$scratch/fresh"
expect 'but not in a resumed run' 2 'do not give others'
sy run --resume latest --dry-run --out "$scratch/fresh"
expect 'nor a dry one' 2 'do not give others'
sy run "$scratch/nap.ini" --out "$scratch/results"
check 'progress goes to stderr' grep -q 'case 1 of 2' "$scratch/err"
check 'without a terminal there are no colours' sh -c "! grep -q \$'\\033' '$scratch/out' '$scratch/err'"

sy report --out "$scratch/results"
expect 'report shows the latest run' 0 'skeleton/nap_ms=2'
sy report --out "$scratch/results" --json
check 'report --json is results.json' cmp "$scratch/out" "$scratch/results/latest/results.json"
sy report --out "$scratch/results" nosuch
expect 'an unknown run is reported, with the known ones' 2 'nosuch' 'nap'
sy compare
expect 'compare needs two runs' 2 'takes two runs'
sy compare nosuch latest --out "$scratch/results"
expect 'compare reports a missing run' 2 'nosuch'
sy compare latest latest --out "$scratch/results"
expect 'two repetitions decide nothing' 4 'UNDECIDED' 'INCONCLUSIVE: 2 of 2 metrics are undecided' 'repetitions are too few'
sy compare latest latest --metric 'nosuch*' --out "$scratch/results"
expect 'nothing to compare: could not run' 3 'Nothing could be compared'
sy compare latest latest --tolerance 0.1 --out "$scratch/results"
expect 'a tolerance below the effect is a usage error' 2 'tolerance between the effect'
sy compare latest latest --limit 10 --out "$scratch/results"
expect 'what is for builds only is refused for runs' 2 '--limit.* for builds only'
sy compare --base 10.0 --new 10.0 "$scratch/nap.ini" --report "$scratch/page.html" --out "$scratch/results"
expect 'what is for runs only is refused for builds' 2 '--report is for runs only'
jq '.host.fingerprint = "0000000000000000"' "$run/results.json" >"$scratch/other.json"
mkdir "$scratch/results/other" && mv "$scratch/other.json" "$scratch/results/other/results.json"
sy compare latest other --out "$scratch/results"
expect 'runs of two hosts are refused' 2 'different hosts: .* and 0000000000000000' '--force'
sy compare latest other --out "$scratch/results" --force --json
check 'unless forced, which the result records' jq -e '.exit == 4 and .rule.forced and (.notes[0] | startswith("forced: different hosts"))' \
    "$scratch/out"
# Where numbers have a decimal comma, and where i is no lower-case I, the texts are the same.
printf '[skeleton]\nrepeat = 2\ngate.oversleep_us = 0.001\n' >"$scratch/broken.ini"
for locale in de_DE tr_TR; do
    mkdir -p "$scratch/locale"
    localedef -i $locale -f UTF-8 "$scratch/locale/$locale.UTF-8"
    check "locale $locale can be made" test -e "$scratch/locale/$locale.UTF-8/LC_NUMERIC"
    LOCPATH=$scratch/locale LC_ALL=$locale.UTF-8 sy run "$scratch/broken.ini" --host native --out "$scratch/$locale"
    expect "in $locale a gate fails as it does elsewhere" 1 'fails its gate <= 0\.001'
    check 'with decimal points in the reason, the reports and the terminal' sh -c "
        jq -er '.cases[].reason' '$scratch/$locale/latest/results.json' | grep -qE '[0-9]\.[0-9]' &&
        ! grep -E '[0-9],[0-9]' '$scratch/out' '$scratch/$locale'/latest/junit.xml '$scratch/$locale'/latest/summary.md &&
        ! jq -r '.cases[].reason' '$scratch/$locale/latest/results.json' | grep -E '[0-9],[0-9]'"
done
# With a standard stream closed, the next file that is opened would take its place: here the journal.
for closed in 0 1 2; do
    (eval "exec $closed>&-"; exec "$steelyard" run "$scratch/nap.ini" --host native --out "$scratch/closed$closed")
    check "with descriptor $closed closed the journal holds nothing but its entries" \
        jq -es 'map(.event) == ["start", "case", "case", "end"]' "$scratch/closed$closed/latest/journal.jsonl"
done >"$scratch/closed" 2>&1
cat "$scratch/closed"
sy run --resume latest --out "$scratch/results"
expect 'an ended run cannot be resumed' 2 'has ended'
sy run --resume latest --out "$scratch/results" --repeat 3
expect 'resume takes no other options' 2 'with its own jobs and options'
