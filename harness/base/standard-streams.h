/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors 0 to 2, which a program can be started without, or be left alone with. */
#ifndef SY_BASE_STANDARD_STREAMS_H
#define SY_BASE_STANDARD_STREAMS_H

#include <stdbool.h>

/*
 * Opens those of descriptors 0 to 2 that are closed on /dev/null; leaves the others alone. Else the
 * next file or socket would take such a number, and what is printed would go into it. Call it first
 * of all, while there is one thread. False, with errno, if /dev/null cannot be opened.
 */
bool sy_standard_streams_open(void);

/* Waits up to `timeout_ms` for the reader of stdout to go away; true if it has. A pipe, socket or
 * terminal tells without being written to; a file is always read. */
bool sy_standard_output_unread(int timeout_ms);

#endif
