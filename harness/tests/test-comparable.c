/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/comparable.h"
#include "tests/check.h"
#include "tests/run-diff-fixture.h"

static void add_part(SyRunResult *run, const char *name, const char *sum)
{
    g_ptr_array_add(run->lab->key_parts, sy_key_part_new(name, sum, NULL));
}

/* `change` makes the second of two equal runs one that must not be compared with the first. */
static void check_refused(void (*change)(SyRunResult *run, SyCaseResult *result), const char *mode,
                          const char *words)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    g_autoptr(SyRunDiff) c = NULL;
    const double one = 1;
    GError *error = NULL;

    diff_add(x, "probe", mode, "us", SY_BETTER_LOWER, 1, &one);
    diff_add(y, "probe", mode, "us", SY_BETTER_LOWER, 1, &one);
    add_part(x, "kernel", "1");
    add_part(y, "kernel", "1");
    c = sy_run_diff_of(x, y, &rule, &error);
    check_no_error(error);
    cr_assert_eq(c->notes->len, 0);
    change(y, g_ptr_array_index(y->cases, 0));
    cr_assert_null(sy_run_diff_of(x, y, &rule, &error));
    cr_assert_not_null(strstr(error->message, "--force"));
    check_error(error, SY_ERROR_USAGE, words);
    rule.force = true;
    sy_run_diff_free(g_steal_pointer(&c));
    c = sy_run_diff_of(x, y, &rule, &error);
    check_no_error(error);
    cr_assert_eq(c->notes->len, 1, "what was forced is in the result");
    cr_assert_not_null(strstr(g_ptr_array_index(c->notes, 0), words));
}

static void on_another_host(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_free(run->host->fingerprint);
    run->host->fingerprint = g_strdup("ba5");
}

static void in_another_mode(SyRunResult *run, SyCaseResult *result)
{
    (void)run;
    g_free(result->host_mode);
    result->host_mode = g_strdup("lab");
}

static void on_another_kernel(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_free(run->lab->kernel);
    run->lab->kernel = g_strdup("6.13");
}

static void on_another_emulator(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_free(run->lab->qemu);
    run->lab->qemu = g_strdup("10.2.0");
}

static void on_an_unknown_kernel(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_clear_pointer(&run->lab->kernel, g_free);
}

static void with_less_memory(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    run->lab->memory_mib /= 2;
}

static void on_a_patched_kernel(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_ptr_array_set_size(run->lab->key_parts, 0);
    add_part(run, "kernel", "2");
}

static void in_an_unknown_lab(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_clear_pointer(&run->lab, sy_lab_info_free);
}

Test(comparable, other_hosts_and_modes_are_refused_unless_forced)
{
    check_refused(on_another_host, "native", "different hosts: f00 and ba5");
    check_refused(on_another_host, "lab", "different hosts: f00 and ba5");
    check_refused(in_another_mode, "native", "different host modes: native and lab");
}

/* In real time no less than in lab-exact. */
Test(comparable, other_labs_are_refused_unless_forced)
{
    static const char *const modes[] = {"lab", "lab-exact"};

    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        check_refused(on_another_kernel, modes[i],
                      "different labs: Linux 6.12.107 on QEMU 10.0.13");
        check_refused(on_another_emulator, modes[i], "and Linux 6.12.107 on QEMU 10.2.0");
        check_refused(on_an_unknown_kernel, modes[i], "and Linux unknown on QEMU 10.0.13");
        check_refused(with_less_memory, modes[i], "2 CPUs with 2048 MiB, and 2 CPUs with 1024 MiB");
        check_refused(on_a_patched_kernel, modes[i], "different labs: the kernel is not the same");
        check_refused(in_an_unknown_lab, modes[i], "the lab of new is unknown");
    }
}

Test(comparable, the_lab_has_no_part_in_native_results)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    const double one = 1;

    diff_add(x, "probe", "native", "us", SY_BETTER_LOWER, 1, &one);
    diff_add(y, "probe", "native", "us", SY_BETTER_LOWER, 1, &one);
    on_another_kernel(y, NULL);
    cr_assert_null(sy_comparable_obstacle(x, g_ptr_array_index(x->cases, 0), y,
                                          g_ptr_array_index(y->cases, 0)));
}

/* It is an ERROR already, and the comparison says so. */
Test(comparable, a_lab_that_never_came_up_is_no_obstacle)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    const double one = 1;

    diff_add(x, "probe", "lab", "us", SY_BETTER_LOWER, 1, &one);
    diff_add(y, "probe", "lab", "us", SY_BETTER_LOWER, 0, NULL);
    sy_run_result_find(y, "probe")->status = SY_STATUS_ERROR;
    in_an_unknown_lab(y, NULL);
    cr_assert_null(sy_comparable_obstacle(x, g_ptr_array_index(x->cases, 0), y,
                                          g_ptr_array_index(y->cases, 0)));
}
