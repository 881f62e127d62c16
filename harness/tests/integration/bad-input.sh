#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input and bad luck: each gives one clear message and the right exit status, and no results are lost.
. "$(dirname "$0")/tap.sh"

# job TEXT: writes $scratch/j.ini
job() {
    printf '%b' "$1" >"$scratch/j.ini"
}

try() {
    sy run "$scratch/j.ini" --out "$scratch/results" "$@"
}

job '[throttle.share]\nratio_pct = 50\nspeed = 3\n'
try
expect 'an unknown parameter is named with file and line' 2 'j.ini:3: \[throttle.share\] speed: unknown parameter'
job '[throttle.shaer]\n'
try
expect 'an unknown workload is named with file and line' 2 'j.ini:1: \[throttle.shaer\]: unknown workload' 'steelyard list'
job '[job]\nrepaet = 3\n[null]\n'
try
expect 'an unknown key is named with file and line' 2 'j.ini:2: \[job\] repaet: unknown key'
# What cannot be seen: of a line that looks right, only its code says what is wrong.
job '[null]\n\xc2\xa0repeat = 1\n'
try
expect 'a no-break space is shown' 2 "j.ini:2: \[null\] <U\+00A0 no-break space>repeat: unknown parameter"
job '[throttle.share]\nratio_pct = 5\xe2\x80\x8b0\n'
try
expect 'and so is a zero width space in a value' 2 "'5<U\+200B zero width space>0' is not a number"
job '[null]\n\xef\xbb\xbfrepeat = 1\n'
try
expect 'and so is a byte order mark' 2 '<U\+FEFF byte order mark>repeat'
sy $'li\xc2\xa0st'
expect 'and so it is in the name of a command' 2 "unknown command 'li<U\+00A0 no-break space>st'"
sy pages $'du\e[31mmp'
expect 'and so is an escape sequence' 2 "unknown command 'du<U\+001B escape>\[31mmp'"
sy run "$scratch/"$'no\xc2\xa0such.ini'
expect 'and so it is in the name of a file' 2 "no<U\+00A0 no-break space>such.ini"
sy list $'\xe2\x80\xaeextra'
expect 'and so is what turns the direction of text' 2 "'<U\+202E right-to-left override>extra'"
job '\xef\xbb\xbf[null]\nrepeat = 1\n'
try --dry-run
expect 'a byte order mark at the start of a job is no part of it' 0 '^1 null '
for ratio in 0 -5 100.1 abc; do
    job "[throttle.share]\nratio_pct = $ratio\n"
    try
    expect "ratio $ratio is refused" 2 'j.ini:2: \[throttle.share\] ratio_pct'
done
for period in 0.9 1001 0; do
    job "[throttle.share]\nperiod_ms = $period\n"
    try
    expect "period $period ms is refused with the range" 2 'j.ini:2: \[throttle.share\] period_ms' '1 to 1000'
done
job '[throttle.share]\nratio_pct = 50\ngate.share_eror_pct = 1\n'
try
expect 'a gate on an unknown metric is named with file, line and the known metrics' 2 \
    'j.ini:3: \[throttle.share\] gate.share_eror_pct: unknown metric' 'of throttle.share: share_error_pct, '
job '[throttle.share]\nperiod_ms = 12,5\n'
try
expect 'a decimal comma is not taken for a list, and both spellings are named' 2 \
    "j.ini:2: \[throttle.share\] period_ms: '12,5' may be one number or a list" '\(1\.5\)' '\(1, 5\)'
job '[throttle.share]\ngate.share_error_pct = 0,5\n'
try
expect 'a decimal comma in a gate is named' 2 "'0,5' is not a number; a number has a point and no comma"
sy run workloads/smoke.ini --fault quota=+0,5%
expect 'and in a fault' 2 '--fault quota=\+0,5%: a number has a point and no comma'
for limit in '' abc '5 %' '1, 2' nan -0.1; do
    job "[throttle.share]\ngate.share_error_pct.median = $limit\n"
    try
    expect "a gate of '$limit' is refused" 2 'j.ini:2: \[throttle.share\] gate.share_error_pct.median: '
