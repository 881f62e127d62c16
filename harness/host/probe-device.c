/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of device nodes: kvm, vhost-net. */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/vhost.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/fingerprint.h"

/* The only version since Linux 2.6.22 (Linux, Documentation/virt/kvm/api.rst,
 * KVM_GET_API_VERSION). */
#define KVM_API_EXPECTED 12

void sy_probe_met(SyRequirementResult *result, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    result->met = true;
    result->evidence = g_strdup_vprintf(format, args);
    result->remedy = NULL;
    va_end(args);
}

void sy_probe_unmet(SyRequirementResult *result, const char *remedy, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    result->met = false;
    result->evidence = g_strdup_vprintf(format, args);
    result->remedy = g_strdup(remedy);
    va_end(args);
}

static void explain_kvm_open(int errno_value, const char *path, SyRequirementResult *result)
{
    const char *remedy;

    switch (errno_value) {
    case ENOENT:
        remedy = "switch virtualisation on in the firmware (or nested virtualisation in the "
                 "hypervisor) and load kvm_intel or kvm_amd; or use --host lab, which needs no KVM";
        break;
    case EACCES:
    case EPERM:
        remedy = "add this user to the group kvm (as root: adduser USER kvm) and log in again";
        break;
    case ENODEV:
    case ENXIO:
        remedy = "the node exists without a KVM behind it: load kvm_intel or kvm_amd, or switch "
                 "virtualisation on in the firmware; or use --host lab, which needs no KVM";
        break;
    default:
        remedy = "use --host lab, which needs no KVM";
        break;
    }
    sy_probe_unmet(result, remedy, "cannot open %s: %s", path, g_strerror(errno_value));
}

void sy_probe_kvm_node(const char *path, SyRequirementResult *result)
{
    const char *no_kvm = "use --host lab, which needs no KVM: steelyard does not know this one";
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK), version, vm;

    if (fd < 0) {
        explain_kvm_open(errno, path, result);
        return;
    }
    version = ioctl(fd, KVM_GET_API_VERSION, 0);
    if (version < 0) {
        sy_probe_unmet(result, no_kvm, "%s: KVM_GET_API_VERSION: %s", path, g_strerror(errno));
    } else if (version != KVM_API_EXPECTED) {
        sy_probe_unmet(result, no_kvm, "%s: KVM_GET_API_VERSION: %d, not %d", path, version,
                       KVM_API_EXPECTED);
    } else {
        vm = ioctl(fd, KVM_CREATE_VM, 0);
        if (vm < 0) {
            sy_probe_unmet(result,
                           "see dmesg: another hypervisor may be using the CPU's virtualisation, "
                           "or memory is short; or use --host lab",
                           "%s: KVM_CREATE_VM: %s", path, g_strerror(errno));
        } else {
            close(vm);
            sy_probe_met(result, "%s opens (API version %d) and makes a VM", path, version);
        }
    }
    close(fd);
}

void sy_probe_kvm(SyRequirementResult *result)
{
    if (g_strcmp0(getenv("STEELYARD_NO_KVM"), "1") == 0) {
        sy_probe_unmet(result, "unset STEELYARD_NO_KVM",
                       "STEELYARD_NO_KVM=1 is in the environment: /dev/kvm was not tried");
        return;
    }
    sy_probe_kvm_node("/dev/kvm", result);
    if (result->met) {
        g_autofree char *opens = g_steal_pointer(&result->evidence);
        const char *kind = sy_host_kvm_take();

        result->evidence = g_strdup_printf("%s; KVM is %s%s", opens, kind,
                                           strcmp(kind, SY_HOST_KVM_EMULATED) == 0
                                               ? ": guest kernel code runs slowly, and Linux "
                                                 "takes too long to boot"
                                               : "");
    }
}

void sy_probe_vhost_net(SyRequirementResult *result)
{
    const char *path = "/dev/vhost-net";
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    uint64_t features;

    if (fd < 0) {
        sy_probe_unmet(result,
                       errno == EACCES || errno == EPERM
                           ? "run as root, or give this user the node (group kvm on Debian)"
                           : "as root: modprobe vhost_net; or use --host lab, whose kernel has it",
                       "cannot open %s: %s", path, g_strerror(errno));
        return;
    }
    if (ioctl(fd, VHOST_GET_FEATURES, &features) < 0) {
        sy_probe_unmet(result, "as root: modprobe vhost_net", "%s: VHOST_GET_FEATURES: %s", path,
                       g_strerror(errno));
    } else {
        sy_probe_met(result, "%s opens, features 0x%" G_GINT64_MODIFIER "x", path, features);
    }
    close(fd);
}
