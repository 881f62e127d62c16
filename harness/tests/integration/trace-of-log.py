#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""trace-of-log.py on|split LOG TRACE.dat: writes the trace that KVM would have written along with this IRQ log.

A trace.dat as in trace-cmd.dat.v6(5): one CPU, the events kvm_set_irq, kvm_pic_set_irq and
kvm_ioapic_set_irq with the fields of include/trace/events/kvm.h and arch/x86/kvm/trace.h in Linux. `split` has an
event for each rise of an input of QEMU's IOAPIC.
"""
import json
import struct
import sys

PAGE = 4096
SET, PIC, IOAPIC = 100, 101, 102
FORMATS = {
    SET: ('kvm_set_irq', [('unsigned int gsi', 8, 4, 0), ('int level', 12, 4, 1), ('int irq_source_id', 16, 4, 1)]),
    PIC: ('kvm_pic_set_irq', [('__u8 chip', 8, 1, 0), ('__u8 pin', 9, 1, 0)]),
    IOAPIC: ('kvm_ioapic_set_irq', [('__u64 e', 8, 8, 0), ('int pin', 16, 4, 1)]),
}
COMMON = [('unsigned short common_type', 0, 2, 0), ('unsigned char common_flags', 2, 1, 0),
          ('unsigned char common_preempt_count', 3, 1, 0), ('int common_pid', 4, 4, 1)]


def events_of(record, where):
    """(ns, id, payload) of the events that one record causes in KVM: before the next record, which may be 30 ns later."""
    line, level, ns = record['irq-line'], record['level'], record['timestamp-ns']
    gsi_set = struct.pack('=IiI', line, level, 0)
    if where == 'split':
        if record['handler-symbol'] == 'ioapic_set_irq' and level:
            yield ns + 1, SET, struct.pack('=IiI', 2 if line == 0 else line, level, 0)
    elif record['handler-symbol'] in ('kvm_pic_set_irq', 'kvm_ioapic_set_irq'):
        yield ns + 1, SET, gsi_set
        if line < 16:
            yield ns + 2, PIC, struct.pack('=BBH', line // 8, line % 8, 0)
        yield ns + 3, IOAPIC, struct.pack('=QiI', 0, 2 if line == 0 else line, 0)


def pages_of(events, tid):
    """Pages of the kernel's ring buffer: 27 bits of time since the last event, else a time extension."""
    page, start, last, out = b'', 0, 0, b''
    for ns, number, payload in events:
        body = struct.pack('=HBBi', number, 0, 0, tid) + payload
        if not page or len(page) + 8 + 4 + len(body) > PAGE - 16:
            if page:
                out += (struct.pack('=QQ', start, len(page)) + page).ljust(PAGE, b'\0')
            page, start, last = b'', ns, ns
        delta = ns - last
        if delta >= 1 << 27:
            page += struct.pack('=II', (delta & ((1 << 27) - 1)) << 5 | 30, delta >> 27)
            delta = 0
        page += struct.pack('=I', delta << 5 | len(body) // 4) + body
        last = ns
    if page:
        out += (struct.pack('=QQ', start, len(page)) + page).ljust(PAGE, b'\0')
    return out


def sized(text):
    return struct.pack('=Q', len(text)) + text.encode()


def field(name, offset, size, signed):
    return '\tfield:%s;\toffset:%d;\tsize:%d;\tsigned:%d;\n' % (name, offset, size, signed)


def head():
    out = b'\x17\x08\x44tracing6\0' + bytes([sys.byteorder == 'big', 8]) + struct.pack('=I', PAGE)
    out += b'header_page\0' + sized(field('u64 timestamp', 0, 8, 0) + field('local_t commit', 8, 8, 1) +
                                    field('int overwrite', 8, 1, 1) + field('char data', 16, 4080, 1))
    out += b'header_event\0' + sized('# compressed entry header\n\ttype_len    :    5 bits\n'
                                     '\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n'
                                     '\tpadding     : type == 29\n\ttime_extend : type == 30\n'
                                     '\ttime_stamp : type == 31\n\tdata max type_len  == 28\n')
    out += struct.pack('=II', 0, 1) + b'kvm\0' + struct.pack('=I', len(FORMATS))
    for number, (name, fields) in FORMATS.items():
        out += sized('name: %s\nID: %d\nformat:\n%s\n%s\nprint fmt: "x"\n' % (
            name, number, ''.join(field(*f) for f in COMMON), ''.join(field(*f) for f in fields)))
    # No kallsyms, printk formats or command names; one CPU; no options.
    return out + struct.pack('=IIQI', 0, 0, 0, 1) + b'options  \0' + struct.pack('=H', 0)


def main():
    where, log, path = sys.argv[1:]
    with open(log, encoding='utf-8') as stream:
        events = [e for line in stream for e in events_of(json.loads(line), where)]
    data = pages_of(sorted(events), 77)
    out = head() + b'flyrecord\0'
    begin = (len(out) + 16 + PAGE - 1) // PAGE * PAGE
    out = (out + struct.pack('=QQ', begin, len(data))).ljust(begin, b'\0') + data
    with open(path, 'wb') as stream:
        stream.write(out)


main()
