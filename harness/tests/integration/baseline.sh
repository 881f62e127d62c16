#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Baselines: another harness asks for no new one; eight instructions more in a function of the throttle are found with the
# function and the number; bad files are refused; and this build equals the baseline in git.
. "$(dirname "$0")/tap.sh"

results=$scratch/results
file=$results/baselines/10.0.json
ours=results/baselines/10.0.json
obj=$build/qemu/10.0/modded/obj
bucket=accel/kvm/throttle/throttle-bucket.c
export STEELYARD_BUILD=$build

# baseline [OPTION...]: compares the build with the baseline in the scratch folder.
baseline() {
    sy baseline --out "$results" "$@"
}
# build_command OUTPUT: the command that made this file of the modded build.
build_command() {
    ninja -C "$obj" -t compdb -x | jq -r --arg output "$1" 'first(.[] | select(.output | endswith($output)) | .command)'
}
# build_with SOURCE QEMU: makes QEMU with SOURCE in place of throttle-bucket.c, beside the build tree.
build_with() {
    local compile link
    compile=$(build_command throttle-bucket.c.o) && link=$(build_command qemu-system-x86_64) || return
    compile=${compile%% -MD *}" -iquote ../src/${bucket%/*} -o $2.o -c $1"
    link=$(sed -E "s:[^ ]*throttle-bucket\.c\.o:$2.o:; s: -o [^ ]+: -o $2:" <<<"$link")
    (cd "$obj" && eval "$compile" && eval "$link")
}

baseline
expect 'without a baseline the command that records one is named' 4 'a new baseline is due' "steelyard baseline --record --out $results"
baseline --record
expect 'it is recorded' 0 "recorded $file: [0-9]+ functions of the mods"
cp "$file" "$scratch/good.json"
check 'with the functions of the mods and those that they change, and none of the harness, the lab or this machine' jq -e '
    (keys == ["compiler", "configure", "flavor", "functions", "mods_sha256", "release", "schema", "upstream"])
    and ([.functions[][0]] | index("kvm_throttle_bucket_account") and index("qemu_set_irq") and index("qmp_query_phys_pages"))
    and (.functions | length < 500 and all(.[1] > 0 and (.[2] | length == 16)))' "$file"
check 'nor a path' sh -c "! jq -r '.. | strings' '$file' | grep -q '^/'"
baseline
expect 'the build equals it' 0 'PASS: all [0-9]+ functions of the mods are equal'

# The same program with other words in its reports.
sed 's/functions of the mods/functions in the mods/' "$steelyard" >"$scratch/steelyard" && chmod +x "$scratch/steelyard"
steelyard=$scratch/steelyard baseline
expect 'a change of the harness asks for no new baseline' 0 'PASS: all [0-9]+ functions in the mods are equal'

# A build whose throttle has eight instructions more.
awk '{ print } /int64_t into, used_late;/ && !done { done = 1; print "__asm__ volatile(\"nop;nop;nop;nop;nop;nop;nop;nop\");" }' \
    "qemu-mods/src/$bucket" >"$scratch/throttle-bucket.c"
check 'the throttle is built with eight nops more' build_with "$scratch/throttle-bucket.c" "$scratch/longer"
baseline --qemu "$scratch/longer"
expect 'they are found, with the function and the number' 1 \
    'DIFFERS account: ([0-9]+) -> [0-9]+ instructions \(\+8\)' "record it .* --qemu $scratch/longer"
baseline --qemu "$scratch/longer" --json
check 'and nothing else is, although all behind them lies elsewhere' jq -e '.exit == 1 and (.differences | length == 1)
    and (.differences[0] | .function == "account" and .change == "changed" and .instructions == 8
         and .now == .was + 8)' "$scratch/out"
check 'built again without them it lies elsewhere, too' build_with "$root/qemu-mods/src/$bucket" "$scratch/again"
baseline --qemu "$scratch/again"
expect 'and is equal' 0 'PASS: all'

jq '.compiler = "GCC 2.95" | .upstream = "9.2"' "$scratch/good.json" >"$file"
baseline
expect 'another compiler or QEMU: a new baseline is due' 4 'CHANGED compiler: GCC 2.95 -> ' 'CHANGED QEMU: 9.2 -> ' \
    'besides, all [0-9]+ functions of the mods are equal' 'steelyard baseline --record'
head -c 500 "$scratch/good.json" >"$file"
baseline
expect 'a truncated file is named with line and remedy' 2 "$file: not JSON: [0-9]+:[0-9]+: " 'steelyard baseline --record'
jq '.functions[1][1] = "1"' "$scratch/good.json" >"$file"
baseline
expect 'a text in place of a number is named with its path' 2 "$file: .\.functions\[1\]\[1\]: expected a whole number" \
    'steelyard baseline --record'
baseline --record
check 'a damaged baseline is recorded again, unchanged' cmp "$file" "$scratch/good.json"
baseline --record --baseline /dev/null/b.json
expect 'a path that cannot be written is named' 3 '/dev/null'
baseline stock:10.0
expect 'a stock build has no mods' 2 'of a modded build'
baseline --qemu /bin/sh
expect 'a binary without symbols is named' 3 '/bin/sh'
baseline 99.9
expect 'a build that does not exist is named with the remedy' 3 'make qemu REL=99.9'
baseline one two
check 'two builds are a usage error' test "$code" -eq 2

# This build against the baseline in git; with another compiler there is no verdict on the mods.
if [ ! -s "$ours" ]; then
    not_ok 'a baseline is in git' "$ours is missing; make baseline records it"
else
    sy baseline
    case $code in
    4) skip "this build equals $ours" "a new baseline is due, make baseline records it: $(sed -n 's/^CHANGED *//p' "$scratch/out")" ;;
    *) expect "this build equals $ours; if a difference is intended, make baseline records it" 0 'PASS: all' ;;
    esac
fi
