/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a description of a VM to QEMU's command line. Pure: no file is looked at. */
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

/* Zero and NULL are the defaults. Strings are borrowed; they must live as long as the call they are
 * passed to. */
typedef struct {
    const char *qemu;    /* the binary; without a slash it is looked up in PATH. Required */
    const char *name;    /* shown in ps and thread names; NULL: "steelyard" */
    const char *accel;   /* -accel, with its options if any; NULL: "kvm" */
    const char *machine; /* -machine, with its options if any; NULL: "pc" */
    const char *cpu;     /* -cpu; NULL: QEMU's default */
    guint memory_mib;    /* 0: 128 */
    guint vcpus;         /* online at start; 0: 1 */
    guint max_vcpus;     /* 0: as many as `vcpus` */
    const char *kernel;  /* -kernel: a multiboot guest or a Linux kernel; NULL: none */
    const char *initrd;  /* -initrd; NULL: none */
    const char *append;  /* -append; NULL: none */
    const char *const *trace_events;  /* QEMU's own trace events, names or globs without commas,
                                         NULL-terminated; they go to SY_VM_TRACE. NULL: none */
    const char *const *firmware_dirs; /* one -L each, NULL-terminated; NULL: QEMU's own */
    const char *const *extra_args;    /* appended as they are, NULL-terminated; NULL: none */
    bool paused;                      /* leave the vCPUs stopped: sy_vm_resume() starts them */

    /* Limits of vm.h, in ns; 0: the defaults SY_VM_*_NS there. */
    int64_t connect_timeout_ns; /* spawn to QMP and console connected */
    int64_t quit_timeout_ns;    /* "quit" to exit */
    int64_t term_timeout_ns;    /* SIGTERM to exit */
} SyVmConfig;

/*
 * The argument vector, argv[0] included; the caller frees (g_strfreev, g_auto(GStrv)). QEMU runs
 * elsewhere, so the relative paths among `qemu`, `kernel`, `initrd` and `firmware_dirs` are
 * taken from `base_dir` (absolute) and made absolute. `extra_args` are not touched. -S is there if
 * `paused`.
 */
GStrv sy_vm_cmdline(const SyVmConfig *config, const char *base_dir);

/* `argv` as one line a POSIX shell reads back to the same words, ending in a newline; the caller
 * frees. */
char *sy_vm_cmdline_quote(const char *const *argv);

#endif
