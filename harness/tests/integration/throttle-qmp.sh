#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The throttle's QMP commands: what they refuse, and that a refusal changes nothing; and that the accounts of running vCPUs
# balance to the nanosecond, whatever happens to the VM. Asserts nothing that depends on how busy the host is.
. "$(dirname "$0")/tap.sh"
# $STEELYARD_TEST_QEMU: the QEMU to test in place of the modded build, for asan-smoke.sh.
qemu=${STEELYARD_TEST_QEMU:-$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" modded)}
[ -n "$qemu" ] || exit 3

# talk ACCEL COMMAND...: runs the QMP commands in one QEMU; the replies go to $scratch/replies, one per line.
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
check 'TCG: set is refused, and the message names KVM' \
    jq -se '.[0].error.desc | test("KVM")' "$scratch/replies"
check 'TCG: query is refused as well' jq -se '.[1].error.desc | test("KVM")' "$scratch/replies"

if ! host_has kvm; then
    skip 'the throttle under KVM' 'no KVM on this host; in-lab.sh runs this script where there is one'
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

# ------------------------------------------------------------------------------------------------ running vCPUs

# Firmware whose first vCPU spins forever; the others wait for it to start them: they are halted in KVM and stay idle.
spin=$scratch/spin.bin
head -c 65536 /dev/zero >"$spin"
printf '\xeb\xfe' | dd of="$spin" bs=1 seek=65520 conv=notrunc status=none
machine=(-machine pc -smp 2 -m 16 -nodefaults -display none -bios "$spin")

# boot ACCEL [OPTION...]: a VM to talk to by ask(); its events go to $scratch/events.
boot() {
    local accel=$1
    shift
    : >"$scratch/events"
    coproc VM { cd "$scratch" && exec timeout 120 "$qemu" -accel "$accel" "${machine[@]}" "$@" -qmp stdio 2>>"$scratch/err"; }
    # shellcheck disable=SC2153  # named by bash, after coproc VM
    vm_pid=$VM_PID
    exec {vm_in}>&"${VM[1]}" {vm_out}<&"${VM[0]}"
    eval "exec ${VM[1]}>&-"
    read -r -t 60 -u "$vm_out" _ # the greeting
    ask '{"execute":"qmp_capabilities"}'
}

# ask COMMAND: its reply goes to $reply.
ask() {
    reply=
    printf '%s\n' "$1" >&"$vm_in"
    while read -r -t 60 -u "$vm_out" reply; do
        case $reply in
        *'"event": '*) printf '%s\n' "$reply" >>"$scratch/events" ;;
        *) return ;;
        esac
    done
    return 1
}

power_off() {
    ask '{"execute":"quit"}'
    exec {vm_in}>&- {vm_out}<&-
    wait "$vm_pid" 2>/dev/null
}

# look: query-kvm-throttle, kept in $scratch/look.
look() {
    ask "$query" && printf '%s\n' "$reply" >"$scratch/look"
}

# is FILTER: holds for the last look; .[0] is the spinning vCPU, .[1] the idle one.
is() {
    jq -e ".return | $1" "$scratch/look"
}

# The equations that hold at any time. jq's numbers are exact up to 2^53 ns, which is 104 days.
cat >"$scratch/books.jq" <<'JQ'
def balances:
    (."granted-ns" - ."forfeited-ns" - ."used-ns" + ."forgiven-ns" == ."credit-ns" - ."debt-ns")
    and (."credit-ns" == 0 or ."debt-ns" == 0)
    and ."starved-ns" <= ."forfeited-ns";
JQ
balance() {
    look && jq -e -L "$scratch" 'include "books"; .return | length == 2 and all(balances)' "$scratch/look"
}

# balance_after SECONDS WHAT: waits, then checks the accounts.
balance_after() {
    sleep "$1"
    check "the accounts balance after $2" balance
}

limit() {
    ask "$(set_command "{\"quota-ns\":$1,\"period-ns\":20000000${2:+,$2}}")"
}

run_delay_ns() {
    awk '{ print $2 }' "/proc/$1/schedstat" 2>/dev/null || echo 0
}

boot kvm,throttle-quota-us=4000,throttle-burst-us=9000
balance_after 0.5 'running for half a second'
check 'a limit from the command line holds from the start' \
    is 'all(.enabled and ."quota-ns" == 4000000 and ."period-ns" == 20000000 and ."burst-ns" == 9000000)'
