/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes files atomically (a reader sees the old one or the new one, never half of it), and makes
 * folders that only the user can enter. */
#ifndef SY_BASE_FS_H
#define SY_BASE_FS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Replaces `path` by `length` bytes of `data` (-1: up to its NUL) through a temporary file in the
 * same folder, fsync and rename: a kill or a full disk leaves the former file untouched. A link is
 * followed, and stays one. A device, pipe or socket is written to and stays what it is. Blocks for
 * the fsync.
 */
bool sy_fs_write_atomic(const char *path, const char *data, gssize length, GError **error);

/* Points the symbolic link `path` at `target`, atomically. It is an error if `path` exists and is
 * not a link. */
bool sy_fs_symlink_atomic(const char *target, const char *path, GError **error);

/* Makes `path` and its missing parents; `path` itself gets mode 0700 even if it existed. */
bool sy_fs_private_dir(const char *path, GError **error);

/* Removes `path` and everything under it without following links; missing is fine. Best effort. */
void sy_fs_remove_tree(const char *path);

#endif
