/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/check.h"
#include "workloads/minikvm/bench-run.h"
#include "workloads/minikvm/memory-group.h"

Test(minikvm_runs, are_read_as_mini_kvm_bench_prints_them)
{
    GError *error = NULL;
    g_autoptr(BenchRun) run = bench_run_parse(
        "{\"reused\": true, \"runs\": 2, \"different\": 1, \"end\": \"hlt\", \"exits\": 1, "
        "\"notified\": 0, \"pages_reset\": 0,\n\"run_ns\": [7500, 8000]}\n",
        &error);

    check_no_error(error);
    cr_expect_eq(run->run_us->len, 2);
    cr_expect_eq(g_array_index(run->run_us, double, 0), 7.5);
    cr_expect_eq(run->different, 1);
    cr_expect_str_eq(run->end, "hlt");
}

Test(minikvm_runs, that_cannot_be_are_refused)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"different\": 0, \"end\": \"hlt\", \"run_ns\": []}",
        "{\"different\": 0, \"end\": \"hlt\", \"run_ns\": 5}",
        "{\"different\": 0, \"end\": \"hlt\", \"run_ns\": [0]}",
        "{\"different\": 0, \"end\": \"hlt\", \"run_ns\": [-1]}",
        "{\"different\": 0, \"end\": \"hlt\", \"run_ns\": [\"1\"]}",
        "{\"different\": 0, \"end\": \"hlt\", \"run_ns\": [[1]]}",
        "{\"different\": 0, \"end\": 1, \"run_ns\": [1]}",
        "{\"different\": -1, \"end\": \"hlt\", \"run_ns\": [1]}",
        "{\"end\": \"hlt\", \"run_ns\": [1]}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;

        cr_expect_null(bench_run_parse(texts[i], &error), "%s", texts[i]);
        check_error(error, SY_ERROR_PROTOCOL, "mini-kvm-bench");
    }
}

static BenchRun *run_script(const char *script, GError **error)
{
    char *folder = check_folder();
    g_autofree char *program = g_build_filename(folder, "bench", NULL);
    g_autofree char *file = g_build_filename(folder, "json", NULL);
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, NULL);
    const char *arguments[] = {"a", "b", NULL};
    BenchRun *run;

    cr_assert(g_file_set_contents_full(program, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    run = bench_run(program, arguments, file, error);
    check_folder_remove(folder);
    return run;
}

Test(minikvm_runs, of_a_guest_that_ends_badly_count_nevertheless)
{
    GError *error = NULL;
    g_autoptr(BenchRun) run = run_script(
        "echo '{\"different\": 0, \"end\": \"shutdown\", \"run_ns\": [1000]}'; exit 5\n", &error);

    check_no_error(error);
    cr_expect_str_eq(run->end, "shutdown");
}

Test(minikvm_runs, that_did_not_begin_say_why)
{
    GError *error = NULL;

    cr_expect_null(
        run_script("echo \"mini-kvm-bench: KVM refuses $1 and $2\" >&2; exit 3\n", &error));
    check_error(error, SY_ERROR_DIED, "exit status 3: mini-kvm-bench: KVM refuses a and b");
}

Test(minikvm_runs, need_the_program)
{
    GError *error = NULL;
    const char *none[] = {NULL};

    cr_expect_null(bench_run("/nonexistent", none, "/nonexistent/json", &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "make mini-kvm guests");
}

Test(minikvm_memory, of_the_kernel_is_one_line_of_memory_stat)
{
    double bytes = 0;

    cr_expect(memory_group_stat_parse("anon 1\nkernel 442368\nkernel_stack 16384\n", &bytes));
    cr_expect_eq(bytes, 442368);
    cr_expect(memory_group_stat_parse("kernel 5", &bytes));
    cr_expect_eq(bytes, 5);
    cr_expect_not(memory_group_stat_parse("anon 1\nkernel_stack 16384\n", &bytes), "before 5.18");
    cr_expect_not(memory_group_stat_parse("kernel x\n", &bytes));
    cr_expect_not(memory_group_stat_parse("", &bytes));
}
