/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which case runs where: every rule with a host that answers as the test says. */
#include "run/placement.h"

#include "run/request.h"
#include "tests/check.h"

static const char *const guest_needs[] = {"kvm", "schedstat", NULL};
static const char *const traced_needs[] = {"kvm", "ftrace", NULL};
static const char *const pmu_needs[] = {"kvm", "perf-hw", NULL};
static const char *const both_needs[] = {"ftrace", "perf-hw", NULL};
static const char *const plain_needs[] = {"schedstat", NULL};
static const char *const odd_needs[] = {"kmv", NULL};

static const SyWorkload guest = {.name = "guest", .requires = guest_needs};
static const SyWorkload traced = {.name = "traced", .requires = traced_needs};
static const SyWorkload pmu = {.name = "pmu", .requires = pmu_needs};
static const SyWorkload both = {.name = "both", .requires = both_needs};
static const SyWorkload plain = {
    .name = "plain", .faults = (const char *const[]){"quota", NULL}, .requires = plain_needs};
static const SyWorkload bare = {.name = "bare"};
static const SyWorkload odd = {.name = "odd", .requires = odd_needs};
static const SyWorkload *const table[] = {&guest, &traced, &pmu, &both, &plain, &bare, &odd, NULL};

static const char *missing_here; /* a comma list */
static GPtrArray *jobs, *plans;

static const SyRequirementResult *answer(const char *name, GError **error)
{
    static SyRequirementResult results[16];
    const SyRequirement *requirement = sy_requirement_find(name);
    g_auto(GStrv) missing = g_strsplit(missing_here, ",", -1);
    gsize count;
    SyRequirementResult *result;

    if (!requirement) {
        return sy_requirement_check(name, error);
    }
    result = &results[requirement - sy_requirement_all(&count)];
    cr_assert_leq(count, G_N_ELEMENTS(results));
    result->name = requirement->name;
    result->met = !g_strv_contains((const char *const *)missing, name);
    result->evidence = (char *)"it was tried";
    result->remedy = (char *)"buy one";
    return result;
}

static void clear(void)
{
    g_clear_pointer(&plans, g_ptr_array_unref);
    g_clear_pointer(&jobs, g_ptr_array_unref);
}

TestSuite(place, .fini = clear);

/* Places the cases of `text` on a host without `missing`. */
static bool place(const char *text, const char *asked, const char *missing, GError **error)
{
    SyJob *job = sy_job_parse("t.ini", text, table, NULL);

    clear();
    cr_assert_not_null(job);
    jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_ptr_array_add(jobs, job);
    plans = sy_matrix_expand(jobs, NULL, 0, NULL);
    missing_here = missing;
    return sy_placement_decide_by(plans, asked, answer, error);
}

static void check_plan(guint index, const char *mode, const char *why)
{
    const SyCasePlan *plan = g_ptr_array_index(plans, index);

    cr_assert_str_eq(plan->host_mode, mode, "%s: %s", plan->id, plan->host_mode);
    cr_assert_str_eq(plan->host_why, why, "%s: %s", plan->id, plan->host_why);
}

Test(place, what_was_asked_for_holds_for_every_case_whatever_the_host)
{
    static const char *const modes[] = {"native", "lab", "lab-exact"};

    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *why = g_strconcat("--host ", modes[i], NULL);

        cr_assert(place("[guest]\n[pmu]\n", modes[i], i % 2 ? "" : "lab,kvm,perf-hw", NULL));
        check_plan(0, modes[i], why);
        check_plan(1, modes[i], why);
        cr_assert_eq(sy_host_mode_is_lab(modes[i]), i > 0);
    }
    cr_assert_not(sy_host_mode_is_lab(NULL));
}

Test(place, auto_is_native_where_the_host_meets_all)
{
    cr_assert(place("[guest]\n[bare]\n", "auto", "lab,perf-hw,ftrace", NULL));
    check_plan(0, "native", "this host meets kvm, schedstat");
    check_plan(1, "native", "it requires nothing");
}

Test(place, auto_goes_to_the_lab_for_what_only_the_lab_has)
{
    cr_assert(place("[traced]\n[guest]\n[plain]\n", "auto", "lab,ftrace", NULL));
    check_plan(0, "lab", "no ftrace here: it was tried");
    check_plan(1, "native", "this host meets kvm, schedstat");
    check_plan(2, "native", "this host meets schedstat");
    cr_assert(place("[traced]\n", "auto", "lab,ftrace,kvm", NULL));
    check_plan(0, "lab", "no kvm here: it was tried"); /* the first that is missing */
}

