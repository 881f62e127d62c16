/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal that a machine's console is shown on: given back as it was found, however the
 * machine ended. */
#ifndef SY_LAB_MACHINE_TERMINAL_H
#define SY_LAB_MACHINE_TERMINAL_H

typedef struct SyTerminal SyTerminal;

/* How stdin and stdout are now. The caller owns the result. */
SyTerminal *sy_terminal_save(void);

/* Sets them back, and frees. NULL is fine. */
void sy_terminal_restore(SyTerminal *terminal);

/* What the inside is to know of it, as lines "NAME=VALUE": TERM, COLUMNS, LINES, as far as they are
 * known. The caller frees. */
char *sy_terminal_env(void);

#endif
