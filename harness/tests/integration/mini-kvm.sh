#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mini-kvm: its guests make their exits, to the exit; what users of other VMMs complain of does not happen to it; and each of
# its ends has its exit status. Most of it needs KVM.
. "$(dirname "$0")/tap.sh"
guests=$build/guests/minikvm

# vcpu FILTER: holds this for the first vCPU in the JSON of the last mk()?
vcpu() {
    jq -e ".vcpus[0] | $1" "$scratch/out"
}

# Whoever reads all of it has read a VMM: no more than 1,500 lines of code (the lab has not got them).
lines=$(cat workloads/minikvm/vmm/*.c 2>/dev/null | grep -cvE '^ *(/\*|\*|$)')
check "mini-kvm has $lines lines of code, 1500 at most" test "$lines" -le 1500

# --- what needs no KVM ---------------------------------------------------------------------------------------------------
mk --help
expect '--help' 0 'usage: mini-kvm' 'Exit status:'
mk --vcpus 0 "$guests/hello.bin"
expect 'no vCPUs' 2 '--vcpus 0: .*1 to 8'
mk --vcpus 300 "$guests/hello.bin"
expect '300 vCPUs' 2 '--vcpus 300: .*1 to 8'
mk
expect 'no image' 2 'no image'
mk "$scratch/none"
expect 'an image that is not there' 2 'No such file'
: >"$scratch/empty"
mk "$scratch/empty"
expect 'an empty image' 2 'empty'
head -c 262145 /dev/zero >"$scratch/large"
mk "$scratch/large"
expect 'an image that is a byte too large' 2 'too large, at most 262144 bytes'
mk /dev/zero
expect 'an image without an end' 2 'too large'
mk "$scratch"
expect 'a folder as an image' 2 'Is a directory'
mk --vcpus 9 "$guests/hello.bin"
expect 'a vCPU more than there may be' 2 '--vcpus 9: .*1 to 8'
mk --kvm "$scratch/kvm" "$guests/hello.bin"
expect 'no KVM' 3 'No such file.*this host has no KVM'
mk --kvm /dev/null "$guests/hello.bin"
expect 'a device that is not KVM' 3 'is not KVM'
# A file that this user may not open, which root always may.
user=()
[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid=65534 --clear-groups)
if "${user[@]}" true 2>/dev/null; then
    : >"$scratch/refused"
    chmod 000 "$scratch/refused"
    chmod 755 "$scratch"
    cp "$build/mini-kvm" "$guests/hello.bin" "$scratch/"
    timeout 60 "${user[@]}" "$scratch/mini-kvm" --kvm "$scratch/refused" "$scratch/hello.bin" >"$scratch/out" 2>"$scratch/err"
    code=$?
    expect 'a KVM that this user may not open' 3 'Permission denied; become a member of its group'
    timeout 60 "${user[@]}" "$scratch/mini-kvm" "$scratch/refused" >"$scratch/out" 2>"$scratch/err"
    code=$?
    expect 'an image that this user may not read' 2 'refused: Permission denied'
else
    skip 'what this user may not open' 'root, and no setpriv to become another user'
fi

if ! host_has kvm; then
    skip 'mini-kvm under KVM' 'no KVM on this host; in-lab.sh runs this script where there is one'
    exit
fi

# --- exits, to the exit --------------------------------------------------------------------------------------------------
# guest NAME EXITS TEXT: this guest writes TEXT (a jq string) and makes EXITS exits, as mini-kvm and KVM count.
guest() {
    mk --json "$guests/$1.bin"
    check "$1 writes what it should" jq -e ".status == 0 and .vcpus[0].output == $3" "$scratch/out"
    check "$1 makes $2 exits" jq -e ".exits == $2 and ([.vcpus[0].by_kind[]] | add) == $2" "$scratch/out"
    if ! vcpu '.kvm_stats' >/dev/null; then
        skip "$1 makes as many by KVM's own count" 'this KVM has no binary statistics'
        return
    fi
    check "$1 makes as many by KVM's own count" vcpu '.kvm_stats.fpu_reload == .exits + .interrupted'
    # Only ordinary KVM counts these.
    if vcpu '.kvm_stats.io_exits > 0' >/dev/null; then
        check 'and as many accesses to ports and HLTs' \
            vcpu '.kvm_stats | .io_exits + .halt_exits == '"$2"
    fi
}
guest minimal 1 '""'
guest hello 13 '"Hello, KVM!\n"'
guest counter 11 '"0123456789"'
guest multiplication 491 '([range(2; 10) as $a | range(1; 10) as $b | "\($a)x\($b)=\($a * $b) "] | add)'
guest fibonacci 67 '"Fibonacci: 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377\n"'
guest matrix 97 '"C = A x B (8x8), A = (i + j) % 10 + 1 and B = (i - j + 8) % 10 + 1:\nC[0][0] = 162\nC[7][7] = 198\n"'
mk --json "$guests/multiplication.bin" "$guests/counter.bin"
check 'multiplication and counter make 502 exits' jq -e '.exits == 502 and [.vcpus[].exits] == [491, 11]' "$scratch/out"
mk --json "$guests/counter.bin" "$guests/hello.bin" "$guests/multiplication.bin" "$guests/minimal.bin"
check 'four guests make 516 exits' jq -e '.exits == 516 and [.vcpus[].exits] == [11, 13, 491, 1]' "$scratch/out"
mk --json --vcpus 8 "$guests/matrix.bin"
check 'eight vCPUs run eight guests' jq -e '.exits == 776 and ([.vcpus[].output] | unique | length) == 1' "$scratch/out"
mk --json "$guests/hello.bin"
check 'the phases of its start are in the JSON, and no longer than all of it' jq -e \
    '(.phase_ns | keys_unsorted) == ["open", "vm", "memory", "vcpu", "registers", "run"] and ([.phase_ns[]] | min > 0)
     and ([.phase_ns[]] | add) < .first_exit_ns' "$scratch/out"
mk --no-sync-regs --json "$guests/hello.bin"
check 'registers that are asked for are the same' jq -e '.exits == 13 and .vcpus[0].output == "Hello, KVM!\n"' "$scratch/out"
mk --exits --trace "$scratch/trace" "$guests/hello.bin"
expect '--exits counts by kind' 0 '^Hello, KVM! vCPU 0: 13 exits, end hlt: hlt 1 out 12 ?$'
check 'the trace has a line for each exit' test "$(wc -l <"$scratch/trace")" -eq 13
check 'with port, size, count, data and times' \
    grep -qE '^vcpu=0 exit=1 t_ns=[0-9]+ run_ns=[0-9]+ out port=0x500 size=1 count=1 data=01$' "$scratch/trace"

# small: with one vCPU it has no more than 0.75 MB resident, at its peak.
small() {
    local peak
    "$build/mini-kvm" --timeout 50 "$guests/test/spin.bin" >/dev/null &
    local pid=$!
    sleep 0.3
    peak=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status)
    kill -9 $pid
    wait $pid
    echo "VmHWM $peak kB"
    [ -n "$peak" ] && [ "$peak" -le 750 ]
}
if grep -qaE '/ld-linux|GLIBC_TUNABLES' "$build/mini-kvm"; then
    skip 'it has no more than 0.75 MB resident' 'it is linked with glibc, which has 0.7 MB of its own; musl-tools has musl-gcc'
else
    check 'it has no more than 0.75 MB resident' small
fi

# --- modes ---------------------------------------------------------------------------------------------------------------
mk --mode protected --vcpus 2 "$guests/test/protected.bin"
expect 'protected mode, without paging' 0 '^(0010|1000) ?$'
mk --mode long --vcpus 8 --json "$guests/test/long.bin"
check 'long mode on eight vCPUs' jq -e '.status == 0 and [.vcpus[].output] == ["0","1","2","3","4","5","6","7"]' "$scratch/out"
# resident FIELD OPTION...: FIELD of smaps_rollup, in kB, while a guest with 16 MiB of memory waits for input.
resident() {
    local field=$1 pid
    shift
    "$build/mini-kvm" --timeout 50 --mode long --memory 16M "$@" "$guests/os64.bin" <>"$scratch/never" >/dev/null &
    pid=$!
    sleep 0.5
    awk -v "field=$field:" '$1 == field { print $2 }' /proc/$pid/smaps_rollup
    kill -9 $pid
    wait $pid
}
mkfifo "$scratch/never"
check '--prefault: all of its memory is there' test "$(resident Rss --prefault)" -ge 16384
check 'which is not so otherwise' test "$(resident Rss)" -lt 8192
if grep -qs '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled || [ ! -e /sys/kernel/mm/transparent_hugepage ]; then
    skip '--huge: huge pages' 'this kernel gives none'
else
    check '--huge: huge pages' test "$(resident AnonHugePages --huge)" -ge 2048
fi

# --- what users complain of ----------------------------------------------------------------------------------------------
printf wxyz >"$scratch/in"
mk --json "$guests/test/strings.bin" <"$scratch/in"
check 'string I/O: every element, whatever its size' vcpu '.output == "abcdefghijwxyz"'
check 'string I/O: one exit for each element out, one for all in' vcpu '.by_kind == {"in": 1, "out": 14, "hlt": 1}'
mk --json "$guests/test/mmio.bin"
check 'MMIO: two exits across the end of a page, a read and a write for a locked addition' \
    vcpu '.output == "ok" and .by_kind["mmio-write"] == 3 and .by_kind["mmio-read"] == 2'
printf 'a\377\000z' | mk --json "$guests/test/echo.bin"
check 'input: every byte, and its end' vcpu '.output == "a\u00ff\u0000z" and .end == "exit"'
printf 'a\377\000z' | mk --no-sync-regs --json "$guests/test/echo.bin"
check 'input, by registers that are asked for and set' vcpu '.output == "a\u00ff\u0000z" and .end == "exit"'
printf 'one\ntwo\n' | mk --json "$guests/test/uart-echo.bin"
check 'input by polling the UART' vcpu '.output == "one\n" and .end == "hlt"'
for mode in protected long; do
    mk --mode "$mode" "$guests/test/triple-fault.bin"
    expect "$mode mode: a triple fault is no success" 5 'shutdown'
    mk --mode "$mode" --explain "$guests/test/triple-fault.bin"
    expect "$mode mode: it is explained by the last instruction, UD2" 5 'rip' 'cr0' '0x10000d: 0f 0b'
done
mk --explain "$guests/test/unbacked.bin"
expect 'code without memory is an internal error, explained' 5 'internal error|shutdown' '0x90000: no memory'
mk --end exit "$guests/minimal.bin"
expect 'HLT is no success where EXIT is asked for' 1 'ended by HLT'
mk --end hlt "$guests/minimal.bin"
expect 'and is where it is asked for' 0
mk --irqchip --timeout 0.2 --json "$guests/minimal.bin"
check 'HLT never exits beside interrupt controllers' vcpu '.end == "timeout" and .exits == 0'
mk --irqchip --json "$guests/fibonacci.bin" "$guests/matrix.bin"
check 'there all vCPUs run, not only the first' jq -e '.status == 0 and .exits == 67 + 97' "$scratch/out"

# told KIND OPTION...: runs the guest `exits`, which makes 3 * 16 exits of this kind.
told() {
    printf 's kind=%s count=10 batches=3 ticks=0\ngx' "$1" |
        mk --mode long --json "${@:2}" "$guests/exits.bin"
}
told hlt --resume-hlt
check '--resume-hlt: HLT is an exit and no end' vcpu '.end == "exit" and .by_kind.hlt == 48'
told hlt
check 'without it HLT is the end' vcpu '.end == "hlt" and .by_kind.hlt == 1'
told ioeventfd --ioeventfd
check '--ioeventfd: a write to its port is no exit' vcpu '.end == "exit" and .exits < 400'
kept=$(jq '.vcpus[0] | .exits - .output_bytes' "$scratch/out")
told ioeventfd
check 'without it each write is one' vcpu ".exits - .output_bytes == $kept + 48"

# interrupted: stops and continues mini-kvm while its guest computes, which takes longer here than there; succeeds once such a
# signal has come during KVM_RUN, and none was taken for anything else.
interrupted() {
    local pid times
    for times in '\006' '\074' '\377'; do
        printf '%b' "$times" >"$scratch/in"
        "$build/mini-kvm" --json --timeout 50 "$guests/test/loop.bin" <"$scratch/in" >"$scratch/out" &
        pid=$!
        while kill -STOP $pid 2>/dev/null; do
            sleep 0.01
            kill -CONT $pid
            sleep 0.01
        done 2>/dev/null
        wait $pid || return
        vcpu '.end == "hlt" and .exits == 4 and .output == "up"' || return
        vcpu '.interrupted > 0' && return
    done
    return 1
}
check 'signals during KVM_RUN are neither exits nor errors' interrupted

# --- ends ----------------------------------------------------------------------------------------------------------------
mk --expect KVM --expect 'Hello, ' --forbid panic "$guests/hello.bin"
expect 'expected text, and no forbidden one' 0
mk --expect 'Hello, QEMU' "$guests/hello.bin"
expect 'expected text that is missing' 1 'expected, but not written: Hello, QEMU'
mk --forbid fghij --timeout 20 "$guests/hello.bin" "$guests/test/flood.bin" "$guests/test/spin.bin"
expect 'forbidden text stops all vCPUs at once' 1 'forbidden, but written: fghij'
mk --timeout 0.1 --vcpus 3 "$guests/test/spin.bin"
expect 'the time limit, of three vCPUs' 4 '^sss.*vCPU 0: still running.*vCPU 2: still running'
# early_limits: the time limit passes before the vCPUs are there, before KVM_RUN, or within it, and is never lost.
early_limits() {
    local us
    for us in 000001 000020 000050 000100 000200 000300 000400 000500 000600 000700 000800 000900 001000 001500 002000; do
        timeout -s KILL 20 "$build/mini-kvm" --timeout 0.$us --vcpus 2 "$guests/test/spin.bin" >/dev/null 2>&1
        [ $? -eq 4 ] || return
    done
}
check 'the time limit, at any moment around the first KVM_RUN' early_limits
: | mk --timeout 0.2 --json "$guests/test/uart-echo.bin"
check 'the time limit, while input has ended' vcpu '.end == "timeout"'
mk --timeout 0.2 "$guests/test/echo.bin" <>"$scratch/never"
expect 'the time limit, while a guest waits for input' 4 'still running'
# Nobody reads the pipe: it fills up, and the write blocks.
timeout -s KILL 20 "$build/mini-kvm" --timeout 1.5 "$guests/test/flood.bin" 1<>"$scratch/never" 2>"$scratch/err"
code=$?
: >"$scratch/out"
expect 'the time limit, while nobody takes the output' 4 'still running'
"$build/mini-kvm" "$guests/hello.bin" >/dev/full 2>"$scratch/err"
code=$?
expect 'output that cannot be written' 3 'cannot be written'
"$build/mini-kvm" --trace /dev/full "$guests/hello.bin" >"$scratch/out" 2>"$scratch/err"
code=$?
expect 'a trace that cannot be written' 3 '/dev/full: No space left'

# killed: kill -9 while three vCPUs run leaves nothing behind.
killed() {
    "$build/mini-kvm" --timeout 50 --vcpus 3 "$guests/test/spin.bin" >/dev/null &
    local pid=$!
    sleep 0.2
    kill -9 $pid && wait $pid
    [ $? -eq 137 ] && [ ! -e /proc/$pid ]
}
check 'kill -9 while vCPUs run leaves nothing behind' killed
mk --json "$guests/hello.bin"
check 'and the next guest runs' jq -e '.status == 0 and .exits == 13' "$scratch/out"
