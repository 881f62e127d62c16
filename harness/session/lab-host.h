/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab that a run's cases are taken to: everything found and built before the run begins. */
#ifndef SY_SESSION_LAB_HOST_H
#define SY_SESSION_LAB_HOST_H

#include <glib.h>

#include "lab/image.h"
#include "run/lab-run.h"

typedef struct SyLabHost SyLabHost;

/*
 * Finds emulator, kernel and image for those of `plans` (SyCasePlan*) that are placed in the lab,
 * with the QEMUs of `env`. NULL without an error if there are none, or this is the inside of a lab.
 * SY_ERROR_UNAVAILABLE names what is missing. The caller owns the result.
 */
SyLabHost *sy_lab_host_prepare(const GPtrArray *plans, const SyRunEnv *env, GError **error);

/* What sy_lab_run() wants to know; owned by `host`. */
SyLabSetup *sy_lab_host_setup(SyLabHost *host);

/* The image that the lab boots; owned by `host`. */
const SyImage *sy_lab_host_image(const SyLabHost *host);

void sy_lab_host_free(SyLabHost *host);

#endif
