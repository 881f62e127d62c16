/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/runner.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "host/requirement.h"
#include "judge/verdict.h"
#include "run/case-trace.h"
#include "run/journal-entry.h"
#include "stats/sample.h"

#define GOLDEN_RATIO 0.6180339887498949
#define PHASES_NS (100 * SY_NS_PER_MS) /* the longest period of a host's clocks */
#define ROOM_FILE ".room"
#define ROOM_BYTES ((gssize)64 * 1024) /* more than the files of most cases */
#define CASE_DIR_NAME_MAX 200          /* NAME_MAX is 255; this leaves room for suffixes */

char *sy_runner_case_dir_name(const char *case_id)
{
    g_autofree char *name = g_strdup(case_id);

    g_strcanon(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-=,", '.');
    if (strlen(name) > CASE_DIR_NAME_MAX) {
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, case_id, -1);

        name[CASE_DIR_NAME_MAX - 9] = '\0';
        digest[8] = '\0';
        return g_strconcat(name, "-", digest, NULL);
    }
    return g_steal_pointer(&name);
}

static SyCase *case_new(const SyCasePlan *plan, const SyRunEnv *env)
{
    SyCase *c = g_new0(SyCase, 1);
    g_autofree char *name = sy_runner_case_dir_name(plan->id);

    c->env = env;
    c->plan = plan;
    c->result = sy_case_result_of_plan(plan);
    c->result->log_dir = g_build_filename("logs", name, NULL);
    c->dir = g_build_filename(env->run_dir, c->result->log_dir, NULL);
    return c;
}

/* Frees `c` except for its result, which it returns. */
static SyCaseResult *case_finish(SyCase *c)
{
    SyCaseResult *result = c->result;

    g_free(c->doubt);
    g_free(c->evidence);
    g_free(c->dir);
    g_free(c);
    return result;
}

/* Moves the samples of the last repetition from the metrics to a discarded repetition. */
static void discard(SyCase *c)
{
    SyDiscarded *discarded = sy_discarded_new(c->doubt);

    for (guint i = 0; i < c->result->metrics->len; i++) {
        GArray *samples = ((SyMetric *)g_ptr_array_index(c->result->metrics, i))->samples;
        double value = NAN;

        if (samples->len > c->repetition) {
            value = g_array_index(samples, double, c->repetition);
            g_array_set_size(samples, c->repetition);
        }
        g_array_append_val(discarded->values, value);
    }
    g_ptr_array_add(c->result->discarded, discarded);
    g_clear_pointer(&c->doubt, g_free);
}

/*
 * Every discarded repetition is measured again, until as many are discarded as the case should
 * have: then the host is unlikely to become any better.
 */
static bool needs_another(const SyCase *c)
{
    return c->repetition < c->plan->repeat && c->result->discarded->len < c->plan->repeat;
}

typedef struct {
    const SyCase *c;
    guint index;
    const SyRunObserver *observer;
} Progress;

static void tell_repetition(gpointer data)
{
    const Progress *p = data;

    if (p->observer->repetition) {
        p->observer->repetition(p->c->plan, p->index, p->c->repetition, p->observer->data);
    }
}

/*
 * The phase at which a repetition begins (relative to ticks, to other periods, and in the layout of
 * memory) may decide its result. A fresh repetition shares none of that with the ones before it: it
 * has its own setup, after a pause of its own. The pauses are fractional parts of multiples of the
 * golden ratio, which are spread evenly for any number of repetitions, and are equal in equal runs.
 */
static bool set_up_again(SyCase *c, GError **error)
{
    const SyWorkload *workload = c->plan->workload;
    double turns = GOLDEN_RATIO * (c->repetition + c->result->discarded->len);
    int64_t pause_ns = (int64_t)((turns - floor(turns)) * (double)PHASES_NS);

    if (!sy_sleep_until_ns(sy_now_ns() + pause_ns, error)) {
        return false;
    }
    if (workload->teardown) {
        workload->teardown(c);
    }
    c->state = NULL;
    return !workload->setup || workload->setup(c, error);
}

