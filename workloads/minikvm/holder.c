/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"

static const Holder none = {.kvm = -1, .vm = -1, .vcpu = -1};

/* KVM_CREATE_VM may be interrupted by any signal. */
static int make(int fd, unsigned long request)
{
    int result;

    do {
        result = ioctl(fd, request, 0);
    } while (result < 0 && errno == EINTR);
    return result;
}

bool holder_begin(Holder *holder, GError **error)
{
    *holder = none;
    holder->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    holder->vm = holder->kvm < 0 ? -1 : make(holder->kvm, KVM_CREATE_VM);
    holder->vcpu = holder->vm < 0 ? -1 : make(holder->vm, KVM_CREATE_VCPU);
    if (holder->vcpu < 0) {
        sy_error_set_io(error, errno, "cannot keep a vCPU of", "/dev/kvm");
        holder_end(holder);
        return false;
    }
    return true;
}

void holder_end(Holder *holder)
{
    const int fds[] = {holder->vcpu, holder->vm, holder->kvm};

    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    *holder = none;
}
