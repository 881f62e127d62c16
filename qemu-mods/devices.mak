# SPDX-License-Identifier: GPL-2.0-or-later
# The devices that QEMU is built with, in place of its default list, which takes twice as long to compile. What the boards
# need (interrupt controllers, timers, ACPI, PCI, IDE, flash) they select themselves.

CONFIG_I440FX=y         # -machine pc
CONFIG_Q35=y            # -machine q35
CONFIG_MICROVM=y        # -machine microvm, a VM with as little as possible
CONFIG_HPET=y

# What the guests, the workloads and the lab use
CONFIG_ISA_DEBUG=y      # isa-debug-exit: a bare-metal guest ends QEMU; isa-debugcon
CONFIG_GENERIC_LOADER=y # -device loader: a guest's image at an address of memory
CONFIG_EDU=y            # irq.truth
CONFIG_VIRTIO_PCI=y
CONFIG_VIRTIO_SERIAL=y  # lines and files out of the lab
CONFIG_VHOST_USER_FS=y  # lab shell --share
CONFIG_VIRTIO_BLK=y     # a disk for a Linux guest
CONFIG_VIRTIO_NET=y     # a network for a Linux guest

# What the qtests and the tests of the IRQ log use
CONFIG_E1000_PCI=y      # a device with an option ROM
CONFIG_USB_UHCI=y       # plugged and unplugged
CONFIG_USB_XHCI_PCI=y
CONFIG_USB_HID=y
