/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds programs of this machine, their libraries, and busybox's applets to an image's tree. */
#ifndef SY_LAB_IMAGE_PROGRAMS_H
#define SY_LAB_IMAGE_PROGRAMS_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * The path of the program `name` on this machine: `name` itself if absolute, else the first of that
 * name in PATH (and in /usr/sbin and /sbin, which users' PATHs lack) that is not a script.
 * SY_ERROR_UNAVAILABLE says what is missing, or what was found instead. The caller frees.
 */
char *sy_image_program_find(const char *name, GError **error);

/* Adds `programs` (SyImageFile*, whose sources may be links) and the libraries they need. */
bool sy_image_programs_add(SyImageTree *tree, const GPtrArray *programs, GError **error);

/*
 * Adds links to /bin/busybox in /bin for `applets` ("*": all), except where the tree has a program
 * of that name. `busybox` is the program on this machine, which lists its applets.
 * SY_ERROR_UNAVAILABLE names an applet that it does not have.
 */
bool sy_image_applets_add(SyImageTree *tree, const char *busybox, const char *const *applets,
                          GError **error);

#define SY_IMAGE_BUSYBOX "/bin/busybox"

#endif
