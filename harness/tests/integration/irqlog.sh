#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `steelyard irqlog`: tail and query on a running QEMU, and match of its log with a trace that is made from it. Uses TCG, so
# that it runs on every host; irq.truth compares with KVM's own traces.
. "$(dirname "$0")/tap.sh"
qemu=$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" modded) || exit 3
sock=$scratch/qmp.sock

# The guest `irqs` is quiet until it gets a byte, then sets IRQs for some thousand records, and is quiet again.
open_monitor
mkfifo "$scratch/tty.in" "$scratch/tty.out"
exec 5<>"$scratch/tty.in"
cat <>"$scratch/tty.out" >"$scratch/serial" &
cat=$!
"$qemu" -accel tcg -machine pc -m 32 -L /usr/share/qemu -L /usr/share/seabios -nodefaults -no-user-config -display none \
    -vga none -nic none -device edu -device edu -serial "pipe:$scratch/tty" -qmp "unix:$sock,server=on,wait=off" \
    -qmp "pipe:$monitor" -kernel "$build/guests/irqs.elf" -append 'rounds=100 wait=1' >"$scratch/qemu.log" 2>&1 &
pid=$!
runs=0
count() {
    grep -c "^irqs: $1" "$scratch/serial"
}
has_run() {
    [ "$(count ready)" -gt "$runs" ]
}
is_done() {
    [ "$(count 'done')" -gt "$runs" ]
}
# run_guest: lets the guest run once. From the second time on it needs a reset before.
run_guest() {
    wait_for 120 has_run
    echo >&5
    wait_for 120 is_done || not_ok 'the guest runs' "$(cat "$scratch/qemu.log" "$scratch/serial")"
    runs=$((runs + 1))
}
reset_guest() {
    ask system_reset >/dev/null
}
if ! wait_for 120 has_run || ! ask qmp_capabilities >"$scratch/reply"; then
    not_ok 'the guest is ready' "$(cat "$scratch/qemu.log" "$scratch/serial")"
    exit
fi

# settings: those of the log, without counts.
settings() {
    ask query-irq-log-status | jq -cS '.return | {enabled, sink, "filter-line": ."filter-line", "ring-entries": ."ring-entries"}'
}
newest() {
    ask query-irq-log-status | jq '.return."last-sequence"'
}
is_on() {
    [ "$(settings | jq .enabled)" = true ]
}

# written: everything that was logged is in its file. irq-log-set does not wait for that.
written() {
    [ "$(ask query-irq-log-status | jq .return.unwritten)" -eq 0 ]
}

# tail_on OPTION...: starts tail and waits until the log is on. end_tail SIGNAL: ends it and sets $code.
tail_on() {
    env --default-signal=HUP "$steelyard" irqlog tail "$sock" "$@" >"$scratch/out" 2>"$scratch/err" &
    tail=$!
    wait_for 60 is_on
}
end_tail() {
    kill "-$1" "$tail"
    wait "$tail"
    code=$?
}

# --- no log yet ---------------------------------------------------------------------------------------------------------

sy irqlog query "$sock"
expect 'a log that has never been on has no records' 3 'there is no IRQ log; irq-log-set makes one'
sy irqlog tail "$sock"
expect 'and tail does not wait for one' 3 'is off; --begin switches it on'

# --- tail ---------------------------------------------------------------------------------------------------------------

tail_on --begin
check 'tail --begin switches the log on' is_on
check 'with the ring as its only sink' test "$(settings | jq -r .sink)" = ring
check 'a quiet guest shows nothing' test ! -s "$scratch/out"
run_guest
check 'records appear as they are made' wait_for 20 grep -qE \
    '^[0-9]+ [0-9]+\.[0-9]{9} line 4 level 1 hardware /machine/[^ ]*ioapic[^ ]* [^ ]+\([0-9]+\) gsi_handler -> ioapic_set_irq$' \
    "$scratch/out"
last=$(newest)
check 'up to the last one' wait_for 20 grep -q "^$last " "$scratch/out"
check 'each once and in order' sh -c "seq $last >'$scratch/want'; cut -d' ' -f1 '$scratch/out' | cmp - '$scratch/want'"
check 'tail keeps running' kill -0 "$tail"
end_tail INT
expect 'SIGINT ends it with exit status 0' 0
check 'silently' test ! -s "$scratch/err"
off='{"enabled":false,"filter-line":null,"ring-entries":65536,"sink":null}'
check 'and the log is off again' test "$(settings)" = "$off"

