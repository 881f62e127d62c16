/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utc.h"

#include <criterion/criterion.h>

Test(utc, a_time_of_any_zone_is_told_in_utc_to_the_second)
{
    static const char *const same[] = {"2026-11-20T16:08:00Z", "2026-11-20T17:08:00+01:00",
                                       "2026-11-20T11:08:00.9-05:00", "20261120T160800Z"};

    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *text = sy_utc_text(same[i]);

        cr_assert_str_eq(text, "2026-11-20T16:08:00Z", "%s: %s", same[i], text);
    }
}

Test(utc, a_time_without_zone_or_beyond_the_years_1_to_9999_is_none)
{
    static const char *const bad[] = {"", "2026-11-20", "2026-11-20T16:08:00",
                                      "0001-01-01T00:00:00+01:00", "9999-12-31T23:00:00-01:00"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_assert_null(sy_utc_text(bad[i]), "%s", bad[i]);
    }
}
