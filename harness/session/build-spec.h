/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a user names a build of QEMU, [FLAVOR:]RELEASE[@REF], and where that build is. */
#ifndef SY_SESSION_BUILD_SPEC_H
#define SY_SESSION_BUILD_SPEC_H

#include <glib.h>

typedef struct {
    char *flavor;  /* "modded", "stock" or "asan" */
    char *release; /* "10.0" */
    char *ref;     /* the git ref whose mods it has; NULL: those that lie here */
} SyBuildSpec;

/* "modded:10.0@HEAD~3"; a bare release is modded. SY_ERROR_USAGE for what names no build; git and
 * qemu-mods/build-qemu are not asked yet. The caller owns the result. */
SyBuildSpec *sy_build_spec_parse(const char *text, GError **error);

void sy_build_spec_free(SyBuildSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBuildSpec, sy_build_spec_free)

/*
 * The binary of the build under `build_dir`, which the caller frees; SY_ERROR_UNAVAILABLE with the
 * remedy if it is not built. Of a build with a ref `builder`, qemu-mods/build-qemu, is asked (on a
 * busy host it takes minutes), and `commit` is set to the id of the ref's commit, which the caller
 * frees; else to NULL. What build-qemu refuses has its words, and SY_ERROR_USAGE for a ref that
 * names no commit.
 */
char *sy_build_spec_find(const SyBuildSpec *spec, const char *build_dir, const char *builder,
                         char **commit, GError **error);

/* qemu-mods/build-qemu of the tree that this program was built in, else of the current folder. The
 * caller frees. */
char *sy_build_spec_builder(void);

#endif
