/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/traced-vm.h"

#include <math.h>

#include "base/clock.h"
#include "workloads/throttle/faults.h"
#include "workloads/throttle/load.h"
#include "workloads/throttle/qmp.h"
#include "workloads/throttle/stall.h"

/* Periods that pass between setting the throttle and the first reading. */
#define SETTLE_PERIODS 3
/* How long a reading waits until the vCPU is found asleep. */
#define READING_PERIODS 20
#define READING_MIN_NS (200 * SY_NS_PER_MS)
/* A span's last period is closed by the throttle's look after it; one more period in case that look
 * is late. */
#define AFTER_PERIODS 3
/* How long to wait for the end of the trace. */
#define TAKE_LIMIT_NS (10 * SY_NS_PER_S)
/* Time from a look to its trace record, and the clock's resolution. */
#define RECORD_NS (5 * SY_NS_PER_US)

bool traced_vm_start(TracedVm *t, const SyCase *c, const char *const *events, double ratio_pct,
                     GError **error)
{
    int64_t programmed_ns;

    t->vcpus = (guint)sy_case_int(c, "vcpus");
    t->period_ns = llround(sy_case_number(c, "period_ms") * SY_NS_PER_MS);
    t->quota_ns = llround((double)t->period_ns * ratio_pct / 100);
    t->spin.trace_events = events;
    programmed_ns = llround((double)t->quota_ns * sy_faults_scale(c->env->faults, "quota"));
    programmed_ns = CLAMP(programmed_ns, 1, t->period_ns - 1);

    if (!throttle_vm_start(&t->spin, c, t->vcpus, NULL, error) ||
        !sy_vm_has_command(t->spin.vm, "kvm-throttle-set", error)) {
        return false;
    }
    t->trace = throttle_trace_open(t->spin.vm, t->vcpus, programmed_ns, t->period_ns, error);
    return t->trace && throttle_set(t->spin.vm, programmed_ns, t->period_ns, error) &&
           sy_sleep_until_ns(sy_now_ns() + SETTLE_PERIODS * t->period_ns, error);
}

void traced_vm_stop(TracedVm *t)
{
    sy_contention_stop(t->load, NULL);
    throttle_trace_free(t->trace);
    spin_vm_stop(&t->spin);
}

pid_t traced_vm_thread(const TracedVm *t, guint vcpu)
{
    return g_array_index(t->spin.vcpus, SyVcpu, vcpu).thread_id;
}

bool traced_vm_read(const TracedVm *t, TracedReading *readings, GError **error)
{
    for (guint i = 0; i < t->vcpus; i++) {
        int64_t deadline_ns = sy_now_ns() + MAX(READING_PERIODS * t->period_ns, READING_MIN_NS);

        if (!sy_schedstat_read_asleep(sy_vm_pid(t->spin.vm), traced_vm_thread(t, i), deadline_ns,
                                      sy_schedstat_poll_ns(t->period_ns - t->quota_ns),
                                      &readings[i].sched, &readings[i].when_ns, &readings[i].exact,
                                      error)) {
            return false;
        }
    }
    return true;
}

/* Nobody reads the guest's count here: whatever runs is taken to work. */
bool traced_vm_stalled(SyCase *c, const TracedVm *t, const TracedReading *begin,
                       const TracedReading *end)
{
    guint stalled = 0;

    for (guint i = 0; i < t->vcpus; i++) {
        const StallInput in = {
            .wall_ns = end[i].when_ns - begin[i].when_ns,
            .run_ns = (int64_t)(end[i].sched.run_ns - begin[i].sched.run_ns),
            .delay_ns = (int64_t)(end[i].sched.delay_ns - begin[i].sched.delay_ns),
            .quota_ns = t->quota_ns,
            .asleep = begin[i].exact && end[i].exact,
            .worked = true,
        };

        if (stall_judge(&in)) {
            stall_note(c, i, &in);
            stalled++;
        }
    }
    sy_case_sample(c, STALL_METRIC, stalled);
    return stalled > 0;
}

