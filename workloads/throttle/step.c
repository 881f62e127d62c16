/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of the quota while a vCPU runs: after how many periods does it use the new quota, and do
 * the throttle's books balance across the change? docs/METHOD.md says what each metric means.
 */
#include <math.h>

#include "base/clock.h"
#include "workloads/throttle/qmp.h"
#include "workloads/throttle/settling.h"
#include "workloads/throttle/traced-vm.h"
#include "workloads/throttle/withheld.h"

/* Changes come at every phase of a period: multiples of the golden section never repeat one. */
#define PHASE_STEP 0.6180339887498949

typedef struct {
    TracedVm vm;
    /* the targets before and after the first change; later changes alternate */
    int64_t quota_ns[2];
    guint changes, dwell_periods;
    double books_error_ns;           /* largest error in this repetition */
    GArray *marks[TRACED_VCPUS_MAX]; /* WithheldMark: run delay, twice per period */
} Step;

static int64_t target_ns(const Step *s, guint change)
{
    return s->quota_ns[change % 2];
}

static bool program(Step *s, const SyCase *c, guint change, GError **error)
{
    double scaled = (double)target_ns(s, change) * sy_faults_scale(c->env->faults, "quota");

    return throttle_set(s->vm.spin.vm, CLAMP(llround(scaled), 1, s->vm.period_ns - 1),
                        s->vm.period_ns, error);
}

static bool step_setup(SyCase *c, GError **error)
{
    Step *s = g_new0(Step, 1);
    double from_pct = sy_case_number(c, "from_pct");

    c->state = s;
    for (guint i = 0; i < TRACED_VCPUS_MAX; i++) {
        s->marks[i] = g_array_new(FALSE, FALSE, sizeof(WithheldMark));
    }
    s->changes = (guint)sy_case_int(c, "changes");
    s->dwell_periods = (guint)sy_case_int(c, "dwell_periods");
    if (!traced_vm_start(&s->vm, c, throttle_trace_all, from_pct, error)) {
        return false;
    }
    s->quota_ns[0] = s->vm.quota_ns;
    s->quota_ns[1] = llround((double)s->vm.period_ns * sy_case_number(c, "to_pct") / 100);
    return true;
}

static bool read_books(Step *s, GError **error)
{
    for (guint i = 0; i < s->vm.vcpus; i++) {
        ThrottleInfo info;

        if (!throttle_query(s->vm.spin.vm, (int)i, &info, error)) {
            return false;
        }
        s->books_error_ns = MAX(s->books_error_ns, fabs((double)throttle_books_error_ns(&info)));
    }
    return true;
}

static bool take_marks(Step *s, GError **error)
{
    for (guint i = 0; i < s->vm.vcpus; i++) {
        SySchedstat sched;
        WithheldMark mark = {0};

        if (!sy_schedstat_read(sy_vm_pid(s->vm.spin.vm), traced_vm_thread(&s->vm, i), &sched,
                               error)) {
            return false;
        }
        mark.delay_ns = (int64_t)sched.delay_ns;
        mark.when_ns = sy_now_ns();
        g_array_append_val(s->marks[i], mark);
    }
    return true;
}

static bool watch(Step *s, int64_t end_ns, GError **error)
{
    for (int64_t now_ns = sy_now_ns(); now_ns < end_ns; now_ns = sy_now_ns()) {
        if (!sy_sleep_until_ns(MIN(now_ns + s->vm.period_ns / 2, end_ns), error) ||
            !take_marks(s, error)) {
            return false;
        }
    }
    return true;
}

/* Makes one change, reads the books before and after it, and waits for the dwell time. */
static bool change(Step *s, const SyCase *c, guint number, GError **error)
{
    double phase = fmod((double)number * PHASE_STEP, 1);
    int64_t dwell_ns = llround(((double)s->dwell_periods + phase) * (double)s->vm.period_ns);

    return read_books(s, error) && program(s, c, number, error) && read_books(s, error) &&
           watch(s, sy_now_ns() + dwell_ns, error);
}

static bool change_all(Step *s, const SyCase *c, GError **error)
{
    for (guint i = 1; i <= s->changes; i++) {
        if (!change(s, c, i, error)) {
            return false;
        }
    }
    return read_books(s, error);
}

/* Says with figures what the host did, where it decides, and where the throttle was late. */
static void explain(SyCase *c, guint vcpu, guint number, int64_t quota_ns, const Settling *p)
{
    if (settling_undecided(p)) {
        sy_case_inconclusive(
            c,
            "the host kept vCPU %u from settling after change %u: %u of %u periods were off their "
            "quota after a wait in the run queue, one of them by %+.1f us, with %.1f us in the run "
            "queue",
            vcpu, number, p->host, p->n - SETTLING_PLAIN, (double)p->host_off_ns / SY_NS_PER_US,
            (double)p->host_delay_ns / SY_NS_PER_US);
    } else if (settling_doubtful(p, quota_ns)) {
        sy_case_inconclusive(
            c,
            "vCPU %u took %u periods to settle after change %u; in the last of them it was "
            "%+.1f us off its quota, and it waited in the run queue for %.1f us just then and for "
            "%.1f us since the change",
            vcpu, p->settled, number, (double)p->off_ns / SY_NS_PER_US,
            (double)p->delay_ns / SY_NS_PER_US, (double)p->total_delay_ns / SY_NS_PER_US);
    } else if (p->settled > SETTLING_PLAIN) {
        sy_case_evidence(c,
                         "vCPU %u took %u periods to settle after change %u; in the last of them "
                         "it was %+.1f us off its quota, and it waited in the run queue for %.1f "
                         "us, which does not account for that",
                         vcpu, p->settled, number, (double)p->off_ns / SY_NS_PER_US,
                         (double)p->delay_ns / SY_NS_PER_US);
    }
}

