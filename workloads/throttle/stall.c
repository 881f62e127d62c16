/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/stall.h"

#include "base/clock.h"

static bool slept(const StallInput *in)
{
    return in->asleep && in->run_ns == 0 && in->delay_ns == 0;
}

bool stall_judge(const StallInput *in)
{
    return slept(in) || (!in->worked && in->run_ns >= in->quota_ns);
}

void stall_note(SyCase *c, guint vcpu, const StallInput *in)
{
    double wall_s = (double)in->wall_ns / SY_NS_PER_S;

    if (slept(in)) {
        sy_case_evidence(c,
                         "vCPU %u slept for all of %.3f s although it had quota: no CPU time, and "
                         "no wait for a CPU",
                         vcpu, wall_s);
    } else {
        sy_case_evidence(c, "vCPU %u used %.3f s of CPU time in %.3f s, and its guest did no work",
                         vcpu, (double)in->run_ns / SY_NS_PER_S, wall_s);
    }
}
