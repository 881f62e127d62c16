/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates in job files and results: what they set, what they refuse, what two files together demand.
 */
#include <math.h>

#include "result/result.h"
#include "result/run-json.h"
#include "run/job.h"
#include "run/matrix.h"
#include "run/request.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static bool measure(SyCase *c, GError **error)
{
    (void)c;
    (void)error;
    return true;
}

static const SyMetricSpec metrics[] = {
    {.name = "error_pct", .unit = "%", .better = SY_BETTER_TARGET, .gate = 5, .summary = ""},
    {.name = "cost", .unit = "ns", .better = SY_BETTER_LOWER, .summary = ""},
    {.name = "rate", .unit = "1/s", .better = SY_BETTER_HIGHER, .summary = ""},
    {0},
};
static const SyParamSpec params[] = {
    {.name = "n", .type = SY_PARAM_INT, .value = "1", .key = true, .summary = ""},
    {0},
};
static const SyWorkload scale = {.version = SY_WORKLOAD_VERSION,
                                 .name = "scale",
                                 .params = params,
                                 .metrics = metrics,
                                 .measure = measure};
static const SyWorkload bare = {.version = SY_WORKLOAD_VERSION, .name = "bare", .measure = measure};
static const SyWorkload *const table[] = {&bare, &scale, NULL};

static SyJob *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    SyJob *job = sy_job_parse("dir/x.ini", text, table, &error);

    check_no_error(error);
    return job;
}

static const SyGate *section_gate(const SyJob *job, guint section, guint metric)
{
    const SyJobSection *s = g_ptr_array_index(job->sections, section);

    cr_assert_eq(s->gates->len, 3);
    return &g_array_index(s->gates, SyGate, metric);
}

static void refuse(const char *text, const char *message)
{
    GError *error = NULL;

    cr_assert_null(sy_job_parse("dir/x.ini", text, table, &error), "accepted: %s", text);
    check_error(error, SY_ERROR_USAGE, message);
}

Test(gates, without_a_word_are_the_workloads_own)
{
    g_autoptr(SyJob) job = parse("[scale]\n");

    cr_assert(section_gate(job, 0, 0)->bounds_samples && section_gate(job, 0, 0)->limit == 5);
    cr_assert_not(section_gate(job, 0, 0)->bounds_median);
    cr_assert_not(sy_gate_bounds(section_gate(job, 0, 1)));
}

Test(gates, are_set_for_their_section_alone)
{
    g_autoptr(SyJob) job =
        parse("[scale a]\ngate.error_pct = 0.5\ngate.error_pct.median=0.1\ngate.cost = -2.5\n"
              "gate.rate.median = 0\n[scale b]\nn = 2\n");
    const SyGate *both = section_gate(job, 0, 0);

    cr_assert(both->bounds_samples && both->limit == 0.5);
    cr_assert(both->bounds_median && both->median_limit == 0.1);
    cr_assert(section_gate(job, 0, 1)->bounds_samples && section_gate(job, 0, 1)->limit == -2.5);
    cr_assert_not(section_gate(job, 0, 1)->bounds_median);
    cr_assert(section_gate(job, 0, 2)->bounds_median && !section_gate(job, 0, 2)->bounds_samples,
              "0 is a limit");
    cr_assert_eq(section_gate(job, 1, 0)->limit, 5);
}

Test(gates, on_the_median_alone_leave_the_workloads_limit_on_samples)
{
    g_autoptr(SyJob) job = parse("[scale]\ngate.error_pct.median = 1\n");

    cr_assert(section_gate(job, 0, 0)->bounds_samples && section_gate(job, 0, 0)->limit == 5);
}

Test(gates, that_mean_nothing_are_refused_with_file_line_and_key)
{
    refuse("[scale]\n\ngate.eror_pct = 1\n",
           "dir/x.ini:3: [scale] gate.eror_pct: unknown metric 'eror_pct'");
    refuse("[scale]\ngate.eror_pct = 1\n", "of scale: error_pct, cost, rate");
    refuse("[scale]\ngate. = 1\n", "unknown metric ''");
    refuse("[scale]\ngate..median = 1\n", "unknown metric ''");
    refuse("[scale]\ngate.median = 1\n", "unknown metric 'median'");
    refuse("[scale]\ngate.cost.mean = 1\n", "unknown metric 'cost.mean'");
    refuse("[bare]\ngate.cost = 1\n", "it has none");
    refuse("[scale]\ngate.cost =\n", "dir/x.ini:2: [scale] gate.cost: a gate is one number");
    refuse("[scale]\ngate.cost = 1, 2\n", "'1, 2' is not a number");
    refuse("[scale]\ngate.cost = 5 %\n", "not a number");
    refuse("[scale]\ngate.cost.median = nan\n", "not a number");
    refuse("[scale]\ngate.cost = inf\n", "not a number");
    refuse("[scale]\ngate.error_pct = -1\n", "below 0");
    refuse("[scale]\ngate.error_pct.median = -0.1\n", "give 0 or more");
    refuse("[scale]\ngate.cost = 1\ngate.cost = 2\n", "dir/x.ini:3: gate.cost is given twice");
    refuse("[job]\ngate.cost = 1\n[scale]\n", "[job] gate.cost: unknown key");
}

