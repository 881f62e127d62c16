/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns the description of a VM into QEMU's command line. Pure: reads no file. */
#ifndef SY_VM_CMDLINE_H
#define SY_VM_CMDLINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Names in the VM's run folder, which is QEMU's working directory. */
#define SY_VM_QMP_SOCKET "qmp.sock"
#define SY_VM_SERIAL_SOCKET "serial.sock"
#define SY_VM_SERIAL_LOG "serial.log"
#define SY_VM_TRACE "qemu.trace" /* see trace_events */

/* Zero and NULL mean the default. Strings are borrowed: they must live until the call they are
 * passed to returns. */
typedef struct {
    const char *qemu;    /* the binary; without a slash it is looked up in PATH. Required */
    const char *name;    /* shown in ps and thread names; NULL: "steelyard" */
    const char *accel;   /* -accel, with its options; NULL: "kvm" */
    const char *machine; /* -machine, with its options; NULL: "pc" */
    const char *cpu;     /* -cpu; NULL: QEMU's default */
    guint memory_mib;    /* 0: 128 */
    guint vcpus;         /* online at start; 0: 1 */
    guint max_vcpus;     /* 0: as many as `vcpus` */
    const char *kernel;  /* -kernel: a multiboot guest or a Linux kernel; NULL: none */
    const char *initrd;  /* -initrd; NULL: none */
    const char *append;  /* -append; NULL: none */

    /* QEMU's own trace events, as names or globs without commas, NULL-terminated; they go to the
     * file SY_VM_TRACE. NULL: none. */
    const char *const *trace_events;

    const char *const *firmware_dirs; /* one -L each, NULL-terminated; NULL: QEMU's own */
    const char *const *extra_args;    /* appended as they are, NULL-terminated; NULL: none */
    bool paused;                      /* leave the vCPUs stopped: sy_vm_resume() starts them */

    /* Limits in ns; 0: the default SY_VM_*_NS in vm.h. */
    int64_t connect_timeout_ns; /* spawn to QMP and console connected */
    int64_t quit_timeout_ns;    /* "quit" to exit */
    int64_t term_timeout_ns;    /* SIGTERM to exit */
} SyVmConfig;

/*
 * The argument vector, argv[0] included; the caller frees (g_strfreev, g_auto(GStrv)). QEMU runs
 * in another folder, so relative paths in `qemu`, `kernel`, `initrd` and `firmware_dirs` are made
 * absolute from `base_dir` (absolute). `extra_args` are not touched. `paused` gives -S.
 */
GStrv sy_vm_cmdline(const SyVmConfig *config, const char *base_dir);

/* `argv` as one line a POSIX shell reads back to the same words, ending in a newline; the caller
 * frees. */
char *sy_vm_cmdline_quote(const char *const *argv);

#endif
