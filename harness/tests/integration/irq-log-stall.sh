#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hostile clients of the IRQ log: none may keep QEMU's main loop, which another QMP client waits for, for longer than 10 ms. A
# slow host needs longer for everything: there, the limit is 40 % of what one of QEMU's own commands, query-qmp-schema, takes
# (26 ms on a host of today). The same is measured without the hostile client, by turns: see main-loop-stall.py. Where the main
# loop is kept without it, too, nothing is decided. Uses TCG, so that it runs on every host.
# STALL_QEMU is the path of another QEMU.
. "$(dirname "$0")/tap.sh"
qemu=${STALL_QEMU:-$(qemu-mods/build-qemu --path "${REL:-10.0}" modded)}
[ -n "$qemu" ] || exit 3
rounds=30
entries=1048576

# A guest that sets IRQs at a moderate rate: as fast as it can, it would keep the big lock by itself. Nobody reads stderr.
make --no-print-directory -s guests "B=$build" >/dev/null
open_monitor
mkfifo "$scratch/stderr" "$scratch/stopped" "$scratch/unread"
exec 5<>"$scratch/stderr" 6<>"$scratch/stopped"
start() {
    "$qemu" -accel tcg -machine pc -m 32 -nodefaults -no-user-config -display none -vga none -net none -L /usr/share/qemu \
        -L /usr/share/seabios -serial null -kernel "$build/guests/spin.elf" -append "out=3f9 flip=2 $1" \
        -qmp "unix:$scratch/a.sock,server=on,wait=off" -qmp "unix:$scratch/b.sock,server=on,wait=off" \
        -qmp "pipe:$monitor" 2>&5 &
    vm=$!
    wait_for 60 test -S "$scratch/b.sock"
    ask qmp_capabilities >/dev/null
}
newest() {
    ask query-irq-log-status | jq '.return."last-sequence"'
}
ring_is_full() {
    [ "$(newest)" -gt "$entries" ]
}

# stalls LIMIT_MS ROUNDS: how long the commands on stdin, again and again, keep the main loop. Prints "MS MS_WITHOUT ROUNDS
# COMMANDS PINGS".
stalls() {
    cat >"$scratch/commands"
    "$root/harness/tests/integration/main-loop-stall.py" "$vm" "$scratch/a.sock" "$scratch/b.sock" "$1" "$2" "$scratch/commands"
}
# withstands NAME: the commands on stdin do not keep it for longer than $limit_ms.
withstands() {
    local name=$1 said worst without took commands pings
    if ! said=$(stalls "$limit_ms" "$rounds" 2>&1) || ! read -r worst without took commands pings <<<"$said"; then
        not_ok "$name" "$said"
        return
    fi
    echo "# $name: $worst ms with the client, $without ms without; $took rounds, $commands commands, $pings pings"
    name+=": no stall above $limit_ms ms"
    if jq -en "$worst > $limit_ms and $worst - $without <= $limit_ms" >/dev/null; then
        skip "$name" "this host keeps the main loop for $without ms without the client, and for $worst ms with it"
    else
        check "$name" jq -en "$worst <= $limit_ms"
    fi
}
set_log() {
    echo "{\"execute\": \"irq-log-set\", \"arguments\": {$1}}"
}
query() {
    echo "{\"execute\": \"query-irq-log\", \"arguments\": {$1}}"
}

# --- queries of a full ring, which stays as it is ------------------------------------------------------------------------

start ''
ask irq-log-set "\"enable\": true, \"sink\": \"ring\", \"ring-entries\": $entries" >/dev/null
check 'a guest fills the ring' wait_for 300 ring_is_full
ask stop >/dev/null

# A command that keeps it is seen, so the checks below can fail.
schema=$(stalls 0 5 <<<'{"execute": "query-qmp-schema"}' 2>&1)
limit_ms=$(jq -n "[10, ((${schema%% *} * 4) | round) / 10] | max") || limit_ms=10
echo "# query-qmp-schema: $schema; so the limit is $limit_ms ms"
read -r worst without _ <<<"$schema"
if jq -en "$without > $limit_ms / 2" >/dev/null; then
    skip 'query-qmp-schema is seen to keep the main loop' "this host keeps it for $without ms in any case"
else
    check 'query-qmp-schema is seen to keep the main loop' jq -en "$worst > 2 * $without"
fi

withstands 'a filter that matches nothing' < <(
    query '"filter-path": "*/nowhere", "since": 0'
    query '"filter-path": "*/nowhere"'
    query '"filter-tid": 1, "since": 0'
    query '"filter-line": 99')
withstands 'as many records as there can be' < <(
    query '"max-entries": 100000, "since": 0'
    query '"max-entries": 100000')
withstands 'a filter that takes long to match' < <(
    query "\"filter-path\": \"$(printf '*n%.0s' {1..500})\", \"since\": 0"
    query "\"filter-path\": \"$(printf '*n%.0s' {1..100000})\", \"since\": 0")
ask irq-log-set '"enable": false' >/dev/null

kill "$vm"
wait "$vm" 2>/dev/null

# --- switching, while records are made -----------------------------------------------------------------------------------

start gap=80000
withstands 'a sink whose reader has stopped' < <(
    set_log '"enable": true'
    set_log '"enable": true, "sink": "ring"'
    set_log '"enable": false')
withstands 'files that are pipes: one is not read, one has no reader' < <(
    set_log "\"enable\": true, \"sink\": \"file\", \"path\": \"$scratch/stopped\""
    set_log '"enable": true'
    set_log "\"enable\": true, \"sink\": \"file\", \"path\": \"$scratch/unread\""
    set_log '"enable": false')
withstands 'rings of all sizes' < <(
    set_log "\"enable\": true, \"sink\": \"ring\", \"ring-entries\": $entries"
    query '"max-entries": 1'
    set_log '"enable": true, "sink": "ring", "ring-entries": 64')
withstands 'filters that take long to match, set and queried' < <(
    set_log "\"enable\": true, \"sink\": \"ring\", \"filter-path\": \"$(printf '*n%.0s' {1..500})\""
    query ''
    set_log "\"enable\": true, \"sink\": \"ring\", \"filter-path\": \"$(printf '*e%.0s' {1..500})\""
    set_log "\"enable\": true, \"sink\": \"ring\", \"filter-path\": \"$(printf '*n%.0s' {1..100000})\"")
check "and QEMU answers as before" ask query-status
ask quit >/dev/null
wait "$vm"
check 'QEMU ends normally, although nobody reads its stderr' test $? -eq 0
