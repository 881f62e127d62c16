/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds kernel modules and what they depend on, in load order. */
#ifndef SY_LAB_IMAGE_MODULES_H
#define SY_LAB_IMAGE_MODULES_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * The files to load for `modules` (names, NULL-terminated; '-' and '_' are the same), as `dep`
 * names them, each after those it depends on. `dep` is the text of modules.dep, `builtin` of
 * modules.builtin: modules that are built into the kernel need no file (modules.dep(5)).
 * SY_ERROR_UNAVAILABLE names a module that is in neither, and the kernel `release`. The caller
 * frees.
 */
GStrv sy_image_modules_order(const char *dep, const char *builtin, const char *const *modules,
                             const char *release, GError **error);

/*
 * Adds `modules` of the kernel `release` and the modules they depend on, unpacked, as
 * /lib/modules/RELEASE/..., and their list as SY_IMAGE_MODULES. `dir` holds kernel/, modules.dep
 * and modules.builtin. SY_ERROR_UNAVAILABLE: a module or a list is missing.
 */
bool sy_image_modules_add(SyImageTree *tree, const char *dir, const char *release,
                          const char *const *modules, GError **error);

#define SY_IMAGE_MODULES "/etc/steelyard/modules"

#endif
