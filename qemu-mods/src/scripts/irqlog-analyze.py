#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Explain an IRQ log of QEMU (see docs/devel/irq-logging.rst).

Reads what irq-log-set writes to stderr (blocks of four lines) or to a file
(lines of JSON), adds names of threads and functions, and counts records.
Other output in between is skipped.  Memory use does not grow with the log.
"""

import argparse
import collections
import json
import os
import re
import struct
import subprocess
import sys
import time

LINE_BYTES = 64 * 1024      # the rest of a longer line is ignored
FOREIGN_LINES = 64          # of other output, at most, within a block
CACHE_ENTRIES = 4096        # for threads, and as many for functions
GROUPS = 4096               # counted separately; all others count as one
TOP = 20                    # groups shown
ADDR2LINE_S = 60            # time limit for one address, in seconds

HEAD = re.compile(r'irq-log: time=(-?\d{1,20})ns level=(-?\d{1,11}) '
                  r'n=(-?\d{1,11}) kind=([ -~]{1,64})$')
PATH = re.compile(r'^         path=(.*)$')
ADDRESSES = re.compile(r'^         irq=(\S{1,32}) handler=(\S{1,32}) '
                       r'opaque=(\S{1,32})$')
ORIGIN = re.compile(r'^         host-tid=(-?\d{1,11}) '
                    r'caller=(0x[0-9a-fA-F]{1,16}|\(nil\))$')
UNPRINTABLE = re.compile(r'[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]')


class Record:
    """An IRQ was set.  Attributes that the log does not have are None."""

    __slots__ = ('time', 'level', 'n', 'kind', 'path', 'irq', 'handler',
                 'opaque', 'tid', 'caller', 'thread', 'symbol', 'lines')

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, None)
        self.lines = []

    def whole(self):
        return self.caller is not None


class Counts:
    """How much read_lines() and parse_records() have read and skipped."""

    def __init__(self):
        self.records = 0
        self.incomplete = 0
        self.foreign = 0
        self.read_bytes = 0


def clean(text):
    """@text as one line, without control characters."""
    return UNPRINTABLE.sub(lambda m: '\\x%02x' % ord(m.group()), text)


def read_lines(stream, counts):
    """The lines of a binary stream, as text; long ones are truncated."""
    while True:
        raw = stream.readline(LINE_BYTES)
        if not raw:
            return
        counts.read_bytes += len(raw)
        whole = raw.endswith(b'\n')
        text = raw.decode('utf-8', 'backslashreplace').rstrip('\r\n')
        while not whole:
            more = stream.readline(LINE_BYTES)
            counts.read_bytes += len(more)
            whole = not more or more.endswith(b'\n')
        yield text


def record_of_head(line):
    match = HEAD.search(line)
    if not match:
        return None
    rec = Record()
    rec.time, rec.level, rec.n = (int(g) for g in match.groups()[:3])
    rec.kind = match.group(4)
    rec.lines.append(line)
    return rec


def record_of_json(line):
    """The record in a line of the file sink; None if it is another line."""
    if not line.startswith('{') or '"timestamp-ns"' not in line:
        return None
    try:
        data = json.loads(line)
        rec = Record()
        rec.time, rec.level = int(data['timestamp-ns']), int(data['level'])
        rec.n, rec.kind = int(data['irq-line']), str(data['kind'])
        rec.path, rec.tid = str(data['path']), int(data['host-tid'])
        rec.caller = int(data['caller-addr'])
        rec.handler = '0x%x' % int(data['handler-addr'])
        rec.thread = str(data['thread-name']) or None
        rec.symbol = str(data['caller-symbol']) or None
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
    rec.lines.append(line)
    return rec


def continue_record(rec, line):
    """Add @line to @rec if it is the next line of it; tell whether it is."""
    if rec.path is None:
        match = PATH.match(line)
        if match:
            rec.path = match.group(1)
    elif rec.irq is None:
        match = ADDRESSES.match(line)
        if match:
            rec.irq, rec.handler, rec.opaque = match.groups()
    else:
        match = ORIGIN.match(line)
        if match:
            rec.tid = int(match.group(1))
            text = match.group(2)
            rec.caller = int(text, 16) if text.startswith('0x') else 0
    if match:
        rec.lines.append(line)
    return bool(match)


def parse_records(lines, counts):
    """The records in @lines.  An incomplete one lacks its last lines."""
    rec, foreign = None, 0
    for line in lines:
        new = record_of_head(line) or record_of_json(line)
        if new:
            if rec:
                counts.incomplete += 1
                yield rec
            rec, foreign = new, 0
        elif not rec or not continue_record(rec, line):
            counts.foreign += 1
            foreign += 1
        if rec and (rec.whole() or foreign > FOREIGN_LINES):
            counts.records += rec.whole()
            counts.incomplete += not rec.whole()
            yield rec
            rec, foreign = None, 0
    if rec:
        counts.incomplete += 1
        yield rec


class Cache(collections.OrderedDict):
    """Remembers the most recently used results of a function."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def ask(self, key):
        if key in self:
            self.move_to_end(key)
        else:
            self[key] = self.function(key)
            if len(self) > CACHE_ENTRIES:
                self.popitem(last=False)
        return self[key]


