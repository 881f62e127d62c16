/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cases are traced: the job's word, its sections', the command line's; and that a resumed run
 * remembers. */
#include "run/request.h"
#include "tests/check.h"

static bool measure(SyCase *c, GError **error)
{
    (void)c;
    (void)error;
    return true;
}

static const char *const some[] = {"kvm", "schedstat", NULL};
static const char *const with_ftrace[] = {"ftrace", "kvm", NULL};
static const SyWorkload bare = {.version = 1, .name = "bare", .measure = measure};
static const SyWorkload needy = {
    .version = 1, .name = "needy", .requires = some, .measure = measure};
static const SyWorkload tracer = {
    .version = 1, .name = "tracer", .requires = with_ftrace, .measure = measure};
static const SyParamSpec kinds[] = {
    {.name = "kind", .type = SY_PARAM_STRING, .value = "easy", .choices = "easy,hard,both"}, {0}};
static const SyRequiresIf of_kinds[] = {{"kind", "hard", "stock-qemu"},
                                        {"kind", "both", "stock-qemu"},
                                        {"kind", "both", "cgroup"},
                                        {0}};
static const SyWorkload choosy = {.version = 1,
                                  .name = "choosy",
                                  .requires = some,
                                  .requires_if = of_kinds,
                                  .params = kinds,
                                  .measure = measure};
static const SyWorkload *const table[] = {&bare, &needy, &tracer, &choosy, NULL};

/* A request for one job; `trace` as from the command line. */
static SyRunRequest *request_of(const char *text, const char *trace)
{
    SyRunRequest *request = sy_run_request_new();
    g_autoptr(GError) error = NULL;
    SyJob *job = sy_job_parse("x.ini", text, table, &error);

    check_no_error(error);
    g_ptr_array_add(request->jobs, job);
    request->trace = g_strdup(trace);
    request->host_mode = g_strdup("native");
    request->release = g_strdup("10.0");
    request->qemu = g_strdup("/bin/true");
    return request;
}

/* Per case "kvm+sched: requires,...", joined by "; ". */
static char *plans_of(const SyRunRequest *request)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) plans = sy_run_request_plans(request, &error);
    GString *out = g_string_new(NULL);

    check_no_error(error);
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);
        g_autofree char *trace = plan->trace ? g_strjoinv("+", plan->trace) : g_strdup("-");
        g_autofree char *requires = g_strjoinv(",", (GStrv)plan->requires);

        g_string_append_printf(out, "%s%s: %s", i ? "; " : "", trace, requires);
    }
    return g_string_free(out, FALSE);
}

static void check_plans(const char *text, const char *trace, const char *expected)
{
    g_autoptr(SyRunRequest) request = request_of(text, trace);
    g_autofree char *got = plans_of(request);

    cr_expect_str_eq(got, expected, "%s gave %s", text, got);
}

Test(trace_plan, no_case_is_traced_unless_asked_for)
{
    check_plans("[bare]\n[needy]\n[tracer]\n", NULL, "-: ; -: kvm,schedstat; -: ftrace,kvm");
}

Test(trace_plan, the_jobs_word_is_for_all_sections_and_a_sections_own_wins)
{
    check_plans("[job]\ntrace = kvm, sched\n[bare]\n[needy]\ntrace = irq\n[tracer]\ntrace=none\n",
                NULL, "kvm+sched: ftrace; irq: kvm,schedstat,ftrace; -: ftrace,kvm");
    check_plans("[job]\ntrace = none\n[bare]\n[needy]\ntrace = irq\n", NULL,
                "-: ; irq: kvm,schedstat,ftrace");
}

Test(trace_plan, a_value_of_a_parameter_requires_more_of_its_cases_only)
{
    check_plans("[choosy]\nkind = easy, hard, both\n", NULL,
                "-: kvm,schedstat; -: kvm,schedstat,stock-qemu; -: "
                "kvm,schedstat,stock-qemu,cgroup");
    check_plans("[choosy]\nkind = hard\ntrace = kvm\n", NULL,
                "kvm: kvm,schedstat,stock-qemu,ftrace");
}

Test(trace_plan, a_traced_case_requires_ftrace_once)
{
    check_plans("[tracer]\ntrace = kvm\n", NULL, "kvm: ftrace,kvm");
}

Test(trace_plan, the_command_lines_word_wins_over_all)
{
    check_plans("[job]\ntrace = kvm\n[bare]\n[needy]\ntrace = irq\n", "sched:sched_switch",
                "sched:sched_switch: ftrace; sched:sched_switch: kvm,schedstat,ftrace");
    check_plans("[job]\ntrace = kvm\n[bare]\n[needy]\n", "none", "-: ; -: kvm,schedstat");
}

Test(trace_plan, tracing_does_not_change_the_id)
{
    g_autoptr(SyRunRequest) request = request_of("[bare]\n", "kvm");
    g_autoptr(GPtrArray) plans = sy_run_request_plans(request, NULL);

    cr_assert_str_eq(((SyCasePlan *)g_ptr_array_index(plans, 0))->id, "bare");
}

Test(trace_plan, mistakes_are_named_with_their_place)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[job]\ntrace = kvm sched\n[bare]\n",
         "x.ini:2: [job] trace: 'kvm sched' is not the name of an event"},
        {"[bare]\ntrace =\n", "x.ini:2: [bare] trace: no event"},
        {"[bare]\n\ntrace = kvm,\n", "x.ini:3: [bare] trace: '' is not the name of an event"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;

        cr_assert_null(sy_job_parse("x.ini", cases[i].text, table, &error));
        check_error(error, SY_ERROR_USAGE, cases[i].message);
    }
}

Test(trace_plan, a_mistake_on_the_command_line_is_found_before_the_run)
{
    g_autoptr(SyRunRequest) request = request_of("[bare]\n", "kvm,,");
    GError *error = NULL;

    cr_assert_null(sy_run_request_plans(request, &error));
    check_error(error, SY_ERROR_USAGE, "--trace: '' is not the name of an event");
}

Test(trace_plan, a_resumed_run_and_the_lab_are_traced_as_it_was_meant)
{
    static const char *const words[] = {NULL, "none", "kvm,sched"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(SyRunRequest) request =
            request_of("[job]\ntrace = irq\n[bare]\n[needy]\ntrace = none\n", words[i]);
        JsonObject *object = sy_run_request_to_json(request);
        g_autoptr(SyRunRequest) back = sy_run_request_from_json(object, table, NULL);
        g_autofree char *before = plans_of(request);
        g_autofree char *after = plans_of(back);

        cr_assert_str_eq(after, before);
        json_object_unref(object);
    }
}
