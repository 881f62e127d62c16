/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/fingerprint.h"

Test(fingerprint, kvm_kind_follows_from_flag_module_and_device)
{
    cr_assert_str_eq(sy_host_kvm_kind("fpu vmx sse", TRUE, FALSE, TRUE), "vmx");
    cr_assert_str_eq(sy_host_kvm_kind("fpu sse svm", FALSE, TRUE, TRUE), "svm");
    cr_assert_str_eq(sy_host_kvm_kind("fpu vmx sse", TRUE, FALSE, FALSE), "none");
    cr_assert_str_eq(sy_host_kvm_kind("fpu sse", FALSE, FALSE, FALSE), "none");
    cr_assert_str_eq(sy_host_kvm_kind("fpu sse", FALSE, FALSE, TRUE),
                     "emulated (page-table based)");
    /* A flag whose name only contains the other, and a module that drives nothing, are no evidence.
     */
    cr_assert_str_eq(sy_host_kvm_kind("fpu svm_lock vmxoff", TRUE, TRUE, TRUE),
                     "emulated (page-table based)");
    cr_assert_str_eq(sy_host_kvm_kind("svm", TRUE, FALSE, TRUE), "emulated (page-table based)");
}

static SyHostFingerprint example(void)
{
    return (SyHostFingerprint){.hostname = "a",
                               .cpu_model = "cpu",
                               .cpus = 2,
                               .mem_bytes = G_GUINT64_CONSTANT(24) << 30,
                               .kernel = "6.1",
                               .distro = "Debian",
                               .hypervisor = "none",
                               .kvm = "vmx",
                               .clocksource = "tsc",
                               .load1 = 0.5};
}

static gboolean same_host(const SyHostFingerprint *a, const SyHostFingerprint *b)
{
    g_autofree char *x = sy_host_fingerprint_digest(a), *y = sy_host_fingerprint_digest(b);

    cr_assert_eq(strlen(x), 16);
    cr_assert_eq(strspn(x, "0123456789abcdef"), 16);
    return strcmp(x, y) == 0;
}

Test(fingerprint, name_load_and_some_pages_do_not_make_another_host)
{
    SyHostFingerprint a = example(), b = example();

    b.hostname = "b";
    b.load1 = 7;
    b.mem_bytes -= 12345678;
    cr_assert(same_host(&a, &b));
}

Test(fingerprint, every_other_field_makes_another_host)
{
    SyHostFingerprint a = example();

#define DIFFERS(field, value)                                                                      \
    do {                                                                                           \
        SyHostFingerprint b = example();                                                           \
        b.field = value;                                                                           \
        cr_assert_not(same_host(&a, &b), #field);                                                  \
    } while (0)
    DIFFERS(cpu_model, "cpu2");
    DIFFERS(cpus, 3);
    DIFFERS(mem_bytes, G_GUINT64_CONSTANT(25) << 30);
    DIFFERS(kernel, "6.2");
    DIFFERS(distro, "Debian 13");
    DIFFERS(hypervisor, "KVMKVMKVM");
    DIFFERS(kvm, "svm");
    DIFFERS(clocksource, "hpet");
#undef DIFFERS
}

Test(fingerprint, take_reads_this_host)
{
    g_autoptr(SyHostFingerprint) host = sy_host_fingerprint_take();
    g_autofree char *digest = sy_host_fingerprint_digest(host);
    struct utsname names;

    cr_assert_eq(uname(&names), 0);
    cr_assert_str_eq(host->kernel, names.release);
    cr_assert_str_eq(host->hostname, names.nodename);
    cr_assert_str_eq(host->fingerprint, digest);
    cr_assert_eq(host->cpus, (guint)sysconf(_SC_NPROCESSORS_ONLN));
    cr_assert_leq(host->mem_bytes,
                  (guint64)sysconf(_SC_PHYS_PAGES) * (guint64)sysconf(_SC_PAGESIZE));
    cr_assert_geq(host->mem_bytes, G_GUINT64_CONSTANT(64) << 20);
    cr_assert(host->cpu_model[0] && host->distro[0] && host->hypervisor[0] && host->kvm[0] &&
              host->clocksource[0]);
    cr_assert_null(strchr(host->distro, '"'));
    cr_assert_null(strchr(host->clocksource, '\n'));
}
