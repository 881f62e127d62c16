/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error domain of every layer. A message names the object, what is wrong with it, and the
 * remedy. */
#ifndef SY_BASE_ERROR_H
#define SY_BASE_ERROR_H

#include <glib.h>

#define SY_ERROR sy_error_quark()
GQuark sy_error_quark(void);

/* The kind of failure; cli/ turns the kind into an exit code, run/ into a case status. */
typedef enum {
    SY_ERROR_USAGE,       /* the user's input is wrong: exit 2 */
    SY_ERROR_UNAVAILABLE, /* this host lacks something: exit 3, or SKIP for one case */
    SY_ERROR_TIMEOUT,     /* a bounded wait ran out: case ERROR */
    SY_ERROR_DIED,        /* a child process ended when it should not have: case ERROR */
    SY_ERROR_PROTOCOL,    /* a peer (QMP, guest) said something it should not: case ERROR */
    SY_ERROR_PEER,        /* a peer refused in an orderly way (QMP "error" reply): case ERROR */
    SY_ERROR_IO,          /* the file system or the kernel refused: exit 3, or case ERROR */
    SY_ERROR_RUN_FOLDER,  /* what a run leaves behind cannot be written: the run stops, exit 3 */
    SY_ERROR_CANCELLED,   /* SIGINT or SIGTERM asked for an early, orderly end */
} SyError;

/* Sets SY_ERROR_IO from `errno_value` with the text "<what> PATH: <strerror>; <remedy>". */
void sy_error_set_io(GError **error, int errno_value, const char *what, const char *path);

#endif
