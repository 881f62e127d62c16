/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key of a baseline: what decides the figures of lab-exact, all but the QEMU under test. With
 * equal keys a difference is the build's (docs/ARCHITECTURE.md, "Baselines"). Pure.
 */
#ifndef SY_JUDGE_BASELINE_KEY_H
#define SY_JUDGE_BASELINE_KEY_H

#include <glib.h>

#include "result/build.h"

/* A part whose sum is that of `text`. The caller owns it, as below. */
SyKeyPart *sy_key_part_of_text(const char *name, const char *text, const char *what);

/* The part "emulator": release, source version, flavor and configure line, by its stamp; not the
 * mods. */
SyKeyPart *sy_key_part_of_emulator(const SyBuildInfo *emulator);

/* SHA-256 over names and sums of `parts` (SyKeyPart*), in their order; 64 hex digits. The caller
 * frees. */
char *sy_baseline_key(const GPtrArray *parts);

/*
 * What two keys differ in, one line per part, as in "kernel: 6.12.107 -> 6.12.117", "guests:
 * 1234abcd5678 -> 8765dcba4321", "stock_qemu: only now". Empty: none does. char*; the caller
 * unrefs.
 */
GPtrArray *sy_key_changes(const GPtrArray *before, const GPtrArray *now);

#endif
