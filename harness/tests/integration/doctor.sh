#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# doctor describes this host correctly, and also hosts without KVM, with a page-table based KVM, and with something else
# as /dev/kvm.
. "$(dirname "$0")/tap.sh"

# requirement NAME FILTER: jq's FILTER holds for this requirement in $scratch/out, from doctor --json.
requirement() {
    jq -e --arg name "$1" "[.[] | select(.name == \$name and .kind != \"tuning\")][0] | $2" "$scratch/out"
}

# What this host has, determined independently of doctor: whether the device opens.
sy doctor --json
there() {
    if [ -c "$1" ] && (exec 3<>"$1") 2>/dev/null; then echo true; else echo false; fi
}
check "kvm is $(there /dev/kvm), like the device" requirement kvm ".met == $(there /dev/kvm)"
check "vhost-net is $(there /dev/vhost-net), like the device" requirement vhost-net ".met == $(there /dev/vhost-net)"
cycles=true
! perf stat -x, -e cycles true 2>&1 | grep -q '<not supported>' || cycles=false
check "perf-hw is $cycles, as perf stat says" requirement perf-hw ".met == $cycles"
nop=true
cat /proc/sys/kernel/ftrace_enabled >"$scratch/ftrace" 2>/dev/null && cat "$scratch/ftrace" >/proc/sys/kernel/ftrace_enabled \
    2>/dev/null || nop=false
check "ftrace is not met where the kernel denies it to this user ($nop)" requirement ftrace ".met | not or $nop"

check 'no finding says that an ordinary host lacks the lab' jq -e 'map(.name) | index("lab") | not' "$scratch/out"
sy doctor
expect 'the text says so without a remedy' 0 '- lab this is an ordinary host, not a virtual lab host'

STEELYARD_NO_KVM=1 sy doctor --json
check 'without KVM the requirement kvm is not met' requirement kvm '.met | not'
check 'nor is linux-guest' requirement linux-guest '.met | not'

gcc -D_GNU_SOURCE -Wall -Wextra -Werror -shared -fPIC -o "$scratch/fake-kvm.so" harness/tests/integration/fake-kvm.c -ldl
fake() {
    LD_PRELOAD=$scratch/fake-kvm.so FAKE_KVM_VERSION=$1 sy doctor --json
}
if [ -e /sys/module/kvm_intel ] || [ -e /sys/module/kvm_amd ]; then
    skip 'a page-table based KVM is recognised' "this host has $(basename -a /sys/module/kvm_* | paste -sd' '): not page-table based"
else
    fake 12
    check 'a KVM without VMX and SVM is met, as emulated (page-table based)' requirement kvm \
        '.met and (.evidence | test("^/dev/kvm opens \\(API version 12\\) and makes a VM; KVM is emulated \\(page-table based\\)"))'
    check 'on which linux-guest is not met, and the remedy is the lab' requirement linux-guest \
        '(.met | not) and (.remedy | test("--host lab"))'
    LD_PRELOAD=$scratch/fake-kvm.so sy doctor
    expect 'the same as text' 0 'KVM emulated \(page-table based\)' 'yes kvm /dev/kvm opens' 'no linux-guest'
fi
fake 11
check 'kvm is not met with another API version' requirement kvm '(.met | not) and (.evidence | test("KVM_GET_API_VERSION: 11, not 12"))'

# A chroot, as `ci/fresh-root` makes one: its / is no mount point, so nothing can be mounted privately from there.
same='sched-events is met in a chroot if it is met here'
if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
    skip "$same" 'only root, with the right to make a mount namespace, can chroot'
else
    sy doctor --json
    met=$(jq '[.[] | select(.name == "sched-events")][0].met' "$scratch/out")
    mkdir "$scratch/root"
    # shellcheck disable=SC2016  # for the shell inside
    unshare --mount bash -c '
        for dir in /*/; do
            [ -L "${dir%/}" ] && cp -d "${dir%/}" "$0/" || { mkdir "$0$dir" && mount --rbind "$dir" "$0$dir"; }
        done
        exec chroot "$0" "$@"' "$scratch/root" "$steelyard" doctor --json >"$scratch/out" 2>"$scratch/err"
    check "$same ($met)" requirement sched-events ".met == $met"
fi
