/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/settling.h"

#include <math.h>

#include "workloads/throttle/withheld.h"

/* What the host withholds is made up for within so many periods, or lost. */
#define CREDIT_PERIODS 2

/* What is known while the periods of a change are gone through. */
typedef struct {
    int64_t quota_ns, limit_ns;
    const GArray *marks;
    int64_t owed_ns; /* what the host has withheld and the throttle may still give */
    int64_t more_ns; /* what the later periods used beyond their quotas and what was owed before */
    double sum;      /* of used / quota - 1 */
    guint summed;
} Judge;

static int64_t delay_ns(const Judge *j, const Period *r)
{
    int64_t around_ns = r->split ? r->period_ns : 0;

    return withheld_delay_ns(j->marks, r->start_ns - around_ns,
                             r->start_ns + r->period_ns + around_ns);
}

/* Credit that the vCPU may have brought along to the first period of a change. */
static int64_t owed_before(const Judge *j, const Period *first)
{
    int64_t from_ns = first->start_ns - CREDIT_PERIODS * first->period_ns;

    return MIN(withheld_delay_ns(j->marks, from_ns, first->start_ns), j->quota_ns);
}

/* Is that the host's doing? Keeps the account of what the host owes the vCPU. */
static bool is_hosts(Judge *j, const Period *r, int64_t off_ns, int64_t delay)
{
    bool free = r->split || !r->stop_ns, hosts;

    if (free) {
        hosts = ABS(off_ns) <= delay;
        j->owed_ns = hosts ? MAX(j->owed_ns - off_ns, 0) : j->owed_ns;
    } else {
        hosts = off_ns > 0 && off_ns <= j->owed_ns + j->limit_ns && j->owed_ns > 0;
        j->owed_ns = off_ns > 0 ? MAX(j->owed_ns - off_ns, 0) : j->owed_ns;
    }
    return hosts;
}

static void judge_period(Judge *j, Settling *s, const Period *r)
{
    int64_t off_ns = r->used_ns - j->quota_ns, delay = delay_ns(j, r);
    bool beyond = ABS(off_ns) > j->limit_ns;
    bool hosts = is_hosts(j, r, off_ns, delay) && beyond;

    s->n++;
    if (s->n == SETTLING_PLAIN) {
        j->more_ns = -j->owed_ns;
    }
    s->all = beyond ? s->n : s->all;
    if (beyond && !hosts) {
        s->settled = s->n;
        s->off_ns = off_ns;
        s->delay_ns = delay;
    }
    if (s->n <= SETTLING_PLAIN) {
        return;
    }
    j->more_ns += off_ns;
    if (!hosts) {
        j->sum += (double)off_ns / (double)j->quota_ns;
        j->summed++;
        return;
    }
    s->host++;
    if (ABS(off_ns) > ABS(s->host_off_ns)) {
        s->host_off_ns = off_ns;
        s->host_delay_ns = delay;
    }
}

static Settling judge_all(const Periods *p, guint change, int64_t quota_ns, const GArray *marks,
                          int64_t *more_ns)
{
    Judge j = {
        .quota_ns = quota_ns,
        .limit_ns = llround((double)quota_ns * SETTLING_LIMIT_PCT / 100),
        .marks = marks,
    };
    const Period *former = NULL;
    Settling s = {0};

    for (guint i = 0; i < periods_all(p)->len; i++) {
        const Period *r = &g_array_index(periods_all(p), Period, i);

        if (r->change != change) {
            continue;
        }
        if (former) {
            judge_period(&j, &s, former);
        } else {
            j.owed_ns = owed_before(&j, r);
        }
        former = r;
    }
    s.error = j.summed > 0 ? j.sum / j.summed : 0;
    *more_ns = j.more_ns;
    return s;
}

/* A host moves use to a later period or takes it away; it does not add any. If more was used on
 * balance, no period is the host's. */
Settling settling_judge(const Periods *p, guint change, int64_t quota_ns, const GArray *marks)
{
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(WithheldMark));
    int64_t more_ns;
    Settling s = judge_all(p, change, quota_ns, marks, &more_ns);

    if (100 * (double)more_ns > SETTLING_LIMIT_PCT * (double)quota_ns) {
        s = judge_all(p, change, quota_ns, none, &more_ns);
    }
    return s;
}

bool settling_undecided(const Settling *s)
{
    return s->n > SETTLING_PLAIN && 2 * s->host > s->n - SETTLING_PLAIN;
}
