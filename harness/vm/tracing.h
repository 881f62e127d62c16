/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's own trace events: making them reach the file (SyVmConfig.trace_events). */
#ifndef SY_VM_TRACING_H
#define SY_VM_TRACING_H

#include <glib.h>
#include <stdbool.h>

#include "vm/vm.h"

/*
 * Has QEMU write out what its trace buffer holds (HMP `trace-file flush`), and waits for that; the
 * vCPUs are not disturbed. QEMU otherwise writes only when 64 KiB have come together.
 *
 * The writer stops at a record that another thread has begun and not finished, so one flush is no
 * proof that the file holds all that came before it: go on until it holds something later of the
 * same thread, whose records are in order.
 *
 * SY_ERROR_UNAVAILABLE if this QEMU has not the trace backend `simple`; other errors as in vm.h.
 */
bool sy_vm_trace_flush(SyVm *vm, GError **error);

/* The file that the events go to; the caller frees. */
char *sy_vm_trace_path(const SyVm *vm);

#endif
