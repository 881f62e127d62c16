/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many instructions a function executes on its straight way, out of its disassembly. */
#ifndef SY_WORKLOADS_IRQ_INSN_PATH_H
#define SY_WORKLOADS_IRQ_INSN_PATH_H

#include <glib.h>
#include <stdbool.h>

/*
 * Instructions from the beginning of `function` up to and with the indirect jump or call on the way
 * that takes no conditional branch, in `text`, objdump's output for that function alone. False
 * (SY_ERROR_PROTOCOL) if there is no such way, or a direct call is on it. Pure.
 */
bool insn_path_parse(const char *text, const char *function, guint *count, GError **error);

/*
 * The same of `function` in the program `binary`; objdump's output is kept as `work_path`. Blocks
 * for at most a minute. SY_ERROR_UNAVAILABLE: no objdump.
 */
bool insn_path_count(const char *binary, const char *function, const char *work_path, guint *count,
                     GError **error);

#endif
