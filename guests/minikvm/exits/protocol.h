/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest `exits` and whoever commands it agree on; docs/MINIKVM.md describes the protocol.
 * Plain defines, for C and assembly.
 */
#ifndef GUESTS_MINIKVM_EXITS_PROTOCOL_H
#define GUESTS_MINIKVM_EXITS_PROTOCOL_H

#define EXITS_NAME "exits"
#define EXITS_VERSION 1

/* Commands, one byte each; "set" is followed by " KEY=VALUE..." and a newline. */
#define EXITS_SET 's'
#define EXITS_GO 'g'
#define EXITS_END 'x'

#define EXITS_MAX_BATCHES 64

/* A port and an address where no machine has a device, and a port of the i8259s, which KVM has. The
 * first and the last are those of kvm-unit-tests (x86/vmexit.c). */
#define EXITS_PORT 0x1234
#define EXITS_ADDRESS 0xd0000000
#define EXITS_PORT_KERNEL 0x4d0

/* Bytes that a REP OUTSB or REP INSB moves. */
#define EXITS_REP_BYTES 64

/* Memory that nothing touches before the guest does, in bytes. */
#define EXITS_FRESH_BASE 0x1000000
#define EXITS_PAGE 4096

#endif
