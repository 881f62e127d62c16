/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the shared libraries that programs need, with this machine's dynamic loader (ldd). */
#ifndef SY_LAB_IMAGE_LDD_H
#define SY_LAB_IMAGE_LDD_H

#include <glib.h>
#include <stdbool.h>

/* A library: where it lies, and where the image needs it. */
typedef struct {
    char *path;   /* in the image */
    char *source; /* on this machine */
    char *alias;  /* another path in the image, by which the loader finds it; NULL: not needed */
} SyImageLibrary;

/* An empty array of SyImageLibrary*, which owns them. The caller frees. */
GPtrArray *sy_image_libraries_new(void);

/*
 * Adds the libraries in `text` to `libraries`, without duplicates. `text` is ldd's output in the C
 * locale for `programs` (absolute paths on this machine, NULL-terminated), which may need none.
 * SY_ERROR_UNAVAILABLE names a program and the library, or the version of one, that it lacks.
 */
bool sy_image_ldd_parse(const char *text, const char *const *programs, GPtrArray *libraries,
                        GError **error);

/* Runs ldd on `programs` and parses its output into SyImageLibrary*. Errors as above, and those of
 * sy_image_tool_run(). The caller owns the array. */
GPtrArray *sy_image_ldd(const char *const *programs, GError **error);

#endif
