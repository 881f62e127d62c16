/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run's figures are figures of: the QEMU under test, and the lab that it was tested in.
 * Parts of result/result.h, which includes this. */
#ifndef SY_RESULT_BUILD_H
#define SY_RESULT_BUILD_H

#include <glib.h>

#include "host/fingerprint.h"

/* The QEMU under test, as its stamp says; any string may be NULL (stock builds, or none used). The
 * stamp has no release, path, ref and commit: a build is shared by all commits with its mods. */
typedef struct {
    char *release;      /* "10.0" */
    char *flavor;       /* "modded" | "stock" | "asan" */
    char *upstream;     /* "1:10.0.13+ds-0+deb13u1" */
    char *mods_sha256;  /* 64 hex digits */
    char *configure;    /* the configure line */
    char *qemu_version; /* "10.0.13" */
    char *path;         /* the binary */
    char *ref;          /* the git ref that was asked for, "HEAD~3"; NULL: none was */
    char *commit;       /* what that was then: 40 hex digits, or 64 */
} SyBuildInfo;

/* One of the things that decide the figures of lab-exact, besides the QEMU under test. */
typedef struct {
    char *name;   /* "kernel" */
    char *sha256; /* 64 hex digits */
    char *what;   /* for people, as in "6.12.107+deb13-cloud-amd64"; NULL: the sum says it all */
} SyKeyPart;

/* The virtual lab host that some cases of a run were taken in. Any string may be NULL. */
typedef struct {
    char *mode;           /* "lab" | "lab-exact" */
    char *kernel;         /* its release, "6.12.107+deb13-cloud-amd64" */
    char *qemu;           /* version of the QEMU that is its hardware, "10.0.13" */
    char *image_sha256;   /* 64 hex digits */
    char *command;        /* that QEMU's command line; the folder of the boot stands as "." */
    char *baseline_key;   /* of lab-exact, over key_parts (judge/baseline-key.h): 64 hex digits */
    GPtrArray *key_parts; /* SyKeyPart*; empty without a key */
    guint cpus;
    guint memory_mib;
    GArray *boot_s; /* double, one per boot: seconds from start to up, by the clock of `host` */
    SyHostFingerprint *host; /* the lab as its inside sees it; NULL: it never said */
} SyLabInfo;

/* Empty objects; the caller owns them. The *_free() take NULL. */
SyBuildInfo *sy_build_info_new(void);
SyLabInfo *sy_lab_info_new(void);
SyKeyPart *sy_key_part_new(const char *name, const char *sha256, const char *what);
void sy_key_part_free(SyKeyPart *part);
void sy_build_info_free(SyBuildInfo *build);
void sy_lab_info_free(SyLabInfo *lab);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBuildInfo, sy_build_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyLabInfo, sy_lab_info_free)

#endif
