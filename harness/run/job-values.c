/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/job-values.h"

#include "base/error.h"

/* Whether `text` would be a value of `spec` if its commas marked decimals or thousands. */
static bool may_be_one_number(const SyParamSpec *spec, const char *text)
{
    static const struct {
        const char *pattern, *for_comma;
    } ways[] = {
        {"^[-+]?[0-9]+,[0-9]+$", "."},
        {"^[-+]?[0-9]{1,3}(,[0-9]{3})+$", ""},
    };

    for (gsize i = 0; spec->type != SY_PARAM_STRING && i < G_N_ELEMENTS(ways); i++) {
        g_auto(GStrv) parts = g_strsplit(text, ",", -1);
        g_autofree char *number = g_strjoinv(ways[i].for_comma, parts);
        g_autofree char *value = NULL;

        if (!g_regex_match_simple(ways[i].pattern, text, G_REGEX_RAW, 0)) {
            continue;
        }
        value = sy_param_check(spec, number, NULL);
        if (value) {
            return true;
        }
    }
    return false;
}

/* A blank beside a comma makes it a list's; between other commas may be numbers. */
static bool check_commas(const SyParamSpec *spec, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_regex_split_simple("\\s*,\\s+|\\s+,\\s*", text, G_REGEX_RAW, 0);

    for (char **part = parts; *part; part++) {
        if (may_be_one_number(spec, *part)) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "'%s' may be one number or a list; write a number with a decimal point and "
                        "no comma (1.5), a list with a space after each comma (1, 5)",
                        *part);
            return false;
        }
    }
    return true;
}

GStrv sy_job_values(const SyParamSpec *spec, const char *text, GError **error)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    if (!check_commas(spec, text, error)) {
        return NULL;
    }
    for (guint i = 0; parts[i]; i++) {
        g_autofree char *value = NULL;

        if (*g_strstrip(parts[i]) == '\0') {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "empty value; write a comma list such as \"1, 2\"");
            return NULL;
        }
        value = sy_param_check(spec, parts[i], error);
        if (!value) {
            return NULL;
        }
        g_strv_builder_add(out, value);
        if (!g_hash_table_add(seen, g_steal_pointer(&value))) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "'%s' is listed twice", parts[i]);
            return NULL;
        }
    }
    if (!parts[0]) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "no value; write one or a comma list");
        return NULL;
    }
    return g_strv_builder_end(out);
}