done
job '[throttle.share]\n[compare x]\nworkload = throttle.share\nsubject = load=idle\nagainst = load=*\nmetric = speed\n'
try
expect 'a comparison of an unknown metric is named with file, line and the known metrics' 2 \
    "j.ini:6: \[compare x\] metric: unknown metric 'speed'" 'throttle.share has share_error_pct, '
sy run "$scratch/nosuch.ini"
expect 'a missing job file is named' 2 'nosuch.ini'
sy run
expect 'no job at all is a usage error' 2 'no job file'
sy run workloads/smoke.ini --fault speed=10%
expect 'an unknown fault is named with the known ones' 2 'unknown fault' 'quota'
sy run workloads/smoke.ini --host moon
expect 'an unknown host mode is a usage error' 2 'native, lab, lab-exact or auto'
sy run workloads/smoke.ini --repeat 0x
expect 'a malformed number is a usage error' 2
check 'none of these left a run folder' test ! -e "$scratch/results"

job '[throttle.share]\nrepeat = 1\nwindow_ms = 100\nready_timeout_s = 2\n'
sy run "$scratch/j.ini" --out "$scratch/results" --release 9.9
expect 'a QEMU that is not built is named with the remedy' 3 'no QEMU at .*/qemu/9.9/modded' 'make qemu REL=9.9'
sy run "$scratch/j.ini" --out "$scratch/results" --qemu /bin/false
expect 'a QEMU that does not run is named' 3 '/bin/false --version does not work'
sy run "$scratch/j.ini" --out "$scratch/results" --qemu /bin/true
expect 'a program other than QEMU is named' 3 '/bin/true'
check 'none of these left a run folder either' test ! -e "$scratch/results"

STEELYARD_NO_KVM=1 try --host native
expect 'no KVM: exit 3, and the reason with the remedy' 3 'SKIP' 'needs kvm'

if ! host_has kvm; then
    skip 'a QEMU without the mods, a silent guest, a dying QEMU, a full disk' 'no KVM on this host'
    exit
fi

try --qemu "$("$root/qemu-mods/build-qemu" --path 10.0 stock)"
expect 'a QEMU without the mods is named with the remedy' 3 'ERROR' 'kvm-throttle-set' 'make qemu'

# A multiboot guest that only halts: our own image with cli; hlt at its entry point.
mkdir -p "$scratch/mute/guests" "$scratch/mute/qemu"
cp "$build/guests/spin.elf" "$scratch/mute/guests/spin.elf"
ln -s "$build/qemu/10.0" "$scratch/mute/qemu/10.0"
entry=$(readelf -h "$build/guests/spin.elf" | sed -n 's/.*Entry point address: *0x//p')
read -r offset address < <(readelf -lW "$build/guests/spin.elf" | awk '$1 == "LOAD" { print $2, $3; exit }')
printf '\xfa\xf4\xeb\xfd' | dd of="$scratch/mute/guests/spin.elf" bs=1 conv=notrunc status=none \
    seek=$((0x$entry - address + offset))
STEELYARD_BUILD=$scratch/mute try
expect 'a guest that never gets ready is named, with the limit and its console' 3 'ERROR' 'spin.elf' '2(\.0)? s' 'printed nothing'

# QEMU dies during a case: that case is an ERROR, the others are measured.
job '[throttle.share]\nratio_pct = 20, 30\nrepeat = 2\nwindow_ms = 2000\n'
"$steelyard" run "$scratch/j.ini" --out "$scratch/dying" >"$scratch/out" 2>"$scratch/err" &
runner=$!
qemu_of() {
    pgrep -P "$runner" -f 'qemu-system.* -name ' >"$scratch/pid"
}
wait_for 20 qemu_of
sleep 1.5
kill -9 "$(head -n 1 "$scratch/pid")"
wait "$runner"
code=$?
expect 'QEMU killed during a case: that case is an ERROR and says so' 3 'ERROR .*ratio_pct=20' 'killed by SIGKILL'
check 'the other case was measured all the same' \
    jq -e '.cases[1].id == "throttle.share/ratio_pct=30,period_ms=20,load=idle" and .cases[1].status != "ERROR"' \
    "$scratch/dying/latest/results.json"

