/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mini-kvm, its guest `exits` and perf stat print: each is either read whole or an error. */
#include "tests/fuzz/fuzz.h"
#include "workloads/minikvm/exit-answer.h"
#include "workloads/minikvm/bench-run.h"
#include "workloads/minikvm/launch.h"
#include "workloads/minikvm/memory-group.h"
#include "workloads/minikvm/phases.h"

static void check_run(const MinikvmRun *run)
{
    g_assert(run->vcpus->len > 0);
    for (guint i = 0; i < run->vcpus->len; i++) {
        const MinikvmVcpu *vcpu = g_ptr_array_index(run->vcpus, i);

        g_assert(vcpu->end && vcpu->output);
        g_assert(vcpu->runs_by_kvm >= -1);
    }
}

static void check_exits(const char *text)
{
    g_autoptr(GError) error = NULL, count_error = NULL;
    ExitAnswer answer;
    guint64 exits;

    if (exit_answer_parse(text, &answer, &error)) {
        g_assert(!error && answer.ticks > 0 && answer.batches <= EXITS_MAX_BATCHES);
        g_assert((answer.batches > 0) != (answer.count > 0));
    } else {
        g_assert(error);
    }
    g_assert(exit_count_parse(text, &exits, &count_error) == !count_error);
}

static void check_times(const char *text)
{
    g_autoptr(GError) bench_error = NULL, error = NULL;
    g_autoptr(BenchRun) bench = bench_run_parse(text, &bench_error);
    Phases phases;
    double bytes = -1;

    g_assert(!bench == (bench_error != NULL));
    g_assert(!bench || bench->run_us->len > 0);
    if (phases_parse(text, &phases, &error)) {
        g_assert(!error && phases.first_exit_us >= phases.phase_us[0]);
    } else {
        g_assert(error);
    }
    g_assert(!memory_group_stat_parse(text, &bytes) || bytes >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL, perf_error = NULL;
    g_autoptr(MinikvmRun) run = minikvm_run_parse(text, strlen(text), &error);
    gint64 count = -1;

    g_assert(!run == (error != NULL));
    if (run) {
        check_run(run);
    }
    if (minikvm_perf_parse(text, &count, &perf_error)) {
        g_assert(count >= 0 && !perf_error);
    } else {
        g_assert(perf_error);
    }
    check_exits(text);
    check_times(text);
    return 0;
}