# On a slow host the start may have cost the idle vCPU more than a quota; it is not stopped any more after that.
begun=$(jq '.return[1].kicks' "$scratch/look")
used=$(jq '.return[0]."used-ns"' "$scratch/look")
balance_after 0.3 'running on'
check 'the spinning vCPU runs, the idle one is not stopped' is ".[0].\"used-ns\" > $used and .[1].kicks == $begun"
check 'each period granted its quota' is 'all(."granted-ns" == (.periods + 1) * ."quota-ns")'

delay=$(run_delay_ns "$(jq '.return[1]."thread-id"' "$scratch/look")")
check "an idle vCPU saves up no more than the host withheld (run delay $delay ns)" \
    is ".[1] | .\"credit-ns\" <= .\"quota-ns\" + 10000 + $delay"

unstarved() {
    jq '.return[0] | .periods - ."starved-total"' "$scratch/look"
}
# With so small a quota it almost always sleeps, so that the stop interrupts a sleep of the throttle.
limit 200000
balance_after 0.3 'a change to 1 %'
good=$(unstarved)
ask '{"execute":"stop"}'
balance_after 2 'stop'
check 'a stopped vCPU saves up no more than a quota and a grain' \
    is 'all(."credit-ns" <= ."quota-ns" + 10000)'
before=$(jq '.return[0]."used-ns"' "$scratch/look")
ask '{"execute":"cont"}'
balance_after 0.3 'cont'
check 'it runs on' is ".[0].\"used-ns\" > $before"
check 'the 100 periods of the stop do not count as starvation' test $(($(unstarved) - good)) -ge 100

before=$(jq '.return[0].periods' "$scratch/look")
ask '{"execute":"system_reset"}'
balance_after 0.3 'system_reset'
check 'a reset changes neither limit nor counters' is ".[0] | .enabled and .periods > $before"

limit 10000000 '"burst-ns":0'
balance_after 0.3 'a change to burst 0'
check 'without burst there is never more than a quota' is 'all(."credit-ns" <= ."quota-ns")'

# Migration: the limit is not part of the VM's state; source and destination have limits and accounts of their own.
migrate() {
    rm -f "$scratch/state"
    ask "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"file:$scratch/state\"}}"
    wait_for 30 migrated
}
migrated() {
    ask '{"execute":"query-migrate"}' && jq -e '.return.status == "completed"' <<<"$reply"
}
running() {
    ask '{"execute":"query-status"}' && jq -e '.return.status == "running"' <<<"$reply"
}
check 'a limited VM migrates to a file' migrate
balance_after 0.1 'migration, at the source'
ask '{"execute":"cont"}'
balance_after 0.1 'cont at the source'
power_off
boot kvm,throttle-quota-us=7000 -incoming "file:$scratch/state"
check 'and starts from it' wait_for 30 running
balance_after 0.3 'migration, at the destination'
check 'its limit is that of its own command line, and its accounts began there' \
    is 'all(."quota-ns" == 7000000 and ."granted-ns" == (.periods + 1) * 7000000) and .[0]."used-ns" > 0'
check 'and migrates again' migrate
power_off
boot kvm -incoming "file:$scratch/state"
check 'to a QEMU without a limit' wait_for 30 running
look
check 'and then has no limit' is 'all(.enabled | not)'

# -------------------------------------------------------------------------------------------------- starvation

# Two CPU hogs on the only CPU that the vCPU may use leave it a third, of the 95 % that it is granted.
if [ "$(jq -r '.return[0].clock' "$scratch/look")" != thread-cpu ]; then
    skip 'starvation' 'this host cannot tell CPU time'
