/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns a bare kernel into the host that a run expects: file systems, settings, modules. */
#ifndef SY_LAB_INSIDE_HOST_H
#define SY_LAB_INSIDE_HOST_H

#include <glib.h>
#include <stdbool.h>

/* Mounts /proc, /sys, /dev and the other file systems of a host. SY_ERROR_IO names the one that
 * failed. */
bool sy_inside_mount(GError **error);

/* The mount point of sy_inside_mount() that hides what the image has at `path`, an absolute path;
 * NULL if none does. */
const char *sy_inside_hides(const char *path);

/* Sets the host name, loopback, limits, sysctls, and control groups with all their controllers.
 * SY_ERROR_IO. */
bool sy_inside_settle(GError **error);

/* Loads the modules that the file `list` names, one absolute path per line, in that order; a module
 * that is loaded already is fine. SY_ERROR_IO names the module. */
bool sy_inside_load_modules(const char *list, GError **error);

/* Mounts the shared folder as /work, if there is one; *shared tells whether. SY_ERROR_IO. */
bool sy_inside_mount_virtiofs(bool *shared, GError **error);

#endif
