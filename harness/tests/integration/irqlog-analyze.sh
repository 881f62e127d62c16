#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The script that explains IRQ logs: what it prints, how it copes with logs that are incomplete, mixed with other output
# or hostile, and that its memory use does not grow with the log. ANALYZE_MIB (default 32) is the size of the large log,
# ANALYZE_MUTATIONS (default 400) how many mutated logs it has to survive.
. "$(dirname "$0")/tap.sh"
script=$root/qemu-mods/src/scripts/irqlog-analyze.py

block() { # TIME LEVEL LINE PATH TID CALLER
    printf 'irq-log: time=%sns level=%s n=%s kind=hardware\n         path=%s\n' "$1" "$2" "$3" "$4"
    printf '         irq=0x55aa handler=0x55bb opaque=(nil)\n         host-tid=%s caller=%s\n' "$5" "$6"
}
# analyze [OPTION...] LOG: output to $scratch/out, messages to $scratch/err; sets $code.
analyze() {
    python3 "$script" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}

{
    echo 'irq-log: enabled'
    block 1000 1 4 '/machine/q35/ioapic/unnamed-gpio-in[4]' 77 0x401136
    block 2000 0 4 '/machine/q35/ioapic/unnamed-gpio-in[4]' 77 0x401136
    echo 'irq-log: disabled'
} >"$scratch/log"
analyze "$scratch/log"
expect 'two records and their summary' 0 '^- time=1000ns level=1 n=4 kind=hardware path=/machine/q35' \
    'tid=77 caller=0x401136' '2 records, 0 incomplete, 2 other lines; 0.000001 s' '1 /machine/q35/ioapic/unnamed-gpio-in\[4\] n=4 level=0'
sed -n 's/^  | //p' "$scratch/out" >"$scratch/originals"
grep -v abled "$scratch/log" >"$scratch/wanted"
check 'every original line is printed' cmp "$scratch/wanted" "$scratch/originals"
check 'but not with --no-original' sh -c "python3 '$script' --no-original '$scratch/log' | grep -c '^  |' | grep -qx 0"
check '--summary prints the summary alone' sh -c "python3 '$script' --summary '$scratch/log' | head -n 1 | grep -q '^2 records'"
check 'it reads standard input' sh -c "python3 '$script' --summary - <'$scratch/log' | grep -q '^2 records'"

# Threads and functions. The process is this shell; a stand-in for addr2line records its arguments.
cat >"$scratch/resolver" <<'END'
#!/bin/sh
echo "asked $*" >>"$0.calls"
echo 'pci_update_irq at /src/hw/pci/pci.c:1832'
END
chmod +x "$scratch/resolver"
block 1000 1 4 '(anonymous)' $$ 0x7fffffff0000 >"$scratch/named"
block 2000 0 4 '(anonymous)' $$ 0x7fffffff0000 >>"$scratch/named"
ADDR2LINE=$scratch/resolver analyze --pid $$ --binary /bin/bash "$scratch/named"
expect 'threads and functions have names' 0 "tid=$$ \($(cat /proc/$$/comm)\) caller=0x7fffffff0000 -> pci_update_irq /src/hw/pci/pci.c:1832"
check 'an address is looked up once' sh -c "wc -l <'$scratch/resolver.calls' | grep -qx 1"
ADDR2LINE=$scratch/none analyze --pid $$ --binary /bin/bash "$scratch/named"
expect 'a missing addr2line is reported once, and the rest is printed' 0 'none: .*functions are not looked up' '2 records'
analyze --binary "$scratch/log" "$scratch/log"
expect 'a binary that is not an ELF file' 1 'log is not a 64-bit ELF file'
analyze "$scratch/nothing"
expect 'a missing log' 1 'nothing'
analyze --pid 0 "$scratch/log"
expect 'an impossible process ID' 2 'takes a process ID'
analyze --progress -1 "$scratch/log"
expect 'a negative progress interval' 2 '0 or more'
printf '%s\n' '{"sequence":1,"dropped":0,"timestamp-ns":5,"level":1,"irq-line":4,"kind":"hardware","path":"p","host-tid":7,"thread-name":"CPU 0/KVM","caller-addr":18,"caller-symbol":"gsi_handler","handler-addr":19,"handler-symbol":"h"}' \
    '{"timestamp-ns":"x"}' '{"timestamp-ns"' >"$scratch/json"
