#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `steelyard pages` on a running QEMU, `--fault page-bit`, and DUMPS (default 40) dumps while another client stops,
# continues and resets the guest. Uses TCG, so that it runs on every host. FLAVOR (default modded) may be asan, for
# `make check-deep`.
. "$(dirname "$0")/tap.sh"
qemu=$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" "${FLAVOR:-modded}") || exit 3
dumps=${DUMPS:-40}

# A sanitizer's report is in QEMU's log and ends QEMU with an exit status of its own.
export ASAN_OPTIONS=exitcode=99:halt_on_error=1:detect_leaks=1
export UBSAN_OPTIONS=exitcode=99:halt_on_error=1:print_stacktrace=1
sock=$scratch/qmp.sock
open_monitor

"$qemu" -accel tcg -machine pc,max-ram-below-4g=16M -smp 2 -m 32 -L /usr/share/qemu -L /usr/share/seabios \
    -nodefaults -no-user-config -display none -vga none -nic none -serial "file:$scratch/serial" \
    -qmp "unix:$sock,server=on,wait=off" -qmp-pretty "unix:$scratch/pretty,server=on,wait=off" \
    -qmp "pipe:$monitor" -kernel "$build/guests/pattern.elf" \
    -append 'seed=1 own=400000+c00000 own=100000000+1000000' >"$scratch/qemu.log" 2>&1 &
pid=$!
if ! wait_for 120 grep -q 'pattern: ready' "$scratch/serial"; then
    not_ok 'the guest is ready' "$(cat "$scratch/qemu.log" "$scratch/serial")"
    exit
fi

check 'a second client is served' ask qmp_capabilities

# --- single commands ----------------------------------------------------------------------------------------------------

sy pages dump "$sock" 0x100000000 64
expect 'a dump shows the bytes of a page, whose first word is its address' 0 \
    '^0000000100000000 00 00 00 00 01 00 00 00 ' '0000000100000030'
check 'and no more than were asked for' test "$(wc -l <"$scratch/out")" -eq 4
cp "$scratch/out" "$scratch/plain"
sy pages dump "$scratch/pretty" 0x100000000 64
check 'a socket of -qmp-pretty gives the same dump' cmp "$scratch/plain" "$scratch/out"
sy pages dump "$sock" 0xfee00000
expect 'an address without memory is reported' 0 '00000000fee00000 neither RAM nor ROM'
sy pages find "$sock" 0x400000 12M --bytes 0050900000000000
expect 'bytes are found where they are and nowhere else' 0 '^0x0000000000905000 $'
sy pages find "$sock" 0x400000 1M --text 'not there'
expect 'absent text is not found' 1 '^$'
sy pages find "$sock" 0x200000 64K --changed 200
expect 'a page that changes is found' 0 'page 0x201000: [0-9]+ bytes differ'
sy pages find "$sock" 0x400000 1M --changed 0
expect 'pages that do not change are not found' 1 '^$'
"$steelyard" pages dump "$sock" 0x200000 8K --json >"$scratch/a.json"
sleep 0.2
"$steelyard" pages dump "$sock" 0x200000 8K --json >"$scratch/b.json"
sy pages diff "$scratch/a.json" "$scratch/b.json"
expect 'two dumps differ in the page that changes' 1 'page 0x201000: ' '\+0000000000201000'
sy pages diff "$scratch/a.json" "$scratch/a.json"
expect 'a dump is equal to itself' 0 '^$'
sy pages diff --json "$scratch/a.json" "$scratch/b.json"
expect 'the same as JSON' 1 '"base" ?: ?"0x201000"'

# --- errors -------------------------------------------------------------------------------------------------------------

sy pages dump "$scratch/none.sock" 0
expect 'a missing socket' 3 'cannot connect to .*none.sock'
sy pages dump "$sock" 4k 0
expect 'no bytes' 2 'cannot read 0 bytes'
sy pages dump "$sock" 0xz
expect 'an invalid number' 2 "address '0xz'"
sy pages dump "$sock" 0xffffffffffffffff 2
expect 'beyond the end of the address space' 2 'below 2\^64'
sy pages find "$sock" 0 --bytes 123
expect 'half a byte' 2 '--bytes with an even number'
sy pages find "$sock" 0
expect 'nothing to look for' 2 'pages find: give --bytes'
echo '{"pages": [{"base": "0x1000"}]}' >"$scratch/bad.json"
sy pages diff "$scratch/bad.json" "$scratch/a.json"
expect 'an invalid dump' 2 'bad.json: pages\[0\]: base, mapped or data is missing'

# --- memory -------------------------------------------------------------------------------------------------------------

