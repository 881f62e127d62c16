/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/fingerprint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

#define UNKNOWN "unknown"

/* The first line of a file without its end, or NULL; the caller frees. */
static char *first_line(const char *path)
{
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return NULL;
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/*
 * The value of the first line of `text` that reads "key<blanks><separator>value", without the
 * blanks and quotes around it, as in /proc/cpuinfo, /proc/meminfo and os-release. NULL if there is
 * none; the caller frees.
 */
static char *field(const char *text, const char *key, char separator)
{
    gsize length = strlen(key);

    for (const char *line = text; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *at = line + length;

        if (strncmp(line, key, length) != 0) {
            continue;
        }
        at += strspn(at, " \t");
        if (*at == separator) {
            char *value = g_strstrip(g_strndup(at + 1, strcspn(at + 1, "\n")));
            gsize n = strlen(value);

            if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
                value[n - 1] = '\0';
                memmove(value, value + 1, n - 1);
            }
            return value;
        }
    }
    return NULL;
}

/* field() of a file, or "unknown". */
static char *file_field(const char *path, const char *key, char separator)
{
    g_autofree char *text = NULL;
    char *value = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        value = field(text, key, separator);
    }
    return value ? value : g_strdup(UNKNOWN);
}

/*
 * CPUID leaf 1, ECX bit 31 is set by every hypervisor; leaf 0x40000000 then holds its signature in
 * EBX, ECX, EDX (Linux, Documentation/virt/kvm/x86/cpuid.rst).
 */
static char *read_hypervisor(void)
{
#ifdef __x86_64__
    unsigned eax, ebx, ecx, edx;
    char signature[13] = "";

    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1U << 31))) {
        return g_strdup("none");
    }
    __cpuid(0x40000000, eax, ebx, ecx, edx);
    memcpy(signature, &ebx, 4);
    memcpy(signature + 4, &ecx, 4);
    memcpy(signature + 8, &edx, 4);
    for (char *c = signature; *c; c++) {
        *c = g_ascii_isprint(*c) ? *c : '?';
    }
    g_strchomp(signature);
    return g_strdup(signature[0] ? signature : UNKNOWN);
#else
    return g_strdup(UNKNOWN);
#endif
}

static gboolean has_flag(const char *cpu_flags, const char *flag)
{
    g_auto(GStrv) flags = g_strsplit(cpu_flags, " ", -1);

    return g_strv_contains((const char *const *)flags, flag);
}

/*
 * The evidence: the CPU flag vmx or svm shows hardware virtualisation, and the module kvm_intel or
 * kvm_amd (in /sys/module, whether built in or loaded) shows that KVM uses it. A /dev/kvm that
 * opens without them can only be a KVM that runs its guests by other means; the one known is PVM,
 * which uses the page tables and privilege levels of ordinary processes and emulates much of the
 * guest's kernel mode. The requirement "kvm" tries what /dev/kvm really does.
 */
const char *sy_host_kvm_kind(const char *cpu_flags, gboolean kvm_intel, gboolean kvm_amd,
                             gboolean kvm_opens)
{
    if (!kvm_opens) {
        return "none";
    }
    if (has_flag(cpu_flags, "vmx") && kvm_intel) {
        return "vmx";
    }
    if (has_flag(cpu_flags, "svm") && kvm_amd) {
        return "svm";
    }
    return SY_HOST_KVM_EMULATED;
}

const char *sy_host_kvm_take(void)
{
    g_autofree char *flags = file_field("/proc/cpuinfo", "flags", ':');
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    const char *kind = sy_host_kvm_kind(flags, access("/sys/module/kvm_intel", F_OK) == 0,
                                        access("/sys/module/kvm_amd", F_OK) == 0, fd >= 0);

    if (fd >= 0) {
        close(fd);
    }
    return kind;
}

static guint64 read_mem_bytes(void)
{
    g_autofree char *value = file_field("/proc/meminfo", "MemTotal", ':');

    return g_ascii_strtoull(value, NULL, 10) * 1024; /* the file counts in KiB */
}

char *sy_host_fingerprint_digest(const SyHostFingerprint *fingerprint)
{
    const guint64 gib = G_GUINT64_CONSTANT(1) << 30;
    g_autofree char *text = g_strdup_printf(
        "%s\n%u\n%" G_GUINT64_FORMAT "\n%s\n%s\n%s\n%s\n%s\n", fingerprint->cpu_model,
        fingerprint->cpus, (fingerprint->mem_bytes + gib / 2) / gib, fingerprint->kernel,
        fingerprint->distro, fingerprint->hypervisor, fingerprint->kvm, fingerprint->clocksource);
    char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

    digest[16] = '\0';
    return digest;
}

SyHostFingerprint *sy_host_fingerprint_take(void)
{
    SyHostFingerprint *host = g_new0(SyHostFingerprint, 1);
    struct utsname names;

    if (uname(&names) == 0) {
        host->hostname = g_strdup(names.nodename);
        host->kernel = g_strdup(names.release);
    } else {
        host->hostname = g_strdup(UNKNOWN);
        host->kernel = g_strdup(UNKNOWN);
    }
    host->cpu_model = file_field("/proc/cpuinfo", "model name", ':');
    host->cpus = (guint)MAX(sysconf(_SC_NPROCESSORS_ONLN), 0);
    host->mem_bytes = read_mem_bytes();
    host->distro = file_field("/etc/os-release", "PRETTY_NAME", '=');
    host->hypervisor = read_hypervisor();
    host->kvm = g_strdup(sy_host_kvm_take());
    host->clocksource =
        first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    if (!host->clocksource) {
        host->clocksource = g_strdup(UNKNOWN);
    }
    if (getloadavg(&host->load1, 1) != 1) {
        host->load1 = 0;
    }
    host->fingerprint = sy_host_fingerprint_digest(host);
    return host;
}

void sy_host_fingerprint_free(SyHostFingerprint *fingerprint)
{
    if (!fingerprint) {
        return;
    }
    g_free(fingerprint->fingerprint);
    g_free(fingerprint->hostname);
    g_free(fingerprint->cpu_model);
    g_free(fingerprint->kernel);
    g_free(fingerprint->distro);
    g_free(fingerprint->hypervisor);
    g_free(fingerprint->kvm);
    g_free(fingerprint->clocksource);
    g_free(fingerprint);
}
