/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one run from every other: its id is only a second and the name of a job, which two
 * hosts may share. */
#ifndef SY_RESULT_IDENTITY_H
#define SY_RESULT_IDENTITY_H

#include "result/result.h"

/* "ID UUID". Runs of an older steelyard have no UUID: then "ID FINGERPRINT", which tells at least
 * different kinds of hosts apart. The caller frees. */
char *sy_run_identity(const SyRunResult *run);

#endif