# A mistake of one case is that case's ERROR.
job '[throttle.share]\nratio_pct = 20\nrepeat = 1\nwindow_ms = 100\npin = 1000, 0\n'
try
expect 'CPUs that this host lacks: the case says which there are' 3 'ERROR .*pin=1000' 'QEMU cannot run on CPUs 1000: .* may use [0-9]'
check 'and the case with another CPU was measured' jq -e '[.cases[].status] | .[0] == "ERROR" and .[1] != "ERROR"' \
    "$scratch/results/latest/results.json"
job '[throttle.share]\nratio_pct = 20\nrepeat = 1\nwindow_ms = 100\nload = cpu\nload_cpus = 1000\n'
try
expect 'the same of the CPUs of a load' 3 'ERROR' 'cannot run on CPUs 1000: .* may use [0-9]'

# A mount namespace. In a chroot, whose root is not a mount point, unshare cannot change the propagation.
isolate=(unshare -m)
"${isolate[@]}" true 2>/dev/null || isolate=(unshare -m --propagation unchanged)

# /dev/kvm really hidden, not by the environment variable alone.
hide_kvm() {
    mount --bind /dev/null /dev/kvm && exec "$@"
}
export -f hide_kvm
job '[throttle.share]\nrepeat = 1\n'
if "${isolate[@]}" bash -c 'hide_kvm true' 2>/dev/null; then
    "${isolate[@]}" bash -c 'hide_kvm "$@"' - "$steelyard" run "$scratch/j.ini" --host native --out "$scratch/results" \
        >"$scratch/out" 2>"$scratch/err"
    code=$?
    expect 'a hidden /dev/kvm: exit 3, with the kernel'\''s answer and the remedy' 3 'SKIP' 'needs kvm: .*/dev/kvm'
else
    skip 'a hidden /dev/kvm' 'no right to mount'
fi

# The disk fills up during the run.
if ! "${isolate[@]}" true 2>/dev/null; then
    skip 'a full disk' 'no right to mount a small file system'
    exit
fi
cat >"$scratch/full.sh" <<'SH'
set -u
mkdir -p "$scratch/small"
mount -t tmpfs -o size=2m tmpfs "$scratch/small"
"$steelyard" run "$scratch/j.ini" --out "$scratch/small/results" >"$scratch/out" 2>"$scratch/err" &
runner=$!
until grep -q '"event":"case"' "$scratch/small/results/latest/journal.jsonl" 2>/dev/null; do sleep 0.1; done
head -c 4m /dev/zero >"$scratch/small/filler" 2>/dev/null
wait $runner
echo $? >"$scratch/code"
cp "$scratch/small/results/latest/journal.jsonl" "$scratch/journal"
rm "$scratch/small/filler"
if grep -q -- --resume "$scratch/err"; then
    "$steelyard" run --resume latest --out "$scratch/small/results" --json >"$scratch/resumed" 2>/dev/null
else
    "$steelyard" report latest --out "$scratch/small/results" --json >"$scratch/resumed" 2>/dev/null
fi
umount "$scratch/small"
SH
job '[throttle.share]\nratio_pct = 20, 30, 40\nrepeat = 1\nwindow_ms = 500\n'
export scratch steelyard
timeout 120 "${isolate[@]}" bash "$scratch/full.sh"
code=$(cat "$scratch/code")
expect 'a full disk: exit 3, the file and the remedy' 3 'small/results' '[Ss]pace'
check 'the cases finished before are in the journal' grep -q '"event":"case"' "$scratch/journal"
check 'with free space again the run is completed' \
    jq -e '(.cases | length == 3) and (.run.planned == 3)' "$scratch/resumed"
