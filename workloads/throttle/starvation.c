/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/starvation.h"

#include <glib.h>

Starvation starvation_judge(const StarvationInput *in)
{
    double wall = (double)in->wall_ns, wanted = (double)(in->run_ns + in->delay_ns);
    Starvation out = {
        .share = (double)in->run_ns / wall,
        .offered = wanted > 0 ? (double)in->run_ns / wanted : 1,
    };
    double missing_pct = 100 * (1 - out.share / in->target);
    double withheld_ns = (double)MIN(in->delay_ns, in->unusable_ns);
    double withheld_pct = 100 * withheld_ns / wall / in->target;

    out.expected = MIN(in->target, out.offered);
    out.starved_pct = CLAMP(missing_pct, 0, withheld_pct);
    out.starved =
        missing_pct > STARVED_LIMIT_PCT && missing_pct - withheld_pct <= STARVED_LIMIT_PCT;
    return out;
}

int64_t starvation_unusable_ns(int64_t forfeited_ns, int64_t credit_end_ns, int64_t quota_ns)
{
    return forfeited_ns + MAX(credit_end_ns - quota_ns, 0);
}
