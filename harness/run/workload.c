/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/workload.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

const SyWorkload *sy_workload_find(const SyWorkload *const *table, const char *name)
{
    for (; *table; table++) {
        if (strcmp((*table)->name, name) == 0) {
            return *table;
        }
    }
    return NULL;
}

const SyParamSpec *sy_workload_param(const SyWorkload *workload, const char *name)
{
    for (const SyParamSpec *spec = workload->params; spec && spec->name; spec++) {
        if (strcmp(spec->name, name) == 0) {
            return spec;
        }
    }
    return NULL;
}

static char *check_string(const SyParamSpec *spec, const char *text, GError **error)
{
    g_auto(GStrv) choices = NULL;

    if (!spec->choices) {
        return g_strdup(text);
    }
    choices = g_strsplit(spec->choices, ",", -1);
    if (!g_strv_contains((const char *const *)choices, text)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "'%s' is not one of %s", text, spec->choices);
        return NULL;
    }
    return g_strdup(text);
}

char *sy_param_check(const SyParamSpec *spec, const char *text, GError **error)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    char *end = NULL;
    double number;

    if (spec->type == SY_PARAM_STRING) {
        return check_string(spec, text, error);
    }
    number = g_ascii_strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(number) ||
        (spec->type == SY_PARAM_INT && number != trunc(number))) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "'%s' is not %s%s", text,
                    spec->type == SY_PARAM_INT ? "a whole number" : "a number",
                    strchr(text, ',') ? "; a number has a point and no comma" : "");
        return NULL;
    }
    if ((spec->min != 0 || spec->max != 0) && (number < spec->min || number > spec->max)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s is out of range; give %.15g to %.15g",
                    text, spec->min, spec->max);
        return NULL;
    }
    /* One spelling per value makes "20" and "20.0" the same case. */
    return g_strdup(g_ascii_formatd(buffer, sizeof(buffer), "%.15g", number));
}