Test(gates, of_a_case_that_two_files_ask_for_are_the_stricter_ones)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    const SyCasePlan *plan;
    const SyGate *gates;

    g_ptr_array_add(jobs, parse("[scale]\ngate.cost = 9\ngate.rate = 3\n"));
    g_ptr_array_add(jobs,
                    parse("[scale]\nn = 1, 2\ngate.error_pct = 7\ngate.cost = 8\ngate.rate = 4\n"
                          "gate.error_pct.median = 1\n"));
    plans = sy_matrix_expand(jobs, NULL, 0, NULL);
    cr_assert_eq(plans->len, 2);
    plan = g_ptr_array_index(plans, 0);
    gates = (const SyGate *)(gpointer)plan->gates->data;
    cr_assert_eq(gates[0].limit, 5);
    cr_assert(gates[0].bounds_median && gates[0].median_limit == 1);
    cr_assert(gates[1].limit == 8 && gates[2].limit == 4);
    plan = g_ptr_array_index(plans, 1);
    cr_assert_eq(g_array_index(plan->gates, SyGate, 0).limit, 7, "this one is asked for once");
}

Test(gates, survive_the_way_into_a_lab_and_a_resume)
{
    g_autoptr(SyRunRequest) request = sy_run_request_new();
    g_autoptr(SyRunRequest) back = NULL;
    g_autoptr(GPtrArray) plans = NULL, again = NULL;
    g_autoptr(JsonNode) node = NULL;
    g_autofree char *text = NULL;
    const SyCasePlan *plan;

    g_ptr_array_add(request->jobs, parse("[scale]\ngate.cost.median = 0\n"));
    request->host_mode = g_strdup("lab");
    request->release = g_strdup("10.0");
    request->qemu = g_strdup("/q");
    plans = sy_run_request_plans(request, NULL);
    text = sy_run_request_for_lab(request, plans, "lab", "/q");
    node = json_from_string(text, NULL);
    back = sy_run_request_from_json(json_node_get_object(node), table, NULL);
    again = sy_run_request_plans(back, NULL);
    plan = g_ptr_array_index(again, 0);
    cr_assert(g_array_index(plan->gates, SyGate, 1).bounds_median);
    cr_assert_not(g_array_index(plan->gates, SyGate, 1).bounds_samples);
}

/* The first gate of the results `text` with `from` replaced by `to`. */
static SyGate gate_in(const char *text, const char *from, const char *to)
{
    g_autoptr(GString) swapped = g_string_new(text);
    g_autoptr(SyRunResult) run = NULL;
    g_autoptr(GError) error = NULL;
    const SyCaseResult *result;

    cr_assert_eq(g_string_replace(swapped, from, to, 1), 1);
    run = sy_run_result_parse(swapped->str, -1, "results.json", &error);
    check_no_error(error);
    result = g_ptr_array_index(run->cases, 0);
    return ((const SyMetric *)g_ptr_array_index(result->metrics, 0))->gate;
}

Test(gates, come_back_from_results_with_a_missing_limit_as_null)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    const SyCaseResult *result = g_ptr_array_index(run->cases, 0);
    g_autofree char *text = NULL;
    SyGate gate;

    ((SyMetric *)g_ptr_array_index(result->metrics, 0))->gate = (SyGate){true, true, 0, 0.1};
    text = sy_run_result_text(run);
    gate = gate_in(text, "\"gate\": {\"limit\": 0.0, \"median_limit\": 0.1}",
                   "\"gate\": {\"limit\": 0.0, \"median_limit\": 0.1}");
    cr_assert(gate.bounds_samples && gate.limit == 0, "0 is a limit");
    cr_assert(gate.bounds_median && gate.median_limit == 0.1);
    gate = gate_in(text, "\"limit\": 0.0, \"median_limit\": 0.1",
                   "\"limit\": null, \"median_limit\": 0.1");
    cr_assert(!gate.bounds_samples && gate.bounds_median);
    gate = gate_in(text, ", \"median_limit\": 0.1", "");
    cr_assert(gate.bounds_samples && !gate.bounds_median, "a file of before there were two limits");
    gate = gate_in(text, "\"limit\": 0.0, \"median_limit\": 0.1", "\"limit\": null");
    cr_assert(gate.bounds_samples && isnan(gate.limit), "an unknown limit stays a gate");
}
