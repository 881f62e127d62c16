/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes QEMU write its own trace events to their file (SyVmConfig.trace_events). */
#ifndef SY_VM_TRACING_H
#define SY_VM_TRACING_H

#include <glib.h>
#include <stdbool.h>

#include "vm/vm.h"

/*
 * Makes QEMU write its trace buffer to the file (HMP `trace-file flush`), and waits for that; the
 * vCPUs are not disturbed. Otherwise QEMU writes only when 64 KiB have accumulated.
 *
 * The writer stops at a record that another thread has begun but not finished, so after one flush
 * the file may still lack earlier records. Flush until it holds a later record of the same thread,
 * whose records are in order.
 *
 * SY_ERROR_UNAVAILABLE if this QEMU lacks the trace backend `simple`; other errors as in vm.h.
 */
bool sy_vm_trace_flush(SyVm *vm, GError **error);

/* The file that the events go to; the caller frees. */
char *sy_vm_trace_path(const SyVm *vm);

#endif
