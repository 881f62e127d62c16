/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared libraries that programs need, by this machine's own dynamic loader (ldd). */
#ifndef SY_LAB_IMAGE_LDD_H
#define SY_LAB_IMAGE_LDD_H

#include <glib.h>
#include <stdbool.h>

/* Where a library lies, and where the image needs it. */
typedef struct {
    char *path;   /* in the image */
    char *source; /* on this machine */
    char *alias;  /* a further path in the image by which the loader finds it there; or NULL */
} SyImageLibrary;

/* An array for SyImageLibrary* that owns them. */
GPtrArray *sy_image_libraries_new(void);

/*
 * Adds to `libraries`, without doubles, what `text` says: ldd's output in the C locale for
 * `programs` (absolute paths on this machine, NULL-terminated). Programs that need none are fine.
 * SY_ERROR_UNAVAILABLE names the program and the library, or the version of one, that it lacks.
 */
bool sy_image_ldd_parse(const char *text, const char *const *programs, GPtrArray *libraries,
                        GError **error);

/* Runs ldd over `programs` and parses what it says; SyImageLibrary*. Errors as above, and those of
 * sy_image_tool_run(). The caller owns the array. */
GPtrArray *sy_image_ldd(const char *const *programs, GError **error);

#endif
