/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One boot of the virtual lab host, seen from outside: QEMU's TCG emulates an AMD machine with
 * nested SVM, boots the lab's kernel and image, and whoever is inside (lab/inside.h) reports line
 * by line. Needs no KVM, no privileges, no network. Every wait has a limit, and nothing outlives
 * the SyMachine.
 *
 * The folder of a boot (0700) holds cmdline, console.log (the lab's console), qemu.log (QEMU's own
 * words), events.log (every line reported) and archive.tar (files sent; see lab/archive.h).
 *
 * Output leaves the lab through files that QEMU writes (a chardev on a file never makes the
 * machine wait, so that in exact mode the reader outside cannot influence the time inside) and
 * input enters as fw_cfg items: both leave instruction-counted time alone.
 */
#ifndef SY_LAB_MACHINE_H
#define SY_LAB_MACHINE_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    SY_MACHINE_FAST,  /* a thread per CPU, real time */
    SY_MACHINE_EXACT, /* time is counted in instructions; equal builds do the same to the digit */
} SyMachineMode;

typedef struct {
    SyMachineMode mode;
    guint cpus;                  /* 0: SY_MACHINE_CPUS */
    guint memory_mib;            /* 0: SY_MACHINE_MEMORY_MIB */
    const char *qemu;            /* the emulator; absolute */
    const char *const *firmware; /* folders for -L */
    const char *kernel, *initrd;
    const char *dir;        /* of this boot; made, private */
    const char *task;       /* what the inside is to do; see lab/inside.h */
    const char *request;    /* text handed in with it; may be NULL */
    const char *shared_dir; /* folder to show as /work inside, by virtiofs, absolute; fast mode
                               only; NULL: none */
    bool console;           /* the console is this terminal (stdin, stdout), not a file */
    bool verbose;           /* kernel messages on the console while booting */
    double boot_limit_s;    /* until it is up; 0: SY_MACHINE_BOOT_LIMIT_S */
    double silence_limit_s; /* from line to line; 0: SY_MACHINE_SILENCE_LIMIT_S */
} SyMachineConfig;

#define SY_MACHINE_CPUS 2
#define SY_MACHINE_MEMORY_MIB 2048
#define SY_MACHINE_BOOT_LIMIT_S 120
#define SY_MACHINE_SILENCE_LIMIT_S 300

/* The files sent, in the folder of the boot. */
#define SY_MACHINE_ARCHIVE "archive.tar"

typedef struct SyMachine SyMachine;

/*
 * Starts the lab and returns at once; the first sy_machine_next() waits for the boot. Main thread
 * only (sy_child_spawn). `config` is not kept. SY_ERROR_UNAVAILABLE: QEMU, kernel, image or
 * virtiofsd is missing or of no use, with the remedy; SY_ERROR_USAGE: `shared_dir` is not a folder,
 * or the mode is exact; SY_ERROR_IO. What an earlier boot left in `dir` is removed. The caller owns
 * the result. With `console` the terminal is raw until sy_machine_end() gives it back as it was.
 */
SyMachine *sy_machine_boot(const SyMachineConfig *config, GError **error);

/*
 * Waits for the next line of the task; the caller frees *line. At the orderly end *line is NULL,
 * and sy_machine_status() is what the inside ended with. False, with the console's last lines in
 * the message: SY_ERROR_TIMEOUT (not up within boot_limit_s, or silent for silence_limit_s),
 * SY_ERROR_DIED (the lab ended without a farewell: panic, reset, QEMU gone; or could not set itself
 * up: the message is its own); without them SY_ERROR_PROTOCOL (what it said is not in
 * lab/inside.h), SY_ERROR_IO, SY_ERROR_CANCELLED. After false only sy_machine_end() makes sense.
 */
bool sy_machine_next(SyMachine *machine, char **line, GError **error);

/* Exit status of the task, after the orderly end; else -1. */
int sy_machine_status(const SyMachine *machine);

/* Seconds from start until the inside was up, by this machine's clock; 0 before. */
double sy_machine_boot_s(const SyMachine *machine);

/* The command line, one string; owned by `machine`. */
const char *sy_machine_cmdline(const SyMachine *machine);

/* The last `lines` lines of the boot's console; the caller frees; "" if it said nothing. */
char *sy_machine_console_tail(const SyMachine *machine, guint lines);

/* Ends QEMU if it still runs (it has nothing to lose: SIGKILL), reaps it, frees. NULL is fine. */
void sy_machine_end(SyMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyMachine, sy_machine_end)

#endif