# timeout(1) and a terminal's process group send a signal twice. The second may come while the log is being switched off,
# which takes as long as QEMU does not answer.
tail_on --begin
kill -STOP "$pid"
kill -INT "$tail"
sleep 0.3
kill -INT "$tail"
sleep 0.3
kill -CONT "$pid"
wait "$tail"
code=$?
expect 'a second SIGINT just after the first changes nothing' 0
check 'and the log is off' test "$(settings)" = "$off"
if is_on; then ask irq-log-set '"enable": false' >/dev/null; fi

# --- query, with the log off, so that the records stay the same -------------------------------------------------------------

sy irqlog query "$sock" --json
expect 'query prints the ring' 0
cp "$scratch/out" "$scratch/all.json"
# shellcheck disable=SC2016  # jq's
check 'all of it, although one reply does not hold it' jq -es --argjson n "$last" 'length == $n and $n > 4096 and
    (map(.sequence) == [range(1; $n + 1)])' "$scratch/all.json"
sy irqlog query "$sock"
check 'as text, too' test "$(wc -l <"$scratch/out")" -eq "$last"

# same NAME JQ-FILTER OPTION...: query with the options prints exactly the records that the filter selects.
same() {
    local name=$1 filter=$2
    shift 2
    jq -c "select($filter) | .sequence" "$scratch/all.json" >"$scratch/want"
    sy irqlog query "$sock" --json "$@"
    jq -c .sequence "$scratch/out" >"$scratch/got"
    if [ "$code" -eq 0 ] && [ -s "$scratch/want" ] && [ "$(wc -l <"$scratch/want")" -lt "$last" ]; then
        check "$name" cmp "$scratch/want" "$scratch/got"
    else
        not_ok "$name" "exit $code, $(wc -l <"$scratch/want") records wanted" "$(cat "$scratch/err")"
    fi
}
tid=$(jq -s 'map(."host-tid") | unique | .[0]' "$scratch/all.json")
same '--line' '."irq-line" == 4' --line 4
same '--path' '.path | test("ioapic")' --path '*ioapic*'
same '--path: brackets are literal, ? is any character' '.path | endswith("ioapic/unnamed-gpio-in[4]")' --path '*/ioapic/unnamed-gpio-i?[4]'
same '--tid' "(.\"host-tid\") == $tid" --tid "$tid"
same '--since' ".sequence > $((last - 5000))" --since $((last - 5000))
same '--max: the newest' ".sequence > $((last - 3))" --max 3
same '--max with --since: the oldest' '.sequence > 100 and .sequence <= 107' --max 7 --since 100
same 'all at once' ".\"irq-line\" == 4 and (.path | test(\"ioapic\")) and .sequence > $((last / 2))" --line 4 --path '*ioapic*' --since $((last / 2))
sy irqlog query "$sock" --path '*/nowhere'
expect 'nothing is printed if nothing matches' 0 '^$'

# --- tail restores the log's settings -------------------------------------------------------------------------------------

ask irq-log-set '"enable": true, "sink": "ring", "filter-line": 4, "ring-entries": 8192' >/dev/null
was=$(settings)
reset_guest
tail_on --begin --json --path '*ioapic*'
run_guest
made=$(newest)
wait_for 20 sh -c "tail -n 1 '$scratch/out' | jq -e '.sequence > $made - 20'"
end_tail TERM
expect 'SIGTERM ends it with exit status 0' 0
check 'a log that was on stays on, with its settings' test "$(settings)" = "$was"
check 'tail --json prints one object per line, filtered' jq -es 'length > 100 and all(."irq-line" == 4 and (.path | test("ioapic")))' "$scratch/out"
ask irq-log-set '"enable": false' >/dev/null
was=$(settings)
records=$("$steelyard" irqlog query "$sock" | wc -l)
tail_on --begin --since 0
wait_for 20 test -s "$scratch/out"
end_tail HUP
expect 'SIGHUP ends it with exit status 0' 0
check 'a ring of another size keeps its size' test "$(settings)" = "$was"
check 'and its records' test "$("$steelyard" irqlog query "$sock" | wc -l)" -eq "$records"
"$steelyard" irqlog tail "$sock" --begin --since 0 2>"$scratch/err" | head -n 1 >"$scratch/out"
code=${PIPESTATUS[0]}
expect 'a reader that closes the pipe has read enough' 0
check 'nobody complains' sh -c "! grep -E 'cannot write|Broken pipe' '$scratch/err'"
check 'and the log is off' test "$(settings)" = "$was"
timeout 20 "$steelyard" irqlog tail "$sock" --begin 2>"$scratch/err" | true
code=${PIPESTATUS[0]}
expect 'a reader that has gone is noticed without another record' 0
check 'nobody complains' sh -c "! grep -E 'cannot write|Broken pipe' '$scratch/err'"
check 'and the log is off' test "$(settings)" = "$was"
"$steelyard" irqlog query "$sock" 2>"$scratch/err" | head -n 1 >"$scratch/out"
code=${PIPESTATUS[0]}
expect 'query ends likewise' 0
check 'nobody complains' sh -c "! grep -E 'cannot write|Broken pipe' '$scratch/err'"
mkfifo "$scratch/full"
exec 6<>"$scratch/full"
"$steelyard" irqlog tail "$sock" --begin --since 0 >&6 2>"$scratch/err" &
tail=$!
wait_for 60 is_on
sleep 0.5
kill -INT "$tail"
# shellcheck disable=SC2016  # the inner shell's
check 'a reader that does not read does not delay the end' wait_for 20 sh -c '! grep -q "State:.*[RSD] " "/proc/$1/status"' sh "$tail"
kill -9 "$tail" 2>/dev/null
wait "$tail"
check 'and the log is off' test "$(settings)" = "$was"
exec 6>&-

