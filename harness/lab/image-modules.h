/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules and what they depend on, in the order in which they have to be loaded. */
#ifndef SY_LAB_IMAGE_MODULES_H
#define SY_LAB_IMAGE_MODULES_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * The files, as `dep` names them, that have to be loaded for `modules` (names, NULL-terminated;
 * '-' and '_' are the same), each after those it depends on. `dep` is the text of modules.dep,
 * `builtin` of modules.builtin: what is built into the kernel needs no file (modules.dep(5)).
 * SY_ERROR_UNAVAILABLE names the module that is in neither, `release` the kernel. The caller frees.
 */
GStrv sy_image_modules_order(const char *dep, const char *builtin, const char *const *modules,
                             const char *release, GError **error);

/*
 * Adds `modules` of the kernel `release`, and what they depend on, from `dir` (it holds kernel/,
 * modules.dep and modules.builtin), unpacked, to /lib/modules/RELEASE, and their list as
 * SY_IMAGE_MODULES. SY_ERROR_UNAVAILABLE: a module or a list is missing.
 */
bool sy_image_modules_add(SyImageTree *tree, const char *dir, const char *release,
                          const char *const *modules, GError **error);

#define SY_IMAGE_MODULES "/etc/steelyard/modules"

#endif
