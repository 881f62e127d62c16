/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/case.h"

#include <math.h>
#include <string.h>

#include "judge/gate.h"
#include "run/job-gates.h"

SyCaseResult *sy_case_result_of_plan(const SyCasePlan *plan)
{
    SyCaseResult *result = sy_case_result_new(plan->id, plan->workload->name);
    g_autoptr(GArray) gates =
        plan->gates ? g_array_ref(plan->gates) : sy_gates_of_workload(plan->workload);

    result->host_mode = g_strdup(plan->host_mode);
    result->host_why = g_strdup(plan->host_why);
    result->undecided_expected = plan->undecided_expected;
    for (guint i = 0; i < plan->params->len; i++) {
        const SyParam *param = g_ptr_array_index(plan->params, i);

        g_ptr_array_add(result->params, sy_param_new(param->name, param->type, param->value));
    }
    for (const SyMetricSpec *spec = plan->workload->metrics; spec && spec->name; spec++) {
        SyMetric *metric = sy_metric_new(spec->name, spec->unit, spec->better);

        metric->gate = g_array_index(gates, SyGate, result->metrics->len);
        g_ptr_array_add(result->metrics, metric);
    }
    return result;
}

const char *sy_case_text(const SyCase *c, const char *param)
{
    for (guint i = 0; i < c->plan->params->len; i++) {
        const SyParam *p = g_ptr_array_index(c->plan->params, i);

        if (strcmp(p->name, param) == 0) {
            return p->value;
        }
    }
    g_error("%s declares no parameter %s", c->plan->workload->name, param);
}

double sy_case_number(const SyCase *c, const char *param)
{
    return g_ascii_strtod(sy_case_text(c, param), NULL);
}

int sy_case_int(const SyCase *c, const char *param)
{
    return (int)sy_case_number(c, param);
}

static SyMetric *case_metric(const SyCase *c, const char *name)
{
    SyMetric *metric = sy_case_result_metric(c->result, name);

    if (!metric) {
        g_error("%s declares no metric %s", c->plan->workload->name, name);
    }
    return metric;
}

void sy_case_third_witness(SyCase *c, SyThirdWitness *taken)
{
    taken->repetition = c->repetition + c->result->discarded->len + 1;
    g_ptr_array_add(c->result->third_witness, taken);
}

double sy_case_limit(const SyCase *c, const char *metric)
{
    const SyMetric *m = case_metric(c, metric);

    return sy_gate_bounds(&m->gate) ? sy_gate_tightest(&m->gate, m->better) : 0;
}

void sy_case_sample(SyCase *c, const char *metric, double value)
{
    SyMetric *m = case_metric(c, metric);

    g_assert(isfinite(value));
    g_assert(m->samples->len <= c->repetition);
    g_array_append_val(m->samples, value);
}

void sy_case_na(SyCase *c, const char *metric, const char *reason)
{
    SyMetric *m = case_metric(c, metric);

    if (!m->note) {
        m->note = g_strdup(reason);
    }
}

void sy_case_na_all(SyCase *c, const char *const *metrics, const char *reason)
{
    for (; *metrics; metrics++) {
        sy_case_na(c, *metrics, reason);
    }
}

void sy_case_ungated(SyCase *c, const char *metric, const char *reason)
{
    case_metric(c, metric)->gate = (SyGate){0};
    sy_case_na(c, metric, reason);
}

void sy_case_alive(const SyCase *c)
{
    if (c->alive) {
        c->alive(c->alive_data);
    }
}

void sy_case_evidence(SyCase *c, const char *format, ...)
{
    va_list args;

    if (!c->evidence) {
        va_start(args, format);
        c->evidence = g_strdup_vprintf(format, args);
        va_end(args);
    }
}

void sy_case_inconclusive(SyCase *c, const char *format, ...)
{
    va_list args;

    if (!c->doubt) {
        va_start(args, format);
        c->doubt = g_strdup_vprintf(format, args);
        va_end(args);
    }
}
