/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the instructions that a function executes if it takes no branch, from its disassembly. */
#ifndef SY_WORKLOADS_IRQ_INSN_PATH_H
#define SY_WORKLOADS_IRQ_INSN_PATH_H

#include <glib.h>
#include <stdbool.h>

/*
 * Counts the instructions from the start of `function` up to and including the first indirect jump
 * or call, if no conditional branch is taken. `text` is objdump's output for that function alone.
 * SY_ERROR_PROTOCOL if there is no such path, or a direct call is on it. Pure.
 */
bool insn_path_parse(const char *text, const char *function, guint *count, GError **error);

/*
 * The same for `function` in the program `binary`; objdump's output is kept in the file
 * `work_path`. Blocks for at most a minute. SY_ERROR_UNAVAILABLE: no objdump.
 */
bool insn_path_count(const char *binary, const char *function, const char *work_path, guint *count,
                     GError **error);

#endif