static bool is_first(const SyCase *c)
{
    return c->repetition == 0 && c->result->discarded->len == 0;
}

static bool measure_all(SyCase *c, guint index, const SyRunObserver *observer, GError **error)
{
    Progress progress = {.c = c, .index = index, .observer = observer};

    c->alive = tell_repetition;
    c->alive_data = &progress;
    while (needs_another(c)) {
        tell_repetition(&progress);
        if ((c->plan->fresh && !is_first(c) && !set_up_again(c, error)) ||
            !c->plan->workload->measure(c, error)) {
            g_prefix_error(error, "repetition %u: ", c->repetition + 1);
            c->alive = NULL;
            return false;
        }
        if (c->doubt) {
            discard(c);
        } else {
            c->repetition++;
        }
    }
    c->alive = NULL;
    return true;
}

static bool measure_traced(SyCase *c, guint index, const SyRunObserver *observer, GError **error)
{
    g_autoptr(SyTrace) trace = NULL;
    bool measured;

    if (!c->plan->trace) {
        return measure_all(c, index, observer, error);
    }
    trace = sy_case_trace_begin(c, error);
    if (!trace) {
        return false;
    }
    measured = measure_all(c, index, observer, error);
    if (!measured && sy_cancelled(NULL)) {
        return false;
    }
    /* The trace of a failed case is kept, too; but its first error is the reason. */
    return sy_case_trace_end(c, trace, measured ? error : NULL) && measured;
}

static void summarize(SyMetric *metric)
{
    SySampleSummary summary;

    sy_sample_summarize((const double *)(gpointer)metric->samples->data, metric->samples->len,
                        &summary);
    metric->median = summary.median;
    metric->ci95[0] = summary.ci95[0];
    metric->ci95[1] = summary.ci95[1];
}

/* The gates that failed, and the workload's evidence. */
static char *failure_reason(const SyCase *c)
{
    g_autofree char *breaches = sy_case_breach_text(c->result);

    return c->evidence ? g_strdup_printf("%s: %s", breaches, c->evidence)
                       : g_steal_pointer(&breaches);
}

static void conclude(SyCase *c)
{
    SyCaseResult *result = c->result;
    const SyMetric *unjudged;

    for (guint i = 0; i < result->metrics->len; i++) {
        SyMetric *metric = g_ptr_array_index(result->metrics, i);

        summarize(metric);
        sy_metric_judge(metric, c->plan->repeat);
    }
    unjudged = sy_case_unjudged(result);
    if (sy_case_verdict(result) == SY_VERDICT_FAIL) {
        result->status = SY_STATUS_FAIL;
        result->reason = failure_reason(c);
    } else if (c->repetition < c->plan->repeat) {
        const SyDiscarded *last = g_ptr_array_index(result->discarded, result->discarded->len - 1);

        result->status = SY_STATUS_INCONCLUSIVE;
        result->reason =
            g_strdup_printf("%u of %u repetitions discarded: %s", result->discarded->len,
                            result->discarded->len + c->repetition, last->reason);
    } else if (unjudged) {
        result->status = SY_STATUS_INCONCLUSIVE;
        result->reason = g_strdup_printf(
            "the gate of %s cannot be judged: it was measured in %u of %u repetitions%s%s",
            unjudged->name, unjudged->samples->len, c->repetition, unjudged->note ? "; " : "",
            unjudged->note ? unjudged->note : "");
    } else {
        result->status = SY_STATUS_PASS;
    }
}

/* A case that could not be measured keeps its samples, but gets no verdicts. */
static void conclude_error(SyCase *c, const GError *cause)
{
    for (guint i = 0; i < c->result->metrics->len; i++) {
        summarize(g_ptr_array_index(c->result->metrics, i));
    }
    c->result->status = SY_STATUS_ERROR;
    c->result->reason = g_strdup(cause->message);
}

