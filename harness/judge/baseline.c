/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/baseline.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "judge/baseline-key.h"
#include "judge/verdict.h"
#include "result/case-json.h"
#include "result/host-mode.h"
#include "result/json-text.h"

/* ---- which runs can be a baseline ---- */

static const char *name_of(const SyRunResult *run)
{
    return run->id ? run->id : "the run";
}

bool sy_baseline_comparable(const SyRunResult *run, GError **error)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (!sy_host_mode_is_exact(result->host_mode)) {
            g_set_error(
                error, SY_ERROR, SY_ERROR_USAGE,
                "%s: %s ran in host mode %s, but baselines are for lab-exact only; run the job "
                "with --host lab-exact",
                name_of(run), result->id, result->host_mode ? result->host_mode : "unknown");
            return false;
        }
        if (result->status == SY_STATUS_SKIP || result->status == SY_STATUS_ERROR) {
            g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "%s: %s was not measured: %s",
                        name_of(run), result->id, result->reason ? result->reason : "no reason");
            return false;
        }
    }
    if (run->cases->len == 0 || sy_run_missing(run) > 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s is incomplete: %u of %u cases; `steelyard run --resume` finishes it",
                    name_of(run), run->cases->len, run->planned);
        return false;
    }
    if (!run->lab || !run->lab->baseline_key) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s has no baseline key, because an older steelyard made it; run the job again",
                    name_of(run));
        return false;
    }
    return true;
}

bool sy_baseline_strip(SyRunResult *run, GError **error)
{
    if (sy_run_result_faulty(run)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s was run with injected faults (--fault) and cannot be a baseline",
                    name_of(run));
        return false;
    }
    g_clear_pointer(&run->host, sy_host_fingerprint_free);
    g_ptr_array_set_size(run->findings, 0);
    g_clear_pointer(&run->lab->command, g_free);
    g_array_set_size(run->lab->boot_s, 0);
    g_strfreev(run->argv);
    run->argv = g_new0(char *, 1);
    run->duration_s = NAN;
    if (run->build) {
        g_clear_pointer(&run->build->path, g_free);
    }
    g_ptr_array_set_size(run->comparisons, 0);
    return true;
}

/* ---- the comparison ---- */

static void difference_free(gpointer data)
{
    SyBaselineDifference *difference = data;

    g_free(difference->case_id);
    g_free(difference->metric);
    g_free(difference->unit);
    g_free(difference->text_was);
    g_free(difference->text_now);
    g_free(difference);
}

static SyBaselineDifference *add(SyBaselineCheck *check, const char *case_id, const char *metric)
{
    SyBaselineDifference *difference = g_new0(SyBaselineDifference, 1);

    difference->case_id = g_strdup(case_id);
    difference->metric = g_strdup(metric);
    difference->was = difference->now = NAN;
    g_ptr_array_add(check->differences, difference);
    return difference;
}

static void compare_texts(SyBaselineCheck *check, const char *case_id, const char *what,
                          const char *was, const char *now)
{
    if (g_strcmp0(was, now) != 0) {
        SyBaselineDifference *difference = add(check, case_id, what);

        difference->text_was = g_strdup(was);
        difference->text_now = g_strdup(now);
    }
}

static void compare_value(SyBaselineCheck *check, const char *case_id, const char *metric,
                          const char *unit, guint repetition, double was, double now)
{
    check->values++;
    if (was == now || (isnan(was) && isnan(now))) {
        return;
    }
    {
        SyBaselineDifference *difference = add(check, case_id, metric);

        difference->unit = g_strdup(unit);
        difference->repetition = repetition;
        difference->was = was;
        difference->now = now;
    }
}

static double value_at(const GArray *values, guint i)
{
    return values && i < values->len ? g_array_index(values, double, i) : NAN;
}

static void compare_series(SyBaselineCheck *check, const char *case_id, const char *metric,
                           const char *unit, const GArray *was, const GArray *now)
{
    guint count = MAX(was ? was->len : 0, now ? now->len : 0);

    for (guint i = 0; i < count; i++) {
        compare_value(check, case_id, metric, unit, i + 1, value_at(was, i), value_at(now, i));
    }
}

static void compare_metrics(SyBaselineCheck *check, const SyCaseResult *was,
                            const SyCaseResult *now)
{
    for (guint i = 0; i < was->metrics->len; i++) {
        const SyMetric *x = g_ptr_array_index(was->metrics, i);
        const SyMetric *y = sy_case_result_metric(now, x->name);

        compare_series(check, was->id, x->name, x->unit, x->samples, y ? y->samples : NULL);
        compare_texts(check, was->id, x->name, x->note, y ? y->note : "no such metric");
    }
    for (guint i = 0; i < now->metrics->len; i++) {
        const SyMetric *y = g_ptr_array_index(now->metrics, i);

        if (!sy_case_result_metric(was, y->name)) {
            compare_series(check, was->id, y->name, y->unit, NULL, y->samples);
        }
    }
}

static const SyDiscarded *discarded_at(const SyCaseResult *result, guint i)
{
    return i < result->discarded->len ? g_ptr_array_index(result->discarded, i) : NULL;
}

