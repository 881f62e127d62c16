/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Job files and the matrix: what they mean, and how clearly they fail. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "run/job.h"
#include "run/matrix.h"

static bool measure(SyCase *c, GError **error)
{
    (void)c;
    (void)error;
    return true;
}

static const SyParamSpec params[] = {
    {.name = "ratio",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = 0.1,
     .max = 100,
     .summary = ""},
    {.name = "count", .type = SY_PARAM_INT, .value = "1", .min = 1, .max = 8, .summary = ""},
    {.name = "load",
     .type = SY_PARAM_STRING,
     .value = "idle",
     .key = true,
     .choices = "idle,cpu",
     .summary = ""},
    {0},
};
static const SyWorkload scale = {
    .version = 1, .name = "test.scale", .params = params, .measure = measure};
static const SyParamSpec big_params[] = {
    {.name = "bytes", .type = SY_PARAM_INT, .value = "1", .max = 1e6, .summary = ""},
    {0},
};
static const SyWorkload big = {
    .version = 1, .name = "big", .params = big_params, .measure = measure};
static const SyWorkload bare = {.version = 1, .name = "bare", .measure = measure};
static const SyWorkload *const table[] = {&bare, &scale, &big, NULL};

static SyJob *parse(const char *text)
{
    GError *error = NULL;
    SyJob *job = sy_job_parse("dir/x.ini", text, table, &error);

    cr_assert(job, "%s", error ? error->message : "");
    return job;
}

/* The text must be refused as the user's mistake, and the message must begin and contain as said.
 */
static void refuse(const char *text, const char *begins, const char *contains)
{
    g_autoptr(GError) error = NULL;
    SyJob *job = sy_job_parse("dir/x.ini", text, table, &error);

    cr_assert_null(job, "accepted: %s", text);
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
    cr_assert(g_str_has_prefix(error->message, begins), "'%s' does not begin '%s'", error->message,
              begins);
    cr_assert(strstr(error->message, contains), "'%s' lacks '%s'", error->message, contains);
}

static GPtrArray *expand(const char *text, const char *filter, guint repeat)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GError) error = NULL;
    GPtrArray *plans;

    g_ptr_array_add(jobs, parse(text));
    plans = sy_matrix_expand(jobs, filter, repeat, &error);
    cr_assert(plans, "%s", error ? error->message : "");
    return plans;
}

static const SyCasePlan *plan(const GPtrArray *plans, guint i)
{
    return g_ptr_array_index(plans, i);
}

Test(job, name_summary_and_repeat_come_from_the_head)
{
    g_autoptr(SyJob) job =
        parse("[job]\nname = night-1\nsummary = a b\nrepeat = 7\n[bare]\n[test.scale]\nrepeat=2\n");

    cr_assert_str_eq(job->name, "night-1");
    cr_assert_str_eq(job->summary, "a b");
    cr_assert_eq(((SyJobSection *)job->sections->pdata[0])->repeat, 7);
    cr_assert_eq(((SyJobSection *)job->sections->pdata[1])->repeat, 2);
}

Test(job, the_file_name_is_the_default_name_and_repeat_has_a_default)
{
    g_autoptr(SyJob) job = parse("[bare]\n");

    cr_assert_str_eq(job->name, "x");
    cr_assert_eq(((SyJobSection *)job->sections->pdata[0])->repeat, 3);
}

Test(job, unknown_names_are_refused_with_file_and_line)
{
    refuse("[bare]\n\n# c\n[nosuch]\n", "dir/x.ini:4: [nosuch]: ", "unknown workload");
    refuse("[test.scale]\nratio = 5\nratoi = 5\n",
           "dir/x.ini:3: [test.scale] ratoi: ", "ratio, count, load");
    refuse("[job]\nnmae = a\n[bare]\n",
           "dir/x.ini:2: [job] nmae: ", "trace and max_inconclusive_pct");
}

Test(job, values_out_of_range_are_refused_with_the_range)
{
    refuse("[test.scale]\nratio = 0\n", "dir/x.ini:2: [test.scale] ratio: ", "give 0.1 to 100");
    refuse("[test.scale]\nratio = 100.5\n", "dir/x.ini:2: ", "give 0.1 to 100");
    refuse("[test.scale]\nratio = 10, 20, 101\n", "dir/x.ini:2: ", "101 is out of range");
    refuse("[test.scale]\ncount = 1.5\n", "dir/x.ini:2: ", "whole number");
    refuse("[test.scale]\nratio = nan\n", "dir/x.ini:2: ", "not a number");
    refuse("[test.scale]\nratio = 5x\n", "dir/x.ini:2: ", "not a number");
    refuse("[test.scale]\nload = disk\n", "dir/x.ini:2: ", "idle,cpu");
    refuse("[bare]\nrepeat = 0\n", "dir/x.ini:2: ", "1 to 1000");
}