Test(place, auto_stays_to_be_skipped_where_the_lab_is_no_better)
{
    cr_assert(place("[pmu]\n[both]\n", "auto", "lab,perf-hw,ftrace", NULL));
    check_plan(0, "native", "neither this host nor the lab has perf-hw");
    check_plan(1, "native", "neither this host nor the lab has perf-hw");
    /* What is missing elsewhere is no reason when it is here. */
    cr_assert(place("[both]\n", "auto", "lab,ftrace", NULL));
    check_plan(0, "lab", "no ftrace here: it was tried");
}

Test(place, auto_takes_the_harness_along_when_every_guest_has_to_go)
{
    cr_assert(place("[plain]\n[bare]\n[guest]\n[pmu]\n", "auto", "lab,kvm,perf-hw", NULL));
    check_plan(0, "lab", "like this run's cases with a guest: no kvm here: it was tried");
    check_plan(1, "lab", "like this run's cases with a guest: no kvm here: it was tried");
    check_plan(2, "lab", "no kvm here: it was tried");
    check_plan(3, "native", "neither this host nor the lab has perf-hw");
}

Test(place, auto_takes_nothing_along_with_cases_that_run_nowhere)
{
    cr_assert(place("[plain]\n[pmu]\n", "auto", "lab,perf-hw", NULL));
    check_plan(0, "native", "this host meets schedstat");
}

Test(place, auto_within_a_lab_boots_no_other)
{
    cr_assert(place("[traced]\n", "auto", "kvm,ftrace", NULL));
    check_plan(0, "native", "inside a lab every case is native");
}

Test(place, a_second_placing_replaces_the_first)
{
    g_autoptr(GError) error = NULL;

    cr_assert(place("[guest]\n", "lab", "lab", NULL));
    cr_assert(sy_placement_decide_by(plans, "native", answer, &error));
    check_no_error(error);
    check_plan(0, "native", "--host native");
}

Test(place, another_word_or_an_unknown_requirement_is_a_usage_error)
{
    GError *error = NULL;

    cr_assert_not(place("[guest]\n", "moon", "", &error));
    check_error(error, SY_ERROR_USAGE, "--host moon: give native, lab, lab-exact or auto");
    cr_assert_not(place("[odd]\n", "auto", "lab", &error));
    check_error(error, SY_ERROR_USAGE, "odd: unknown requirement \"kmv\"");
}

/* ---- what is handed into the lab ---- */

static SyRunRequest *make_request(const char *folder)
{
    static const char *const faults[] = {"quota=+10%", NULL};
    SyRunRequest *request = sy_run_request_new();
    g_autofree char *path = g_build_filename(folder, "mine.ini", NULL);

    g_ptr_array_add(request->jobs, sy_job_parse(path, "[guest]\n[plain]\n[bare]\n", table, NULL));
    request->filter = g_strdup("*a*");
    request->repeat = 2;
    request->host_mode = g_strdup("auto");
    request->release = g_strdup("10.0");
    request->qemu = g_build_filename(folder, "qemu", NULL);
    request->faults = g_strdupv((GStrv)faults);
    return request;
}

static const SyMetricSpec two_metrics[] = {{.name = "bytes", .unit = "1", .gate = 1},
                                           {.name = "took", .unit = "us", .gate = 1, .timed = true},
                                           {0}};
static const SyWorkload judged = {.name = "judged", .metrics = two_metrics};

/* Does a result with these verdicts, of "bytes" and of "took", leave the case open? */
static bool is_open(SyStatus status, SyVerdict bytes, SyVerdict took)
{
    const SyCasePlan plan = {.workload = &judged};
    g_autoptr(SyCaseResult) result = sy_case_result_new("judged", "judged");

    result->status = status;
    for (guint i = 0; i < 2; i++) {
        SyMetric *metric = sy_metric_new(two_metrics[i].name, "1", SY_BETTER_LOWER);

        metric->verdict = i == 0 ? bytes : took;
        g_ptr_array_add(result->metrics, metric);
    }
    return sy_placement_is_open(&plan, result);
}

Test(placement, real_time_leaves_open_what_it_could_not_say_or_failed_by_time_alone)
{
    const SyVerdict pass = SY_VERDICT_PASS, fail = SY_VERDICT_FAIL, none = SY_VERDICT_NONE;

    cr_assert(is_open(SY_STATUS_INCONCLUSIVE, none, none));
    cr_assert(is_open(SY_STATUS_FAIL, pass, fail));
    cr_assert(is_open(SY_STATUS_FAIL, none, fail));
    cr_assert_not(is_open(SY_STATUS_FAIL, fail, pass));
    cr_assert_not(is_open(SY_STATUS_FAIL, fail, fail));
    cr_assert_not(is_open(SY_STATUS_FAIL, pass, pass), "something else made it fail");
    cr_assert_not(is_open(SY_STATUS_PASS, pass, pass));
    cr_assert_not(is_open(SY_STATUS_ERROR, none, none));
    cr_assert_not(is_open(SY_STATUS_SKIP, none, none));
}