static void record(SyCase *c, const Step *s, const guint *former)
{
    guint worst[2] = {0}, fewest = G_MAXUINT, hosts = 0;
    double error_pct = 0, host_off_us = 0;
    bool up_is = s->quota_ns[1] > s->quota_ns[0];

    for (guint i = 0; i < s->vm.vcpus; i++) {
        const Periods *p = throttle_trace_periods(s->vm.trace, i);

        if (periods_changes(p) != former[i] + s->changes) {
            sy_case_inconclusive(c,
                                 "QEMU's trace shows %u changes of vCPU %u's quota instead of %u",
                                 periods_changes(p) - former[i], i, s->changes);
        }
        for (guint k = 1; k <= s->changes; k++) {
            Settling settling = settling_judge(p, former[i] + k, target_ns(s, k), s->marks[i]);
            double pct = 100 * settling.error;

            explain(c, i, k, target_ns(s, k), &settling);
            error_pct = fabs(pct) > fabs(error_pct) ? pct : error_pct;
            worst[k % 2] = MAX(worst[k % 2], settling.settled);
            fewest = MIN(fewest, settling.n);
            hosts += settling.host;
            host_off_us =
                MAX(host_off_us, fabs((double)settling.host_off_ns) / (double)SY_NS_PER_US);
        }
    }
    if (throttle_trace_lost(s->vm.trace) > 0) {
        sy_case_inconclusive(c, "QEMU's trace is not complete");
    }
    sy_case_sample(c, "settle_periods", MAX(worst[0], worst[1]));
    sy_case_sample(c, "settle_up_periods", worst[up_is]);
    sy_case_sample(c, "settle_down_periods", worst[!up_is]);
    sy_case_sample(c, "settled_error_pct", error_pct);
    sy_case_sample(c, "books_error_ns", s->books_error_ns);
    sy_case_sample(c, "periods", fewest);
    sy_case_sample(c, "host_periods", hosts);
    sy_case_sample(c, "host_off_us", host_off_us);
}

/* Returns to the first settings and reads the whole trace, so that the changes can be told
 * apart. */
static bool prepare(Step *s, const SyCase *c, guint *former, GError **error)
{
    if (!program(s, c, 0, error) || !traced_vm_take(&s->vm, sy_now_ns(), error)) {
        return false;
    }
    for (guint i = 0; i < s->vm.vcpus; i++) {
        former[i] = periods_changes(throttle_trace_periods(s->vm.trace, i));
    }
    s->books_error_ns = 0;
    for (guint i = 0; i < TRACED_VCPUS_MAX; i++) {
        g_array_set_size(s->marks[i], 0);
    }
    return take_marks(s, error);
}

static bool step_measure(SyCase *c, GError **error)
{
    Step *s = c->state;
    guint former[TRACED_VCPUS_MAX] = {0};

    if (!prepare(s, c, former, error) || !change_all(s, c, error) ||
        !traced_vm_take(&s->vm, sy_now_ns(), error) || !sy_vm_check(s->vm.spin.vm, error)) {
        return spin_vm_explain(&s->vm.spin, error);
    }
    record(c, s, former);
    return true;
}

static void step_teardown(SyCase *c)
{
    Step *s = c->state;

    traced_vm_stop(&s->vm);
    for (guint i = 0; i < TRACED_VCPUS_MAX; i++) {
        g_clear_pointer(&s->marks[i], g_array_unref);
    }
    g_free(s);
}

static const char *const step_requires[] = {"kvm", "schedstat", NULL};

static const SyParamSpec step_params[] = {
    {.name = "from_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "20",
     .min = 0.1,
     .max = 99.9,
     .key = true,
     .summary = "quota in % of the period before the first change"},
    {.name = "to_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "80",
     .min = 0.1,
     .max = 99.9,
     .key = true,
     .summary =
         "quota in % of the period after the first change; later changes switch between the two"},
    TRACED_PARAM_PERIOD,
    TRACED_PARAM_VCPUS,
    {.name = "changes",
     .type = SY_PARAM_INT,
     .value = "10",
     .min = 1,
     .max = 10000,
     .summary = "changes per repetition, each at another point of a period"},
    {.name = "dwell_periods",
     .type = SY_PARAM_INT,
     .value = "20",
     .min = 5,
     .max = 10000,
     .summary = "periods between two changes"},
    SPIN_VM_PARAM_READY,
    {0},
};

static const SyMetricSpec step_metrics[] = {
    {.name = "settle_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "periods from a change until the CPU time used in each later period is within 1 % "
                "of the new quota, host_periods aside; slowest change"},
    {.name = "settle_up_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "the same, for changes to a larger quota"},
    {.name = "settle_down_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "the same, for changes to a smaller quota"},
    {.name = "settled_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .gate = SETTLING_LIMIT_PCT,
     .summary = "mean of 100 * (CPU time used / quota - 1) from the third period on, host_periods "
                "aside; worst change"},
    {.name = "books_error_ns",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "largest error of the throttle's accounts, granted - forfeited - used - (credit - "
                "debt), around a change"},
    {.name = "periods",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "whole periods measured after a change, at least"},
    {.name = "host_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary =
         "periods from the third on that were off their quota because the vCPU waited in the "
         "run queue, of all changes"},
    {.name = "host_off_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "how far the one of them that was farthest off was off its quota"},
    {0},
};

const SyWorkload sy_workload_throttle_step = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.step",
    .summary = "how soon a vCPU's CPU time follows a change of its quota",
    .groups = "throttle",
    .faults = (const char *const[]){"quota", NULL},
    .requires = step_requires,
    .params = step_params,
    .metrics = step_metrics,
    .setup = step_setup,
    .measure = step_measure,
    .teardown = step_teardown,
};