static void check_values(const char *text, const char *want)
{
    g_autoptr(SyJob) job = parse(text);
    const SyJobSection *section = g_ptr_array_index(job->sections, 0);
    g_autofree char *values = g_strjoinv(" ", g_ptr_array_index(section->sweep, 0));

    cr_assert_str_eq(values, want);
}

Test(job, what_may_be_one_number_with_a_comma_is_no_list)
{
    static const char *const lines[] = {"ratio = 1,5", "ratio = 10,20", "ratio = 0,5, 1,5",
                                        "ratio = 1, 2,5", "ratio = 2,5 , 3"};

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *text = g_strconcat("[test.scale]\n", lines[i], "\n", NULL);

        refuse(text, "dir/x.ini:2: [test.scale] ratio: '", "' may be one number or a list; write");
    }
    refuse("[big]\nbytes = 2,048\n", "dir/x.ini:2: [big] bytes: '2,048' ", "no comma (1.5)");
    refuse("[big]\nbytes = 1, 200,000\n", "dir/x.ini:2: [big] bytes: '200,000' ", "a list");
}

Test(job, a_list_needs_no_space_where_it_cannot_be_one_number)
{
    check_values("[test.scale]\nratio = 1, 5\n", "1 5");
    check_values("[test.scale]\nratio = 1 ,5\n", "1 5");
    check_values("[test.scale]\nratio = 10,20,30\n", "10 20 30");
    check_values("[test.scale]\nratio = 0.5,1.5\n", "0.5 1.5");
    check_values("[big]\nbytes = 1,2\n", "1 2");
    check_values("[big]\nbytes = 100,200,300\n", "100 200 300"); /* 100200300 is too large */
}

Test(job, a_decimal_comma_is_named_where_one_number_is_meant)
{
    refuse("[test.scale]\nrepeat = 1,5\n", "dir/x.ini:2: ", "a number has a point and no comma");
}

Test(job, empty_and_doubled_values_are_refused)
{
    refuse("[test.scale]\nratio =\n", "dir/x.ini:2: ", "no value");
    refuse("[test.scale]\nratio = 5,,6\n", "dir/x.ini:2: ", "empty value");
    refuse("[test.scale]\nratio = 5, 5.0\n", "dir/x.ini:2: ", "listed twice");
}

Test(job, doubled_sections_and_keys_are_refused_with_both_lines)
{
    refuse("[bare]\n[test.scale]\n[bare]\n", "dir/x.ini:3: ", "first in line 1");
    refuse("[test.scale]\nratio=5\ncount=1\nratio=6\n", "dir/x.ini:4: ", "first in line 2");
}

Test(job, lines_that_are_nothing_are_refused)
{
    refuse("[bare]\nhello\n", "dir/x.ini:2: 'hello'", "neither");
    refuse("a = b\n[bare]\n", "dir/x.ini:1: ", "inside a section");
    refuse("[bare\n", "dir/x.ini:1: ", "neither");
    refuse("= 5\n", "dir/x.ini:1: ", "neither");
}

Test(job, a_byte_order_mark_is_no_part_of_the_first_line)
{
    g_autoptr(SyJob) job = parse("\xef\xbb\xbf[bare]\n");

    cr_assert_eq(job->sections->len, 1);
    cr_assert_str_eq(job->text, "[bare]\n");
    refuse("\xef\xbb\xbf[nosuch]\n", "dir/x.ini:1: [nosuch]: ", "unknown workload");
    refuse("[bare]\n\xef\xbb\xbf[test.scale]\n", "dir/x.ini:2: ", "neither");
}

Test(job, a_job_without_work_is_refused)
{
    refuse("", "dir/x.ini: ", "no workload");
    refuse("[job]\nname=a\n", "dir/x.ini: ", "no workload");
}

Test(job, a_name_that_is_no_folder_name_is_refused)
{
    refuse("[job]\nname = ../x\n[bare]\n", "dir/x.ini:2: ", "folder");
}

Test(job, no_input_crashes_the_parser)
{
    static const char alphabet[] = "[]=,\n \t#;\\abjon0159.-\xc3\xa9";
    GRand *rand = g_rand_new_with_seed(7);

    for (int round = 0; round < 20000; round++) {
        char text[64];
        int length = g_rand_int_range(rand, 0, (int)sizeof(text) - 1);
        SyJob *job;
        g_autoptr(GError) error = NULL;

        for (int i = 0; i < length; i++) {
            text[i] = alphabet[g_rand_int_range(rand, 0, (int)sizeof(alphabet) - 1)];
        }
        text[length] = '\0';
        job = sy_job_parse("f", text, table, &error);
        cr_assert((job == NULL) == (error != NULL));
        sy_job_free(job);
    }
    g_rand_free(rand);
}

