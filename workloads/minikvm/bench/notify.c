/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/bench/notify.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PAGE 4096

static bool refused(MkError *error, const char *what)
{
    return mk_fail(error, MK_STATUS_HOST, "KVM refuses %s: %s", what, strerror(errno));
}

static bool open_eventfd(MkNotify *notify, const MkMachine *machine, unsigned port, MkError *error)
{
    struct kvm_ioeventfd event = {.addr = port, .len = 1, .flags = KVM_IOEVENTFD_FLAG_PIO};

    notify->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (notify->fd < 0) {
        return mk_fail(error, MK_STATUS_HOST, "no eventfd: %s", strerror(errno));
    }
    event.fd = notify->fd;
    return mk_call(machine, machine->vm, KVM_IOEVENTFD, &event) == 0 ||
           refused(error, "an ioeventfd");
}

static bool open_ring(MkNotify *notify, const MkMachine *machine, unsigned port, MkError *error)
{
    struct kvm_coalesced_mmio_zone zone = {.addr = port, .size = 1, .pio = 1};
    int page = mk_call(machine, machine->kvm, KVM_CHECK_EXTENSION, (void *)KVM_CAP_COALESCED_MMIO);
    int pio = mk_call(machine, machine->kvm, KVM_CHECK_EXTENSION, (void *)KVM_CAP_COALESCED_PIO);

    if (page <= 0 || pio <= 0) {
        return mk_fail(error, MK_STATUS_HOST, "KVM has no KVM_CAP_COALESCED_PIO");
    }
    notify->ring = (void *)((uint8_t *)machine->run[0] + (size_t)page * PAGE);
    return mk_call(machine, machine->vm, KVM_REGISTER_COALESCED_MMIO, &zone) == 0 ||
           refused(error, "a coalesced port");
}

bool mk_notify_open(MkNotify *notify, const MkMachine *machine, MkNotifyKind kind, unsigned port,
                    MkError *error)
{
    *notify = (MkNotify){.kind = kind, .fd = -1};
    return kind == MK_NOTIFY_EVENTFD     ? open_eventfd(notify, machine, port, error)
           : kind == MK_NOTIFY_COALESCED ? open_ring(notify, machine, port, error)
                                         : true;
}

static uint64_t drain(struct kvm_coalesced_mmio_ring *ring)
{
    uint32_t last = __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE);
    uint32_t size = (PAGE - sizeof(*ring)) / sizeof(ring->coalesced_mmio[0]);
    uint64_t count = (last + size - ring->first) % size;

    __atomic_store_n(&ring->first, last, __ATOMIC_RELEASE);
    return count;
}

uint64_t mk_notify_take(MkNotify *notify)
{
    uint64_t count = 0;

    if (notify->ring) {
        return drain(notify->ring);
    }
    return notify->fd >= 0 && read(notify->fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

void mk_notify_close(MkNotify *notify)
{
    if (notify->fd >= 0) {
        close(notify->fd);
    }
}
