/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <glib.h>

#include "stats/false-discovery.h"

/* The example of Benjamini & Hochberg 1995, section 3.2: "Using the FDR controlling procedure with
 * q* = 0.05 ... we reject the four hypotheses" (15 comparisons of two ways to treat myocardial
 * infarction); Bonferroni rejects three. */
Test(false_discovery, agrees_with_benjamini_and_hochberg)
{
    const double p[] = {0.0459, 0.0001, 0.6528, 0.0004, 0.0019, 0.4262, 0.0095, 0.0201,
                        0.0278, 1.0000, 0.0298, 0.0344, 0.3240, 0.5719, 0.7590};
    double adjusted[G_N_ELEMENTS(p)];
    int found = 0;

    sy_false_discovery_adjust(p, G_N_ELEMENTS(p), adjusted);
    for (gsize i = 0; i < G_N_ELEMENTS(p); i++) {
        found += adjusted[i] <= 0.05;
        cr_assert_eq(adjusted[i] <= 0.05, p[i] <= 0.0095);
    }
    cr_assert_eq(found, 4);
    cr_assert_float_eq(adjusted[1], 0.0015, 1e-15);
    cr_assert_float_eq(adjusted[6], 0.035625, 1e-15, "0.0095 * 15 / 4");
    cr_assert_float_eq(adjusted[8], 0.0638571428571429, 1e-15,
                       "that of the next larger one, 0.0298 * 15 / 7");
    cr_assert_eq(adjusted[9], 1);
}

Test(false_discovery, of_a_single_test_changes_nothing)
{
    const double p = 0.03;
    double adjusted;

    sy_false_discovery_adjust(&p, 0, NULL);
    sy_false_discovery_adjust(&p, 1, &adjusted);
    cr_assert_eq(adjusted, 0.03);
}
