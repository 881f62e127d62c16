/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/argv.h"

void sy_argv_add(GPtrArray *argv, const char *word)
{
    g_ptr_array_add(argv, g_strdup(word));
}

void sy_argv_add_option(GPtrArray *argv, const char *option, const char *value)
{
    sy_argv_add(argv, option);
    sy_argv_add(argv, value);
}

void sy_argv_add_printf(GPtrArray *argv, const char *option, const char *format, ...)
{
    va_list args;

    sy_argv_add(argv, option);
    va_start(args, format);
    g_ptr_array_add(argv, g_strdup_vprintf(format, args));
    va_end(args);
}

GStrv sy_argv_end(GPtrArray *argv)
{
    g_ptr_array_add(argv, NULL);
    return (GStrv)g_ptr_array_free(argv, FALSE);
}

char *sy_argv_escape_commas(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    return g_strjoinv(",,", parts);
}