static void compare_discarded(SyBaselineCheck *check, const SyCaseResult *was,
                              const SyCaseResult *now)
{
    guint count = MAX(was->discarded->len, now->discarded->len);

    for (guint i = 0; i < count; i++) {
        const SyDiscarded *x = discarded_at(was, i), *y = discarded_at(now, i);
        g_autofree char *what = g_strdup_printf("discarded repetition %u", i + 1);

        compare_texts(check, was->id, what, x ? x->reason : NULL, y ? y->reason : NULL);
        for (guint m = 0; m < was->metrics->len; m++) {
            const SyMetric *metric = g_ptr_array_index(was->metrics, m);
            g_autofree char *name = g_strdup_printf("%s, discarded", metric->name);

            compare_value(check, was->id, name, metric->unit, i + 1,
                          value_at(x ? x->values : NULL, m), value_at(y ? y->values : NULL, m));
        }
    }
}

/* How often the event `name` occurred; NAN without a trace. */
static double count_of(const SyCaseTrace *trace, const char *name)
{
    for (guint i = 0; trace && i < trace->events->len; i++) {
        const SyTraceEvent *event = g_ptr_array_index(trace->events, i);

        if (strcmp(event->name, name) == 0) {
            return (double)event->count;
        }
    }
    return trace ? 0 : NAN;
}

static void compare_traces(SyBaselineCheck *check, const SyCaseResult *was, const SyCaseResult *now)
{
    const SyCaseTrace *traces[] = {was->trace, now->trace};

    for (gsize k = 0; k < G_N_ELEMENTS(traces); k++) {
        for (guint i = 0; traces[k] && i < traces[k]->events->len; i++) {
            const SyTraceEvent *event = g_ptr_array_index(traces[k]->events, i);
            g_autofree char *name = g_strdup_printf("trace %s", event->name);

            /* The first pass has compared the events that both traces have. */
            if (k == 0 || !(count_of(traces[0], event->name) > 0)) {
                compare_value(check, was->id, name, NULL, 0, count_of(traces[0], event->name),
                              count_of(traces[1], event->name));
            }
        }
    }
}

/* The whole case, except for log_dir and host_why. */
static char *case_text(const SyCaseResult *result)
{
    JsonObject *object = sy_case_result_to_json(result);
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    json_object_remove_member(object, "log_dir");
    json_object_remove_member(object, "host_why");
    json_object_unref(object);
    return sy_json_text(node, SY_JSON_LINE);
}

static void compare_cases(SyBaselineCheck *check, const SyCaseResult *was, const SyCaseResult *now)
{
    guint before = check->differences->len;

    compare_texts(check, was->id, "status", sy_status_name(was->status),
                  sy_status_name(now->status));
    compare_texts(check, was->id, "reason", was->reason, now->reason);
    compare_metrics(check, was, now);
    compare_discarded(check, was, now);
    compare_traces(check, was, now);
    compare_value(check, was->id, "duration_s", "s", 0, was->duration_s, now->duration_s);
    if (check->differences->len == before) {
        /* No difference may go unnoticed, whatever fields a case will have one day. */
        g_autofree char *text_was = case_text(was);
        g_autofree char *text_now = case_text(now);

        if (strcmp(text_was, text_now) != 0) {
            compare_texts(check, was->id, "record", "as recorded",
                          "differs in fields that are not metrics");
        }
    }
}

SyBaselineCheck *sy_baseline_check(const SyRunResult *baseline, const SyRunResult *run)
{
    SyBaselineCheck *check = g_new0(SyBaselineCheck, 1);

    check->changes = sy_key_changes(baseline->lab->key_parts, run->lab->key_parts);
    check->differences = g_ptr_array_new_with_free_func(difference_free);
    check->cases = run->cases->len;
    for (guint i = 0; i < baseline->cases->len; i++) {
        const SyCaseResult *was = g_ptr_array_index(baseline->cases, i);
        const SyCaseResult *now = sy_run_result_find(run, was->id);

        if (now) {
            compare_cases(check, was, now);
        } else {
            compare_texts(check, was->id, "case", "there", NULL);
        }
    }
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *now = g_ptr_array_index(run->cases, i);

        if (!sy_run_result_find(baseline, now->id)) {
            compare_texts(check, now->id, "case", NULL, "there");
        }
    }
    return check;
}

int sy_baseline_exit_code(const SyBaselineCheck *check)
{
    if (check->changes->len > 0) {
        return SY_EXIT_INCONCLUSIVE;
    }
    return check->differences->len > 0 ? SY_EXIT_FAIL : SY_EXIT_PASS;
}

double sy_baseline_change_pct(const SyBaselineDifference *difference)
{
    double change = difference->now - difference->was;

    if (isnan(change)) {
        return NAN;
    }
    return difference->was == 0 ? INFINITY : change / fabs(difference->was) * 100;
}

void sy_baseline_check_free(SyBaselineCheck *check)
{
    if (!check) {
        return;
    }
    g_ptr_array_unref(check->changes);
    g_ptr_array_unref(check->differences);
    g_free(check);
}
