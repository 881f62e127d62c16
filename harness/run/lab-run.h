/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs cases in the virtual lab host, seen from outside: boots it, passes the request in, and turns
 * the events of the steelyard inside (run/lab-event.h) into results. If a lab fails, the run loses
 * only the case that was running.
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

/* How to boot a lab and listen to it: the functions of lab/machine.h, or those of a test. */
typedef struct {
    SyMachine *(*boot)(const SyMachineConfig *config, GError **error);
    bool (*next)(SyMachine *machine, char **line, GError **error);
    int (*status)(const SyMachine *machine);
    double (*boot_s)(const SyMachine *machine);
    const char *(*cmdline)(const SyMachine *machine);
    char *(*console_tail)(const SyMachine *machine, guint lines);
    void (*end)(SyMachine *machine);
} SyLabMachine;

/* What a lab consists of. All members are borrowed; paths are absolute. */
typedef struct {
    const char *emulator;         /* the QEMU that emulates the lab's hardware */
    const char *emulator_version; /* "10.0.13"; NULL: not known */
    const char *const *firmware;  /* folders for its -L */
    const char *kernel, *initrd;
    const char *kernel_version;
    const char *image_sha256;   /* of the initrd */
    const GPtrArray *key_parts; /* SyKeyPart*, for the baseline key of lab-exact; NULL: no key */

    /* Seconds without any event after which a lab counts as hung; 0: the default. */
    double silence_limit_s;

    bool settle;                 /* measure cases again in lab-exact that real time leaves open */
    const SyLabMachine *machine; /* NULL: lab/machine.h */
} SyLabSetup;

/*
 * Runs every plan that is placed in the lab (run/placement.h) and has no result in `run->cases`
 * yet, with one boot for each host mode. `plans` are all plans of the run, in its order. Results,
 * boots (in `run->lab`) and the journal grow as the run goes on; logs and traces of the cases, and
 * a folder logs/lab-N per boot, go to the run folder. `observer` is told the same as by
 * sy_runner_run().
 *
 * With `settle`, a case that real time leaves open (sy_placement_is_open()) gets no result: it is
 * moved to lab-exact, for a later boot, and the result from there counts. Its `host_why` names
 * both.
 *
 * If the lab dies, falls silent or sends nonsense, the running case becomes an ERROR that quotes
 * the console, and the remaining ones get a new boot. If that happens twice in a row before any
 * case began, the remaining ones become ERRORs, too.
 *
 * False when the run must stop early, as in sy_runner_run(): SY_ERROR_CANCELLED,
 * SY_ERROR_RUN_FOLDER; also SY_ERROR_USAGE if the run began with another image. Main thread only;
 * blocks until all is done.
 */
bool sy_lab_run(const GPtrArray *plans, const SyRunEnv *env, const SyLabSetup *setup,
                const SyRunRequest *request, SyRunResult *run, SyJournal *journal,
                const SyRunObserver *observer, GError **error);

#endif
