/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the programs of this machine that help to make an image: ldd, strip, busybox. */
#ifndef SY_LAB_IMAGE_TOOL_H
#define SY_LAB_IMAGE_TOOL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Runs `argv` (NULL-terminated) for at most `limit_ns`, in the C locale and without the user's LD_*
 * variables, which hold for this process only. Returns its output (stdout and stderr as they came);
 * the caller frees. *succeeded (may be NULL): whether its exit status was 0. SY_ERROR_UNAVAILABLE:
 * it cannot be started; SY_ERROR_TIMEOUT, SY_ERROR_CANCELLED. Main thread only (base/child.h).
 */
char *sy_image_tool_run(const char *const *argv, int64_t limit_ns, bool *succeeded, GError **error);

#endif
