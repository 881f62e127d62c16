#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two QMP clients at once switch the IRQ log on and off, with changing sinks, filters and rings, while a guest keeps
# setting IRQs and USB controllers and devices come and go. Every record must be whole, in whichever sink.
# TOGGLES (default 600) counts both clients together. IRQ_LOG_FLAVOR is the flavor of QEMU (default modded; with asan no
# sanitizer may report anything, nor a leak but QEMU's own); IRQ_LOG_QEMU is the path of any other QEMU.
. "$(dirname "$0")/tap.sh"
toggles=${TOGGLES:-600}
flavor=${IRQ_LOG_FLAVOR:-modded}
qemu=${IRQ_LOG_QEMU:-$(qemu-mods/build-qemu --path "${REL:-10.0}" "$flavor")}
[ -n "$qemu" ] || exit 3

cat >"$scratch/clients.py" <<'END'
import json, os, random, socket, sys, threading, time

folder, toggles = sys.argv[1], int(sys.argv[2])


class Client:
    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(120)
        for _ in range(600):
            try:
                self.socket.connect('%s/%s' % (folder, name))
                break
            except OSError:
                time.sleep(0.1)
        self.file = self.socket.makefile('rwb')
        self.file.readline()
        self.errors = []
        self.deleted = set()
        self.do('qmp_capabilities')

    def do(self, command, **arguments):
        text = {'execute': command, 'arguments': {k.replace('_', '-'): v for k, v in arguments.items()}}
        self.file.write(json.dumps(text).encode() + b'\n')
        self.file.flush()
        while True:
            reply = json.loads(self.file.readline())
            if reply.get('event') == 'DEVICE_DELETED':
                self.deleted.add(reply['data'].get('device'))
            if 'event' not in reply:
                if 'error' in reply:
                    self.errors.append((command, reply['error']['desc']))
                return reply.get('return')


def settings(rand, number):
    out = {'enable': True, 'sink': rand.choice(['ring', 'ring', 'file', 'stderr', 'both'])}
    if out['sink'] == 'file':
        out['path'] = '%s/log-%d-%d.jsonl' % (folder, number, rand.randrange(30))
    if rand.random() < 0.3:
        out['filter_line'] = rand.choice([4, 5])
    if rand.random() < 0.3:
        out['filter_path'] = rand.choice(['*ioapic*', '(anonymous)', '*gpio-in[4]', '*'])
    if rand.random() < 0.3:
        out['rate_limit'] = rand.choice([1, 1000, 1000000])
    if rand.random() < 0.3:
        out['ring_entries'] = rand.choice([64, 1024, 65536])
    return out


def check(client, records):
    last = None
    for r in records or []:
        whole = r['level'] in (0, 1) and 0 <= r['irq-line'] < 256 and r['kind'] == 'hardware' and \
            (r['path'] == '(anonymous)' or r['path'].startswith('/machine')) and \
            r['timestamp-ns'] > 0 and r['host-tid'] > 0 and r['caller-symbol'] and r['handler-symbol']
        if not whole or (last is not None and r['sequence'] <= last):
            client.errors.append(('torn', json.dumps(r)))
        last = r['sequence']


