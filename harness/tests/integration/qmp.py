# SPDX-License-Identifier: GPL-2.0-or-later
"""A QMP client for tests that measure QEMU: it does not parse replies, which would take longer than QEMU does."""
import socket


def connect(path):
    """A client of the socket `path`."""
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(path)
    return Qmp(stream)


class Qmp:
    """A QMP connection, once commands are accepted."""

    def __init__(self, stream):
        """`stream` is a connected socket; the greeting has not been read."""
        stream.settimeout(120)
        self.socket = stream
        self.file = stream.makefile('rb')
        self.file.readline()
        self.ask(b'{"execute": "qmp_capabilities"}\n')

    def ask(self, line):
        """Sends a command and waits for its reply, the whole line. Events are skipped."""
        self.socket.sendall(line)
        while True:
            reply = self.file.readline()
            if not reply:
                raise SystemExit('QEMU closed the connection')
            if not reply.startswith(b'{"timestamp"'):
                return reply
