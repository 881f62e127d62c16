#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures how long a hostile QMP client keeps a QEMU's main loop, by what another client waits for.

Usage: main-loop-stall.py PID PING-SOCKET HOSTILE-SOCKET LIMIT-MS ROUNDS COMMANDS

PID is QEMU's. COMMANDS is a file with one QMP command per line, which the hostile client repeats as fast as it can.
Rounds with it and rounds in which it rests take turns; a round with it lasts until it has had each command served twice,
and it rests when it has read its last reply, so that nothing of its doing falls into a round without it. What QEMU's main
thread and this client waited for a CPU (their run delay) does not count. Each round has its longest wait; the least of
these over all rounds counts, because what QEMU does is in every round, and what else this machine does is not. So the
rounds end when one with the client stays within LIMIT-MS, at most ROUNDS.

Prints: hostile-ms without-ms rounds commands pings
"""
import json
import mmap
import os
import signal
import struct
import sys
import time

from qmp import connect

SECONDS = 0.3    # that a round lasts at least


class Shared:
    """Three numbers in memory that parent and child share."""

    def __init__(self):
        self.memory = mmap.mmap(-1, mmap.PAGESIZE)

    def __getitem__(self, i):
        return struct.unpack_from('=q', self.memory, 8 * i)[0]

    def __setitem__(self, i, value):
        struct.pack_into('=q', self.memory, 8 * i, value)


DONE, WANT_REST, RESTING = range(3)    # commands served; the parent asks for a rest; no command is under way


def be_hostile(path, commands, shared):
    """The child: never returns."""
    qmp = connect(path)
    while True:
        for command in commands:
            while shared[WANT_REST]:
                shared[RESTING] = 1
                time.sleep(0.001)
            shared[RESTING] = 0
            qmp.ask(command)
            shared[DONE] += 1


def run_delay(pid):
    """Seconds that the main thread of the process, and this one, have waited for a CPU: the second field."""
    total = 0
    for path in ('/proc/%d/task/%d/schedstat' % (pid, pid), '/proc/self/schedstat'):
        with open(path, 'rb') as stream:
            total += int(stream.read().split()[1])
    return total / 1e9


def longest_wait(pid, qmp, is_enough):
    """Milliseconds, and how many pings there were. Lasts for SECONDS, and until is_enough()."""
    longest, pings, end = 0, 0, time.monotonic() + SECONDS
    while time.monotonic() < end or not is_enough():
        delayed, start = run_delay(pid), time.monotonic()
        qmp.ask(b'{"execute": "query-name"}\n')
        wait = time.monotonic() - start
        longest = max(longest, wait - (run_delay(pid) - delayed))
        pings += 1
        time.sleep(0.001)
    return longest * 1000, pings


def main():
    pid, ping_path, hostile_path, limit_ms, rounds, file = sys.argv[1:]
    pid = int(pid)
    with open(file, 'rb') as stream:
        commands = [line for line in stream if line.strip()]
    for command in commands:
        json.loads(command)
    shared = Shared()
    child = os.fork()
    if child == 0:
        be_hostile(hostile_path, commands, shared)
    qmp = connect(ping_path)
    hostile, without, pings = [], [], 0

    def wait_until(happened):
        while not happened():
            time.sleep(0.001)
            if os.waitpid(child, os.WNOHANG)[0]:
                raise SystemExit('the hostile client has ended')

    try:
        wait_until(lambda: shared[DONE] >= len(commands))    # what is only done once is done
        first = shared[DONE]
        while len(hostile) < int(rounds):
            shared[WANT_REST] = 1
            wait_until(lambda: shared[RESTING])
            without.append(longest_wait(pid, qmp, lambda: True)[0])
            shared[WANT_REST] = 0
            wait_until(lambda: not shared[RESTING])
            target = shared[DONE] + 2 * len(commands)
            wait, n = longest_wait(pid, qmp, lambda: shared[DONE] >= target)
            hostile.append(wait)
            pings += n
            if min(hostile) <= float(limit_ms):
                break
        print('%.2f %.2f %d %d %d' % (min(hostile), min(without), len(hostile), shared[DONE] - first, pings))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


main()
