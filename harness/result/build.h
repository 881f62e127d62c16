/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run measured: the QEMU under test, and the lab that it was tested in. Parts of
 * result/result.h, which includes this. */
#ifndef SY_RESULT_BUILD_H
#define SY_RESULT_BUILD_H

#include <glib.h>

#include "host/fingerprint.h"

/* The QEMU under test, from its stamp; any string may be NULL (stock builds have no stamp).
 * Release, path, ref and commit are not in the stamp: all commits with the same mods share one
 * build. */
typedef struct {
    char *release;      /* "10.0" */
    char *flavor;       /* "modded" | "stock" | "asan" */
    char *upstream;     /* "1:10.0.13+ds-0+deb13u1" */
    char *mods_sha256;  /* 64 hex digits */
    char *configure;    /* the configure line */
    char *qemu_version; /* "10.0.13" */
    char *path;         /* the binary */
    char *ref;          /* the git ref that the user asked for, "HEAD~3"; NULL: none */
    char *commit;       /* the commit that `ref` named then: 40 or 64 hex digits */
} SyBuildInfo;

/* One of the things that decide the values of lab-exact, besides the QEMU under test. */
typedef struct {
    char *name;   /* "kernel" */
    char *sha256; /* 64 hex digits */
    char *what;   /* for people: "6.12.107+deb13-cloud-amd64"; NULL: the checksum is enough */
} SyKeyPart;

/* The virtual lab host in which cases of a run were measured. Any string may be NULL. */
typedef struct {
    char *mode;           /* "lab" | "lab-exact" */
    char *kernel;         /* its release, "6.12.107+deb13-cloud-amd64" */
    char *qemu;           /* version of the QEMU that is its hardware, "10.0.13" */
    char *image_sha256;   /* 64 hex digits */
    char *command;        /* that QEMU's command line, with "." for the folder of the boot */
    char *baseline_key;   /* of lab-exact, over key_parts (judge/baseline-key.h): 64 hex digits */
    GPtrArray *key_parts; /* SyKeyPart*; empty without a key */
    guint cpus;
    guint memory_mib;
    GArray *boot_s; /* double, one per boot: seconds until it was up, by the clock of `host` */
    SyHostFingerprint *host; /* the lab as seen from inside; NULL: it never reported */
} SyLabInfo;

/* Empty objects; the caller owns them. The *_free() accept NULL. */
SyBuildInfo *sy_build_info_new(void);
SyLabInfo *sy_lab_info_new(void);
SyKeyPart *sy_key_part_new(const char *name, const char *sha256, const char *what);
void sy_key_part_free(SyKeyPart *part);
void sy_build_info_free(SyBuildInfo *build);
void sy_lab_info_free(SyLabInfo *lab);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBuildInfo, sy_build_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyLabInfo, sy_lab_info_free)

#endif