else
    cpu=$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')
    taskset -cp "$cpu" "$(jq '.return[0]."thread-id"' "$scratch/look")" >/dev/null
    stress-ng --quiet --cpu 2 --taskset "$cpu" --timeout 60 &
    stress=$!
    sleep 0.5
    starved_events() {
        grep -c 'KVM_THROTTLE_STARVED.*"cpu-index": 0' "$scratch/events"
    }
    starved_event() {
        look && [ "$(starved_events)" -gt 0 ]
    }
    limit 19000000 '"starved-periods":0'
    balance_after 2 'starvation'
    check 'CPU time that the host withheld is counted' is '.[0] | ."starved-ns" > 0 and ."starved-total" > 0'
    check 'starved-periods 0: no event' test "$(starved_events)" -eq 0
    limit 19000000 '"burst-ns":3600000000000'
    balance_after 1 'starvation with an hour of burst'
    check 'with enough burst no time is lost to the host' is '.[0]."starved-in-row" == 0'
    limit 19000000 '"starved-periods":5'
    start=$SECONDS
    check 'a starved vCPU causes an event' wait_for 20 starved_event
    balance_after 3 'the event'
    took=$((SECONDS - start + 1))
    check "at most once a second ($(starved_events) in $took s)" test "$(starved_events)" -le $((took + 1))
    check 'the event has periods, settings and the lost time' jq -se 'map(select(.event == "KVM_THROTTLE_STARVED").data | select(."cpu-index" == 0))[0] |
        .periods >= 5 and ."quota-ns" == 19000000 and ."period-ns" == 20000000
        and ."forfeited-ns" > 0.01 * 5 * ."quota-ns" and ."withheld-ns" > 0' "$scratch/events"
    kill "$stress"
fi
ask '{"execute":"human-monitor-command","arguments":{"command-line":"info kvm-throttle"}}'
check 'info kvm-throttle has a line for each vCPU' \
    jq -e '.return | split("\r\n") | map(select(test("^ *[01] +(19.000|no limit) "))) | length == 2' <<<"$reply"
power_off

# ---------------------------------------------------------------------- what else a limit costs and is charged for

# Each quota that runs out sends a signal to the vCPU's thread. QEMU's main loop polls a signalfd, and the kernel wakes all
# who do that for any signal of the process: see "What a kick wakes" in docs/METHOD.md.
main_switches() {
    sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$qemu_pid/task/$qemu_pid/status"
}
# wakeups: what happens in 2 s: $kicks of vCPU 0, and $switches, how often the main loop's thread slept.
wakeups() {
    look
    kicks=$(jq '.return[0].kicks' "$scratch/look") switches=$(main_switches)
    sleep 2
    switches=$(($(main_switches) - switches))
    look
    kicks=$(($(jq '.return[0].kicks' "$scratch/look") - kicks))
}
boot kvm
look
qemu_pid=$(sed -n 's/^Tgid:[[:space:]]*//p' "/proc/$(jq '.return[0]."thread-id"' "$scratch/look")/status")
sleep 0.5
wakeups
without=$switches
# Only the vCPU that spins gets a limit: the timer of one that is halted goes on.
ask "$(set_command '{"cpu-index":0,"quota-ns":5000000,"period-ns":10000000}')"
sleep 0.5
wakeups
echo "# in 2 s the main loop's thread slept $without times without a limit, $switches times with one and its $kicks kicks"
# A timer that fires before the quota has run out is set again: some quotas take two signals.
check 'a limit wakes the main loop twice for each kick at most' test "$kicks" -gt 0 -a "$switches" -le $((without + 2 * kicks + 100))
power_off

