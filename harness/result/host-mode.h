/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the host modes, for `host_mode` and --host: where a case is measured. */
#ifndef SY_RESULT_HOST_MODE_H
#define SY_RESULT_HOST_MODE_H

#include <stdbool.h>

#define SY_HOST_MODE_NATIVE "native"       /* on this machine */
#define SY_HOST_MODE_LAB "lab"             /* in the virtual lab host, in real time */
#define SY_HOST_MODE_LAB_EXACT "lab-exact" /* there, with time counted in instructions */
#define SY_HOST_MODE_AUTO "auto"           /* --host only: native if the host can, else lab */

/* True for the two modes of the lab; false for NULL. */
bool sy_host_mode_is_lab(const char *host_mode);

/* True for lab-exact, whose values repeat exactly; false for NULL. */
bool sy_host_mode_is_exact(const char *host_mode);

#endif
