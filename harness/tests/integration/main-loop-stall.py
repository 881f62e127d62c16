#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures how long a hostile QMP client keeps a QEMU's main loop, by what another client waits for.

Usage: main-loop-stall.py PID PING-SOCKET HOSTILE-SOCKET LIMIT-MS ROUNDS COMMANDS

PID is QEMU's. COMMANDS is a file with one QMP command per line, which the hostile client repeats as fast as it can.
Rounds with it and rounds in which it is stopped take turns; a round with it lasts until it has had each command served
twice. What QEMU's main thread and this client waited for a CPU (their run delay) does not count. Each round has its
longest wait; the least of these over all rounds counts, because what QEMU does is in every round, and what else this
machine does is not. So the rounds end when one is within LIMIT-MS of the best without the client, at most ROUNDS.

Prints: hostile-ms without-ms rounds commands pings
"""
import json
import os
import signal
import sys
import time

from qmp import connect

SECONDS = 0.3    # that a round lasts at least


def be_hostile(path, commands, counter):
    """The child: never returns."""
    qmp = connect(path)
    done = 0
    while True:
        for command in commands:
            qmp.ask(command)
            done += 1
            os.pwrite(counter, b'%d' % done, 0)


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
    counter = os.memfd_create('counter')
    child = os.fork()
    if child == 0:
        be_hostile(hostile_path, commands, counter)
    qmp = connect(ping_path)
    hostile, without, pings = [], [], 0

    def done():
        return int(os.pread(counter, 20, 0) or 0)

    def wait_for(count):
        while done() < count:
            time.sleep(0.01)
            if os.waitpid(child, os.WNOHANG)[0]:
                raise SystemExit('the hostile client has ended')

    try:
        wait_for(len(commands))    # what is only done once is done
        first = done()
        while len(hostile) < int(rounds):
            os.kill(child, signal.SIGSTOP)
            qmp.ask(b'{"execute": "query-name"}\n')    # what was under way has ended
            without.append(longest_wait(pid, qmp, lambda: True)[0])
            os.kill(child, signal.SIGCONT)
            wait_for(done() + 1)
            target = done() + 2 * len(commands)
            wait, n = longest_wait(pid, qmp, lambda: done() >= target)
            hostile.append(wait)
            pings += n
            if min(hostile) - min(without) <= float(limit_ms):
                break
        print('%.2f %.2f %d %d %d' % (min(hostile), min(without), len(hostile), done() - first, pings))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


main()
