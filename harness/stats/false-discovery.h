/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many tests at once: Benjamini & Hochberg's false discovery rate. Pure. */
#ifndef SY_STATS_FALSE_DISCOVERY_H
#define SY_STATS_FALSE_DISCOVERY_H

#include <stddef.h>

/*
 * adjusted[i]: the smallest level at which test i is a discovery among all `n`, as by R's
 * p.adjust(method = "BH"). Of those with an adjusted p of at most q, the expected fraction of false
 * ones is at most q; if no test has anything to find, the chance of any is at most q. Both hold if
 * the tests are independent or depend positively, as where one bad night is bad for all. Every
 * p[i] is in 0..1.
 */
void sy_false_discovery_adjust(const double *p, size_t n, double *adjusted);

#endif
