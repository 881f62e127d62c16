/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The phases of mini-kvm's start, from its --json. */
#ifndef SY_WORKLOADS_MINIKVM_PHASES_H
#define SY_WORKLOADS_MINIKVM_PHASES_H

#include <glib.h>
#include <stdbool.h>

/* In the order of time but for what is left, which is the last. */
#define PHASES 7
extern const char *const phase_names[PHASES];

typedef struct {
    double first_exit_us;    /* from main() to the first exit: the sum of the phases */
    double phase_us[PHASES]; /* by the names above */
} Phases;

/* Reads what `mini-kvm --json` printed. Pure; SY_ERROR_PROTOCOL. */
bool phases_parse(const char *text, Phases *phases, GError **error);

/* Runs `program --json image` and reads what it says; `file` gets it. At most a minute.
 * SY_ERROR_UNAVAILABLE, SY_ERROR_DIED, SY_ERROR_TIMEOUT, SY_ERROR_PROTOCOL, or of the file. */
bool phases_measure(const char *program, const char *image, const char *file, Phases *phases,
                    GError **error);

#endif
