/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/series.h"

#include <math.h>
#include <string.h>

#include "judge/gate.h"
#include "result/host-mode.h"
#include "result/result.h"

static void point_free(gpointer data)
{
    SySeriesPoint *point = data;

    g_free(point->run);
    g_free(point->started);
    g_free(point->mods_sha256);
    g_free(point);
}

char *sy_series_build(const SyBuildInfo *build)
{
    if (!build) {
        return g_strdup("");
    }
    return g_strdup_printf("%s:%s", build->flavor ? build->flavor : "other",
                           build->release ? build->release : "?");
}

char *sy_series_host(const SyRunResult *run, const SyCaseResult *result)
{
    bool anywhere = sy_host_mode_is_exact(result->host_mode) || !run->host;

    return g_strdup(anywhere || !run->host->fingerprint ? "" : run->host->fingerprint);
}

SySeries *sy_series_new(void)
{
    SySeries *series = g_new0(SySeries, 1);

    series->gate = NAN;
    series->points = g_ptr_array_new_with_free_func(point_free);
    series->changes = g_array_new(FALSE, FALSE, sizeof(SySeriesChange));
    return series;
}

void sy_series_free(SySeries *series)
{
    if (!series) {
        return;
    }
    g_free(series->metric);
    g_free(series->case_id);
    g_free(series->build);
    g_free(series->host_mode);
    g_free(series->host);
    g_free(series->unit);
    g_ptr_array_unref(series->points);
    g_array_unref(series->changes);
    g_free(series);
}

static void free_series(gpointer data)
{
    sy_series_free(data);
}

GPtrArray *sy_series_array_new(void)
{
    return g_ptr_array_new_with_free_func(free_series);
}

void sy_series_add(SySeries *series, SySeriesPoint *point)
{
    g_ptr_array_add(series->points, point);
}

static SySeries *series_of_metric(const SyRunResult *run, const SyCaseResult *result,
                                  const SyMetric *metric)
{
    SySeries *series = sy_series_new();
    SySeriesPoint *point = g_new0(SySeriesPoint, 1);

    series->metric = g_strdup(metric->name);
    series->case_id = g_strdup(result->id);
    series->build = sy_series_build(run->build);
    series->host_mode = g_strdup(result->host_mode ? result->host_mode : "");
    series->host = sy_series_host(run, result);
    series->unit = g_strdup(metric->unit);
    series->better = metric->better;
    series->gate = sy_gate_tightest(&metric->gate, metric->better);
    point->run = g_strdup(run->id);
    point->started = g_strdup(run->started ? run->started : "");
    point->mods_sha256 = g_strdup(run->build ? run->build->mods_sha256 : NULL);
    point->status = result->status;
    point->n = metric->samples->len;
    point->median = metric->median;
    point->ci95[0] = metric->ci95[0];
    point->ci95[1] = metric->ci95[1];
    sy_series_add(series, point);
    return series;
}

GPtrArray *sy_series_of_run(const SyRunResult *run)
{
    GPtrArray *all = sy_series_array_new();

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        for (guint k = 0; k < result->metrics->len; k++) {
            const SyMetric *metric = g_ptr_array_index(result->metrics, k);

            if (sy_gate_bounds(&metric->gate) && isfinite(metric->median)) {
                g_ptr_array_add(all, series_of_metric(run, result, metric));
            }
        }
    }
    return all;
}

bool sy_series_counts(const SySeriesPoint *point)
{
    return point->status == SY_STATUS_PASS || point->status == SY_STATUS_FAIL;
}

SyChangeKind sy_change_kind(SyBetter better, double before, double after)
{
    double worse = better == SY_BETTER_TARGET  ? fabs(after) - fabs(before)
                   : better == SY_BETTER_LOWER ? after - before
                                               : before - after;

    return worse > 0 ? SY_CHANGE_WORSE : worse < 0 ? SY_CHANGE_BETTER : SY_CHANGE_NEITHER;
}

const char *sy_change_kind_name(SyChangeKind kind)
{
    return kind == SY_CHANGE_WORSE ? "worse" : kind == SY_CHANGE_BETTER ? "better" : "neither";
}

void sy_series_cut(SySeries *series, const char *since)
{
    guint gone = 0;

    while (gone < series->points->len &&
           strcmp(((SySeriesPoint *)g_ptr_array_index(series->points, gone))->started, since) < 0) {
        gone++;
    }
    g_ptr_array_remove_range(series->points, 0, gone);
    for (guint i = series->changes->len; i > 0; i--) {
        SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, i - 1);

        if (change->at < gone) {
            g_array_remove_index(series->changes, i - 1);
        } else {
            change->at -= gone;
            change->found -= gone;
        }
    }
}