def play(number, client, seen):
    rand = random.Random(number)
    plugged = 0
    for i in range(toggles // 2):
        client.do('irq-log-set', **(settings(rand, number) if i % 2 == 0 else {'enable': False}))
        if i % 7 == 0:
            reply = client.do('query-irq-log', max_entries=200) if seen[0] or i else None
            records = reply['entries'] if reply else []
            check(client, records)
            seen[1] += len(records or [])
        seen[0] = True
        if number == 0 and i % 10 == 0:
            client.do('device_add', driver='usb-tablet', id='t%d' % plugged, bus='x.0')
            client.do('device_add', driver='piix3-usb-uhci', id='u%d' % plugged)
        if number == 0 and i % 10 == 5:
            client.do('device_del', id='t%d' % plugged)
            client.do('device_del', id='u%d' % plugged)
            client.do('system_reset')    # the guest does not handle hot-unplug; a reset completes it
            plugged += 1


clients = [Client('a.sock'), Client('b.sock')]
seen = [False, 0]
clients[0].do('irq-log-set', enable=True, sink='ring')
threads = [threading.Thread(target=play, args=(n, c, seen)) for n, c in enumerate(clients)]
for t in threads:
    t.start()
for t in threads:
    t.join()
clients[0].do('irq-log-set', enable=False)
status = clients[0].do('query-irq-log-status')
while status['unwritten'] > 0:
    time.sleep(0.01)
    status = clients[0].do('query-irq-log-status')
problems = [e for c in clients for e in c.errors if 'still being written' not in e[1]]
print('records %d, looked at %d, written %d, overtaken %d, refused %d, unlocked %d' % (
    status['last-sequence'], seen[1], status['written'], status['overtaken'], status['refused'], status['unlocked']))
if status['unlocked']:
    problems.append(('unlocked', 'IRQs were set without the big lock'))
for problem in problems[:10]:
    print('problem: %s: %s' % problem)
clients[0].do('quit')
sys.exit(1 if problems or not seen[1] or not status['last-sequence'] else 0)
END

# QEMU's own leaks. The IRQ that a UHCI controller takes from pci_allocate_irq() is not freed when it is unplugged.
echo 'leak:usb_uhci_common_realize' >"$scratch/upstream-leaks"
# GLib keeps no frame pointers: the fast unwinder would end in it, and no leak could be told from another.
sanitizers=detect_leaks=1:fast_unwind_on_malloc=0

make --no-print-directory -s guests "B=$build" >/dev/null
(cd "$scratch" && UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=$sanitizers \
    LSAN_OPTIONS=suppressions=$scratch/upstream-leaks:print_suppressions=1:exitcode=0 exec timeout 3000 "$qemu" -accel tcg \
    -machine pc -m 64 -nodefaults -no-user-config -display none -vga none -net none -L /usr/share/qemu -L /usr/share/seabios \
    -serial null -device qemu-xhci,id=x -kernel "$build/guests/spin.elf" -append 'out=3f9 flip=2' \
    -qmp unix:a.sock,server=on,wait=off -qmp unix:b.sock,server=on,wait=off 2>"$scratch/stderr") &
vm=$!
start=$SECONDS
python3 "$scratch/clients.py" "$scratch" "$toggles" >"$scratch/out" 2>&1
check "$toggles times on and off by two clients: nothing refused, nothing torn" test $? -eq 0
sed 's/^/# /' "$scratch/out"
wait "$vm"
check 'QEMU ends normally' test $? -eq 0
echo "# $((SECONDS - start)) s; $(grep -c 'irq-log: time' "$scratch/stderr") blocks on stderr"
if [ "$flavor" = asan ]; then
    check 'no sanitizer reports anything' \
        sh -c "! grep -A 12 -E 'ERROR: (Address|Leak)Sanitizer|runtime error' '$scratch/stderr'"
    check 'which looked for leaks, and found the one that QEMU has' \
        grep -qE '^ +[1-9][0-9]* +[0-9]+ usb_uhci_common_realize$' "$scratch/stderr"
fi
check 'blocks on stderr are whole' python3 - "$root/qemu-mods/src/scripts/irqlog-analyze.py" "$scratch/stderr" <<'END'
import importlib.util, sys
spec = importlib.util.spec_from_file_location('analyze', sys.argv[1])
analyze = importlib.util.module_from_spec(spec)
spec.loader.exec_module(analyze)
counts = analyze.Counts()
with open(sys.argv[2], 'rb') as stream:
    for record in analyze.parse_records(analyze.read_lines(stream, counts), counts):
        pass
print(counts.records, counts.incomplete)
sys.exit(0 if counts.incomplete == 0 and counts.records else 1)
END
check 'lines in files are whole' sh -c "cat '$scratch'/log-*.jsonl | jq -es 'length > 0 and all(.sequence > 0)'"
