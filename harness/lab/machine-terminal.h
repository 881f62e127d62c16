/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal that shows a machine's console. Its settings are restored, however the machine
 * ends. */
#ifndef SY_LAB_MACHINE_TERMINAL_H
#define SY_LAB_MACHINE_TERMINAL_H

typedef struct SyTerminal SyTerminal;

/* Saves the settings of stdin and stdout. The caller owns the result. */
SyTerminal *sy_terminal_save(void);

/* Restores them, and frees `terminal`. NULL is fine. */
void sy_terminal_restore(SyTerminal *terminal);

/* The terminal's environment for the inside, as lines "NAME=VALUE": TERM, COLUMNS and LINES, as far
 * as they are known. The caller frees. */
char *sy_terminal_env(void);

#endif
