/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is of exact runs alone: results that hold nothing of this machine, and the key by which they
 * can be compared. */
#include "tests/lab-run-fixture.h"

TestSuite(lab_run_exact, .fini = clear);

/* The key of the job `text` on a lab of the emulator at `emulator`, with faults if given. */
static char *key_of(const char *text, const char *mode, const char *emulator, const char *fault)
{
    static const char *const boots[] = {"host begin:one case:one end bye:0", NULL};
    const char *const faults[] = {fault, NULL};
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)sy_key_part_free);
    char *key;

    g_ptr_array_add(parts, sy_key_part_new("kernel", "abc", "6.12"));
    prepare(text, mode);
    setup.key_parts = parts;
    setup.emulator = emulator;
    request->faults = g_strdupv((char **)faults);
    cr_assert(run_labs(boots, NULL));
    key = g_strdup(run->lab->baseline_key);
    cr_assert_eq(run->lab->key_parts->len, key ? 3 : 0, "kernel, machine, job");
    clear();
    return key;
}

Test(lab_run_exact, an_exact_run_has_a_key_of_its_parts_machine_and_job)
{
    g_autofree char *key = key_of("[one]\n", "lab-exact", "/here/l0", NULL);
    g_autofree char *elsewhere = key_of("[one]\n", "lab-exact", "/there/qemu", NULL);
    g_autofree char *faulty = key_of("[one]\n", "lab-exact", "/here/l0", "quota=+1%");
    g_autofree char *other = key_of("[job]\nrepeat = 1\n[one]\n", "lab-exact", "/here/l0", NULL);
    g_autofree char *fast = key_of("[one]\n", "lab", "/here/l0", NULL);

    cr_assert_eq(strlen(key), 64);
    cr_assert_str_eq(key, elsewhere, "where the emulator lies does not matter");
    cr_assert_str_eq(key, faulty, "a fault is to show as a difference");
    cr_assert_str_neq(key, other, "another job");
    cr_assert_null(fast, "only exact figures have one");
    prepare("[one]\n", "native"); /* for the suite's end */
}

Test(lab_run_exact, exact_results_hold_nothing_of_this_machine)
{
    static const char *const boots[] = {"host begin:one case:one begin:two die",
                                        "host begin:three case:three end bye:0", NULL};
    g_autofree char *texts[2] = {NULL, NULL};

    for (int i = 0; i < 2; i++) {
        prepare("[one]\n[two]\n[three]\n", "lab-exact");
        cr_assert(run_labs(boots, NULL));
        texts[i] = sy_run_result_text(run);
        if (i == 0) {
            clear();
        }
    }
    cr_assert_str_eq(texts[0], texts[1]);
    g_clear_pointer(&texts[0], g_free);
    g_clear_pointer(&texts[1], g_free);
}
