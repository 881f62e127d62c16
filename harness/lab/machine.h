/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One boot of the virtual lab host, seen from outside: QEMU's TCG emulates an AMD machine with
 * nested SVM and boots the lab's kernel and image, and the inside (lab/inside.h) reports line by
 * line. Needs no KVM, no privileges, no network. Every wait has a limit, and nothing outlives the
 * SyMachine.
 *
 * The folder of a boot (0700) holds cmdline, console.log (the lab's console), qemu.log (QEMU's own
 * output), events.log (every line reported) and archive.tar (files sent; see lab/archive.h).
 *
 * Output leaves the lab through files that QEMU writes, because a chardev on a file never makes the
 * machine wait: in exact mode the reader outside cannot influence the time inside. Input enters as
 * fw_cfg items, which do not influence instruction-counted time either.
 */
#ifndef SY_LAB_MACHINE_H
#define SY_LAB_MACHINE_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    SY_MACHINE_FAST,  /* a thread per CPU, real time */
    SY_MACHINE_EXACT, /* time is counted in instructions; equal builds give equal results */
} SyMachineMode;

typedef struct {
    SyMachineMode mode;
    guint cpus;                  /* 0: SY_MACHINE_CPUS */
    guint memory_mib;            /* 0: SY_MACHINE_MEMORY_MIB */
    const char *qemu;            /* the emulator; absolute */
    const char *const *firmware; /* folders for -L */
    const char *kernel, *initrd;
    const char *dir;     /* the folder of this boot; made, private */
    const char *task;    /* what the inside does: SY_INSIDE_TASK_* of lab/inside.h */
    const char *request; /* text that comes with the task; may be NULL */

    /* The folder (absolute) that the inside sees as /work, by virtiofs; fast mode only. NULL:
     * none. */
    const char *shared_dir;

    bool console;           /* the console is this terminal (stdin, stdout), not a file */
    bool verbose;           /* kernel messages on the console while booting */
    double boot_limit_s;    /* until the lab is up; 0: SY_MACHINE_BOOT_LIMIT_S */
    double silence_limit_s; /* between two lines; 0: SY_MACHINE_SILENCE_LIMIT_S */
} SyMachineConfig;

#define SY_MACHINE_CPUS 2
#define SY_MACHINE_MEMORY_MIB 2048
#define SY_MACHINE_BOOT_LIMIT_S 120
#define SY_MACHINE_SILENCE_LIMIT_S 300

/*
 * What a lab may write: a lab that goes wild must not fill the disk. Far more than a night's run
 * needs, which is some MiB of console and events, and the traces of its cases.
 */
#define SY_MACHINE_TEXT_BYTES ((goffset)256 << 20)   /* console, QEMU's output, events: each */
#define SY_MACHINE_ARCHIVE_BYTES ((goffset)16 << 30) /* files sent */

/* The files sent, in the folder of the boot. */
#define SY_MACHINE_ARCHIVE "archive.tar"

typedef struct SyMachine SyMachine;

/*
 * Starts the lab and returns at once; the first sy_machine_next() waits for the boot. Main thread
 * only (sy_child_spawn). `config` is not kept. SY_ERROR_UNAVAILABLE: QEMU, kernel, image or
 * virtiofsd is missing or unusable, with the remedy; SY_ERROR_USAGE: `shared_dir` is not a folder,
 * or the mode is exact; SY_ERROR_IO. What an earlier boot left in `dir` is removed. The caller owns
 * the result. With `console` the terminal is raw until sy_machine_end() restores it.
 */
SyMachine *sy_machine_boot(const SyMachineConfig *config, GError **error);

/*
 * Waits for the next line of the task; the caller frees *line. At the orderly end *line is NULL,
 * and sy_machine_status() is the task's exit status. False, with the console's last lines in the
 * message: SY_ERROR_TIMEOUT (not up within boot_limit_s, or silent for silence_limit_s),
 * SY_ERROR_DIED (the lab ended without "!bye": panic, reset, QEMU gone; or it could not set itself
 * up, and says why). False without them: SY_ERROR_PROTOCOL (a line that lab/inside.h does not
 * know, or more output than it may write), SY_ERROR_IO, SY_ERROR_CANCELLED (also if the console is
 * a pipe that nobody reads any more). After false only sy_machine_end() may be called.
 */
bool sy_machine_next(SyMachine *machine, char **line, GError **error);

/* Exit status of the task, after the orderly end; else -1. */
int sy_machine_status(const SyMachine *machine);

/* Seconds from the start until the lab was up, by this machine's clock; 0 before. */
double sy_machine_boot_s(const SyMachine *machine);

/* QEMU's command line as one string; owned by `machine`. */
const char *sy_machine_cmdline(const SyMachine *machine);

/* The last `lines` lines of the boot's console; "" if it is empty. The caller frees. */
char *sy_machine_console_tail(const SyMachine *machine, guint lines);

/* Ends QEMU (by SIGKILL, for it has nothing to lose), reaps it, and frees. NULL is fine. */
void sy_machine_end(SyMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyMachine, sy_machine_end)

#endif
