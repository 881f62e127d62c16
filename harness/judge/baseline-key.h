/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key of a run in lab-exact: everything that decides its values except the QEMU under test. If
 * two runs have equal keys, a difference comes from the build (docs/ARCHITECTURE.md, "Baselines").
 * Pure.
 */
#ifndef SY_JUDGE_BASELINE_KEY_H
#define SY_JUDGE_BASELINE_KEY_H

#include <glib.h>

#include "result/build.h"

/* A part whose checksum is that of `text`. The caller owns it, and that of the next function. */
SyKeyPart *sy_key_part_of_text(const char *name, const char *text, const char *what);

/* The part "emulator": release, source version, flavor and configure line of its stamp, without the
 * mods. */
SyKeyPart *sy_key_part_of_emulator(const SyBuildInfo *emulator);

/* SHA-256 over the names and checksums of `parts` (SyKeyPart*), in their order; 64 hex digits. The
 * caller frees. */
char *sy_baseline_key(const GPtrArray *parts);

#endif