bool traced_vm_take(TracedVm *t, int64_t until_ns, GError **error)
{
    until_ns += AFTER_PERIODS * t->period_ns;
    return sy_sleep_until_ns(until_ns, error) &&
           throttle_trace_take_until(t->trace, until_ns, sy_now_ns() + TAKE_LIMIT_NS, error);
}

/*
 * At a look, the thread's CPU clock reads schedstat's value from its last sleep, plus what it used
 * since it woke up. That is at most the time that passed since it should have woken up.
 */
static int64_t wakeup_ns(const Periods *p, guint i)
{
    const Period *period = &g_array_index(periods_all(p), Period, i);

    return period->wake_late_ns >= 0 ? period->wake_late_ns : period->look_ns - period->start_ns;
}

TracedSpan traced_vm_span(const TracedVm *t, guint vcpu, const TracedReading *begin,
                          const TracedReading *end, double starved_limit_pct)
{
    const Periods *p = throttle_trace_periods(t->trace, vcpu);
    double target = (double)t->quota_ns / (double)t->period_ns, missing_pct;
    TracedSpan s = {
        .wall_ns = end->when_ns - begin->when_ns,
        .run_ns = (int64_t)(end->sched.run_ns - begin->sched.run_ns),
        .delay_ns = (int64_t)(end->sched.delay_ns - begin->sched.delay_ns),
    };

    s.whole = begin->exact && end->exact && periods_span(p, begin->when_ns, end->when_ns, &s.span);
    if (s.whole) {
        s.wall_ns = (int64_t)periods_by_clock(p, &s.span) * t->period_ns;
        s.used_ns = periods_used_ns(p, &s.span);
        s.bound_ns = wakeup_ns(p, s.span.first) + wakeup_ns(p, s.span.end) + RECORD_NS;
    }
    s.share = (double)s.run_ns / (double)s.wall_ns;
    missing_pct = 100 * (1 - s.share / target);
    if (missing_pct > starved_limit_pct &&
        s.share + (double)s.delay_ns / (double)s.wall_ns >= target) {
        s.starved_pct = missing_pct;
    }
    return s;
}

double traced_span_disagreement_pct(const TracedSpan *s)
{
    return s->whole && s->run_ns > 0 ? 100 * ((double)s->used_ns / (double)s->run_ns - 1) : 0;
}

void traced_vm_doubt(SyCase *c, const TracedVm *t, guint vcpu, const TracedSpan *s)
{
    const char *load = t->load ? sy_contention_describe(t->load) : "none started by steelyard";
    double delay_pct = 100 * (double)s->delay_ns / (double)s->wall_ns;

    if (s->run_ns <= 0) {
        sy_case_inconclusive(c, "vCPU %u got no CPU time at all in %.3f s", vcpu,
                             (double)s->wall_ns / SY_NS_PER_S);
    } else if (throttle_trace_lost(t->trace) > 0) {
        sy_case_inconclusive(
            c, "QEMU's trace is incomplete: its buffer was full for %" G_GUINT64_FORMAT " events",
            throttle_trace_lost(t->trace));
    } else if (t->load && !sy_contention_alive(t->load)) {
        sy_case_inconclusive(c, "the load ended before the measurement did: %s", load);
    } else if (s->starved_pct > 0) {
        sy_case_inconclusive(c,
                             "starved: vCPU %u got %.2f %% of a CPU instead of %.2f %%; it waited "
                             "in the run queue for %.2f %% of the time (load: %s)",
                             vcpu, 100 * s->share, 100 * (double)t->quota_ns / (double)t->period_ns,
                             delay_pct, load);
    } else if (!s->whole) {
        sy_case_inconclusive(
            c,
            "no whole periods: at the start or the end of the measurement vCPU %u was not asleep "
            "with its quota used up; it waited in the run queue for %.2f %% of the time (load: %s)",
            vcpu, delay_pct, load);
    } else if (ABS(s->used_ns - s->run_ns) > s->bound_ns) {
        sy_case_inconclusive(c,
                             "the witnesses disagree: vCPU %u's CPU time in QEMU's trace differs "
                             "from schedstat's run time by %+.1f us; up to %.1f us are normal",
                             vcpu, (double)(s->used_ns - s->run_ns) / SY_NS_PER_US,
                             (double)s->bound_ns / SY_NS_PER_US);
    }
}