analyze "$scratch/json"
expect 'JSON lines, which have the names already' 0 'tid=7 \(CPU 0/KVM\) caller=0x12 -> gsi_handler' '1 records, 0 incomplete, 2 other lines'

# Incomplete, mixed, hostile.
{
    block 1 1 1 a 7 0x1 | head -n 2
    block 2 1 1 b 7 0x1
    echo 'warning: x'
    block 3 1 1 c 7 0x1 | sed '2a qemu: something else\n{"event": "RESET"}'
    printf 'no newline before irq-log: time=4ns level=1 n=1 kind=hardware\n'
    block 4 1 1 d 7 0x1 | tail -n 3
    block 5 1 1 $'e\033[31m\007' 7 0x1
    block 6 1 1 f 7 0x1 | head -c 60
} >"$scratch/mixed"
analyze "$scratch/mixed"
expect 'incomplete and mixed blocks' 0 '4 records, 2 incomplete' 'path=a \(incomplete\)' 'path=c' 'path=d' 'e\\x1b\[31m\\x07'
head -c 3000000 /dev/zero | tr '\0' 'x' >"$scratch/long"
block 7 1 1 g 7 0x1 >>"$scratch/long"
analyze --summary "$scratch/long"
expect 'an endless line is skipped' 0 '^0 records, 0 incomplete'
python3 - "$scratch/log" "$script" "${ANALYZE_MUTATIONS:-400}" >"$scratch/out" 2>"$scratch/err" <<'END'
import importlib.util, io, random, sys
spec = importlib.util.spec_from_file_location('analyze', sys.argv[2])
analyze = importlib.util.module_from_spec(spec)
spec.loader.exec_module(analyze)
seed = open(sys.argv[1], 'rb').read() + b'{"sequence":1,"dropped":0,"timestamp-ns":5,"level":1,"irq-line":4,' \
    b'"kind":"h","path":"p","host-tid":7,"thread-name":"t","caller-addr":18,"caller-symbol":"s","handler-addr":1}\n'
rand = random.Random(1)
for n in range(int(sys.argv[3])):
    data = bytearray(seed * rand.randint(1, 4))
    for _ in range(rand.randint(1, 30)):
        at = rand.randrange(len(data))
        kind = rand.randrange(5)
        if kind == 0:
            data[at] = rand.randrange(256)
        elif kind == 1:
            del data[at:at + rand.randint(1, 80)]
        elif kind == 2:
            data[at:at] = bytes(rand.choice(b'0123456789{}[]":\n\0-') for _ in range(rand.randint(1, 40)))
        elif kind == 3:
            data[at:at] = data[max(0, at - 200):at]
        else:
            del data[at:]
        if not data:
            data = bytearray(b'\n')
    counts = analyze.Counts()
    summary = analyze.Summary()
    for rec in analyze.parse_records(analyze.read_lines(io.BytesIO(bytes(data)), counts), counts):
        analyze.format_record(rec, 't', 's at x')
        if rec.whole():
            summary.add(rec, 't', 's')
    summary.text(counts)
    assert counts.read_bytes == len(data)
print('survived')
END
check 'it survives mutated logs' grep -qx survived "$scratch/out"

# Many lines, threads and callers: the peak of resident memory is little more than that of a small log.
mib=${ANALYZE_MIB:-32}
awk -v bytes=$((mib * 1048576)) 'BEGIN {
    for (i = 0; done < bytes; i++) {
        text = sprintf("irq-log: time=%dns level=%d n=%d kind=hardware\n         path=/machine/x[%d]\n         irq=0x55aa handler=0x55bb opaque=0x1\n         host-tid=%d caller=0x%x\n",
            i * 1000, i % 2, i % 24, i % 20000, i % 9000, i % 30000)
        done += length(text)
        printf "%s", text
    }
}' >"$scratch/large"
peak() {
    python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' python3 "$script" "$@"
}
small=$(peak "$scratch/log" 2>/dev/null)
large=$(peak --progress 0 "$scratch/large" 2>"$scratch/err")
echo "# $mib MiB: peak $large KiB, of a small log $small KiB"
check 'memory does not grow with the log' test "$large" -lt $((small + 16384))
check 'and it shows its progress' grep -qE "irqlog-analyze: [0-9]+ MiB of $mib \([0-9]+ %\), [0-9]+ s left" "$scratch/err"
