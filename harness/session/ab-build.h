/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of two builds under comparison: what is measured of it, and on which occasions. */
#ifndef SY_SESSION_AB_BUILD_H
#define SY_SESSION_AB_BUILD_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/case.h"
#include "run/request.h"
#include "session/lab-host.h"

typedef struct {
    const char *name; /* "base" or "new" */
    char *spec;       /* "modded:10.0@HEAD~3" */
    SyRunRequest *request;
    GPtrArray *plans; /* SyCasePlan*, placed */
    SyRunEnv env;
    SyRunResult *run; /* all that was measured so far */
    SyLabHost *lab;   /* NULL: no case goes there */
} SyAbBuild;

/*
 * Finds the build `spec` (session/build-spec.h) and plans what `request` asks for, which is taken over;
 * its release and qemu are set, unless it names a binary. SY_ERROR_USAGE for what is no spec,
 * SY_ERROR_UNAVAILABLE with the remedy if it is not built. Clear the side in any case.
 */
bool sy_ab_build_prepare(SyAbBuild *side, const char *name, const char *spec, SyRunRequest *request,
                         char **argv, GError **error);

/*
 * Makes the side's lab, if a case goes there: an image with this build alone, so that those of both
 * sides differ in nothing else. In lab-exact already the name that a file has in its folder changes
 * the last digits. `limit_s` of silence are an error.
 */
bool sy_ab_build_prepare_lab(SyAbBuild *side, int limit_s, GError **error);

/* Makes the side's folder in `dir`, and notes what is known of the run. */
bool sy_ab_build_begin(SyAbBuild *side, const char *dir, GDateTime *started, GError **error);

/*
 * Measures those of the side's plans whose places are in `which` (guint), `repeat` repetitions each
 * (0: the plans' own), in a fresh QEMU, or all in one fresh lab; what was measured joins what there
 * is. False when all has to stop, as in sy_runner_run().
 */
bool sy_ab_build_measure(SyAbBuild *side, const GArray *which, guint repeat, GError **error);

/* Writes the side's results.json; `exit` as of a run, -1 while it goes on. */
bool sy_ab_build_save(SyAbBuild *side, int exit_code, GError **error);

void sy_ab_build_clear(SyAbBuild *side);

#endif
