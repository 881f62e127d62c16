/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cpulist.h"

#include "tests/check.h"

Test(cpulist, is_read_and_written_in_its_shortest_form)
{
    static const struct {
        const char *text, *shortest;
        int count;
    } lists[] = {
        {"0", "0", 1},         {"1023", "1023", 1},   {"0-1,3", "0-1,3", 3},
        {"3,0,1", "0-1,3", 3}, {"0,1,2,3", "0-3", 4}, {"2-2", "2", 1},
        {"0-5,3-8", "0-8", 9}, {"007", "7", 1},       {"0-1023", "0-1023", 1024},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *text = NULL;
        GError *error = NULL;
        cpu_set_t set;

        cr_assert(sy_cpulist_parse(lists[i].text, &set, &error), "refused: %s", lists[i].text);
        cr_assert_eq(CPU_COUNT(&set), lists[i].count);
        text = sy_cpulist_format(&set);
        cr_assert_str_eq(text, lists[i].shortest);
    }
}

Test(cpulist, that_is_malformed_is_refused_and_quoted)
{
    static const char *const bad[] = {
        "",
        " ",
        "a",
        "-",
        "-1",
        "1-",
        "3-1",
        "0,",
        ",0",
        "0,,1",
        "0 ",
        " 0",
        "0-1-2",
        "1024",
        "0-1024",
        "0x1",
        "0;1",
        "+1",
        "0\n",
        "1.5",
        "all",
        "4294967296",
        "18446744073709551616",
        "0-18446744073709551615",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *quoted = g_strdup_printf("'%s' is not a CPU list", bad[i]);
        GError *error = NULL;
        cpu_set_t set;

        cr_assert_not(sy_cpulist_parse(bad[i], &set, &error), "taken: '%s'", bad[i]);
        check_error(error, SY_ERROR_USAGE, quoted);
    }
}

Test(cpulist, of_random_sets_is_read_back_to_the_same_set)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);

    for (int round = 0; round < 500; round++) {
        double density = g_rand_double(random);
        g_autofree char *text = NULL;
        cpu_set_t set, back;

        CPU_ZERO(&set);
        CPU_SET((size_t)g_rand_int_range(random, 0, CPU_SETSIZE), &set);
        for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (g_rand_double(random) < density) {
                CPU_SET(cpu, &set);
            }
        }
        text = sy_cpulist_format(&set);
        cr_assert(sy_cpulist_parse(text, &back, NULL), "refused: %s", text);
        cr_assert(CPU_EQUAL(&set, &back), "%s", text);
    }
}
