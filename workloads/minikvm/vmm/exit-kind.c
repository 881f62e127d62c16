/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/exit-kind.h"

#include <stdio.h>

const char *const mk_kind_names[MK_KINDS] = {
    [MK_KIND_HLT] = "hlt",
    [MK_KIND_IN] = "in",
    [MK_KIND_OUT] = "out",
    [MK_KIND_MMIO_READ] = "mmio-read",
    [MK_KIND_MMIO_WRITE] = "mmio-write",
    [MK_KIND_VMCALL] = "vmcall",
    [MK_KIND_SHUTDOWN] = "shutdown",
    [MK_KIND_INTERNAL_ERROR] = "internal-error",
    [MK_KIND_FAIL_ENTRY] = "fail-entry",
    [MK_KIND_OTHER] = "other",
};

MkKind mk_exit_kind(const struct kvm_run *run)
{
    switch (run->exit_reason) {
    case KVM_EXIT_HLT:
        return MK_KIND_HLT;
    case KVM_EXIT_IO:
        return run->io.direction == KVM_EXIT_IO_OUT ? MK_KIND_OUT : MK_KIND_IN;
    case KVM_EXIT_MMIO:
        return run->mmio.is_write ? MK_KIND_MMIO_WRITE : MK_KIND_MMIO_READ;
    case KVM_EXIT_HYPERCALL:
        return MK_KIND_VMCALL;
    case KVM_EXIT_SHUTDOWN:
        return MK_KIND_SHUTDOWN;
    case KVM_EXIT_INTERNAL_ERROR:
        return MK_KIND_INTERNAL_ERROR;
    case KVM_EXIT_FAIL_ENTRY:
        return MK_KIND_FAIL_ENTRY;
    default:
        return MK_KIND_OTHER;
    }
}

/* Appends " data=" and the bytes in hexadecimal, as they lie in memory. */
static void add_data(char *text, size_t room, int length, const unsigned char *data, unsigned bytes)
{
    length += snprintf(text + length, room - (size_t)length, " data=");
    for (unsigned i = 0; i < bytes && i < 8 && (size_t)length + 3 < room; i++) {
        length += snprintf(text + length, room - (size_t)length, "%02x", data[i]);
    }
}

void mk_exit_describe(const struct kvm_run *run, char *text, size_t room)
{
    MkKind kind = mk_exit_kind(run);
    int length = snprintf(text, room, "%s", mk_kind_names[kind]);
    char *end = text + length;
    size_t left = room - (size_t)length;

    switch (kind) {
    case MK_KIND_IN:
    case MK_KIND_OUT:
        length += snprintf(end, left, " port=0x%x size=%u count=%u", run->io.port, run->io.size,
                           run->io.count);
        if (kind == MK_KIND_OUT) {
            add_data(text, room, length, (const unsigned char *)run + run->io.data_offset,
                     run->io.size);
        }
        break;
    case MK_KIND_MMIO_READ:
    case MK_KIND_MMIO_WRITE:
        length +=
            snprintf(end, left, " address=0x%llx size=%u", run->mmio.phys_addr, run->mmio.len);
        if (kind == MK_KIND_MMIO_WRITE) {
            add_data(text, room, length, run->mmio.data, run->mmio.len);
        }
        break;
    case MK_KIND_VMCALL:
        snprintf(end, left, " number=%llu", run->hypercall.nr);
        break;
    case MK_KIND_INTERNAL_ERROR:
        snprintf(end, left, " suberror=%u", run->internal.suberror);
        break;
    case MK_KIND_FAIL_ENTRY:
        snprintf(end, left, " reason=0x%llx", run->fail_entry.hardware_entry_failure_reason);
        break;
    case MK_KIND_OTHER:
        snprintf(end, left, " reason=%u", run->exit_reason);
        break;
    default:
        break;
    }
}
