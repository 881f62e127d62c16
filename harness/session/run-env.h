/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only constructor of SyRunEnv, which all cases of a run share. */
#ifndef SY_SESSION_RUN_ENV_H
#define SY_SESSION_RUN_ENV_H

#include <glib.h>
#include <stdbool.h>

#include "run/case.h"
#include "run/request.h"

/*
 * Fills `env`, all zeros, from `request`: release, builds, guests, firmware and faults; `run_dir`
 * stays NULL until the run has a folder. Tells the probes of host/requirement.h where to look.
 * SY_ERROR_USAGE for a fault that does not exist. Clear `env` in any case.
 */
bool sy_run_env_prepare(SyRunEnv *env, const SyRunRequest *request, GError **error);

/* Frees what `env` holds, not itself. */
void sy_run_env_clear(SyRunEnv *env);

#endif
