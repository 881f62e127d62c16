/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mini-kvm, its guest `exits` and perf stat print: each is either read whole or an error. */
#include "tests/fuzz/fuzz.h"
#include "workloads/minikvm/exit-answer.h"
#include "workloads/minikvm/launch.h"

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
    return 0;
}