def read_thread_name(pid, tid):
    """The name of thread @tid of process @pid, None if there is none."""
    try:
        with open('/proc/%d/task/%d/comm' % (pid, tid), 'rb') as comm:
            return comm.read(64).decode('utf-8', 'backslashreplace').strip()
    except OSError:
        return None


def elf_load_address(path):
    """Lowest virtual address in the ELF file @path, and whether it is
    position independent.  ValueError if the file is not a 64-bit ELF."""
    with open(path, 'rb') as elf:
        head = elf.read(64)
        if len(head) < 64 or head[:4] != b'\x7fELF' or head[4] != 2:
            raise ValueError('%s is not a 64-bit ELF file' % path)
        order = '<' if head[5] == 1 else '>'
        kind, = struct.unpack_from(order + 'H', head, 16)
        offset, = struct.unpack_from(order + 'Q', head, 32)
        size, number = struct.unpack_from(order + 'HH', head, 54)
        if size < 56:
            raise ValueError('%s has no program headers' % path)
        elf.seek(offset)
        lowest = None
        for _ in range(number):
            entry = elf.read(size)
            if len(entry) < 56:
                raise ValueError('%s ends within its program headers' % path)
            if struct.unpack_from(order + 'I', entry)[0] == 1:
                address, = struct.unpack_from(order + 'Q', entry, 16)
                lowest = address if lowest is None else min(lowest, address)
        return lowest or 0, kind == 3


def mapped_at(pid):
    """The address at which the program of process @pid was loaded."""
    exe = os.readlink('/proc/%d/exe' % pid)
    with open('/proc/%d/maps' % pid, 'r', errors='replace') as maps:
        for line in maps:
            part = line.split(None, 5)
            if len(part) == 6 and part[5].rstrip('\n') == exe and \
               int(part[2], 16) == 0:
                return int(part[0].split('-')[0], 16)
    raise ValueError('no mapping of %s' % exe)


