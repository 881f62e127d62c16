/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of this machine, with their libraries, and busybox's applets, into an image's tree. */
#ifndef SY_LAB_IMAGE_PROGRAMS_H
#define SY_LAB_IMAGE_PROGRAMS_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * The program `name` on this machine: itself if absolute, else the first of that name in PATH (and
 * in /usr/sbin and /sbin, which users' PATHs lack) that is a program and no script.
 * SY_ERROR_UNAVAILABLE says what is missing, or what was found instead. The caller frees.
 */
char *sy_image_program_find(const char *name, GError **error);

/* Adds `programs` (SyImageFile*, whose sources may be links) and the libraries they need. */
bool sy_image_programs_add(SyImageTree *tree, const GPtrArray *programs, GError **error);

/*
 * Adds links to /bin/busybox in /bin for `applets` ("*": all), but for those that are in the tree
 * as programs in their own right. `busybox` is the program on this machine, which says what it has.
 * SY_ERROR_UNAVAILABLE names an applet that it has not.
 */
bool sy_image_applets_add(SyImageTree *tree, const char *busybox, const char *const *applets,
                          GError **error);

#define SY_IMAGE_BUSYBOX "/bin/busybox"

#endif
