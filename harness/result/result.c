/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/result.h"

#include <math.h>
#include <string.h>

#include "result/comparison.h"

static const char *const status_names[] = {
    [SY_STATUS_PASS] = "PASS",   [SY_STATUS_FAIL] = "FAIL",
    [SY_STATUS_SKIP] = "SKIP",   [SY_STATUS_INCONCLUSIVE] = "INCONCLUSIVE",
    [SY_STATUS_ERROR] = "ERROR",
};

static const char *const better_names[] = {
    [SY_BETTER_LOWER] = "lower",
    [SY_BETTER_HIGHER] = "higher",
    [SY_BETTER_TARGET] = "target",
};

static const char *const verdict_names[] = {
    [SY_VERDICT_NONE] = "none",
    [SY_VERDICT_PASS] = "pass",
    [SY_VERDICT_FAIL] = "fail",
};

static bool find_name(const char *const *names, guint count, const char *text, guint *index)
{
    for (guint i = 0; text && i < count; i++) {
        if (g_str_equal(names[i], text)) {
            *index = i;
            return true;
        }
    }
    return false;
}

const char *sy_status_name(SyStatus status)
{
    return status_names[status];
}

const char *sy_better_name(SyBetter better)
{
    return better_names[better];
}

const char *sy_verdict_name(SyVerdict verdict)
{
    return verdict_names[verdict];
}

bool sy_status_parse(const char *text, SyStatus *status)
{
    guint index;

    if (!find_name(status_names, G_N_ELEMENTS(status_names), text, &index)) {
        return false;
    }
    *status = (SyStatus)index;
    return true;
}

bool sy_better_parse(const char *text, SyBetter *better)
{
    guint index;

    if (!find_name(better_names, G_N_ELEMENTS(better_names), text, &index)) {
        return false;
    }
    *better = (SyBetter)index;
    return true;
}

bool sy_verdict_parse(const char *text, SyVerdict *verdict)
{
    guint index;

    if (!find_name(verdict_names, G_N_ELEMENTS(verdict_names), text, &index)) {
        return false;
    }
    *verdict = (SyVerdict)index;
    return true;
}

SyMetric *sy_metric_new(const char *name, const char *unit, SyBetter better)
{
    SyMetric *metric = g_new0(SyMetric, 1);

    metric->name = g_strdup(name);
    metric->unit = g_strdup(unit);
    metric->better = better;
    metric->samples = g_array_new(FALSE, FALSE, sizeof(double));
    metric->median = NAN;
    metric->ci95[0] = NAN;
    metric->ci95[1] = NAN;
    return metric;
}

SyParam *sy_param_new(const char *name, SyParamType type, const char *value)
{
    SyParam *param = g_new0(SyParam, 1);

    param->name = g_strdup(name);
    param->type = type;
    param->value = g_strdup(value);
    return param;
}

SyDiscarded *sy_discarded_new(const char *reason)
{
    SyDiscarded *discarded = g_new0(SyDiscarded, 1);

    discarded->reason = g_strdup(reason);
    discarded->values = g_array_new(FALSE, FALSE, sizeof(double));
    return discarded;
}

SyCaseTrace *sy_case_trace_new(const char *file)
{
    SyCaseTrace *trace = g_new0(SyCaseTrace, 1);

    trace->file = g_strdup(file);
    trace->events = g_ptr_array_new_with_free_func((GDestroyNotify)sy_trace_event_free);
    return trace;
}

SyCaseResult *sy_case_result_new(const char *id, const char *workload)
{
    SyCaseResult *result = g_new0(SyCaseResult, 1);

    result->id = g_strdup(id);
    result->workload = g_strdup(workload);
    result->params = g_ptr_array_new_with_free_func((GDestroyNotify)sy_param_free);
    result->metrics = g_ptr_array_new_with_free_func((GDestroyNotify)sy_metric_free);
    result->discarded = g_ptr_array_new_with_free_func((GDestroyNotify)sy_discarded_free);
    result->third_witness = g_ptr_array_new_with_free_func((GDestroyNotify)sy_third_witness_free);
    return result;
}

SyBuildInfo *sy_build_info_new(void)
{
    return g_new0(SyBuildInfo, 1);
}

SyLabInfo *sy_lab_info_new(void)
{
    SyLabInfo *lab = g_new0(SyLabInfo, 1);

    lab->boot_s = g_array_new(FALSE, FALSE, sizeof(double));
    lab->key_parts = g_ptr_array_new_with_free_func((GDestroyNotify)sy_key_part_free);
    return lab;
}

SyKeyPart *sy_key_part_new(const char *name, const char *sha256, const char *what)
{
    SyKeyPart *part = g_new0(SyKeyPart, 1);

    part->name = g_strdup(name);
    part->sha256 = g_strdup(sha256);
    part->what = g_strdup(what);
    return part;
}

