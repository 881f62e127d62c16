/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/settling.h"

#include <math.h>

#include "workloads/throttle/withheld.h"

/* What is known while the periods of a change are gone through. */
typedef struct {
    int64_t quota_ns, limit_ns;
    const GArray *marks;
    bool blame_host;
    /* What the vCPU still has to get, because it brought credit along, the host withheld it, or
     * periods within the limit left it; below 0: what it has to pay back. */
    int64_t owed_ns;
    int64_t more_ns; /* what the later periods used beyond their quotas and what was owed before */
    double sum;      /* of used / quota - 1 */
    guint summed;
} Judge;

/* In the period or the one before, whose credit and debt it settles. */
static int64_t delay_ns(const Judge *j, const Period *r)
{
    return withheld_delay_ns(j->marks, r->start_ns - r->period_ns, r->start_ns + r->period_ns);
}

/* Is it the host's doing that a period is off? */
static bool is_hosts(const Judge *j, const Period *r, int64_t off_ns, int64_t delay)
{
    bool disturbed = delay > j->limit_ns;

    if (!j->blame_host) {
        return false;
    }
    if (r->split || !r->stop_ns) {
        return disturbed;
    }
    if (off_ns > 0) {
        return disturbed || (j->owed_ns > 0 && off_ns <= j->owed_ns + j->limit_ns);
    }
    if (disturbed && -off_ns <= r->look_ns - r->start_ns) {
        return true; /* its wake-up was charged to the period before */
    }
    return j->owed_ns < 0 && -off_ns <= -j->owed_ns + j->limit_ns;
}

static void judge_later(Judge *j, Settling *s, int64_t off_ns, int64_t delay, bool hosts)
{
    j->more_ns += off_ns;
    s->sum_ns += off_ns;
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

static void judge_period(Judge *j, Settling *s, const Period *r)
{
    int64_t off_ns = r->used_ns - j->quota_ns, delay = delay_ns(j, r);
    bool beyond = ABS(off_ns) > j->limit_ns;
    bool hosts = beyond && is_hosts(j, r, off_ns, delay);

    s->n++;
    j->owed_ns += s->n == 1 ? MAX(r->brought_ns, 0) : 0;
    j->owed_ns = MIN(j->owed_ns - (hosts || !beyond ? off_ns : 0), j->quota_ns);
    if (s->n <= SETTLING_PLAIN) {
        j->more_ns = -MAX(j->owed_ns, 0);
    } else {
        judge_later(j, s, off_ns, delay, hosts);
    }
    if (beyond && !hosts) {
        s->settled = s->n;
        s->off_ns = off_ns;
        s->delay_ns = delay;
    }
}

/*
 * Goes through all periods but the last. `possible`: the host can have done what is said to be its
 * doing. It moves use to a later period or takes it away, by no more than the run delay; it does
 * not add any.
 */
static Settling judge_all(const Periods *p, guint change, int64_t quota_ns, const GArray *marks,
                          bool blame_host, bool *possible)
{
    Judge j = {
        .quota_ns = quota_ns,
        .limit_ns = llround((double)quota_ns * SETTLING_LIMIT_PCT / 100),
        .marks = marks,
        .blame_host = blame_host,
    };
    const Period *first = NULL, *former = NULL;
    Settling s = {0};

    for (guint i = 0; i < periods_all(p)->len; i++) {
        const Period *r = &g_array_index(periods_all(p), Period, i);

        if (r->change != change) {
            continue;
        }
        if (former) {
            judge_period(&j, &s, former);
        } else {
            first = r;
        }
        former = r;
    }
    s.error = j.summed > 0 ? j.sum / j.summed : 0;
    s.total_delay_ns = first ? withheld_delay_ns(marks, first->start_ns, former->start_ns) : 0;
    *possible = j.more_ns <= j.limit_ns && -j.more_ns <= j.limit_ns + s.total_delay_ns;
    return s;
}

Settling settling_judge(const Periods *p, guint change, int64_t quota_ns, const GArray *marks)
{
    bool possible;
    Settling s = judge_all(p, change, quota_ns, marks, true, &possible);

    return possible ? s : judge_all(p, change, quota_ns, marks, false, &possible);
}

bool settling_undecided(const Settling *s)
{
    return s->n > SETTLING_PLAIN && 2 * s->host > s->n - SETTLING_PLAIN;
}

bool settling_doubtful(const Settling *s, int64_t quota_ns)
{
    return s->settled > SETTLING_PLAIN && s->total_delay_ns >= ABS(s->off_ns) &&
           -s->sum_ns <= s->total_delay_ns &&
           100 * (double)s->sum_ns <= SETTLING_LIMIT_PCT * (double)quota_ns;
}
