/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the parts of the virtual lab host are on this machine, and the image made of them. */
#ifndef SY_SESSION_LAB_PARTS_H
#define SY_SESSION_LAB_PARTS_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image.h"

typedef struct {
    char *build_dir; /* sy_paths_build_dir() */
    /* The QEMU that emulates the lab: $STEELYARD_LAB_QEMU, or the modded build of the default
     * release, so that it stays the same whatever is under test. */
    char *emulator;
    GStrv firmware; /* folders for -L */
} SyLabParts;

/* The parts, whether they exist or not. The caller frees. */
SyLabParts *sy_lab_parts_find(void);

/* What goes into the lab's image besides its manifest. */
typedef struct {
    const char *qemu;            /* the QEMU under test */
    const char *stock_qemu;      /* the one to compare it with; NULL: none */
    bool linux_guest;            /* the Linux guest, too */
    const char *const *programs; /* programs of this machine, with their libraries; NULL: none */
    const char *const *copies;   /* relative paths of files and folders, for /work; NULL: none */
} SyLabContents;

/* The lab's image with `contents`; blocks for seconds if it has to be built. SY_ERROR_UNAVAILABLE
 * names what is missing. The caller frees. */
SyImage *sy_lab_parts_image(const SyLabParts *parts, const SyLabContents *contents, GError **error);

/* The image of the Linux guest that `manifest` (a path) describes; otherwise as above. */
SyImage *sy_lab_parts_guest_image(const SyLabParts *parts, const char *manifest, GError **error);

/* BUILD/lab/images. The caller frees. */
char *sy_lab_parts_cache_dir(const SyLabParts *parts);

void sy_lab_parts_free(SyLabParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyLabParts, sy_lab_parts_free)

#endif
