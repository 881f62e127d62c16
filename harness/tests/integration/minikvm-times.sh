#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The times and memory of mini-kvm: mini-kvm-bench runs guests again and again, each time from the same state; and the workloads
# measure every VMM, and fail where they should. Most of it needs KVM; the workloads take the lab without.
. "$(dirname "$0")/tap.sh"
guests=$build/guests/minikvm
results=$scratch/results/latest/results.json

# bench ARGUMENT...: as mk() of mini-kvm.
bench() {
    timeout -s KILL 60 "$build/mini-kvm-bench" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}

# found NAME FILTER: holds this for what bench() printed?
found() {
    check "$1" jq -e "$2" "$scratch/out"
}

bench --help
expect 'bench: --help' 0 'usage: mini-kvm-bench' 'Exit status:'
bench "$guests/hello.bin"
expect 'bench: no --' 2 'no `--'
bench --runs 0 -- "$guests/hello.bin"
expect 'bench: no runs' 2 '1 to 1000000'
bench --ioeventfd 65536 -- "$guests/hello.bin"
expect 'bench: no such port' 2 '0 to 0xffff'
bench --reuse -- --vcpus 2 "$guests/hello.bin"
expect 'bench: one VM is reused by one vCPU' 2 'one vCPU'
bench --unknown -- "$guests/hello.bin"
expect 'bench: an unknown option' 2 'no such option'
bench -- --unknown "$guests/hello.bin"
expect "bench: mini-kvm's options are read by mini-kvm" 2 -- '--unknown: no such option'
bench -- "$scratch/none"
expect 'bench: an image that is not there' 2 'No such file'
bench -- --kvm /dev/null "$guests/hello.bin"
expect 'bench: a device that is not KVM' 3 'is not KVM'

if host_has kvm; then
    for way in '' --reuse; do
        # shellcheck disable=SC2086  # an option or none
        bench --runs 20 $way -- "$guests/hello.bin"
        found "bench $way: hello makes its exits in every run" \
            '.different == 0 and .end == "hlt" and .exits == 13 and (.run_ns | length) == 20 and (.run_ns | min) > 0'
        # shellcheck disable=SC2086
        bench --runs 20 $way -- --mode long --irqchip "$guests/test/long.bin"
        found "bench $way: long mode, with interrupt controllers" '.different == 0 and (.run_ns | length) == 20'
    done
    bench --runs 20 --reuse -- "$guests/test/remember.bin"
    found 'bench --reuse: memory and registers are those of the start again' \
        '.different == 0 and .exits == 2 and .pages_reset >= 19'
    for kind in ioeventfd coalesce; do
        bench --runs 20 --reuse --$kind 0x1234 -- "$guests/test/outs.bin"
        found "bench --$kind: KVM takes what is written, without an exit" '.different == 0 and .exits == 1 and .notified == 100'
    done
    bench --runs 20 --reuse -- "$guests/test/outs.bin"
    found 'which are exits otherwise' '.different == 0 and .exits == 101 and .notified == 0'
    bench --runs 3 --coalesce 0x1234 -- "$guests/test/outs.bin"
    found 'bench --coalesce: in a new VM, too' '.different == 0 and .exits == 1 and .notified == 100'
    bench --runs 1000000 --reuse -- --timeout 0.3 "$guests/test/spin.bin"
    expect 'bench --reuse: the time limit' 4 '"end": "timeout"'
    bench --runs 5 --reuse -- --mode protected "$guests/test/triple-fault.bin"
    expect 'bench --reuse: a guest that faults' 5 '"end": "shutdown"'
    bench --runs 3 -- --end exit "$guests/hello.bin"
    expect 'bench: HLT is no success where EXIT is asked for' 1 '"end": "hlt"'
else
    skip 'mini-kvm-bench under KVM' 'no KVM on this host'
fi

cat >"$scratch/job.ini" <<'JOB'
[job]
name = times
repeat = 2

[minikvm.start]
vmm = mini-kvm, qemu-kvm, qemu-microvm, qemu-tcg
starts = 5

[minikvm.start holder]
vmm = mini-kvm
holder = on
starts = 5

[minikvm.runs]
way = process, vm, reused
runs = 10

[minikvm.memory]
vmm = mini-kvm, qemu-kvm
gate.rss_kb = 100000

[minikvm.memory more]
vcpus = 8
JOB
# metric CASE NAME: the median.
metric() {
    jq -r ".cases[] | select(.id == \"$1\") | .metrics[] | select(.name == \"$2\") | .median" "$results"
}
# over A FACTOR B: is A more than FACTOR times B?
over() {
    awk -v "a=$1" -v "factor=$2" -v "b=$3" 'BEGIN { print a, "and", factor, "times", b; exit !(b > 0 && a > factor * b) }'
}

sy run "$scratch/job.ini" --out "$scratch/results"
expect 'every VMM starts, runs, and has its memory' 0 'PASS'
check 'phases add up to the first exit' jq -e '.cases[] | select(.id == "minikvm.start/vmm=mini-kvm,starts=5") |
    [.metrics[] | select(.name | startswith("phase_us."))] | length == 7 and all(.median >= 0)' "$results"
check 'a whole process is more than from main() to the first exit' \
    over "$(metric minikvm.start/vmm=mini-kvm,starts=5 start_us)" 1 "$(metric minikvm.start/vmm=mini-kvm,starts=5 first_exit_us)"
check 'QEMU takes longer than mini-kvm' over "$(metric minikvm.start/vmm=qemu-kvm,starts=5 start_ratio)" 1 1
check 'and more memory' over "$(metric minikvm.memory/vmm=qemu-kvm,vcpus=1 rss_kb)" 2 \
    "$(metric minikvm.memory/vmm=mini-kvm,vcpus=1 rss_kb)"
check 'a VM of its own takes longer than a reset' \
    over "$(metric minikvm.runs/way=vm,runs=10 run_us)" 2 "$(metric minikvm.runs/way=reused,runs=10 run_us)"
check 'every run is right' jq -e '[.cases[].metrics[] | select(.name == "wrong_runs") | .median] == [0, 0, 0]' "$results"
check "eight vCPUs take more of the kernel's memory than one, where it is counted" \
    jq -e '[.cases[] | select(.params.vmm == "mini-kvm" and .params.vcpus) | .metrics[] | select(.name == "vm_kernel_kb")] |
           .[0].median < .[1].median or (map(.note) | all(test("no memory control group")))' "$results"
jq -r '.cases[] | .id as $id | .metrics[] | select(.median) | "# \($id): \(.name) \(.median)"' "$results"

sy run "$scratch/job.ini" --filter 'minikvm.memory/vmm=qemu-kvm*' --fault vmm-memory=+1000% --out "$scratch/faulty"
expect 'a VMM that is too large fails its gate' 1 'FAIL .*minikvm.memory' 'rss_kb'
sed 's/^starts = 5/&\ngate.start_us = '"$(metric minikvm.start/vmm=mini-kvm,starts=5 start_us | awk '{ printf "%d", 3 * $1 }')/" \
    "$scratch/job.ini" >"$scratch/gated.ini"
sy run "$scratch/gated.ini" --filter 'minikvm.start/vmm=mini-kvm,starts=5' --fault vmm-time=+1000% --out "$scratch/faulty"
if grep -q INCONCLUSIVE "$scratch/out"; then
    expect 'a gate on a time decides nothing on a busy host, and in the lab' 4 'the host (was busy|is emulated)'
    skip 'a VMM that is too slow fails its gate' 'the host is busy or emulated'
else
    expect 'a VMM that is too slow fails its gate' 1 'FAIL .*minikvm.start' 'start_us'
fi
