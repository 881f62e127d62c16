/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM's trace events about interrupts, out of a trace.dat, by the monotonic clock. */
#ifndef SY_OBSERVE_KVM_EVENTS_H
#define SY_OBSERVE_KVM_EVENTS_H

#include <glib.h>
#include <stdint.h>

typedef enum {
    SY_KVM_SET_IRQ,    /* a GSI's level is set: number = GSI, level, source */
    SY_KVM_PIC_SET,    /* it reaches the PIC in the kernel: number = 8 * chip + pin */
    SY_KVM_IOAPIC_SET, /* it reaches the IOAPIC in the kernel: number = pin */
    SY_KVM_MSI_SET,    /* an MSI, also one that a route makes of a GSI: number = vector */
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
    uint32_t source; /* SET_IRQ: 0: user space; else a device in the kernel. INJECT: 1 if
                        it was queued before: tried again, or by user space (KVM_INTERRUPT) */
} SyKvmEvent;

/* What to record for these (sy_trace_start, sy_perf_record_start); NULL-terminated, static. */
extern const char *const sy_kvm_event_names[];

/* Puts them into the order of time; equals stay as they are. Pure. */
void sy_kvm_events_sort(GArray *events);

/*
 * The events of these kinds in the trace.dat `path`, in the order of time; other ones are passed
 * over. Errors as sy_trace_file_read(). The caller
 * frees the array of SyKvmEvent.
 */
GArray *sy_kvm_events_read(const char *path, GError **error);

#endif
