/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up run of several limiters side by side, for the tests of comparisons, tables and plots.
 */
#ifndef SY_TESTS_SAMPLE_PEERS_H
#define SY_TESTS_SAMPLE_PEERS_H

#include "result/comparison.h"
#include "result/result.h"

/*
 * throttle.peers: limiter kvm-throttle, cgroup and cpulimit at ratio_pct 10 and 50, period_ms 20,
 * all PASS, with seven samples each of share_error_pct, window_lateness_us and longest_overrun_us.
 * kvm-throttle is the best everywhere. No comparison. The caller frees.
 */
SyRunResult *sample_peers(void);

/* The case of that limiter and ratio; owned by the run. */
SyCaseResult *sample_peers_case(const SyRunResult *run, const char *limiter, const char *ratio);

/* Gives the metric seven samples around `median`. */
void sample_peers_set(SyCaseResult *result, const char *metric, double median);

/* Asks for |share_error_pct| of kvm-throttle to be no worse than that of `against`, one value;
 * owned by the run. */
SyComparison *sample_peers_compare(SyRunResult *run, const char *against);

#endif
