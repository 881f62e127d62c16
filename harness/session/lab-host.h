/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual lab host of a run, prepared before the run begins: emulator, kernel and image. */
#ifndef SY_SESSION_LAB_HOST_H
#define SY_SESSION_LAB_HOST_H

#include <glib.h>

#include "lab/image.h"
#include "run/lab-run.h"

typedef struct SyLabHost SyLabHost;

/*
 * Finds or builds emulator, kernel and image for those of `plans` (SyCasePlan*) that are placed in
 * the lab; the image has the QEMUs of `env`. NULL without an error if no case is placed there, or
 * if this is the inside of a lab. SY_ERROR_UNAVAILABLE names what is missing. Blocks while an image
 * is built. The caller owns the result.
 */
SyLabHost *sy_lab_host_prepare(const GPtrArray *plans, const SyRunEnv *env, GError **error);

/* The set-up for sy_lab_run(), to which the caller may add limits; owned by `host`. */
SyLabSetup *sy_lab_host_setup(SyLabHost *host);

/* The image that the lab boots; owned by `host`. */
const SyImage *sy_lab_host_image(const SyLabHost *host);

void sy_lab_host_free(SyLabHost *host);

#endif
