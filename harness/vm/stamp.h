/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stamp that `make qemu` builds into a QEMU (hooks/REL/90-stamp.patch). It is in the "package"
 * of query-version, where QEMU puts parentheses around it:
 *
 *     steelyard <flavor>; upstream <version>; mods <64 hex digits|none>; configure <line>
 *
 * Pure.
 */
#ifndef SY_VM_STAMP_H
#define SY_VM_STAMP_H

#include <glib.h>

typedef struct {
    char *flavor;      /* "modded", "stock" or "asan" */
    char *upstream;    /* the source package's version, such as "1:10.0.13+ds-0+deb13u1" */
    char *mods_sha256; /* 64 lower-case hex digits; NULL: built without mods */
    char *configure;   /* the configure line, may be "" */
} SyStamp;

/* Finds the stamp anywhere in `text`; NULL if it is missing or malformed. The caller frees. */
SyStamp *sy_stamp_parse(const char *text);

/* NULL is fine. */
void sy_stamp_free(SyStamp *stamp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyStamp, sy_stamp_free)

#endif
