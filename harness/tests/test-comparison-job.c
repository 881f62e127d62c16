/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [compare] sections: what they ask for, what they refuse, and what a filter spares of them. */
#include "run/comparison-job.h"
#include "run/job.h"
#include "run/matrix.h"
#include "tests/check.h"
#include "workloads/workloads.h"

static bool measure(SyCase *c, GError **error)
{
    (void)c;
    (void)error;
    return true;
}

static const SyParamSpec params[] = {
    {.name = "limiter",
     .type = SY_PARAM_STRING,
     .value = "ours",
     .key = true,
     .choices = "ours,cgroup,other",
     .summary = ""},
    {.name = "ratio", .type = SY_PARAM_DOUBLE, .value = "50", .key = true, .summary = ""},
    {0},
};
static const SyMetricSpec metrics[] = {
    {.name = "error_pct", .unit = "%", .better = SY_BETTER_TARGET, .summary = ""},
    {.name = "late_us", .unit = "us", .better = SY_BETTER_LOWER, .summary = ""},
    {.name = "over_us", .unit = "us", .better = SY_BETTER_LOWER, .summary = ""},
    {0},
};
static const SyWorkload peers = {.version = SY_WORKLOAD_VERSION,
                                 .name = "peers",
                                 .params = params,
                                 .metrics = metrics,
                                 .measure = measure};
static const SyWorkload *const table[] = {&peers, NULL};

#define CASES "[peers]\nlimiter = ours, cgroup, other\nratio = 10, 20\n"
#define RULE                                                                                       \
    "workload = peers\nsubject = limiter=ours\nagainst = limiter=*\nmetric = "                     \
    "error_pct\ntolerance = 0.5\n"

static GPtrArray *jobs_of(const char *text)
{
    GPtrArray *jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GError) error = NULL;
    SyJob *job = sy_job_parse("x.ini", text, table, &error);

    check_no_error(error);
    g_ptr_array_add(jobs, job);
    return jobs;
}

static const SyComparison *first(const GPtrArray *jobs)
{
    const SyJob *job = g_ptr_array_index(jobs, 0);

    cr_assert_eq(job->comparisons->len, 1);
    return g_ptr_array_index(job->comparisons, 0);
}

static void refuse(const char *section, const char *message)
{
    g_autofree char *text = g_strconcat(CASES, section, NULL);
    GError *error = NULL;

    cr_assert_null(sy_job_parse("x.ini", text, table, &error), "accepted: %s", section);
    check_error(error, SY_ERROR_USAGE, message);
}

Test(compare_section, says_who_is_compared_with_whom_by_what)
{
    g_autoptr(GPtrArray) jobs =
        jobs_of(CASES "[compare late]\nworkload = peers\nsubject = limiter = ours\n"
                      "against = limiter=cgroup , limiter=other\nmetric = late_us\n"
                      "tolerance = 2e1\nrule = no_worse\n");
    const SyComparison *c = first(jobs);

    cr_assert_str_eq(c->label, "late");
    cr_assert_str_eq(c->workload, "peers");
    cr_assert_str_eq(c->param, "limiter");
    cr_assert_str_eq(c->subject, "ours");
    cr_assert(g_str_equal(c->against[0], "cgroup") && g_str_equal(c->against[1], "other"));
    cr_assert_str_eq(c->metric, "late_us");
    cr_assert_eq(c->tolerance, 20);
    cr_assert_str_eq(c->unit, "us");
    cr_assert_eq(c->better, SY_BETTER_LOWER);
    cr_assert_eq(c->status, SY_STATUS_INCONCLUSIVE, "until it is judged");
}

Test(compare_section, without_a_label_is_complete)
{
    g_autoptr(GPtrArray) jobs = jobs_of("[compare]\n" RULE CASES);

    cr_assert_null(first(jobs)->label);
    cr_assert_str_eq(first(jobs)->against[0], "*");
    cr_assert_eq(first(jobs)->tolerance, 0.5);
}

Test(compare_section, takes_a_number_in_any_spelling)
{
    g_autoptr(GPtrArray) jobs =
        jobs_of(CASES "[compare]\nworkload = peers\nsubject = ratio=10.0\nagainst = ratio=2e1\n"
                      "metric = late_us\ntolerance = 0\n");

    cr_assert_str_eq(first(jobs)->subject, "10");
    cr_assert_str_eq(first(jobs)->against[0], "20");
}