SyRunResult *sy_run_result_new(void)
{
    SyRunResult *run = g_new0(SyRunResult, 1);

    run->exit = -1;
    run->findings = sy_findings_new();
    run->cases = g_ptr_array_new_with_free_func((GDestroyNotify)sy_case_result_free);
    run->comparisons = g_ptr_array_new_with_free_func((GDestroyNotify)sy_comparison_free);
    return run;
}

void sy_discarded_free(SyDiscarded *discarded)
{
    if (!discarded) {
        return;
    }
    g_free(discarded->reason);
    g_array_unref(discarded->values);
    g_free(discarded);
}

void sy_metric_free(SyMetric *metric)
{
    if (!metric) {
        return;
    }
    g_free(metric->name);
    g_free(metric->unit);
    g_array_unref(metric->samples);
    g_free(metric->note);
    g_free(metric);
}

void sy_param_free(SyParam *param)
{
    if (!param) {
        return;
    }
    g_free(param->name);
    g_free(param->value);
    g_free(param);
}

void sy_case_trace_free(SyCaseTrace *trace)
{
    if (!trace) {
        return;
    }
    g_free(trace->file);
    g_ptr_array_unref(trace->events);
    g_free(trace);
}

void sy_case_result_free(SyCaseResult *result)
{
    if (!result) {
        return;
    }
    g_free(result->id);
    g_free(result->workload);
    g_ptr_array_unref(result->params);
    g_free(result->host_mode);
    g_free(result->host_why);
    g_free(result->reason);
    g_ptr_array_unref(result->metrics);
    g_ptr_array_unref(result->discarded);
    g_ptr_array_unref(result->third_witness);
    g_free(result->log_dir);
    sy_case_trace_free(result->trace);
    g_free(result);
}

void sy_build_info_free(SyBuildInfo *build)
{
    if (!build) {
        return;
    }
    g_free(build->release);
    g_free(build->flavor);
    g_free(build->upstream);
    g_free(build->mods_sha256);
    g_free(build->configure);
    g_free(build->qemu_version);
    g_free(build->path);
    g_free(build->ref);
    g_free(build->commit);
    g_free(build);
}

void sy_key_part_free(SyKeyPart *part)
{
    if (!part) {
        return;
    }
    g_free(part->name);
    g_free(part->sha256);
    g_free(part->what);
    g_free(part);
}

void sy_lab_info_free(SyLabInfo *lab)
{
    if (!lab) {
        return;
    }
    g_free(lab->mode);
    g_free(lab->kernel);
    g_free(lab->qemu);
    g_free(lab->image_sha256);
    g_free(lab->command);
    g_free(lab->baseline_key);
    g_ptr_array_unref(lab->key_parts);
    g_array_unref(lab->boot_s);
    sy_host_fingerprint_free(lab->host);
    g_free(lab);
}

void sy_run_result_free(SyRunResult *run)
{
    if (!run) {
        return;
    }
    g_free(run->id);
    g_free(run->started);
    g_free(run->uuid);
    g_free(run->job);
    g_strfreev(run->argv);
    sy_host_fingerprint_free(run->host);
    g_ptr_array_unref(run->findings);
    sy_lab_info_free(run->lab);
    sy_build_info_free(run->build);
    g_ptr_array_unref(run->cases);
    g_ptr_array_unref(run->comparisons);
    g_free(run);
}

bool sy_gate_bounds(const SyGate *gate)
{
    return gate->bounds_samples || gate->bounds_median;
}

SyMetric *sy_case_result_metric(const SyCaseResult *result, const char *name)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (g_strcmp0(metric->name, name) == 0) {
            return metric;
        }
    }
    return NULL;
}

SyCaseResult *sy_run_result_find(const SyRunResult *run, const char *id)
{
    for (guint i = 0; i < run->cases->len; i++) {
        SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (g_strcmp0(result->id, id) == 0) {
            return result;
        }
    }
    return NULL;
}

void sy_run_result_add(SyRunResult *run, SyCaseResult *result)
{
    guint at = run->cases->len;

    while (at > 0 &&
           ((SyCaseResult *)g_ptr_array_index(run->cases, at - 1))->index > result->index) {
        at--;
    }
    g_ptr_array_insert(run->cases, (int)at, result);
}

bool sy_run_result_faulty(const SyRunResult *run)
{
    for (guint i = 0; run->argv && run->argv[i]; i++) {
        if (strcmp(run->argv[i], "--fault") == 0 || g_str_has_prefix(run->argv[i], "--fault=")) {
            return true;
        }
    }
    return false;
}

guint sy_run_result_count(const SyRunResult *run, SyStatus status)
{
    guint count = 0;

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        count += result->status == status;
    }
    return count;
}