bool sy_runner_must_stop(const GError *cause)
{
    return g_error_matches(cause, SY_ERROR, SY_ERROR_CANCELLED) ||
           g_error_matches(cause, SY_ERROR, SY_ERROR_RUN_FOLDER);
}

static void blame_folder(GError **cause, const GError *refusal)
{
    g_autoptr(GError) symptom = g_steal_pointer(cause);

    g_set_error(cause, SY_ERROR, SY_ERROR_RUN_FOLDER, "%s%s%s", refusal->message,
                symptom ? "; it showed as: " : "", symptom ? symptom->message : "");
}

void sy_runner_blame(const SyRunEnv *env, GError **cause)
{
    g_autofree char *path = g_build_filename(env->run_dir, ROOM_FILE, NULL);
    g_autofree char *data = g_strnfill(ROOM_BYTES, ' ');
    g_autoptr(GError) refusal = NULL;

    if (sy_runner_must_stop(*cause)) {
        return;
    }
    if (!sy_fs_write_atomic(path, data, ROOM_BYTES, &refusal)) {
        blame_folder(cause, refusal);
    }
    unlink(path);
}

/* Makes the folder of the case; what is left over from a killed attempt goes. */
static bool make_folder(const SyCase *c, GError **error)
{
    g_autoptr(GError) refusal = NULL;

    sy_fs_remove_tree(c->dir);
    if (!sy_fs_private_dir(c->dir, &refusal)) {
        blame_folder(error, refusal);
        return false;
    }
    return true;
}

/* Returns NULL, with `error` set, only if the whole run has to stop. */
static SyCaseResult *run_case(const SyCasePlan *plan, guint index, const SyRunEnv *env,
                              const SyRunObserver *observer, GError **error)
{
    const SyWorkload *workload = plan->workload;
    const SyRequirementResult *missing = NULL;
    g_autoptr(GError) cause = NULL;
    int64_t start = sy_now_ns();
    SyCase *c = case_new(plan, env);
    SyCaseResult *result;

    if (!sy_requirement_check_all(plan->requires, &missing, &cause)) {
        if (missing) {
            g_clear_error(&cause);
            c->result->status = SY_STATUS_SKIP;
            c->result->reason = g_strdup_printf("needs %s: %s; %s", missing->name,
                                                missing->evidence, missing->remedy);
        } else {
            conclude_error(c, cause);
        }
    } else {
        if (make_folder(c, &cause) && (!workload->setup || workload->setup(c, &cause)) &&
            measure_traced(c, index, observer, &cause)) {
            conclude(c);
        }
        if (workload->teardown) {
            workload->teardown(c);
        }
        if (cause) {
            sy_runner_blame(env, &cause);
        }
        if (cause && !sy_runner_must_stop(cause)) {
            conclude_error(c, cause);
            g_clear_error(&cause);
        }
    }
    result = case_finish(c);
    result->duration_s = (double)(sy_now_ns() - start) / SY_NS_PER_S;
    if (cause) {
        sy_case_result_free(result);
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    return result;
}

bool sy_runner_run(const GPtrArray *plans, const SyRunEnv *env, SyRunResult *run,
                   SyJournal *journal, const SyRunObserver *observer, GError **error)
{
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);
        SyCaseResult *result;

        if (sy_run_result_find(run, plan->id)) {
            continue;
        }
        if (observer->case_begin) {
            observer->case_begin(plan, i, observer->data);
        }
        result = run_case(plan, i, env, observer, error);
        if (!result) {
            return false;
        }
        result->index = i;
        if (!sy_journal_entry_keep(run, result, journal, error)) {
            return false;
        }
        if (observer->case_end) {
            observer->case_end(result, i, observer->data);
        }
    }
    return true;
}
