/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/comparable.h"

#include <string.h>

#include "result/host-mode.h"

static const char *or_unknown(const char *text)
{
    return text ? text : "unknown";
}

bool sy_comparable_measured(const SyCaseResult *result)
{
    return result->status == SY_STATUS_PASS || result->status == SY_STATUS_FAIL;
}

const char *sy_comparable_mode(const SyCaseResult *result)
{
    return or_unknown(result->host_mode);
}

static bool known_equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static char *other_host(const SyRunResult *base, const SyRunResult *new_run)
{
    const char *x = base->host ? base->host->fingerprint : NULL;
    const char *y = new_run->host ? new_run->host->fingerprint : NULL;

    return known_equal(x, y)
               ? NULL
               : g_strdup_printf("different hosts: %s and %s", or_unknown(x), or_unknown(y));
}

static const SyKeyPart *find_part(const SyLabInfo *lab, const char *name)
{
    for (guint i = 0; i < lab->key_parts->len; i++) {
        const SyKeyPart *part = g_ptr_array_index(lab->key_parts, i);

        if (strcmp(part->name, name) == 0) {
            return part;
        }
    }
    return NULL;
}

/* What versions do not tell, such as a patch to the kernel: the key of lab-exact has checksums. Its
 * other parts may differ, because they are the build's or the job's. */
static char *other_part(const SyLabInfo *x, const SyLabInfo *y)
{
    static const char *const names[] = {"kernel", "emulator", "machine"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const SyKeyPart *a = find_part(x, names[i]), *b = find_part(y, names[i]);

        if (a && b && strcmp(a->sha256, b->sha256) != 0) {
            return g_strdup_printf("different labs: the %s is not the same", names[i]);
        }
    }
    return NULL;
}

static char *other_lab(const SyLabInfo *x, const SyLabInfo *y)
{
    if (!x || !y) {
        return g_strdup_printf("the lab of %s is unknown", x ? "new" : y ? "base" : "both");
    }
    if (!known_equal(x->kernel, y->kernel) || !known_equal(x->qemu, y->qemu)) {
        return g_strdup_printf("different labs: Linux %s on QEMU %s, and Linux %s on QEMU %s",
                               or_unknown(x->kernel), or_unknown(x->qemu), or_unknown(y->kernel),
                               or_unknown(y->qemu));
    }
    if (x->cpus != y->cpus || x->memory_mib != y->memory_mib) {
        return g_strdup_printf("different labs: %u CPUs with %u MiB, and %u CPUs with %u MiB",
                               x->cpus, x->memory_mib, y->cpus, y->memory_mib);
    }
    /* The clock sources of the two modes differ. */
    if (g_strcmp0(x->mode, y->mode) == 0 && x->host && y->host &&
        g_strcmp0(x->host->fingerprint, y->host->fingerprint) != 0) {
        return g_strdup_printf("different labs: from inside, %s and %s",
                               or_unknown(x->host->fingerprint), or_unknown(y->host->fingerprint));
    }
    return other_part(x, y);
}

char *sy_comparable_obstacle(const SyRunResult *base, const SyCaseResult *x,
                             const SyRunResult *new_run, const SyCaseResult *y)
{
    const char *mode = sy_comparable_mode(x);
    char *why = NULL;

    if (strcmp(mode, sy_comparable_mode(y)) != 0) {
        return g_strdup_printf("different host modes: %s and %s", mode, sy_comparable_mode(y));
    }
    if (!sy_host_mode_is_exact(mode)) {
        why = other_host(base, new_run);
    }
    /* A lab that never came up left nothing to compare, and is an ERROR already. */
    if (!why && sy_host_mode_is_lab(mode) && sy_comparable_measured(x) &&
        sy_comparable_measured(y)) {
        why = other_lab(base->lab, new_run->lab);
    }
    return why;
}
