/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which host this is: what must be equal before two native results may be compared. */
#ifndef SY_HOST_FINGERPRINT_H
#define SY_HOST_FINGERPRINT_H

#include <glib.h>

typedef struct {
    char *fingerprint; /* SHA-256 over the fields below but `hostname` and `load1`: 16 hex digits of
                          it. mem_bytes goes in rounded to GiB: MemTotal differs by some pages from
                          boot to boot */
    char *hostname;
    char *cpu_model;   /* "model name" of /proc/cpuinfo */
    guint cpus;        /* CPUs online */
    guint64 mem_bytes; /* MemTotal */
    char *kernel;      /* uname -r */
    char *distro;      /* PRETTY_NAME of os-release */
    char *hypervisor;  /* "none", or what CPUID leaf 0x40000000 says ("KVMKVMKVM"), as text */
    char *kvm; /* "vmx", "svm", "emulated (page-table based)", "none" ...: see fingerprint.c for the
                  evidence used */
    char *clocksource; /* current_clocksource */
    double load1;      /* load average of the last minute when taken */
} SyHostFingerprint;

/* The KVM that has no hardware virtualisation under it. */
#define SY_HOST_KVM_EMULATED "emulated (page-table based)"

/*
 * "vmx" or "svm" for KVM on hardware virtualisation, SY_HOST_KVM_EMULATED for a /dev/kvm that
 * works without it (PVM), "none" otherwise. `cpu_flags` is the "flags" line of /proc/cpuinfo,
 * the others say whether that module is there and whether /dev/kvm opens. Pure; static string.
 */
const char *sy_host_kvm_kind(const char *cpu_flags, gboolean kvm_intel, gboolean kvm_amd,
                             gboolean kvm_opens);

/* The same of this host. Static string. */
const char *sy_host_kvm_take(void);

/* The `fingerprint` of the other fields; the caller frees. Pure. */
char *sy_host_fingerprint_digest(const SyHostFingerprint *fingerprint);

/* Reads the host; unreadable fields become "unknown" or 0, never an error. The caller frees. */
SyHostFingerprint *sy_host_fingerprint_take(void);

void sy_host_fingerprint_free(SyHostFingerprint *fingerprint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyHostFingerprint, sy_host_fingerprint_free)

#endif
