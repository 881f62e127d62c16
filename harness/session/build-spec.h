/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a user names a QEMU build, [FLAVOR:]RELEASE[@REF], and where that build is. */
#ifndef SY_SESSION_BUILD_SPEC_H
#define SY_SESSION_BUILD_SPEC_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *flavor;  /* "modded", "stock" or "asan" */
    char *release; /* "10.0" */
    char *ref;     /* the git ref whose mods it has; NULL: those of the working tree */
} SyBuildSpec;

/* Whether `text` is written like a QEMU release: "10.0", "10.2.1". It becomes the name of a
 * folder. */
bool sy_build_release_valid(const char *text);

/* Parses a text such as "modded:10.0@HEAD~3"; a bare release means modded. SY_ERROR_USAGE if the
 * text is not a spec; whether the build exists is not checked. The caller owns the result. */
SyBuildSpec *sy_build_spec_parse(const char *text, GError **error);

void sy_build_spec_free(SyBuildSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBuildSpec, sy_build_spec_free)

/*
 * The path of the build's binary in `build_dir`; SY_ERROR_UNAVAILABLE with the remedy if it is not
 * built. For a spec with a ref it asks `builder`, the path of qemu-mods/build-qemu, which blocks
 * for minutes on a busy host, and sets `*commit` to the id of the ref's commit; without a ref to
 * NULL. If build-qemu refuses, the error has its message: SY_ERROR_USAGE if the ref names no
 * commit. The caller frees the path and `*commit`.
 */
char *sy_build_spec_find(const SyBuildSpec *spec, const char *build_dir, const char *builder,
                         char **commit, GError **error);

/* The path of qemu-mods/build-qemu in the tree that this program was built in, or else in the
 * current folder. The caller frees. */
char *sy_build_spec_builder(void);

#endif
