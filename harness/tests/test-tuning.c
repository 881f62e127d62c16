/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tuning checks on hosts made of files. */
#include <sys/stat.h>
#include <unistd.h>

#include "host/tuning.h"
#include "tests/check.h"

#define THP "/sys/kernel/mm/transparent_hugepage/enabled"
#define POLL "/sys/module/kvm/parameters/halt_poll_ns"
#define NOTES "/run/steelyard-tuning.ini"

static void put(const char *root, const char *path, const char *text)
{
    g_autofree char *file = g_strconcat(root, path, NULL), *dir = g_path_get_dirname(file);

    cr_assert_eq(g_mkdir_with_parents(dir, 0700), 0);
    cr_assert(g_file_set_contents(file, text, -1, NULL));
}

static char *get(const char *root, const char *path)
{
    g_autofree char *file = g_strconcat(root, path, NULL);
    char *text = NULL;

    g_file_get_contents(file, &text, NULL, NULL);
    return text ? g_strstrip(text) : g_strdup("(missing)");
}

#define check_file(root, path, text)                                                               \
    do {                                                                                           \
        g_autofree char *is = get(root, path);                                                     \
        cr_assert_str_eq(is, text);                                                                \
    } while (0)

static char *noisy_host(void)
{
    char *root = check_folder();

    put(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    put(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    put(root, "/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
    put(root, "/sys/devices/system/cpu/smt/active", "1\n");
    put(root, THP, "[always] madvise never\n");
    put(root, POLL, "200000\n");
    put(root, "/sys/devices/system/cpu/isolated", "1\n");
    put(root, "/proc/irq/7/effective_affinity_list", "0\n");
    put(root, "/proc/irq/8/effective_affinity_list", "1\n");
    put(root, "/sys/devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI\n");
    put(root, "/sys/devices/system/cpu/vulnerabilities/l1tf", "Not affected\n");
    put(root, "/proc/stat", "cpu  10 0 10 100 0 0 0 5 0 0\ncpu0 1\n");
    put(root, "/run/keep", "");
    return root;
}

static void check_state(const GPtrArray *all, const char *name, SyTuningState state,
                        const char *evidence)
{
    for (guint i = 0; i < all->len; i++) {
        const SyTuning *t = g_ptr_array_index(all, i);

        if (strcmp(t->name, name) == 0) {
            cr_assert_eq(t->state, state, "%s: %s", name, t->evidence);
            cr_assert_not_null(strstr(t->evidence, evidence), "%s: %s", name, t->evidence);
            cr_assert_eq(t->remedy != NULL, state == SY_TUNING_POOR, "%s", name);
            return;
        }
    }
    cr_assert_fail("no %s", name);
}

Test(tuning, a_noisy_host_is_told_what_is_noisy)
{
    char *root = noisy_host();
    g_autoptr(GPtrArray) all = sy_tuning_check(root);

    check_state(all, "governor", SY_TUNING_POOR, "cpu1/cpufreq/scaling_governor is powersave");
    check_state(all, "turbo-intel", SY_TUNING_POOR, "is 0");
    check_state(all, "turbo", SY_TUNING_ABSENT, "no /sys");
    check_state(all, "smt", SY_TUNING_POOR, "is 1");
    check_state(all, "thp", SY_TUNING_POOR, "is always");
    check_state(all, "halt-poll", SY_TUNING_POOR, "is 200000");
    check_state(all, "isolated-cpus", SY_TUNING_GOOD, "is 1");
    check_state(all, "irq-affinity", SY_TUNING_POOR, "1 of 2 IRQs go to CPU 1");
    check_state(all, "mitigations", SY_TUNING_POOR, "the kernel mitigates meltdown");
    check_state(all, "steal", SY_TUNING_GOOD, "0.0 %");
    check_folder_remove(root);
}

Test(tuning, a_host_that_shows_nothing_is_not_called_noisy)
{
    char *root = check_folder();
    g_autoptr(GPtrArray) all = sy_tuning_check(root);

    for (guint i = 0; i < all->len; i++) {
        cr_assert_eq(((SyTuning *)g_ptr_array_index(all, i))->state, SY_TUNING_ABSENT);
    }
    check_folder_remove(root);
}

Test(tuning, what_is_applied_is_good_and_can_be_restored)
{
    char *root = noisy_host();
    g_autoptr(GString) told = g_string_new(NULL);
    g_autoptr(GPtrArray) all = NULL;
    GError *error = NULL;

    cr_assert(sy_tuning_apply(root, told, &error));
    check_no_error(error);
    cr_assert_not_null(
        strstr(told->str, "cpu1/cpufreq/scaling_governor: powersave -> performance"));
    cr_assert_null(strstr(told->str, "cpu0/"), "what is good is left alone");
    all = sy_tuning_check(root);
    check_state(all, "governor", SY_TUNING_GOOD, "performance");
    check_state(all, "thp", SY_TUNING_GOOD, "madvise");
    check_state(all, "smt", SY_TUNING_POOR, "is 1");
    put(root, POLL, "100\n"); /* somebody else sets it again */
    cr_assert(sy_tuning_apply(root, told, &error));
    check_file(root, POLL, "0");
    cr_assert(sy_tuning_restore(root, told, &error));
    check_file(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
    check_file(root, THP, "always");
    check_file(root, POLL, "200000"); /* what was before the first time */
    check_file(root, NOTES, "(missing)");
    cr_assert_not(sy_tuning_restore(root, told, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "nothing to restore");
    check_folder_remove(root);
}

/* A dangling link stands for a file that even root cannot write. */
Test(tuning, what_cannot_be_restored_is_named_and_the_rest_is)
{
    char *root = noisy_host();
    g_autoptr(GString) told = g_string_new(NULL);
    g_autofree char *governor =
        g_strconcat(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", NULL);
    g_autofree char *to = g_strconcat(root, "/nowhere/else", NULL);
    GError *error = NULL;

    cr_assert(sy_tuning_apply(root, told, &error));
    cr_assert_eq(unlink(governor), 0);
    cr_assert_eq(symlink(to, governor), 0);
    cr_assert_not(sy_tuning_restore(root, told, &error));
    check_error(error, SY_ERROR_IO, "cannot set");
    check_file(root, THP, "always");
    check_file(root, POLL, "200000");
    cr_assert_eq(unlink(governor), 0);
    put(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance");
    cr_assert(sy_tuning_restore(root, told, &error), "it was not forgotten");
    check_no_error(error);
    check_folder_remove(root);
}

/* The note is there before the first change, so a kill in between can be restored. */
Test(tuning, nothing_is_set_that_could_not_be_noted)
{
    char *root = noisy_host();
    g_autofree char *run = g_strconcat(root, "/run", NULL);
    g_autoptr(GString) told = g_string_new(NULL);
    GError *error = NULL;

    sy_fs_remove_tree(run);
    cr_assert_not(sy_tuning_apply(root, told, &error));
    check_error(error, SY_ERROR_IO, "steelyard-tuning.ini");
    check_file(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
    cr_assert_eq(told->len, 0);
    check_folder_remove(root);
}
