/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns the description of a lab into its QEMU's command line. Pure: reads no file. */
#ifndef SY_LAB_MACHINE_ARGS_H
#define SY_LAB_MACHINE_ARGS_H

#include <glib.h>
#include <stdbool.h>

#include "lab/machine.h"

/* Files in the folder of the boot, which is QEMU's working directory; so is SY_MACHINE_ARCHIVE. */
#define SY_MACHINE_CMDLINE "cmdline"
#define SY_MACHINE_CONSOLE_LOG "console.log"
#define SY_MACHINE_QEMU_LOG "qemu.log"
#define SY_MACHINE_EVENTS "events.log"
#define SY_MACHINE_REQUEST "request"
#define SY_MACHINE_ENV "env"
#define SY_MACHINE_VIRTIOFS_SOCKET "virtiofs.sock"

/* What the command line depends on besides the SyMachineConfig. */
typedef struct {
    bool qboot;    /* the firmware folders hold SY_MACHINE_QBOOT */
    guint tsc_khz; /* of this machine; 0: not known. Exact mode ignores it */
} SyMachineFound;

#define SY_MACHINE_QBOOT "qboot.rom"

/*
 * The argument vector, argv[0] included; the caller frees (g_strfreev). Zeros in `config` mean the
 * defaults; its paths must be absolute.
 */
GStrv sy_machine_args(const SyMachineConfig *config, const SyMachineFound *found);

/* The lab kernel's command line; the caller frees. */
char *sy_machine_append(const SyMachineConfig *config, const SyMachineFound *found);

/* `argv` as one line that a POSIX shell reads back to the same words; the caller frees. */
char *sy_machine_args_quote(const char *const *argv);

#endif
