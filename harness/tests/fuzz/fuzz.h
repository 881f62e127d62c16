/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer's entry point: one target per file, `make fuzz` runs them all. */
#ifndef SY_TESTS_FUZZ_H
#define SY_TESTS_FUZZ_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns 0. Anything else is a finding. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
