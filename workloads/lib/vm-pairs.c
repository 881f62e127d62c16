/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/vm-pairs.h"

#include "host/requirement.h"
#include "stats/sample.h"

/* An emulated processor does not care where in memory a VM lies, and VMs start slowly on it. */
#define LAB_PAIRS_MAX 5

typedef struct {
    guint n;
    double ratio[VM_PAIRS_MAX], modded[VM_PAIRS_MAX], stock[VM_PAIRS_MAX];
} Taken;

static bool take(VmExits *e, SyCase *c, Taken *t, bool *measured, GError **error)
{
    const bool lab = sy_requirement_check("lab", NULL)->met;
    const guint n = MIN((guint)sy_case_int(c, "pairs"), lab ? LAB_PAIRS_MAX : VM_PAIRS_MAX);

    *measured = true;
    for (t->n = 0; t->n < n; t->n++) {
        VmPair pair;

        if (!vm_exits_run_pair(e, c, &pair, error)) {
            return false;
        }
        if (!(pair.ratio.ratio > 0)) {
            sy_case_inconclusive(c,
                                 "only %u of %u rounds count: in the others one of the two guests "
                                 "did not exit at all, or its thread was still running when its "
                                 "CPU time was read",
                                 pair.counted, e->rounds);
            *measured = false;
            return true;
        }
        t->ratio[t->n] = pair.ratio.ratio;
        t->modded[t->n] = phase_rate(&pair.modded);
        t->stock[t->n] = phase_rate(&pair.stock);
    }
    return true;
}

double vm_pairs_off_pct(const double ci[2])
{
    return 100 * MAX(1 - ci[0], ci[1] - 1);
}

bool vm_pairs_straddles(const double ci[2], double margin_pct)
{
    double least_pct = 100 * MAX(ci[0] - 1, 1 - ci[1]);

    return margin_pct > 0 && least_pct <= margin_pct && margin_pct < vm_pairs_off_pct(ci);
}

/* Noise makes an interval wider, so it must not make a gate easier: a wide one decides nothing. */
static void doubt_equivalence(SyCase *c, const double ci[2])
{
    double margin_pct = sy_case_limit(c, VM_PAIRS_OFF_METRIC);

    if (vm_pairs_straddles(ci, margin_pct)) {
        sy_case_inconclusive(c,
                             "this host is too noisy: the ratio's 95 %% interval, %.4f to %.4f, is "
                             "neither within 1 +-%g %% nor outside",
                             ci[0], ci[1], margin_pct);
    }
}

bool vm_pairs_measure(VmExits *e, SyCase *c, VmPairs *out, bool *measured, GError **error)
{
    Taken t;
    double ci[2];

    if (!take(e, c, &t, measured, error)) {
        return false;
    }
    if (!*measured) {
        return true;
    }
    sy_sample_median_ci95(t.ratio, t.n, ci);
    if (100 * (ci[1] - ci[0]) / 2 > VM_PAIRS_RESOLUTION_PCT) {
        sy_case_inconclusive(c,
                             "this host is too noisy: over %u pairs of VMs the ratio's 95 %% "
                             "interval is %.4f to %.4f, wider than +-%.0f %%",
                             t.n, ci[0], ci[1], VM_PAIRS_RESOLUTION_PCT);
    }
    doubt_equivalence(c, ci);
    *out = (VmPairs){
        .ratio = sy_sample_median(t.ratio, t.n),
        .modded = sy_sample_median(t.modded, t.n),
        .stock = sy_sample_median(t.stock, t.n),
    };
    sy_case_sample(c, "exits_per_s_ratio", out->ratio);
    sy_case_sample(c, "exits_ratio_ci_low", ci[0]);
    sy_case_sample(c, "exits_ratio_ci_high", ci[1]);
    sy_case_sample(c, VM_PAIRS_OFF_METRIC, vm_pairs_off_pct(ci));
    sy_case_sample(c, "exits_per_s", out->modded);
    return true;
}