Test(compare_section, that_means_nothing_is_refused_with_line_and_key)
{
    refuse("[compare a]\n" RULE "speed = 1\n",
           "x.ini:10: [compare a] speed: unknown key; [compare] knows ");
    refuse("[compare]\nsubject = limiter=ours\n",
           "x.ini:4: [compare]: no workload; write workload = NAME");
    refuse("[compare]\nworkload = nosuch\n",
           "x.ini:5: [compare] workload: unknown workload 'nosuch'");
    refuse("[compare]\nworkload = peers\nsubject = ours\n", "'ours' is not PARAMETER=VALUE");
    refuse("[compare]\nworkload = peers\nsubject = speed=1\n", "peers has no parameter 'speed'");
    refuse("[compare]\nworkload = peers\nsubject = limiter=*\n",
           "'*' is not one of ours,cgroup,other");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=us\n",
           "x.ini:7: [compare] against: 'us' is not one of");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = ratio=10\n",
           "give other values of limiter");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=ours\n",
           "give other values of limiter");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=cgroup, "
           "limiter=*\n",
           "give it alone");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst =\n",
           "[compare] against: no against");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=*\nmetric = "
           "speed\n",
           "unknown metric 'speed'; peers has error_pct, late_us, over_us");
    refuse("[compare]\n" RULE "against_metric = late_us\n", "against_metric: unknown key");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=*\nmetric = "
           "late_us\n",
           "no tolerance; write tolerance = NUMBER");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=*\nmetric = "
           "late_us\ntolerance = 5%\n",
           "'5%' is not a number of at least 0, in the unit of late_us (us)");
    refuse("[compare]\nworkload = peers\nsubject = limiter=ours\nagainst = limiter=*\nmetric = "
           "late_us\ntolerance = -1\n",
           "'-1' is not a number");
    refuse("[compare]\n" RULE "rule = better\n", "unknown rule 'better'; the only one is no_worse");
    refuse("[comparer]\n" RULE, "unknown workload");
}

Test(compare_section, alone_is_no_job)
{
    GError *error = NULL;

    cr_assert_null(sy_job_parse("x.ini", "[compare]\n" RULE, table, &error));
    check_error(error, SY_ERROR_USAGE, "no workload in this job");
}

static guint left_by(const char *text, const char *filter)
{
    g_autoptr(GPtrArray) jobs = jobs_of(text);
    g_autoptr(GPtrArray) plans = sy_matrix_expand(jobs, filter, 0, NULL);
    g_autoptr(GPtrArray) left = sy_comparisons_of_jobs(jobs, plans, filter != NULL);

    return left->len;
}

Test(compare_section, is_left_out_only_where_a_filter_left_nothing_to_compare)
{
    cr_assert_eq(left_by(CASES "[compare]\n" RULE, NULL), 1);
    cr_assert_eq(left_by(CASES "[compare]\n" RULE, "*ratio=10*"), 1);
    cr_assert_eq(left_by(CASES "[compare]\n" RULE, "*limiter=ours*"), 0);
    cr_assert_eq(left_by(CASES "[compare]\n" RULE, "*limiter=other*"), 0);
    cr_assert_eq(left_by("[peers]\nlimiter = ours\n[compare]\n" RULE, NULL), 1,
                 "a rule that can match nothing is not dropped, it is inconclusive");
}

/* A run of all cases of the job, as often as it says, in which every value is 0. */
static SyRunResult *run_of(const char *path)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    g_autoptr(GError) error = NULL;
    SyRunResult *run = sy_run_result_new();

    g_ptr_array_add(jobs, sy_job_load(path, sy_workloads, &error));
    check_no_error(error);
    plans = sy_matrix_expand(jobs, NULL, 0, &error);
    check_no_error(error);
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);
        SyCaseResult *result = sy_case_result_new(plan->id, plan->workload->name);

        result->host_mode = g_strdup("native");
        for (guint k = 0; k < plan->params->len; k++) {
            const SyParam *param = g_ptr_array_index(plan->params, k);

            g_ptr_array_add(result->params, sy_param_new(param->name, param->type, param->value));
        }
        for (const SyMetricSpec *spec = plan->workload->metrics; spec->name; spec++) {
            SyMetric *metric = sy_metric_new(spec->name, spec->unit, spec->better);

            metric->median = 0;
            for (guint n = 0; n < plan->repeat; n++) {
                g_array_append_val(metric->samples, metric->median);
            }
            g_ptr_array_add(result->metrics, metric);
        }
        g_ptr_array_add(run->cases, result);
    }
    g_ptr_array_unref(run->comparisons);
    run->comparisons = sy_comparisons_of_jobs(jobs, plans, false);
    return run;
}

/* Limiters that are equal must pass: there are enough repetitions for each row, in both tiers. */
Test(compare_section, of_the_tiers_can_be_decided_for_every_row)
{
    static const struct {
        const char *path;
        guint rows[3]; /* of exactness, lateness and longest */
    } tiers[] = {
        {"workloads/standard.ini", {9, 3, 3}},
        {"workloads/nightly.ini", {24, 8, 8}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(tiers); i++) {
        g_autoptr(SyRunResult) run = run_of(tiers[i].path);

        sy_comparisons_judge(run);
        cr_assert_eq(run->comparisons->len, G_N_ELEMENTS(tiers[i].rows), "%s", tiers[i].path);
        for (guint k = 0; k < run->comparisons->len; k++) {
            const SyComparison *c = g_ptr_array_index(run->comparisons, k);

            cr_assert_eq(c->rows->len, tiers[i].rows[k], "%s: %s", tiers[i].path, c->label);
            cr_assert_eq(c->status, SY_STATUS_PASS, "%s: %s: %s", tiers[i].path, c->label,
                         c->reason);
        }
    }
}