Test(request, for_the_lab_is_the_same_text_from_anywhere)
{
    g_autoptr(SyRunRequest) one = make_request("/home/a");
    g_autoptr(SyRunRequest) two = make_request("/var/tmp/b");
    g_autoptr(GPtrArray) first = sy_run_request_plans(one, NULL);
    g_autoptr(GPtrArray) second = sy_run_request_plans(two, NULL);
    g_autofree char *text = sy_run_request_for_lab(one, first, "lab-exact", "/opt/q");
    g_autofree char *other = sy_run_request_for_lab(two, second, "lab-exact", "/opt/q");

    cr_assert_str_eq(text, other);
    cr_assert_null(strchr(text, '\n'));
    cr_assert_null(strstr(text, "/home"));
    cr_assert_str_eq(
        text, "{\"jobs\":[{\"path\":\"mine.ini\",\"text\":\"[guest]\\n[plain]\\n[bare]\\n\"}],"
              "\"repeat\":2,\"host_mode\":\"lab-exact\",\"release\":\"10.0\","
              "\"qemu\":\"/opt/q\",\"faults\":[\"quota=+10%\"],"
              "\"cases\":[\"plain\",\"bare\"]}");
}

Test(request, comes_back_with_exactly_its_cases)
{
    g_autoptr(SyRunRequest) request = make_request("/x");
    g_autoptr(GPtrArray) all = sy_run_request_plans(request, NULL);
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(SyRunRequest) back = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_ptr_array_add(some, g_ptr_array_index(all, 1));
    text = sy_run_request_for_lab(request, some, "lab", "/opt/q");
    cr_assert(json_parser_load_from_data(parser, text, -1, NULL));
    back =
        sy_run_request_from_json(json_node_get_object(json_parser_get_root(parser)), table, &error);
    check_no_error(error);
    cr_assert_str_eq(back->host_mode, "lab");
    cr_assert_str_eq(back->qemu, "/opt/q");
    cr_assert_eq(back->repeat, 2);
    cr_assert_str_eq(back->faults[0], "quota=+10%");
    plans = sy_run_request_plans(back, &error);
    check_no_error(error);
    cr_assert_eq(plans->len, 1);
    cr_assert_str_eq(((SyCasePlan *)g_ptr_array_index(plans, 0))->id, "bare"); /* heeds no fault */
}

Test(request, a_fault_that_none_of_its_cases_heeds_is_refused)
{
    g_autoptr(SyRunRequest) request = make_request("/x");
    GError *error = NULL;

    g_free(request->filter);
    request->filter = g_strdup("bare");
    cr_assert_null(sy_run_request_plans(request, &error));
    check_error(error, SY_ERROR_USAGE, "--fault quota=+10%: no case of this run heeds it");
}

Test(request, a_case_that_the_jobs_do_not_have_is_refused)
{
    static const char *const ids[] = {"bare", "guest/x=1", NULL};
    g_autoptr(SyRunRequest) request = make_request("/x");
    GError *error = NULL;

    request->cases = g_strdupv((GStrv)ids);
    cr_assert_null(sy_run_request_plans(request, &error));
    check_error(error, SY_ERROR_USAGE, "do not contain the case guest/x=1");
}

Test(request, that_is_fresh_is_so_inside_and_no_other_has_such_a_member)
{
    g_autoptr(SyRunRequest) request = make_request("/x");
    g_autoptr(JsonObject) stale = sy_run_request_to_json(request);
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(SyRunRequest) back = NULL;
    g_autoptr(GPtrArray) planned = NULL;

    request->fresh = true;
    object = sy_run_request_to_json(request);
    back = sy_run_request_from_json(object, table, NULL);
    planned = sy_run_request_plans(back, NULL);
    cr_assert_not(json_object_has_member(stale, "fresh"));
    cr_assert(((SyCasePlan *)g_ptr_array_index(planned, 0))->fresh);
}

Test(request, without_a_choice_of_cases_has_no_such_member)
{
    g_autoptr(SyRunRequest) request = make_request("/x");
    g_autoptr(JsonObject) object = sy_run_request_to_json(request);
    g_autoptr(SyRunRequest) back = sy_run_request_from_json(object, table, NULL);

    cr_assert_not(json_object_has_member(object, "cases"));
    cr_assert_null(back->cases);
    cr_assert_str_eq(back->filter, "*a*");
}
