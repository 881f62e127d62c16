/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/busy.h"

#include "base/clock.h"
#include "host/requirement.h"
#include "host/schedstat.h"

/* The share of its time for which a process on an idle host does not wait. */
#define MAX_WAIT_SHARE 0.1

double busy_wait_us(pid_t pid)
{
    SySchedstat stat;

    return sy_schedstat_read(pid, pid, &stat, NULL) ? (double)stat.delay_ns / SY_NS_PER_US : 0;
}

static bool is_gated(const SyCase *c, const char *const *metrics)
{
    bool gated = false;

    for (; *metrics; metrics++) {
        gated = gated || sy_case_limit(c, *metrics);
    }
    return gated;
}

void busy_doubt(SyCase *c, const char *const *metrics, double wait_us, double all_us)
{
    if (!is_gated(c, metrics)) {
        return;
    }
    if (sy_requirement_check("lab", NULL)->met) {
        sy_case_inconclusive(c, "the host is emulated: microseconds on it are not a processor's");
    } else if (wait_us > MAX_WAIT_SHARE * all_us) {
        sy_case_inconclusive(c, "the host was busy: of %.0f us the VMM waited %.0f us for a CPU",
                             all_us, wait_us);
    }
}
