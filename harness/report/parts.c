/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/parts.h"

#include <string.h>

#include "report/case-set.h"

static void row_free(SyPartsRow *row)
{
    g_free(row->label);
    g_free(row->parts);
    g_free(row);
}

static void parts_free(SyParts *parts)
{
    g_free(parts->stem);
    g_free(parts->whole);
    g_free(parts->head);
    g_ptr_array_unref(parts->names);
    g_ptr_array_unref(parts->rows);
    g_free(parts);
}

/* The stem of "STEM.PART"; NULL: the name has none. The caller frees. */
static char *stem_of(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot && dot > name && dot[1] ? g_strndup(name, (gsize)(dot - name)) : NULL;
}

static bool is_part(const SyMetric *metric, const char *stem)
{
    g_autofree char *own = stem_of(metric->name);

    return g_strcmp0(own, stem) == 0;
}

/* The first metric of this unit that is no part of anything and that some case measured. */
static const SyMetric *whole_of(const GPtrArray *cases, const char *unit)
{
    const SyCaseResult *first = g_ptr_array_index(cases, 0);

    for (guint i = 0; i < first->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(first->metrics, i);

        if (!strchr(metric->name, '.') && g_strcmp0(metric->unit, unit) == 0 &&
            sy_case_set_measured(cases, metric->name)) {
            return metric;
        }
    }
    return NULL;
}

/* False if nothing of the case can be drawn. */
static bool fill_row(SyPartsRow *row, const SyParts *parts, const SyCaseResult *result)
{
    row->parts = g_new0(const SyMetric *, parts->names->len);
    for (guint i = 0; i < parts->names->len; i++) {
        g_autofree char *name =
            g_strconcat(parts->stem, ".", g_ptr_array_index(parts->names, i), NULL);

        row->parts[i] = sy_case_conclusive(result, name);
        row->sum += row->parts[i] ? row->parts[i]->median : 0;
    }
    row->whole = parts->whole ? sy_case_conclusive(result, parts->whole) : NULL;
    row->total = row->whole ? row->whole->median : row->sum;
    return row->total > 0;
}

static SyParts *parts_new(const GPtrArray *cases, const char *workload, const char *stem)
{
    const SyCaseResult *first = g_ptr_array_index(cases, 0);
    SyParts *parts = g_new0(SyParts, 1);
    const SyMetric *whole;

    parts->workload = workload;
    parts->stem = g_strdup(stem);
    parts->head = sy_case_set_head(cases, NULL);
    parts->names = g_ptr_array_new_with_free_func(g_free);
    parts->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    for (guint i = 0; i < first->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(first->metrics, i);

        if (is_part(metric, stem) && sy_case_set_measured(cases, metric->name)) {
            g_ptr_array_add(parts->names, g_strdup(metric->name + strlen(stem) + 1));
            parts->unit = metric->unit;
        }
    }
    whole = whole_of(cases, parts->unit);
    parts->whole = whole ? g_strdup(whole->name) : NULL;
    for (guint i = 0; i < cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(cases, i);
        SyPartsRow *row = g_new0(SyPartsRow, 1);

        row->label = sy_case_label(cases, NULL, result);
        if (fill_row(row, parts, result)) {
            g_ptr_array_add(parts->rows, row);
        } else {
            row_free(row);
        }
    }
    return parts;
}

static void add_workload(GPtrArray *all, const SyRunResult *run, const char *workload)
{
    g_autoptr(GPtrArray) cases = sy_case_set(run, workload);
    const SyCaseResult *first = g_ptr_array_index(cases, 0);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < first->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(first->metrics, i);
        char *stem = stem_of(metric->name);

        if (stem && g_hash_table_add(seen, stem)) {
            SyParts *parts = parts_new(cases, workload, stem);

            if (parts->names->len >= 2 && parts->rows->len) {
                g_ptr_array_add(all, parts);
            } else {
                parts_free(parts);
            }
        }
    }
}

GPtrArray *sy_parts_of_run(const SyRunResult *run)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)parts_free);
    g_autoptr(GPtrArray) workloads = sy_case_set_workloads(run);

    for (guint i = 0; i < workloads->len; i++) {
        add_workload(all, run, g_ptr_array_index(workloads, i));
    }
    return all;
}

char *sy_parts_title(const SyParts *parts)
{
    return g_strdup_printf("%s: %s, %s", parts->workload, parts->stem, parts->unit);
}
