# SPDX-License-Identifier: GPL-2.0-or-later
"""resident.py QEMU COUNT COMMAND [ARGUMENTS]: by how many KiB the resident memory of a QEMU has grown after COUNT answers to
this QMP command, whose arguments are JSON. The guest has 32 MiB and does not run, and all of its memory is resident before."""
import json, os, socket, subprocess, sys, tempfile

OPTIONS = ("-accel tcg -machine pc -S -nodefaults -no-user-config -display none -vga none -nic none "
           "-L /usr/share/qemu -L /usr/share/seabios -object memory-backend-ram,id=ram,size=32M,prealloc=on "
           "-machine memory-backend=ram -m 32").split()


class Qmp:
    def __init__(self, qemu, folder):
        path = os.path.join(folder, "qmp")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path)
            listening.listen()
            self.process = subprocess.Popen([qemu, *OPTIONS, "-qmp", "unix:" + path])
            listening.settimeout(60)
            self.socket, _ = listening.accept()
        self.socket.settimeout(60)
        self.line()

    def line(self):
        text = bytearray()
        while not text.endswith(b"\n"):
            text += self.socket.recv(1 << 20) or sys.exit("QEMU has closed the connection")
        return text

    def ask(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        text = self.line()
        if not text.startswith(b'{"return"'):
            sys.exit(f"{command}: {text[:200]}")
        return text

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def main(qemu, count, command, arguments="{}"):
    with tempfile.TemporaryDirectory() as folder:
        qmp = Qmp(qemu, folder)
        try:
            qmp.ask("qmp_capabilities")
            before = qmp.resident_kib()
            for _ in range(int(count)):
                qmp.ask(command, **json.loads(arguments))
            print(qmp.resident_kib() - before)
        finally:
            qmp.process.kill()
            qmp.process.wait()


main(*sys.argv[1:])