# --- match ----------------------------------------------------------------------------------------------------------------

log=$scratch/irq.log
trace_of() {
    "$root/harness/tests/integration/trace-of-log.py" "$@"
}
reset_guest
wait_for 120 has_run
ask irq-log-set "\"enable\": true, \"sink\": \"file\", \"path\": \"$log\"" >/dev/null
run_guest
ask irq-log-set '"enable": false' >/dev/null
wait_for 60 written
trace_of split "$log" "$scratch/split.dat"
sy irqlog match --irqchip split "$log" "$scratch/split.dat"
expect 'a log and its trace agree' 0 'matched [0-9]{3}, missing 0, spurious 0, out of order 0 $'
# With the irqchip in KVM other functions handle the lines.
sed 's/"pic_set_irq"/"kvm_pic_set_irq"/; s/"ioapic_set_irq"/"kvm_ioapic_set_irq"/' "$log" >"$scratch/on.log"
trace_of on "$scratch/on.log" "$scratch/on.dat"
sy irqlog match "$scratch/on.log" "$scratch/on.dat"
expect 'likewise with the irqchip in KVM' 0 'matched [0-9]{4}, missing 0, spurious 0, out of order 0 $'
sy irqlog query "$sock" --json
sed 's/"pic_set_irq"/"kvm_pic_set_irq"/; s/"ioapic_set_irq"/"kvm_ioapic_set_irq"/' "$scratch/out" >"$scratch/ring.log"
sy irqlog match "$scratch/ring.log" "$scratch/on.dat"
expect 'what query --json prints is a log, too' 0 'missing 0, spurious 0'

# The line number of a record in the middle, among those that KVM is told of.
middle=$(grep -n '"irq-line": 4,.*"ioapic_set_irq"' "$log" | grep '"level": 1,' | sed -n '100s/:.*//p')
record=$(sed -n "${middle}p" "$log")
sed "${middle}d" "$log" >"$scratch/less.log"
sy irqlog match --irqchip split "$scratch/less.log" "$scratch/split.dat"
at=$(($(jq '."timestamp-ns"' <<<"$record") + 1))
at=$((at / 1000000000)).$(printf %09d $((at % 1000000000)))
expect 'a dropped record is found and named' 1 'missing 1, spurious 0' "missing: line 4 level 1 at $at s $"
trace_of split "$scratch/less.log" "$scratch/less.dat"
sy irqlog match --irqchip split "$log" "$scratch/less.dat"
expect 'so is a record without a trace event' 1 'missing 0, spurious 1'
sy irqlog match "$log" "$scratch/split.dat" --irqchip on
expect 'with the wrong irqchip they do not agree' 1 'matched 0, missing [0-9]+, spurious 0'
jq -c '."timestamp-ns" += 1000000000000' "$scratch/on.log" >"$scratch/later.log"
sy irqlog match "$scratch/later.log" "$scratch/on.dat"
expect 'with nothing in common there is no verdict' 4 'matched 0, missing 0' 'the log goes from .* the trace goes from .* clock mono'
: >"$scratch/empty.log"
sy irqlog match "$scratch/empty.log" "$scratch/on.dat"
expect 'an empty log' 4 'the log has no record'

# Log and trace may begin and end at different times: that is not a disagreement.
differ=0
for i in 0 1 2 3 4 5 6; do
    sed -n "$((1000 + i)),$((2000 + i))p" "$scratch/on.log" >"$scratch/part.log"
    trace_of on "$scratch/part.log" "$scratch/part.dat"
    for pair in part.log:on.dat on.log:part.dat; do
        sy irqlog match "$scratch/${pair%:*}" "$scratch/${pair#*:}"
        [ "$code" -eq 0 ] || { differ=$((differ + 1)); cat "$scratch/out" "$scratch/err"; }
    done
