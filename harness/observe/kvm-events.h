/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads KVM's trace events about interrupts from a trace.dat; their times are CLOCK_MONOTONIC. */
#ifndef SY_OBSERVE_KVM_EVENTS_H
#define SY_OBSERVE_KVM_EVENTS_H

#include <glib.h>
#include <stdint.h>

typedef enum {
    SY_KVM_SET_IRQ,    /* a GSI's level is set: number = GSI, level, source */
    SY_KVM_PIC_SET,    /* it reaches the PIC in the kernel: number = 8 * chip + pin */
    SY_KVM_IOAPIC_SET, /* it reaches the IOAPIC in the kernel: number = pin */
    SY_KVM_MSI_SET,    /* an MSI, also one that a GSI is routed to: number = vector */
    SY_KVM_INJECT,     /* an interrupt enters the guest: number = vector */
    SY_KVM_PORT_WRITE, /* the guest writes a byte: number = port, level = the byte */
    SY_KVM_KINDS,
} SyKvmKind;

typedef struct {
    int64_t time_ns; /* CLOCK_MONOTONIC */
    SyKvmKind kind;
    int cpu;         /* of the host */
    int tid;         /* the thread that was running there */
    uint32_t number; /* see SyKvmKind */
    int32_t level;

    /* SET_IRQ: 0 for user space, else a device in the kernel. INJECT: 1 if the interrupt was
     * already queued, because it is tried again or user space queued it (KVM_INTERRUPT). */
    uint32_t source;
} SyKvmEvent;

/* The event names to record (sy_trace_start, sy_perf_record_start); NULL-terminated, static. */
extern const char *const sy_kvm_event_names[];

/* Sorts SyKvmEvent by time; events of the same time keep their order. Pure. */
void sy_kvm_events_sort(GArray *events);

/*
 * The events of these kinds in the trace.dat `path`, sorted by time; others are left out. Errors as
 * in sy_trace_file_read(). The caller frees the array of SyKvmEvent.
 */
GArray *sy_kvm_events_read(const char *path, GError **error);

#endif
