/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/list.h"

#include <string.h>

#include "report/format.h"
#include "report/text.h"
#include "result/json-text.h"

#define INDENT 4

/* One line of a block: three columns, of which the last wraps. */
typedef struct {
    char *name;
    char *value;
    const char *summary;
} Row;

static void row_free(Row *row)
{
    g_free(row->name);
    g_free(row->value);
    g_free(row);
}

static void add_row(GPtrArray *rows, char *name, char *value, const char *summary)
{
    Row *row = g_new0(Row, 1);

    row->name = name;
    row->value = value;
    row->summary = summary ? summary : "";
    g_ptr_array_add(rows, row);
}

static char *param_value(const SyParamSpec *spec)
{
    g_autofree char *min = sy_number_text(spec->min);
    g_autofree char *max = sy_number_text(spec->max);

    if (spec->type == SY_PARAM_STRING) {
        return spec->choices ? g_strdup_printf("%s  (%s)", spec->value, spec->choices)
                             : g_strdup(spec->value);
    }
    return spec->min != 0 || spec->max != 0 ? g_strdup_printf("%s  (%s..%s)", spec->value, min, max)
                                            : g_strdup(spec->value);
}

static char *metric_value(const SyMetricSpec *spec)
{
    static const char *const better[] = {[SY_BETTER_LOWER] = "lower is better",
                                         [SY_BETTER_HIGHER] = "higher is better",
                                         [SY_BETTER_TARGET] = "informative"};
    SyMetric metric = {.unit = (char *)spec->unit,
                       .better = spec->better,
                       .gate = {.bounds_samples = spec->gate != 0, .limit = spec->gate}};
    g_autofree char *gate = sy_format_gate(&metric);

    return gate ? g_strdup_printf("gate %s", gate)
                : g_strdup_printf("%s, %s", spec->unit ? spec->unit : "1", better[spec->better]);
}

static GPtrArray *workload_rows(const SyWorkload *workload)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);

    for (const SyParamSpec *spec = workload->params; spec && spec->name; spec++) {
        add_row(rows, g_strdup(spec->name), param_value(spec), spec->summary);
    }
    for (const SyMetricSpec *spec = workload->metrics; spec && spec->name; spec++) {
        add_row(rows, g_strconcat("-> ", spec->name, NULL), metric_value(spec), spec->summary);
    }
    return rows;
}

/* Ends the line, without the blanks that padding left. */
static void end_line(GString *out)
{
    while (out->len && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, '\n');
}

static void append_rows(GString *out, const GPtrArray *rows, guint columns)
{
    guint name_width = 0;
    guint value_width = 0;

    for (guint i = 0; i < rows->len; i++) {
        const Row *row = g_ptr_array_index(rows, i);

        name_width = MAX(name_width, sy_text_width(row->name));
        value_width = MAX(value_width, sy_text_width(row->value));
    }
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = g_ptr_array_index(rows, i);
        guint start = INDENT + name_width + 2 + value_width + 2;

        g_string_append_printf(out, "%*s", INDENT, "");
        sy_text_append_padded(out, row->name, name_width + 2);
        sy_text_append_padded(out, row->value, value_width + 2);
        if (start + 30 > columns) { /* no room for a third column: below, instead */
            start = INDENT + 4;
            end_line(out);
            g_string_append_printf(out, "%*s", (int)start, "");
        }
        sy_text_append_wrapped(out, row->summary, start, columns);
        end_line(out);
    }
}

static void append_workload(GString *out, const SyWorkload *workload, const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style);
    g_autoptr(GPtrArray) rows = workload_rows(workload);

    g_string_append_printf(out, "%s%s%s  ", style->color ? "\033[1m" : "", workload->name,
                           style->color ? "\033[0m" : "");
    sy_text_append_wrapped(out, workload->summary ? workload->summary : "",
                           (guint)strlen(workload->name) + 2, columns);
    end_line(out);
    append_rows(out, rows, columns);
    if (workload->requires && workload->requires[0]) {
        g_autofree char *names = g_strjoinv(", ", (GStrv)workload->requires);

        g_string_append_printf(out, "%*sneeds %s\n", INDENT, "", names);
    }
    for (const SyRequiresIf *more = workload->requires_if; more && more->param; more++) {
        g_string_append_printf(out, "%*s%s=%s needs %s, too\n", INDENT, "", more->param,
                               more->value, more->name);
    }
}

char *sy_list_workloads(const SyWorkload *const *table, const SyTerminalStyle *style)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; table[i]; i++) {
        g_string_append(out, i ? "\n" : "");
        append_workload(out, table[i], style);
    }
    return g_string_free(out, FALSE);
}

char *sy_list_plans(const GPtrArray *plans)
{
    GString *out = g_string_new(NULL);
    guint repetitions = 0;
    guint number_width = 1;
    guint id_width = 0;

    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        id_width = MAX(id_width, sy_text_width(plan->id));
        repetitions += plan->repeat;
    }
    for (guint n = plans->len; n >= 10; n /= 10) {
        number_width++;
    }
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        g_string_append_printf(out, "%*u  ", (int)number_width, i + 1);
        sy_text_append_padded(out, plan->id, id_width + 2);
        g_string_append_printf(out, "%u x", plan->repeat);
        if (plan->host_mode) {
            g_string_append_printf(out, "  %s: %s", plan->host_mode, plan->host_why);
        }
        g_string_append_c(out, '\n');
    }
    g_string_append_printf(out, "%u %s, %u %s\n", plans->len, plans->len == 1 ? "case" : "cases",
                           repetitions, repetitions == 1 ? "repetition" : "repetitions");
    return g_string_free(out, FALSE);
}
