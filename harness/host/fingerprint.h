/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identifies a host: native results may be compared only if their fingerprints are equal. */
#ifndef SY_HOST_FINGERPRINT_H
#define SY_HOST_FINGERPRINT_H

#include <glib.h>

typedef struct {
    /* The first 16 hex digits of a SHA-256 over the fields below, except `hostname` and `load1`.
     * mem_bytes is rounded to GiB: MemTotal differs by some pages from boot to boot. */
    char *fingerprint;

    char *hostname;
    char *cpu_model;   /* "model name" of /proc/cpuinfo */
    guint cpus;        /* CPUs online */
    guint64 mem_bytes; /* MemTotal */
    char *kernel;      /* uname -r */
    char *distro;      /* PRETTY_NAME of os-release */
    char *hypervisor;  /* "none", or what CPUID leaf 0x40000000 says ("KVMKVMKVM"), as text */
    char *kvm;         /* as sy_host_kvm_kind() has it: "vmx", "none" ... */
    char *clocksource; /* current_clocksource */
    double load1;      /* load average of the last minute */
} SyHostFingerprint;

/* A KVM without hardware virtualisation. */
#define SY_HOST_KVM_EMULATED "emulated (page-table based)"

/*
 * "vmx" or "svm" for KVM on hardware virtualisation, SY_HOST_KVM_EMULATED for a /dev/kvm that
 * works without it (PVM), "none" otherwise. `cpu_flags` is the "flags" line of /proc/cpuinfo;
 * the others say whether that module is loaded and whether /dev/kvm opens. Pure; static string.
 */
const char *sy_host_kvm_kind(const char *cpu_flags, gboolean kvm_intel, gboolean kvm_amd,
                             gboolean kvm_opens);

/* The same for this host. Static string. */
const char *sy_host_kvm_take(void);

/* `fingerprint` computed from the other fields; the caller frees. Pure. */
char *sy_host_fingerprint_digest(const SyHostFingerprint *fingerprint);

/* Reads the host; unreadable fields become "unknown" or 0, never an error. The caller frees. */
SyHostFingerprint *sy_host_fingerprint_take(void);

void sy_host_fingerprint_free(SyHostFingerprint *fingerprint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyHostFingerprint, sy_host_fingerprint_free)

#endif
