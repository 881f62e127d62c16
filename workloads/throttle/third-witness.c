/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/third-witness.h"

#include <math.h>

#include "base/clock.h"

static double pct_of(int64_t part_ns, int64_t whole_ns)
{
    return 100 * (double)part_ns / (double)whole_ns;
}

/* NULL if the trace accounts for all that schedstat counted. */
static char *incomplete(const OnCpu *on_cpu, const char *missing, const CpuTimes *times)
{
    if (missing) {
        return g_strdup(missing);
    }
    if ((int64_t)on_cpu->slices != times->slices) {
        return g_strdup_printf("it has %" G_GSIZE_FORMAT " time slices, schedstat "
                               "%" G_GINT64_FORMAT,
                               on_cpu->slices, times->slices);
    }
    if (on_cpu->charged_ns != times->run_ns) {
        return g_strdup_printf("its charges are %" G_GINT64_FORMAT " ns, schedstat's run time is "
                               "%" G_GINT64_FORMAT " ns",
                               on_cpu->charged_ns, times->run_ns);
    }
    if (on_cpu->on_cpu_ns <= 0) {
        return g_strdup("the thread was on no CPU");
    }
    return NULL;
}

void third_witness_decide(const OnCpu *on_cpu, const char *missing, const CpuTimes *times,
                          double limit_pct, bool stolen, ThirdWitness *out)
{
    int64_t off_ns = on_cpu->standstill_ns + on_cpu->within_ns;

    *out = (ThirdWitness){.on_cpu = *on_cpu, .times = *times, .stolen = stolen};
    out->why = incomplete(on_cpu, missing, times);
    out->run_ns = times->run_ns;
    if (out->why) {
        return;
    }
    out->schedstat_off_pct = pct_of(off_ns, on_cpu->on_cpu_ns);
    out->perf_off_pct = pct_of(times->task_clock_ns - on_cpu->on_cpu_ns, on_cpu->on_cpu_ns);
    if (fabs(out->schedstat_off_pct) <= limit_pct) {
        out->verdict = THIRD_WITNESS_SCHEDSTAT;
    } else if (fabs(out->perf_off_pct) <= limit_pct && !stolen) {
        out->verdict = THIRD_WITNESS_PERF;
        out->run_ns = times->run_ns - off_ns;
    } else {
        out->verdict = THIRD_WITNESS_NEITHER;
    }
}

bool third_witness_asked(const ThirdWitness *w)
{
    return w->verdict != THIRD_WITNESS_ABSENT || w->why;
}

bool third_witness_decided(const ThirdWitness *w)
{
    return w->verdict == THIRD_WITNESS_SCHEDSTAT || w->verdict == THIRD_WITNESS_PERF;
}

static void append_irq(GString *text, const ThirdWitness *w)
{
    const OnCpu *on = &w->on_cpu;

    g_string_append_printf(text, " (%.2f %% of it in interrupts, which schedstat %s)",
                           pct_of(on->irq_ns, on->on_cpu_ns),
                           on->irq_left_out ? "leaves out" : "counts");
}

char *third_witness_text(const ThirdWitness *w)
{
    static const char *const decides[] = {
        [THIRD_WITNESS_NEITHER] = "neither clock agrees with the on-CPU intervals",
        [THIRD_WITNESS_SCHEDSTAT] = "schedstat agrees with the on-CPU intervals",
        [THIRD_WITNESS_PERF] = "perf agrees with the on-CPU intervals, schedstat does not",
    };
    const OnCpu *on = &w->on_cpu;
    GString *text = g_string_new(NULL);

    if (!third_witness_asked(w)) {
        g_string_append(text, "no third witness watched this repetition");
        return g_string_free(text, FALSE);
    }
    if (w->verdict == THIRD_WITNESS_ABSENT) {
        g_string_append_printf(text, "no third witness: %s", w->why);
        return g_string_free(text, FALSE);
    }
    g_string_append_printf(text, "%s: %" G_GSIZE_FORMAT " of them, %.3f ms", decides[w->verdict],
                           on->slices, (double)on->on_cpu_ns / SY_NS_PER_MS);
    append_irq(text, w);
    g_string_append_printf(
        text,
        "; schedstat differs by %+.3f %% at the switches, which it cuts elsewhere (median %.1f "
        "us), by %+.3f %% in CPUs that stood still there, by %+.3f %% in between; perf by %+.3f %%",
        pct_of(on->switches_ns, on->on_cpu_ns), (double)on->median_ns / SY_NS_PER_US,
        pct_of(on->standstill_ns, on->on_cpu_ns), pct_of(on->within_ns, on->on_cpu_ns),
        w->perf_off_pct);
    if (w->stolen) {
        g_string_append(text, "; a hypervisor took CPU time meanwhile (steal)");
    }
    return g_string_free(text, FALSE);
}

SyThirdWitness *third_witness_result(const ThirdWitness *w, guint vcpu)
{
    static const char *const names[] = {
        [THIRD_WITNESS_ABSENT] = "none",
        [THIRD_WITNESS_NEITHER] = "none",
        [THIRD_WITNESS_SCHEDSTAT] = "schedstat",
        [THIRD_WITNESS_PERF] = "perf",
    };
    const OnCpu *on = &w->on_cpu;
    SyThirdWitness *out = sy_third_witness_new(names[w->verdict]);

    out->vcpu = vcpu;
    out->evidence = third_witness_text(w);
    out->schedstat_ns = w->times.run_ns;
    out->perf_ns = w->times.task_clock_ns;
    if (w->verdict != THIRD_WITNESS_ABSENT) {
        out->slices = (int64_t)on->slices;
        out->on_cpu_ns = on->on_cpu_ns;
        out->interrupts_ns = on->irq_ns;
        out->switches_ns = on->switches_ns;
        out->standstill_ns = on->standstill_ns;
        out->within_ns = on->within_ns;
    }
    return out;
}

void third_witness_clear(ThirdWitness *w)
{
    g_clear_pointer(&w->why, g_free);
}
