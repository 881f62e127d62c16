/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that wants to run all the time, for tests of what limits it. */
#ifndef SY_TESTS_SPINNER_H
#define SY_TESTS_SPINNER_H

#include <sys/types.h>

/* Dies with the caller. */
pid_t spinner_start(void);

/* Kills it and waits for it. */
void spinner_end(pid_t pid);

#endif
