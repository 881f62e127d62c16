#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The throttle's QMP commands: what they refuse, and that a refusal changes nothing.
. "$(dirname "$0")/tap.sh"
qemu=$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" modded) || exit 3

# talk ACCEL COMMAND...: runs the QMP commands in one QEMU; its replies to them go to $scratch/replies, one per line.
talk() {
    local accel=$1
    shift
    printf '%s\n' '{"execute":"qmp_capabilities"}' "$@" '{"execute":"quit"}' |
        (cd "$scratch" && exec timeout 30 "$qemu" -accel "$accel" -smp 2 -m 16 -S -nodefaults -display none \
            -vga none -nic none -L /usr/share/qemu -L /usr/share/seabios -qmp stdio 2>"$scratch/err") |
        jq -c 'select(has("return") or has("error"))' | sed 1d >"$scratch/replies"
}

set_command() {
    printf '{"execute":"kvm-throttle-set","arguments":%s}' "$1"
}
query='{"execute":"query-kvm-throttle"}'

talk tcg "$(set_command '{"quota-ns":1000000,"period-ns":20000000}')" "$query"
check 'TCG: set is refused, and KVM named as what is missing' \
    jq -se '.[0].error.desc | test("KVM")' "$scratch/replies"
check 'TCG: query is refused as well' jq -se '.[1].error.desc | test("KVM")' "$scratch/replies"

if ! host_has kvm; then
    skip 'refusals under KVM' 'no KVM on this host'
    exit
fi
good='{"quota-ns":5000000,"period-ns":20000000}'
bad=(
    '{"quota-ns":0,"period-ns":20000000}'
    '{"quota-ns":-1,"period-ns":20000000}'
    '{"quota-ns":20000001,"period-ns":20000000}'
    '{"quota-ns":500000,"period-ns":999999}'
    '{"quota-ns":500000,"period-ns":1000000001}'
    '{"cpu-index":2,"quota-ns":1000000,"period-ns":20000000}'
    '{"cpu-index":-1,"quota-ns":1000000,"period-ns":20000000}'
    '{"quota-ns":"1000000","period-ns":20000000}'
    '{"period-ns":20000000}'
)
commands=("$(set_command "$good")" "$query")
for arguments in "${bad[@]}"; do
    commands+=("$(set_command "$arguments")" "$query")
done
commands+=("$(set_command '{"cpu-index":1,"quota-ns":7000000,"period-ns":70000000}')" "$query"
    "$(set_command '{"quota-ns":20000000,"period-ns":20000000}')" "$query")
talk kvm "${commands[@]}"
settings='[.return[] | [."quota-ns", ."period-ns"]]'
check 'settings are reported for every vCPU' \
    jq -se ".[1] | $settings == [[5000000,20000000],[5000000,20000000]]" "$scratch/replies"
for i in "${!bad[@]}"; do
    n=$((2 + 2 * i))
    check "refused with a reason: ${bad[i]}" jq -se ".[$n].error.desc | length > 10" "$scratch/replies"
    check "settings unchanged after: ${bad[i]}" \
        jq -se ".[$((n + 1))] | $settings == [[5000000,20000000],[5000000,20000000]]" "$scratch/replies"
done
n=$((2 + 2 * ${#bad[@]}))
check 'one vCPU alone can be set' \
    jq -se ".[$((n + 1))] | $settings == [[5000000,20000000],[7000000,70000000]]" "$scratch/replies"
check 'quota = period switches it off' jq -se ".[$((n + 3))].return | all(.enabled | not)" "$scratch/replies"
