/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts and sums the machine instructions of one function (by capstone). Used by code.c alone. */
#ifndef SY_OBSERVE_CODE_SCAN_H
#define SY_OBSERVE_CODE_SCAN_H

#include "observe/code.h"

typedef struct SyCodeScanner SyCodeScanner;

/* `names` has the name (char*) of each function by its address (guint64*); it is borrowed.
 * SY_ERROR_UNAVAILABLE if capstone cannot decode x86-64. The caller frees. */
SyCodeScanner *sy_code_scanner_new(GHashTable *names, GError **error);
void sy_code_scanner_free(SyCodeScanner *scanner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyCodeScanner, sy_code_scanner_free)

/*
 * Sets instructions and sum of `function` from its `size_bytes` bytes at `bytes`.
 *
 * Neither count nor sum has what the assembler pads with: long no-operations, and a single short
 * one. The sum has the bytes of all others, except those that change with the place of other things
 * or of the source's lines: addresses relative to this one (in their place, the name of the
 * function that lies there), offsets of variables of a thread, and 32-bit constants from 128 to
 * 65535. A byte that is no instruction counts as one.
 */
void sy_code_scan(SyCodeScanner *scanner, const guint8 *bytes, SyCodeFunction *function);

#endif
