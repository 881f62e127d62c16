/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/fault.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

struct SyFaults {
    GHashTable *scales; /* name -> double* */
};

static const struct {
    const char *name;
    const char *value; /* how it is written; "": it takes none */
    const char *effect;
} known_faults[] = {
    {"quota", "=+N%", "programs every throttle quota wrong by that much"},
    {"nap", "=+N%", "makes the naps of the workload skeleton that much longer"},
    {"page-bit", "", "flips one bit of the guest's pages as they are read"},
};

/* Its index among the known ones, or -1. */
static int find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_faults); i++) {
        if (strcmp(known_faults[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool parse_one(SyFaults *faults, const char *spec, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(spec, "=", 2);
    int known = parts[0] ? find(parts[0]) : -1;
    char *end = NULL;
    double percent;

    if (known < 0) {
        GString *names = g_string_new(NULL);

        for (gsize i = 0; i < G_N_ELEMENTS(known_faults); i++) {
            g_string_append_printf(names, "%s%s%s (%s)", i ? ", " : "", known_faults[i].name,
                                   known_faults[i].value, known_faults[i].effect);
        }
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--fault %s: unknown fault; known: %s", spec,
                    names->str);
        g_string_free(names, TRUE);
        return false;
    }
    if (!*known_faults[known].value) {
        if (parts[1]) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--fault %s: %s takes no value", spec,
                        parts[0]);
            return false;
        }
        g_hash_table_insert(faults->scales, g_strdup(parts[0]),
                            g_memdup2(&(double){1}, sizeof(double)));
        return true;
    }
    percent = parts[1] ? g_ascii_strtod(parts[1], &end) : 0;
    if (!end || end == parts[1] || strcmp(end, "%") != 0 || !isfinite(percent) || percent <= -100 ||
        percent > 1000) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--fault %s: give a percentage above -100 and up to 1000, as in %s=+10%%", spec,
                    parts[0]);
        return false;
    }
    g_hash_table_insert(faults->scales, g_strdup(parts[0]),
                        g_memdup2(&(double){1 + percent / 100}, sizeof(double)));
    return true;
}

SyFaults *sy_faults_parse(const char *const *specs, GError **error)
{
    g_autoptr(SyFaults) faults = g_new0(SyFaults, 1);

    faults->scales = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (; specs && *specs; specs++) {
        if (!parse_one(faults, *specs, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&faults);
}

double sy_faults_scale(const SyFaults *faults, const char *what)
{
    const double *scale = faults ? g_hash_table_lookup(faults->scales, what) : NULL;

    return scale ? *scale : 1;
}

bool sy_faults_has(const SyFaults *faults, const char *what)
{
    return faults && g_hash_table_contains(faults->scales, what);
}

void sy_faults_free(SyFaults *faults)
{
    if (faults) {
        g_hash_table_unref(faults->scales);
        g_free(faults);
    }
}
