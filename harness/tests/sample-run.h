/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs made up for the tests of store/ and report/. */
#ifndef SY_TESTS_SAMPLE_RUN_H
#define SY_TESTS_SAMPLE_RUN_H

#include "result/result.h"

/* A finished smoke run with cases of every status. The caller frees, as below. */
SyRunResult *sample_run(void);

/* The same with no cases but the PASS ones. */
SyRunResult *sample_run_passing(void);

/* A run in which every text field, argv and parameter included, is `text`. */
SyRunResult *sample_run_of_text(const char *text);

/* A case with one gated target metric "share_error_pct" (limit 5) and these samples, judged. */
SyCaseResult *sample_case(const char *id, SyStatus status, guint count, const double *samples);

/* Texts that break naive writers: quotes, markup, controls, broken UTF-8, 10 kB ...; NULL-ended. */
const char *const *sample_hostile_texts(void);

#endif
