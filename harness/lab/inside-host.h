/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a bare kernel the host that a run expects: file systems, settings, modules. */
#ifndef SY_LAB_INSIDE_HOST_H
#define SY_LAB_INSIDE_HOST_H

#include <glib.h>
#include <stdbool.h>

/* /proc, /sys, /dev and all else that a host has mounted. SY_ERROR_IO names what could not be. */
bool sy_inside_mount(GError **error);

/* Name, loopback, limits, sysctls, control groups with all their controllers. SY_ERROR_IO. */
bool sy_inside_settle(GError **error);

/* Loads the modules that the file `list` names, one absolute path a line, in that order; one that
 * is there already is fine. SY_ERROR_IO names the module. */
bool sy_inside_load_modules(const char *list, GError **error);

/* Mounts the shared folder as /work, if the machine has one; *shared says whether. */
bool sy_inside_mount_virtiofs(bool *shared, GError **error);

#endif
