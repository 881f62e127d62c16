/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each guest of guests/minikvm writes, and how many exits it makes. Pure. */
#ifndef SY_WORKLOADS_MINIKVM_GUEST_LIST_H
#define SY_WORKLOADS_MINIKVM_GUEST_LIST_H

#include <glib.h>

/* The guests' names, NULL-terminated. */
extern const char *const minikvm_guest_names[];

/* The exits that the guest `name` makes; 0 if there is no such guest. */
guint64 minikvm_guest_exits(const char *name);

/* What it writes; the caller frees. */
char *minikvm_guest_output(const char *name);

/* How many bytes of `got` differ from `wanted`; those that are missing or too many count, too. */
guint64 minikvm_wrong_bytes(const char *wanted, const GByteArray *got);

#endif