done >"$scratch/differ"
check 'a log or a trace that began later or ended earlier agrees with the other' sh -c "cat '$scratch/differ'; test $differ -eq 0"

# --- errors ---------------------------------------------------------------------------------------------------------------

head -c -20 "$log" >"$scratch/cut.log"
sy irqlog match "$scratch/cut.log" "$scratch/on.dat"
expect 'a truncated log' 3 "cut.log:$(wc -l <"$log"): not a record of an IRQ log; is this the whole file"
sy irqlog match "$scratch/on.dat" "$scratch/on.dat"
expect 'an invalid log' 3 'on.dat:1: not a (line|record) of an IRQ log'
sy irqlog match "$scratch/none.log" "$scratch/on.dat"
expect 'a missing log' 3 'cannot read .*none.log: '
head -c 6000 "$scratch/on.dat" >"$scratch/cut.dat"
sy irqlog match "$log" "$scratch/cut.dat"
expect 'a truncated trace' 3 'cut.dat is not a complete trace'
sy irqlog match "$log" "$log"
expect 'an invalid trace' 3 'irq.log is not a complete trace'
sy irqlog match "$log" "$scratch/none.dat"
expect 'a missing trace' 3 'cannot read .*none.dat: No such file'
sy irqlog match "$log"
expect 'a log without a trace' 2 '^steelyard irqlog match: give a log file and a trace.dat $'
sy irqlog match "$log" "$scratch/on.dat" --irqchip off
expect 'an invalid irqchip' 2 '--irqchip off: give on or split'

for action in tail query; do
    sy irqlog $action "$scratch/none.sock"
    expect "$action: a missing socket" 3 'cannot connect to .*none.sock: No such file'
    sy irqlog $action
    expect "$action: no socket" 2 "^steelyard irqlog $action: give one QMP socket $"
    sy irqlog $action "$sock" --since -1
    expect "$action: a number below 0" 2 '--since -1: give a number from 0'
    sy irqlog $action "$sock" --line 5000000000
    expect "$action: a number that is too large" 2 '--line 5000000000: give a number from 0 to 2147483647'
    sy irqlog $action "$sock" --tid many
    expect "$action: an invalid number" 2 "many.* --tid"
    sy irqlog $action "$sock" --path ''
    expect "$action: an empty pattern" 2 '--path: give a pattern'
    sy irqlog $action "$sock" --dance
    expect "$action: an unknown option" 2 "^steelyard irqlog $action: Unknown option --dance; [^;]* lists the options $"
done
sy irqlog query "$sock" --max 0
expect '--max 0' 2 '--max 0: give a number from 1 to 100000'
sy irqlog query "$sock" --begin
expect 'query has no --begin' 2 'Unknown option --begin'
sy irqlog match --dance
expect 'match: an unknown option' 2 '^steelyard irqlog match: Unknown option --dance; [^;]* lists the options $'
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$scratch/dead.sock"
sy irqlog tail "$scratch/dead.sock" --begin
expect 'a socket that nobody listens on' 3 'cannot connect to .*dead.sock: Connection refused'

stock=$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" stock)
if [ -x "$stock" ]; then
    "$stock" -machine none -nodefaults -display none -qmp "unix:$scratch/stock.sock,server=on,wait=off" 2>/dev/null &
    other=$!
    wait_for 60 test -S "$scratch/stock.sock"
    sy irqlog query "$scratch/stock.sock"
    expect 'query: a QEMU without the log' 3 'this QEMU has no IRQ log'
    sy irqlog tail "$scratch/stock.sock" --begin
    expect 'tail: a QEMU without the log' 3 'this QEMU has no IRQ log'
    kill "$other"
    wait "$other" 2>/dev/null
else
    skip 'a QEMU without the log' 'no stock build; make qemu FLAVOR=stock'
fi

# --- QEMU dies ------------------------------------------------------------------------------------------------------------

tail_on --begin
"$steelyard" irqlog query "$sock" >"$scratch/second" 2>&1
check 'a second client is told that another is connected' grep -q 'serves one client at a time' "$scratch/second"
kill -9 "$pid"
wait_for 30 sh -c "! kill -0 $tail"
wait "$tail"
code=$?
expect 'tail ends when QEMU dies, and says so' 3 '^steelyard: .*QEMU closed the connection $'
kill "$cat"
wait "$pid" "$cat" 2>/dev/null || true # both were killed
