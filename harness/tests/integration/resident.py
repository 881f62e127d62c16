# SPDX-License-Identifier: GPL-2.0-or-later
"""resident.py QEMU COUNT COMMAND [ARGUMENTS]: by how many KiB the resident memory of a QEMU has grown after COUNT answers to
this QMP command, whose arguments are JSON. The guest has 32 MiB and does not run, and all of its memory is resident before."""
import json, os, socket, subprocess, sys, tempfile

from qmp import Qmp

OPTIONS = ("-accel tcg -machine pc -S -nodefaults -no-user-config -display none -vga none -nic none "
           "-L /usr/share/qemu -L /usr/share/seabios -object memory-backend-ram,id=ram,size=32M,prealloc=on "
           "-machine memory-backend=ram -m 32").split()


def start(qemu, folder):
    """The process, and the connection, which QEMU makes when it is there."""
    path = os.path.join(folder, "qmp")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        process = subprocess.Popen([qemu, *OPTIONS, "-qmp", "unix:" + path])
        listening.settimeout(60)
        return process, Qmp(listening.accept()[0])


def ask(qmp, command, arguments):
    reply = qmp.ask(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
    if not reply.startswith(b'{"return"'):
        sys.exit(f"{command}: {reply[:200]}")


def resident_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def main(qemu, count, command, arguments="{}"):
    with tempfile.TemporaryDirectory() as folder:
        process, qmp = start(qemu, folder)
        try:
            before = resident_kib(process)
            for _ in range(int(count)):
                ask(qmp, command, json.loads(arguments))
            print(resident_kib(process) - before)
        finally:
            process.kill()
            process.wait()


main(*sys.argv[1:])
