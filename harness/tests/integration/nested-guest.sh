#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: a guest that waits for a byte of its serial port, on CPU 0, while CPU 1 runs COMMAND for SECONDS. Says whether
# the guest is still there.
# Usage: nested-guest.sh SECONDS COMMAND
cd /tmp || exit 3
mkfifo in
exec 3<>in
taskset 1 /opt/steelyard/qemu -L /usr/share/qemu -L /usr/share/seabios -bios qboot.rom -accel kvm,kernel-irqchip=off -machine pc \
    -cpu qemu64,-apic -m 128M -nodefaults -no-user-config -no-reboot -display none -vga none -nic none -serial stdio \
    -kernel /opt/steelyard/guests/irqs.elf -append 'rounds=1 mark=1 wait=1 pic=1' <in >out 2>err &
guest=$!
while ! grep -q 'irqs: ready' out; do
    kill -0 "$guest" || exit 3
    sleep 0.1
done
echo 'the guest is ready'
taskset 2 "$2" &
load=$!
second=0
while [ "$second" -lt "$1" ]; do
    sleep 1
    second=$((second + 1))
    if ! kill -0 "$guest" 2>/dev/null; then
        echo "the guest is gone after $second s"
        exit 1
    fi
done
kill "$load" "$guest"
echo "the guest lives after $second s"
