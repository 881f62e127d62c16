/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of the Linux guest's files, of the stock QEMU, and of whether this host is a lab. */
#include "host/probe.h"

#include <string.h>

#include "host/fingerprint.h"

/* Only the lab's image has this file (lab/inside.h). */
#define LAB_MARKER "/etc/steelyard/lab"

static char *guests_dir, *stock_qemu;

void sy_probe_lab_marker(const char *marker, SyRequirementResult *result)
{
    if (g_file_test(marker, G_FILE_TEST_EXISTS)) {
        sy_probe_met(result, "this is a virtual lab host (it has %s)", marker);
    } else {
        sy_probe_unmet(result, "run this case with --host lab: it would break an ordinary host",
                       "this is an ordinary host, not a virtual lab host (no %s)", marker);
    }
}

void sy_probe_lab(SyRequirementResult *result)
{
    sy_probe_lab_marker(LAB_MARKER, result);
}

void sy_probe_guests_dir(const char *dir)
{
    g_free(guests_dir);
    guests_dir = g_strdup(dir);
}

/* True if this KVM boots a Linux kernel in reasonable time; else `result` says why not. */
static bool kvm_is_fit(SyRequirementResult *result)
{
    SyRequirementResult kvm = {0};
    bool fit;

    sy_probe_kvm(&kvm);
    fit = kvm.met && strcmp(sy_host_kvm_take(), SY_HOST_KVM_EMULATED) != 0;
    if (kvm.met && !fit) {
        sy_probe_unmet(result, "use --host lab: the lab's KVM boots it",
                       "KVM is " SY_HOST_KVM_EMULATED ": Linux takes too long to boot");
    } else if (!fit) {
        sy_probe_unmet(result, kvm.remedy, "%s", kvm.evidence);
    }
    g_free(kvm.evidence);
    g_free(kvm.remedy);
    return fit;
}

void sy_probe_linux_guest(SyRequirementResult *result)
{
    static const char *const names[] = {"vmlinuz", "initrd"};

    if (!kvm_is_fit(result)) {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            guests_dir ? g_build_filename(guests_dir, "linux", names[i], NULL) : NULL;

        if (!path || !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            sy_probe_unmet(result, "build it: make lab", "there is no %s",
                           path ? path : "folder of guests");
            return;
        }
    }
    sy_probe_met(result, "%s/linux has vmlinuz and initrd; KVM is %s", guests_dir,
                 sy_host_kvm_take());
}

void sy_probe_stock_qemu_path(const char *path)
{
    g_free(stock_qemu);
    stock_qemu = g_strdup(path);
}

void sy_probe_stock_qemu(SyRequirementResult *result)
{
    if (stock_qemu && g_file_test(stock_qemu, G_FILE_TEST_IS_EXECUTABLE)) {
        sy_probe_met(result, "%s exists", stock_qemu);
    } else {
        sy_probe_unmet(result, "build it: make qemu FLAVOR=stock", "there is no %s",
                       stock_qemu ? stock_qemu : "stock QEMU");
    }
}