Test(matrix, sweeps_vary_the_last_parameter_fastest)
{
    g_autoptr(GPtrArray) plans =
        expand("[test.scale]\nratio = 10, 20\nload = cpu, idle\n", NULL, 0);

    cr_assert_eq(plans->len, 4);
    cr_assert_str_eq(plan(plans, 0)->id, "test.scale/ratio=10,load=cpu");
    cr_assert_str_eq(plan(plans, 1)->id, "test.scale/ratio=10,load=idle");
    cr_assert_str_eq(plan(plans, 2)->id, "test.scale/ratio=20,load=cpu");
    cr_assert_str_eq(plan(plans, 3)->id, "test.scale/ratio=20,load=idle");
    cr_assert_eq(plan(plans, 0)->params->len, 3);
}

Test(matrix, one_value_has_one_id_however_it_is_written)
{
    g_autoptr(GPtrArray) a = expand("[test.scale]\nratio = 20.0\n", NULL, 0);
    g_autoptr(GPtrArray) b = expand("[test.scale]\nratio = 2e1\n", NULL, 0);

    cr_assert_str_eq(plan(a, 0)->id, plan(b, 0)->id);
}

Test(matrix, the_filter_is_a_glob_on_the_id)
{
    g_autoptr(GPtrArray) plans =
        expand("[bare]\n[test.scale]\nratio = 10, 20, 30\n", "*ratio=?0,*", 0);

    cr_assert_eq(plans->len, 3);
    g_ptr_array_unref(plans);
    plans = expand("[bare]\n[test.scale]\nratio = 10, 20, 30\n", "test*=[13]0,*", 0);
    cr_assert_eq(plans->len, 2);
}

Test(matrix, a_repeat_from_the_command_line_wins)
{
    g_autoptr(GPtrArray) plans = expand("[bare]\nrepeat = 2\n", NULL, 9);

    cr_assert_eq(plan(plans, 0)->repeat, 9);
}

Test(matrix, nothing_left_to_run_is_the_users_mistake)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(jobs, parse("[bare]\n"));
    cr_assert_null(sy_matrix_expand(jobs, "zzz*", 0, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
}

Test(matrix, a_case_twice_in_one_file_is_refused_and_in_two_files_run_once)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(jobs, parse("[test.scale a]\nratio = 10\n"));
    g_ptr_array_add(jobs, parse("[test.scale b]\nratio = 10, 20\n"));
    plans = sy_matrix_expand(jobs, NULL, 0, &error);
    cr_assert(plans && plans->len == 2);

    g_ptr_array_add(jobs, parse("[test.scale a]\nratio = 70\n[test.scale b]\nratio = 70\n"));
    cr_assert_null(sy_matrix_expand(jobs, NULL, 0, &error));
    cr_assert(g_str_has_prefix(error->message, "dir/x.ini:3: "), "%s", error->message);
}

Test(job, says_how_many_cases_may_stay_undecided_and_which_are_meant_to)
{
    g_autoptr(SyJob) job = parse("[job]\nmax_inconclusive_pct = 12.5\n[bare a]\n"
                                 "[bare b]\nundecided = expected\n[bare c]\nundecided=counts\n");
    g_autoptr(SyJob) silent = parse("[bare]\n");

    cr_assert_eq(job->max_inconclusive_pct, 12.5);
    cr_assert_eq(silent->max_inconclusive_pct, 0, "nothing is tolerated without a word");
    for (guint i = 0; i < 3; i++) {
        cr_assert_eq(((SyJobSection *)g_ptr_array_index(job->sections, i))->undecided_expected,
                     i == 1);
    }
    refuse("[job]\nmax_inconclusive_pct = 101\n[bare]\n",
           "dir/x.ini:2: [job] max_inconclusive_pct: ", "100");
    refuse("[job]\nmax_inconclusive_pct = -1\n[bare]\n", "dir/x.ini:2: ", "0");
    refuse("[job]\nmax_inconclusive_pct = few\n[bare]\n", "dir/x.ini:2: ", "number");
    refuse("[job]\nundecided = expected\n[bare]\n", "dir/x.ini:2: ", "unknown key");
    refuse("[bare]\nmax_inconclusive_pct = 1\n", "dir/x.ini:2: ", "unknown parameter");
    refuse("[bare]\nundecided = yes\n", "dir/x.ini:2: [bare] undecided: ", "expected");
}

Test(job, of_several_the_strictest_decides_how_much_may_be_undecided)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;

    cr_assert_eq(sy_jobs_max_inconclusive_pct(jobs), 0);
    g_ptr_array_add(jobs, parse("[job]\nmax_inconclusive_pct = 20\n[bare]\n"
                                "undecided = expected\n"));
    cr_assert_eq(sy_jobs_max_inconclusive_pct(jobs), 20);
    g_ptr_array_add(jobs, parse("[job]\nmax_inconclusive_pct = 5\n[bare]\n"));
    cr_assert_eq(sy_jobs_max_inconclusive_pct(jobs), 5);
    plans = sy_matrix_expand(jobs, NULL, 0, NULL);
    cr_assert_eq(plans->len, 1);
    cr_assert_not(((SyCasePlan *)g_ptr_array_index(plans, 0))->undecided_expected,
                  "the other file wants it decided");
}