# A guest that halts and is woken by its APIC's timer every 100 us: interrupt 0x20 goes to 0x64; x2APIC on, timer one-shot;
# then, for ever: cli, set the timer, sti; hlt. The handler signals the end of the interrupt.
halt=$scratch/halt.bin
head -c 65536 /dev/zero >"$halt"
{
    printf '\xfa\x31\xc0\x8e\xd8\x8e\xd0\xbc\x00\x70\xc7\x06\x80\x00\x64\x00\xc7\x06\x82\x00\x00\xf0\x66\x31\xd2'
    printf '\x66\xb9\x1b\x00\x00\x00\x66\xb8\x00\x0d\xe0\xfe\x0f\x30\x66\xb9\x0f\x08\x00\x00\x66\xb8\xff\x01\x00\x00\x0f\x30'
    printf '\x66\xb9\x3e\x08\x00\x00\x66\xb8\x0b\x00\x00\x00\x0f\x30\x66\xb9\x32\x08\x00\x00\x66\xb8\x20\x00\x00\x00\x0f\x30'
    printf '\xfa\x66\xb9\x38\x08\x00\x00\x66\xb8\xa0\x86\x01\x00\x0f\x30\xfb\xf4\xeb\xed'
    printf '\x66\xb9\x0b\x08\x00\x00\x66\x31\xc0\x0f\x30\xcf'
} | dd of="$halt" conv=notrunc status=none
printf '\xe9\x0d\x00' | dd of="$halt" bs=1 seek=65520 conv=notrunc status=none
# polled: sets $poll to how long KVM has polled for an event of the halted vCPU 0 so far, in ns; nothing if it does not tell.
polled() {
    ask '{"execute":"query-stats","arguments":{"target":"vcpu","providers":[{"provider":"kvm",
        "names":["halt_poll_success_ns","halt_poll_fail_ns"]}]}}'
    poll=$(jq '.return[0].stats | map(.value) | add' <<<"$reply" 2>/dev/null)
}
machine=(-machine pc -smp 1 -m 16 -nodefaults -display none -bios "$halt")
boot kvm,throttle-quota-us=19000
sleep 1
polled
look
polled_before=$poll used=$(jq '.return[0]."used-ns"' "$scratch/look")
sleep 2
look
polled
used=$(($(jq '.return[0]."used-ns"' "$scratch/look") - used))
case $poll in
'' | null | 0) skip 'halt polling is charged to the quota' 'KVM does not poll, or does not tell' ;;
*)
    poll=$((poll - polled_before))
    echo "# a guest that halts every 100 us used $((used / 1000000)) ms in 2 s; KVM polled for $((poll / 1000000)) ms of them"
    check 'halt polling is charged to the quota' test "$poll" -gt 0 -a "$used" -ge $((poll * 4 / 5))
    ;;
esac
power_off
machine=(-machine pc -smp 2 -m 16 -nodefaults -display none -bios "$spin")

# ------------------------------------------------------------------------------------------------ 10,000 changes

# An emulated host would take minutes for as many.
changes=10000
[ ! -e /etc/steelyard/lab ] || changes=1000
changes=${CHANGES:-$changes}

# Random quotas, periods and bursts, for one vCPU or all, with limits lifted at times; now and then a stop, reset or cont.
awk -v query="$query" -v changes="$changes" 'BEGIN {
    srand(20261120)
    print "{\"execute\":\"qmp_capabilities\"}"
    for (i = 1; i <= changes; i++) {
        period = 1000000 + int(rand() * (rand() < 0.8 ? 30000000 : 999000000))
        quota = rand() < 0.1 ? period : 1 + int(rand() * (period - 1))
        if (rand() < 0.05)
            quota = 1 + int(rand() * 1000)
        printf "{\"execute\":\"kvm-throttle-set\",\"arguments\":{\"quota-ns\":%d,\"period-ns\":%d", quota, period
        if (rand() < 0.7)
            printf ",\"cpu-index\":%d", rand() < 0.7 ? 0 : 1
        if (rand() < 0.5)
            printf ",\"burst-ns\":%.0f", rand() < 0.2 ? 0 : rand() < 0.2 ? 3600e9 : int(rand() * 100000000)
        if (rand() < 0.3)
            printf ",\"starved-periods\":%d", int(rand() * 3)
        print "}}"
        if (i % 20 == 0)
            print query
        if (i % 500 == 0)
            print "{\"execute\":\"" (i % 1500 ? "stop" : "system_reset") "\"}\n" query "\n{\"execute\":\"cont\"}"
    }
    print "{\"execute\":\"quit\"}"
}' >"$scratch/changes"
start=$SECONDS
limit=60
[ ! -e /etc/steelyard/lab ] || limit=300
(cd "$scratch" && exec timeout $limit "$qemu" -accel kvm "${machine[@]}" -qmp stdio <"$scratch/changes" 2>"$scratch/err" >"$scratch/replies")
check "QEMU lives through $changes changes of settings within $limit s" test $? -eq 0
echo "# took $((SECONDS - start)) s"
jq -c 'select(.return | type == "array") | .return' "$scratch/replies" >"$scratch/looks"
check 'none is refused' jq -se 'all(has("error") | not)' "$scratch/replies"
looks=$((changes / 20 + changes / 500))
check "the accounts balance to the nanosecond in all of $looks looks" \
    jq -se -L "$scratch" "include \"books\"; length == $looks and all(length == 2 and all(balances))" "$scratch/looks"
check 'and the vCPUs ran meanwhile' jq -se 'map(.[0]."used-ns") | max > 0' "$scratch/looks"
