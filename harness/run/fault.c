/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/fault.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define NUMBER_MAX 1000000000

struct SyFaults {
    GHashTable *values; /* name -> double*: a factor, a number, or 1 */
};

typedef bool ParseFn(const char *spec, const char *name, const char *value, double *result,
                     GError **error);

static bool parse_factor(const char *spec, const char *name, const char *value, double *result,
                         GError **error)
{
    char *end = NULL;
    double percent = value ? g_ascii_strtod(value, &end) : 0;

    if (!end || end == value || strcmp(end, "%") != 0 || !isfinite(percent) || percent <= -100 ||
        percent > 1000) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--fault %s: %sgive a percentage above -100 and up to 1000, as in %s=+10%%",
                    spec, value && strchr(value, ',') ? "a number has a point and no comma; " : "",
                    name);
        return false;
    }
    *result = 1 + percent / 100;
    return true;
}

/* For times, which can be made longer but not shorter. */
static bool parse_increase(const char *spec, const char *name, const char *value, double *result,
                           GError **error)
{
    if (!parse_factor(spec, name, value, result, error)) {
        return false;
    }
    if (*result <= 1) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--fault %s: give a percentage above 0, as in %s=+3%%", spec, name);
        return false;
    }
    return true;
}

static bool parse_number(const char *spec, const char *name, const char *value, double *result,
                         GError **error)
{
    guint64 number = 0;

    if (!value || !g_ascii_string_to_unsigned(value, 10, 1, NUMBER_MAX, &number, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--fault %s: give a number from 1 to %d, as in %s=100", spec, NUMBER_MAX, name);
        return false;
    }
    *result = (double)number;
    return true;
}

static bool parse_nothing(const char *spec, const char *name, const char *value, double *result,
                          GError **error)
{
    if (value) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--fault %s: %s takes no value", spec, name);
        return false;
    }
    *result = 1;
    return true;
}

static const struct {
    const char *name;
    const char *form; /* how the value is written */
    ParseFn *parse;
    const char *effect;
} known_faults[] = {
    {"quota", "=+N%", parse_factor, "changes every throttle quota by that much"},
    {"lost-wakeup", "", parse_nothing, "loses each vCPU's first wake-up from the throttle's sleep"},
    {"nap", "=+N%", parse_factor, "lengthens the naps of the workload skeleton by that much"},
    {"page-time", "=+N%", parse_increase, "lengthens query-phys-pages in pages.speed by that much"},
    {"page-bit", "", parse_nothing, "flips one bit of each page read from the guest"},
    {"guest-bit", "", parse_nothing, "flips one bit of the guests' images in minikvm.guests"},
    {"exit-count", "=+N%", parse_increase,
     "makes mini-kvm's guest in minikvm.exits exit that much more often than is counted"},
    {"vmm-time", "=+N%", parse_increase,
     "lengthens what minikvm.start and minikvm.runs measure by that much"},
    {"vmm-memory", "=+N%", parse_increase, "makes VMMs in minikvm.memory larger by that much"},
    {"irq-drop", "=N", parse_number, "leaves record number N out of the IRQ log"},
};

static bool refuse_unknown(const char *spec, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(known_faults); i++) {
        g_string_append_printf(names, "%s%s%s (%s)", i ? ", " : "", known_faults[i].name,
                               known_faults[i].form, known_faults[i].effect);
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--fault %s: unknown fault; known: %s", spec,
                names->str);
    return false;
}

static bool parse_one(SyFaults *faults, const char *spec, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(spec, "=", 2);
    double value;

    for (gsize i = 0; i < G_N_ELEMENTS(known_faults); i++) {
        if (g_strcmp0(parts[0], known_faults[i].name) == 0) {
            if (!known_faults[i].parse(spec, parts[0], parts[1], &value, error)) {
                return false;
            }
            g_hash_table_insert(faults->values, g_strdup(parts[0]),
                                g_memdup2(&value, sizeof(value)));
            return true;
        }
    }
    return refuse_unknown(spec, error);
}

SyFaults *sy_faults_parse(const char *const *specs, GError **error)
{
    g_autoptr(SyFaults) faults = g_new0(SyFaults, 1);

    faults->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (; specs && *specs; specs++) {
        if (!parse_one(faults, *specs, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&faults);
}

bool sy_faults_check_heeded(const char *const *specs, const char *const *heeded, GError **error)
{
    for (; specs && *specs; specs++) {
        g_autofree char *name = g_strndup(*specs, strcspn(*specs, "="));
        const char *effect = "does something else";

        if (g_strv_contains(heeded, name)) {
            continue;
        }
        for (gsize i = 0; i < G_N_ELEMENTS(known_faults); i++) {
            effect = strcmp(known_faults[i].name, name) == 0 ? known_faults[i].effect : effect;
        }
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--fault %s: no case of this run heeds it; it %s", *specs, effect);
        return false;
    }
    return true;
}

static double value_or(const SyFaults *faults, const char *what, double without)
{
    const double *value = faults ? g_hash_table_lookup(faults->values, what) : NULL;

    return value ? *value : without;
}

double sy_faults_scale(const SyFaults *faults, const char *what)
{
    return value_or(faults, what, 1);
}

guint64 sy_faults_number(const SyFaults *faults, const char *what)
{
    return (guint64)value_or(faults, what, 0);
}

bool sy_faults_has(const SyFaults *faults, const char *what)
{
    return faults && g_hash_table_contains(faults->values, what);
}

void sy_faults_free(SyFaults *faults)
{
    if (faults) {
        g_hash_table_unref(faults->values);
        g_free(faults);
    }
}