# What QEMU keeps after many replies, against what it keeps after as many of its own longest one. A sanitizer keeps what is
# freed.
if [ "${FLAVOR:-modded}" = asan ]; then
    skip 'dumps leave no more memory with QEMU than its longest reply' 'the sanitizer keeps what was freed'
elif ! stock=$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" stock 2>/dev/null); then
    skip 'dumps leave no more memory with QEMU than its longest reply' 'no stock build'
else
    # resident QEMU COMMAND [ARGUMENTS]: growth after 1,000 replies, in KiB
    resident() {
        python3 -BEs "$root/harness/tests/integration/resident.py" "$1" 1000 "${@:2}" 2>>"$scratch/resident.err" || {
            cat "$scratch/resident.err" >&2
            echo failed
        }
    }
    schema=$(resident "$stock" query-qmp-schema)
    base64=$(resident "$qemu" query-phys-pages '{"addr": 0, "num-pages": 64, "format": "base64"}')
    rows=$(resident "$qemu" query-phys-pages '{"addr": 0}')
    echo "# grown after 1,000 replies, in KiB: query-qmp-schema $schema, 64 pages in base64 $base64, one page in rows $rows"
    check '1,000 dumps of 64 pages leave no more memory with QEMU than 1,000 query-qmp-schema with a stock one' \
        test "$base64" -le "$schema"
    check 'nor do 1,000 dumps of one page in rows' test "$rows" -le "$schema"
fi

# --- a bit flipped by a fault is found and located --------------------------------------------------------------------------

cat >"$scratch/correct.ini" <<'INI'
[pages.correct]
accel = tcg
pages = 200
repeat = 1
INI
sy run "$scratch/correct.ini" --host native --qemu "$qemu" --out "$scratch/results"
expect 'pages.correct passes' 0 'PASS'
sy run "$scratch/correct.ini" --host native --qemu "$qemu" --out "$scratch/results" --fault page-bit
expect 'with a flipped bit it fails and says where' 1 'FAIL .*wrong_bytes' 'first wrong byte at 0x0000000100000234'

# --- dumps while another client stops, continues and resets -----------------------------------------------------------------

# pester: leaves the guest stopped, and the number of answered commands in $scratch/answered.
pester() {
    local command answered=0
    while [ ! -e "$scratch/enough" ]; do
        for command in stop cont system_reset stop system_reset cont; do
            ask "$command" >/dev/null || return 1
            answered=$((answered + 1))
        done
    done
    ask stop >/dev/null && echo "$answered" >"$scratch/answered"
}
pester &
pester=$!
bad=0
for ((i = 0; i < dumps; i++)); do
    "$steelyard" pages dump "$sock" 0x100000000 256K --json >"$scratch/dump.json" 2>>"$scratch/dump.err" || bad=$((bad + 1))
done
touch "$scratch/enough"
wait "$pester"
status=$?
check 'every stop, cont and system_reset is answered' test "$status" -eq 0
check "meanwhile $dumps dumps are made" sh -c "cat '$scratch/dump.err'; test $bad -eq 0"
check 'without any message' sh -c "! grep . '$scratch/dump.err'"
check 'QEMU is still running' kill -0 "$pid"
echo "# $dumps dumps, $(cat "$scratch/answered") commands of the other client"
check 'the other client had at least one command answered for each dump' test "$(cat "$scratch/answered")" -ge "$dumps"

# Memory survives a reset, and the guest writes the same pattern again: once stopped, its memory is correct, the same in two
# dumps, and what pmemsave saves.
"$steelyard" pages dump "$sock" 0x400000 1M --json >"$scratch/c.json"
"$steelyard" pages dump "$sock" 0x400000 1M --json >"$scratch/d.json"
sy pages diff "$scratch/c.json" "$scratch/d.json"
expect 'a stopped guest gives the same dump twice' 0 '^$'
check 'pmemsave' ask pmemsave "\"val\": 4194304, \"size\": 1048576, \"filename\": \"$scratch/saved\""
jq -r '.pages[].data' "$scratch/d.json" | while read -r page; do base64 -d <<<"$page"; done >"$scratch/dumped"
check 'the same bytes as pmemsave' cmp "$scratch/dumped" "$scratch/saved"
check 'and the first word is the page'\''s address' \
    test "$(od -An -tx8 -N8 "$scratch/dumped" | tr -d ' ')" = 0000000000400000
ask quit >/dev/null
wait "$pid"
status=$?
check 'QEMU ends normally' test "$status" -eq 0
# shellcheck disable=SC2016  # the inner shell's
check 'and no sanitizer reports anything' \
    sh -c '! grep -A 12 -E "ERROR: (Address|Leak)Sanitizer|runtime error:" "$1"' sh "$scratch/qemu.log"
