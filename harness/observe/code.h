/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of a compiled program: how many instructions each has, and a checksum of them that
 * does not depend on where the linker put the function or what it refers to.
 */
#ifndef SY_OBSERVE_CODE_H
#define SY_OBSERVE_CODE_H

#include <glib.h>

#define SY_CODE_SUM_DIGITS 16

typedef struct {
    char *name;      /* the symbol: "kvm_throttle_run.part.0" */
    guint64 address; /* as linked */
    guint64 size_bytes;
    guint instructions;               /* without padding */
    char sum[SY_CODE_SUM_DIGITS + 1]; /* hex digits */
} SyCodeFunction;

typedef struct {
    char *compiler;       /* "GCC: (Debian 12.2.0-14) 12.2.0"; several are joined by "; " */
    GPtrArray *functions; /* SyCodeFunction*, by address */
} SyCode;

/*
 * Reads the ELF program `path` for x86-64. What counts as one instruction, and what enters the sum,
 * is said at sy_code_scan(). SY_ERROR_UNAVAILABLE: it cannot be read, is not such a program, or was
 * stripped of its symbols. The caller owns the result.
 */
SyCode *sy_code_read(const char *path, GError **error);

void sy_code_free(SyCode *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyCode, sy_code_free)

/* A function without instructions; `name` is copied. The caller owns it. */
SyCodeFunction *sy_code_function_new(const char *name);
void sy_code_function_free(SyCodeFunction *function);

#endif
