#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# doctor says what is true of this host, and what it would say of others: one without KVM, one whose KVM is page-table
# based, one whose /dev/kvm is something else.
. "$(dirname "$0")/tap.sh"

# requirement NAME FILTER: of doctor --json, in $scratch/out.
requirement() {
    jq -e --arg name "$1" "[.[] | select(.name == \$name and .kind != \"tuning\")][0] | $2" "$scratch/out"
}

# What this host has, found out by other means than doctor's.
sy doctor --json
there() {
    if [ -r "$1" ] && [ -w "$1" ]; then echo true; else echo false; fi
}
check "kvm is $(there /dev/kvm), as the node says" requirement kvm ".met == $(there /dev/kvm)"
check "vhost-net is $(there /dev/vhost-net), as the node says" requirement vhost-net ".met == $(there /dev/vhost-net)"
cycles=true
! perf stat -x, -e cycles true 2>&1 | grep -q '<not supported>' || cycles=false
check "perf-hw is $cycles, as perf stat says" requirement perf-hw ".met == $cycles"
nop=true
cat /proc/sys/kernel/ftrace_enabled >"$scratch/ftrace" 2>/dev/null && cat "$scratch/ftrace" >/proc/sys/kernel/ftrace_enabled \
    2>/dev/null || nop=false
check "ftrace is no more than the kernel lets this user have ($nop)" requirement ftrace ".met | not or $nop"

STEELYARD_NO_KVM=1 sy doctor --json
check 'without KVM: no, and the lab needs none' requirement kvm '.met | not'
check 'and a Linux guest has nothing to run on' requirement linux-guest '.met | not'

gcc -D_GNU_SOURCE -Wall -Wextra -Werror -shared -fPIC -o "$scratch/fake-kvm.so" harness/tests/integration/fake-kvm.c -ldl
fake() {
    LD_PRELOAD=$scratch/fake-kvm.so FAKE_KVM_VERSION=$1 sy doctor --json
}
if [ -e /sys/module/kvm_intel ] || [ -e /sys/module/kvm_amd ]; then
    skip 'a page-table based KVM is told' "this host has $(basename -a /sys/module/kvm_* | paste -sd' '): not page-table based"
else
    fake 12
    check 'a KVM without VMX and SVM: yes, and emulated (page-table based)' requirement kvm \
        '.met and (.evidence | test("^/dev/kvm opens, API version 12, a VM can be made; emulated \\(page-table based\\)"))'
    check 'on which a Linux guest does not boot in useful time: no, the lab runs it' requirement linux-guest \
        '(.met | not) and (.remedy | test("--host lab"))'
    LD_PRELOAD=$scratch/fake-kvm.so sy doctor
    expect 'the same for people' 0 'KVM emulated \(page-table based\)' 'yes kvm /dev/kvm opens' 'no linux-guest'
fi
fake 11
check 'another API version is no KVM' requirement kvm '(.met | not) and (.evidence | test("KVM_GET_API_VERSION: 11, not 12"))'
