/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lab that does as a script says: one string per boot, steps separated by blanks.
 *
 *     host               the fingerprint          begin:ID rep:ID case:ID   the events of a case
 *     unsure:ID          a case that is INCONCLUSIVE
 *     end  stopped       the run inside is over   raw:TEXT                  any line
 *     bye:STATUS         the orderly end          die hang cancel io        that error
 *     full               the disk is full from now on, and the lab dies
 *     send:NAME          logs/NAME/out goes into the archive
 *
 * "refuse" as the only step: it does not even boot. Without a script, booting fails the test.
 */
#ifndef SY_TESTS_FAKE_MACHINE_H
#define SY_TESTS_FAKE_MACHINE_H

#include "run/lab-run.h"

/* What a boot was asked to be. */
typedef struct {
    SyMachineMode mode;
    guint cpus;
    char *request, *dir, *task;
    double silence_limit_s;
} FakeBoot;

extern const SyLabMachine fake_machine;

/* Sets the boots to come (NULL-terminated, borrowed); forgets those of before. */
void fake_machine_script(const char *const *boots);

/* The boots so far: FakeBoot*, and how many of them were ended. */
const GPtrArray *fake_machine_boots(void);
guint fake_machine_ended(void);

void fake_machine_clear(void);

#endif
