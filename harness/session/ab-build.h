/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of two builds under comparison: its plans, and the results that grow turn by turn. */
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
    SyRunResult *run; /* what was measured so far */
    SyLabHost *lab;   /* NULL: no case runs in the lab */
} SyAbBuild;

/*
 * Finds the build `spec` (session/build-spec.h) and plans the cases of `request`, which it takes
 * over whatever happens. Sets the request's release and qemu, unless it names a binary.
 * SY_ERROR_USAGE for a wrong spec, SY_ERROR_UNAVAILABLE with the remedy if it is not built. Clear
 * `build` in any case.
 */
bool sy_ab_build_prepare(SyAbBuild *build, const char *name, const char *spec,
                         SyRunRequest *request, char **argv, GError **error);

/*
 * Prepares the build's lab, if a case runs there. Its image has this build alone, so that the
 * images of both builds differ in nothing else: in lab-exact even the name of a file changes the
 * last digits. A case that is silent for `limit_s` is an error (SyLabSetup). Blocks while the image
 * is built.
 */
bool sy_ab_build_prepare_lab(SyAbBuild *build, double limit_s, GError **error);

/* Makes the build's folder DIR/NAME, and notes the run's id and start. */
bool sy_ab_build_begin(SyAbBuild *build, const char *dir, GDateTime *started, GError **error);

/*
 * Measures the plans whose indices are in `which` (guint), `repeat` repetitions each (0: as many as
 * the plan says), each in a fresh QEMU, or all in one fresh lab, and adds them to the build's
 * results. False when everything has to stop, as in sy_runner_run().
 */
bool sy_ab_build_measure(SyAbBuild *build, const GArray *which, guint repeat, GError **error);

/* Writes the build's results.json; `exit_code` is the run's, -1 while it goes on. */
bool sy_ab_build_save(SyAbBuild *build, int exit_code, GError **error);

/* Frees what `build` holds, not itself. */
void sy_ab_build_clear(SyAbBuild *build);

#endif
