/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cases in the virtual lab host, seen from outside: boots it, hands in the request, and turns what
 * the steelyard inside reports (run/lab-event.h) into results of this run. A lab that breaks costs
 * the case that broke it, never the run.
 */
#ifndef SY_RUN_LAB_RUN_H
#define SY_RUN_LAB_RUN_H

#include <glib.h>
#include <stdbool.h>

#include "lab/machine.h"
#include "run/case.h"
#include "run/journal.h"
#include "run/request.h"
#include "run/runner.h"

/* How a lab is booted and heard: the functions of lab/machine.h, or a test's. */
typedef struct {
    SyMachine *(*boot)(const SyMachineConfig *config, GError **error);
    bool (*next)(SyMachine *machine, char **line, GError **error);
    int (*status)(const SyMachine *machine);
    double (*boot_s)(const SyMachine *machine);
    const char *(*cmdline)(const SyMachine *machine);
    char *(*console_tail)(const SyMachine *machine, guint lines);
    void (*end)(SyMachine *machine);
} SyLabMachine;

/* What labs are made of. All is borrowed; paths are absolute. */
typedef struct {
    const char *emulator;         /* the QEMU that is the lab's hardware */
    const char *emulator_version; /* "10.0.13"; NULL: not known */
    const char *const *firmware;  /* folders for its -L */
    const char *kernel, *initrd;
    const char *kernel_version;
    const char *image_sha256;    /* of the initrd */
    const GPtrArray *key_parts;  /* SyKeyPart*: what of these decides exact figures; NULL: no key */
    double silence_limit_s;      /* a case that says nothing for so long is ended; 0: the default */
    bool settle;                 /* what the lab in real time could not say, lab-exact is to */
    const SyLabMachine *machine; /* NULL: lab/machine.h */
} SyLabSetup;

/*
 * Runs every plan that is placed in the lab (run/placement.h) and has no result in `run->cases`
 * yet: one boot for all of a kind, in the order of `plans`, which are all of the run's. Results,
 * each boot in `run->lab`, and the journal grow as things happen; logs and traces of the cases, and
 * a folder logs/lab-N per boot, land in the run folder. `observer` sees what sy_runner_run() would
 * show it.
 *
 * With `settle` a case that is INCONCLUSIVE in real time is not kept: it is placed in lab-exact,
 * for a boot after the others, and what that says counts; its `host_why` tells of both.
 *
 * If the lab dies, falls silent or makes no sense, the case that had begun is an ERROR with the
 * lab's last words, and the rest goes to a fresh one; if that happens twice in a row before any
 * case began, the rest are ERRORs, too. False when the run must stop early, as in sy_runner_run():
 * SY_ERROR_CANCELLED, SY_ERROR_IO; also SY_ERROR_USAGE if the run began with another image. Main
 * thread only.
 */
bool sy_lab_run(const GPtrArray *plans, const SyRunEnv *env, const SyLabSetup *setup,
                const SyRunRequest *request, SyRunResult *run, SyJournal *journal,
                const SyRunObserver *observer, GError **error);

#endif