class Resolver:
    """Finds the functions that addresses of a process belong to."""

    def __init__(self, binary, base, pid, warn):
        self.tool = os.environ.get('ADDR2LINE', 'addr2line')
        self.binary, self.warn = binary, warn
        self.shift, self.failed = 0, False
        lowest, movable = elf_load_address(binary)
        if movable:
            if base is None and pid is not None:
                base = mapped_at(pid)
            if base is None:
                warn('%s is position independent: its functions are found only '
                     'with --pid of the running process, or --base' % binary)
            else:
                self.shift = base - (lowest & ~0xfff)

    def resolve(self, address):
        """Function, file and line; None if they are unknown."""
        if self.failed or address <= self.shift:
            return None
        command = [self.tool, '-Cfpe', self.binary,
                   '0x%x' % (address - self.shift)]
        try:
            out = subprocess.run(command, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL,
                                 timeout=ADDR2LINE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            self.failed = True
            self.warn('%s: %s; functions are not looked up' %
                      (self.tool, error))
            return None
        text = out.stdout.decode('utf-8', 'backslashreplace').strip()
        if out.returncode != 0 or not text or text.startswith('??'):
            return None
        return text.splitlines()[0]


def format_record(rec, thread, symbol, original=True):
    """@rec as text of several lines."""
    out = ['- time=%dns level=%d n=%d kind=%s' %
           (rec.time, rec.level, rec.n, rec.kind)]
    if rec.path is not None:
        out.append('  path=%s' % rec.path)
    if rec.irq is not None:
        out.append('  irq=%s handler=%s opaque=%s' %
                   (rec.irq, rec.handler, rec.opaque))
    if rec.caller is not None:
        out.append('  tid=%d%s caller=0x%x' %
                   (rec.tid, ' (%s)' % thread if thread else '', rec.caller))
        if symbol:
            function, _, place = symbol.partition(' at ')
            out[-1] += ' -> ' + function
            if place:
                out.append('   ' + place)
    else:
        out.append('  (incomplete)')
    if original:
        out += ['  | ' + line for line in rec.lines]
    return '\n'.join(clean(line) for line in out) + '\n'


class Summary:
    """Counts of records by line, thread and caller."""

    def __init__(self):
        self.first = self.last = None
        self.lines = collections.Counter()
        self.threads = collections.Counter()
        self.callers = collections.Counter()

    @staticmethod
    def count(counter, key):
        if key not in counter and len(counter) >= GROUPS:
            key = ('(all others)',)
        counter[key] += 1

    def add(self, rec, thread, symbol):
        self.first = rec.time if self.first is None else \
            min(self.first, rec.time)
        self.last = rec.time if self.last is None else \
            max(self.last, rec.time)
        self.count(self.lines, (rec.path, 'n=%d' % rec.n,
                                'level=%d' % rec.level))
        self.count(self.threads, ('%d' % rec.tid, thread or '?'))
        self.count(self.callers, ('0x%x' % rec.caller, symbol or '?'))

    def text(self, counts):
        out = ['%d records, %d incomplete, %d other lines' %
               (counts.records, counts.incomplete, counts.foreign)]
        if self.first is not None:
            span = (self.last - self.first) / 1e9
            out[0] += '; %.6f s' % span
            if span > 0:
                out[0] += ', %.1f records a second' % (counts.records / span)
        for title, counter in (('lines', self.lines),
                               ('threads', self.threads),
                               ('callers', self.callers)):
            out.append('%s:' % title)
            for key, number in counter.most_common(TOP):
                out.append('  %10d  %s' % (number, clean(' '.join(key))))
            left = len(counter) - TOP
            if left > 0:
                out.append('  and %d more' % left)
        return '\n'.join(out) + '\n'


class Progress:
    """Progress on stderr, shown often on a terminal, seldom elsewhere."""

    def __init__(self, total, counts, interval):
        self.total, self.counts = total, counts
        self.terminal = sys.stderr.isatty()
        self.interval = interval
        if interval is None:
            self.interval = 0.5 if self.terminal else 5
        self.start = self.last = time.monotonic()

    def show(self):
        now = time.monotonic()
        if now - self.last < self.interval:
            return
        self.last = now
        done, mib = self.counts.read_bytes, 1 << 20
        text = 'irqlog-analyze: %d MiB' % (done // mib)
        if self.total:
            left = (now - self.start) * (self.total - done) / max(done, 1)
            text += ' of %d (%d %%), %d s left' % \
                (self.total // mib, 100 * done // self.total, max(left, 0))
        text += ', %d records' % self.counts.records
        sys.stderr.write('\r\x1b[K' + text if self.terminal else text + '\n')
        sys.stderr.flush()

    def end(self):
        if self.terminal:
            sys.stderr.write('\r\x1b[K')


def analyze(stream, total, args, warn):
    counts = Counts()
    summary = Summary()
    progress = Progress(total, counts, args.progress)
    threads = symbols = None
    if args.pid is not None:
        threads = Cache(lambda tid: read_thread_name(args.pid, tid))
    if args.binary:
        symbols = Cache(Resolver(args.binary, args.base, args.pid,
                                 warn).resolve)
    for number, rec in enumerate(parse_records(read_lines(stream, counts),
                                               counts)):
        thread, symbol = rec.thread, rec.symbol
        if rec.whole():
            if threads is not None:
                thread = threads.ask(rec.tid) or thread
            if symbols is not None:
                symbol = symbols.ask(rec.caller) or symbol
            summary.add(rec, thread, symbol)
        if not args.summary:
            sys.stdout.write(format_record(rec, thread, symbol,
                                           not args.no_original))
        if number % 256 == 0:
            progress.show()
    progress.end()
    sys.stdout.write(('' if args.summary else '\n') + summary.text(counts))
    sys.stdout.flush()


def parse_args(argv):
    parser = argparse.ArgumentParser(
        description='Explain an IRQ log of QEMU, written to stderr or to a '
        'file.', epilog='ADDR2LINE in the environment names another resolver, '
        'such as eu-addr2line.')
    parser.add_argument('log', help="the log; '-': standard input")
    parser.add_argument('--pid', type=int, metavar='PID',
                        help='the QEMU process, if it still runs: gives names '
                        'of threads, and where the binary was loaded')
    parser.add_argument('--binary', metavar='FILE',
                        help='the QEMU binary with symbols')
    parser.add_argument('--base', type=lambda text: int(text, 0),
                        metavar='ADDRESS', help='where the binary was loaded, '
                        'if the process has ended')
    parser.add_argument('--summary', action='store_true',
                        help='print only the summary')
    parser.add_argument('--no-original', action='store_true',
                        help='leave out the original lines')
    parser.add_argument('--progress', type=float, metavar='SECONDS',
                        help='how often to report progress on stderr '
                        '(default: 0.5 on a terminal, 5 elsewhere)')
    args = parser.parse_args(argv)
    if args.pid is not None and args.pid < 1:
        parser.error('--pid takes a process ID, at least 1')
    if args.progress is not None and not args.progress >= 0:
        parser.error('--progress takes a number of seconds, 0 or more')
    return args


def main(argv):
    args = parse_args(argv)

    def warn(text):
        print('irqlog-analyze: %s' % clean(text), file=sys.stderr)

    try:
        if args.log == '-':
            analyze(sys.stdin.buffer, 0, args, warn)
        else:
            with open(args.log, 'rb') as stream:
                analyze(stream, os.fstat(stream.fileno()).st_size, args, warn)
    except BrokenPipeError:
        # The reader has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError) as error:
        warn(str(error))
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
