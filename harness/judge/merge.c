/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/merge.h"

#include <math.h>

#include "judge/verdict.h"
#include "stats/sample.h"

static const double *values_of(const SyMetric *metric)
{
    return (const double *)(gconstpointer)metric->samples->data;
}

static void merge_metric(SyMetric *into, const SyMetric *more)
{
    SySampleSummary summary;

    if (more->samples->len) {
        g_array_append_vals(into->samples, more->samples->data, more->samples->len);
    }
    if (!into->note) {
        into->note = g_strdup(more->note);
    }
    sy_sample_summarize(values_of(into), into->samples->len, &summary);
    into->median = summary.median;
    into->ci95[0] = summary.ci95[0];
    into->ci95[1] = summary.ci95[1];
}

/* The number of repetitions that count: a metric that was measured in all has as many samples. */
static guint repetitions(const SyCaseResult *result)
{
    guint most = 0;

    for (guint i = 0; i < result->metrics->len; i++) {
        most = MAX(most, ((SyMetric *)g_ptr_array_index(result->metrics, i))->samples->len);
    }
    return most;
}

static void set_status(SyCaseResult *result, SyStatus status, char *reason)
{
    result->status = status;
    g_free(result->reason);
    result->reason = reason;
}

static void judge(SyCaseResult *into, const SyCaseResult *last)
{
    guint count = repetitions(into);
    const SyMetric *unjudged;

    for (guint i = 0; i < into->metrics->len; i++) {
        sy_metric_judge(g_ptr_array_index(into->metrics, i), count);
    }
    unjudged = sy_case_unjudged(into);
    if (into->status == SY_STATUS_ERROR) {
        return;
    }
    if (last->status == SY_STATUS_ERROR || count == 0) {
        set_status(into, last->status, g_strdup(last->reason));
    } else if (sy_case_verdict(into) == SY_VERDICT_FAIL) {
        set_status(into, SY_STATUS_FAIL, sy_case_breach_text(into));
    } else if (unjudged) {
        set_status(into, SY_STATUS_INCONCLUSIVE,
                   g_strdup_printf("the gate of %s cannot be judged: it was measured in %u of %u "
                                   "repetitions",
                                   unjudged->name, unjudged->samples->len, count));
    } else {
        set_status(into, SY_STATUS_PASS, NULL);
    }
}

static void copy_discarded(SyCaseResult *into, const SyCaseResult *more)
{
    for (guint i = 0; i < more->discarded->len; i++) {
        const SyDiscarded *from = g_ptr_array_index(more->discarded, i);
        SyDiscarded *to = sy_discarded_new(from->reason);

        if (from->values->len) {
            g_array_append_vals(to->values, from->values->data, from->values->len);
        }
        g_ptr_array_add(into->discarded, to);
    }
}

void sy_case_result_merge(SyCaseResult *into, const SyCaseResult *more)
{
    for (guint i = 0; i < into->metrics->len; i++) {
        SyMetric *metric = g_ptr_array_index(into->metrics, i);
        const SyMetric *other = sy_case_result_metric(more, metric->name);

        if (other) {
            merge_metric(metric, other);
        }
    }
    copy_discarded(into, more);
    for (guint i = 0; i < more->third_witness->len; i++) {
        g_ptr_array_add(into->third_witness,
                        sy_third_witness_copy(g_ptr_array_index(more->third_witness, i)));
    }
    into->duration_s += isnan(more->duration_s) ? 0 : more->duration_s;
    g_clear_pointer(&into->trace, sy_case_trace_free);
    judge(into, more);
}

void sy_run_result_merge(SyRunResult *into, SyRunResult *more)
{
    while (more->cases->len) {
        SyCaseResult *result = g_ptr_array_steal_index(more->cases, 0);
        SyCaseResult *there = sy_run_result_find(into, result->id);

        if (there) {
            sy_case_result_merge(there, result);
            sy_case_result_free(result);
        } else {
            sy_run_result_add(into, result);
        }
    }
    if (!into->lab) {
        into->lab = g_steal_pointer(&more->lab);
    }
}
