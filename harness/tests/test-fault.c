/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"
#include "run/fault.h"

static double scale_of(const char *spec)
{
    const char *const specs[] = {spec, NULL};
    g_autoptr(SyFaults) faults = sy_faults_parse(specs, NULL);

    cr_assert(faults);
    return sy_faults_scale(faults, "quota");
}

Test(fault, a_percentage_becomes_a_factor)
{
    cr_assert_float_eq(scale_of("quota=+10%"), 1.10, 1e-12);
    cr_assert_float_eq(scale_of("quota=-7.5%"), 0.925, 1e-12);
    cr_assert_float_eq(scale_of("quota=0%"), 1.0, 1e-12);
}

Test(fault, faults_do_not_mix)
{
    const char *const specs[] = {"nap=+50%", "quota=-10%", NULL};
    g_autoptr(SyFaults) faults = sy_faults_parse(specs, NULL);

    cr_assert_float_eq(sy_faults_scale(faults, "nap"), 1.5, 1e-12);
    cr_assert_float_eq(sy_faults_scale(faults, "quota"), 0.9, 1e-12);
}

Test(fault, without_a_fault_the_factor_is_one)
{
    g_autoptr(SyFaults) faults = sy_faults_parse(NULL, NULL);

    cr_assert_eq(sy_faults_scale(faults, "quota"), 1);
    cr_assert_eq(sy_faults_scale(NULL, "quota"), 1);
}

Test(fault, a_flipped_bit_or_a_lost_wakeup_takes_no_value)
{
    static const char *const names[] = {"page-bit", "lost-wakeup"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *with_value = g_strconcat(names[i], "=1%", NULL);
        const char *const specs[] = {names[i], NULL}, *const valued[] = {with_value, NULL};
        g_autoptr(SyFaults) faults = sy_faults_parse(specs, NULL);
        g_autoptr(GError) error = NULL;

        cr_assert(faults);
        cr_assert(sy_faults_has(faults, names[i]));
        cr_assert(!sy_faults_has(faults, "quota"));
        cr_assert(!sy_faults_has(NULL, names[i]));
        cr_assert_null(sy_faults_parse(valued, &error));
        cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
        cr_assert(strstr(error->message, "takes no value"), "%s", error->message);
    }
}

Test(fault, what_it_cannot_read_is_refused)
{
    static const char *const bad[] = {"",           "quota",       "quota=",    "quota=10",
                                      "quota=x%",   "quota=10%%",  "speed=10%", "quota=nan%",
                                      "quota=inf%", "quota=-100%", "=10%"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *const specs[] = {bad[i], NULL};
        g_autoptr(GError) error = NULL;

        cr_assert_null(sy_faults_parse(specs, &error), "accepted '%s'", bad[i]);
        cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
        cr_assert(strstr(error->message, "quota="), "'%s' does not show how it is written",
                  error->message);
    }
}

Test(fault, one_that_no_case_heeds_is_refused_with_its_effect)
{
    const char *const specs[] = {"nap=+10%", "page-bit", NULL};
    const char *const both[] = {"page-bit", "nap", NULL}, *const one[] = {"nap", NULL};
    g_autoptr(GError) error = NULL;

    cr_assert(sy_faults_check_heeded(specs, both, NULL));
    cr_assert(sy_faults_check_heeded(NULL, one, NULL));
    cr_assert(!sy_faults_check_heeded(specs, one, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
    cr_assert_str_eq(error->message,
                     "--fault page-bit: no case of this run heeds it; it flips one bit of each "
                     "page read from the guest");
}

Test(fault, a_dump_can_only_be_made_longer)
{
    const char *const longer[] = {"page-time=+3%", NULL};
    g_autoptr(SyFaults) faults = sy_faults_parse(longer, NULL);
    static const char *const bad[] = {"page-time=-3%", "page-time=0%"};

    cr_assert_float_eq(sy_faults_scale(faults, "page-time"), 1.03, 1e-12);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *const specs[] = {bad[i], NULL};
        g_autoptr(GError) error = NULL;

        cr_assert_null(sy_faults_parse(specs, &error), "'%s' was accepted", bad[i]);
        cr_assert(strstr(error->message, "above 0"), "%s", error->message);
    }
}
