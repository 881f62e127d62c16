/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/options.h"

#include <glib.h>

#include "tests/check.h"

static MkError error;
static GStrv words; /* of the last read_line() */

static void free_words(void)
{
    g_strfreev(words);
}

TestSuite(minikvm_options, .fini = free_words);

/* Reads "mini-kvm LINE". getopt() changes the order of the words that it is given. */
static bool read_line(const char *line, MkOptions *out)
{
    g_autofree char *whole = g_strconcat("mini-kvm ", line, NULL);

    g_strfreev(words);
    words = g_strsplit(whole, " ", -1);
    return mk_options_read((int)g_strv_length(words), words, out, &error);
}

static void check_refused(const char *line, const char *text)
{
    MkOptions options;

    cr_assert_not(read_line(line, &options), "accepted: %s", line);
    cr_expect_eq(error.status, MK_STATUS_USAGE, "%s", line);
    cr_expect(strstr(error.text, text), "\"%s\" is not in: %s", text, error.text);
    cr_expect_null(strchr(error.text, '\n'));
}

Test(minikvm_options, of_one_image_are_real_mode_and_256_kib)
{
    MkOptions options;

    cr_assert(read_line("a.bin", &options), "%s", error.text);
    cr_expect_eq(options.mode, MK_MODE_REAL);
    cr_expect_eq(options.vcpus, 1);
    cr_expect_eq(options.memory_bytes, 256 * 1024);
    cr_expect_str_eq(options.image[0], "a.bin");
    cr_expect_str_eq(options.kvm, "/dev/kvm");
    cr_expect_eq(options.timeout_s, 10);
    cr_expect_not(options.cpuid, "CPUID costs more than the rest of the start");
    cr_expect_not(options.irqchip);
}

Test(minikvm_options, keep_real_mode_within_a_mebibyte)
{
    MkOptions options;

    cr_assert(read_line("a b c d", &options));
    cr_expect_eq(options.vcpus, 4);
    cr_expect_eq(options.memory_bytes, 1024 * 1024);
    cr_assert(read_line("--vcpus 8 a", &options));
    cr_expect_eq(options.memory_bytes, 1024 * 1024);
    cr_assert(read_line("--vcpus 5 a", &options));
    cr_expect_eq(options.memory_bytes, 5 * 128 * 1024);
}

Test(minikvm_options, give_cpuid_to_all_but_real_mode_unless_told_otherwise)
{
    MkOptions options;

    cr_assert(read_line("--mode long a", &options));
    cr_expect(options.cpuid);
    cr_expect_eq(options.memory_bytes, 4 * 1024 * 1024);
    cr_assert(read_line("--mode long --no-cpuid --memory 2048M a", &options));
    cr_expect_not(options.cpuid);
    cr_expect_eq(options.memory_bytes, 2048UL * 1024 * 1024);
    cr_assert(read_line("--cpuid a", &options));
    cr_expect(options.cpuid);
}

Test(minikvm_options, without_a_value_are_each_its_own)
{
    static const char *const names[] = {"irqchip",  "cpuid",      "vmcall",   "no-sync-regs",
                                        "prefault", "huge",       "exits",    "explain",
                                        "json",     "resume-hlt", "ioeventfd"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("--%s a", names[i]);
        MkOptions options;

        cr_assert(read_line(line, &options), "%s", error.text);
        int *const flags[] = {&options.irqchip,      &options.cpuid,    &options.vmcall,
                              &options.no_sync_regs, &options.prefault, &options.huge,
                              &options.exits,        &options.explain,  &options.json,
                              &options.resume_hlt,   &options.ioeventfd};
        for (gsize k = 0; k < G_N_ELEMENTS(flags); k++) {
            cr_expect_eq(*flags[k], k == i, "--%s and flag %zu", names[i], k);
        }
    }
}

Test(minikvm_options, collect_texts)
{
    MkOptions options;

    cr_assert(read_line("--expect a --expect b --forbid c --end exit --timeout 0.5 x", &options));
    cr_expect_eq(options.expect.count, 2);
    cr_expect_str_eq(options.expect.text[1], "b");
    cr_expect_eq(options.forbid.count, 1);
    cr_expect_eq(options.good_end, MK_GOOD_EXIT);
    cr_expect_eq(options.timeout_s, 0.5);
}

Test(minikvm_options, that_are_wrong_are_refused)
{
    check_refused("--vcpus 0 a", "1 to 8");
    check_refused("--vcpus 300 a", "1 to 8");
    check_refused("--vcpus -1 a", "1 to 8");
    check_refused("--vcpus 1.5 a", "whole");
    check_refused("--vcpus nan a", "1 to 8");
    check_refused("--vcpus 2x a", "1 to 8");
    check_refused("--mode long --memory 4 a", "such as 64M");
    check_refused("--mode long --memory 1M a", "2M to 2048M");
    check_refused("--mode long --memory 2049M a", "2M to 2048M");
    check_refused("--mode long --memory -4M a", "2M to 2048M");
    check_refused("--mode long --memory 1e30M a", "2M to 2048M");
    check_refused("--mode long --memory 2050K a", "pages of 4K");
    check_refused("--mode long --memory 4MM a", "such as 64M");
    check_refused("--memory 4M a", "real mode");
    check_refused("--timeout -1 a", "from 0");
    check_refused("--timeout inf a", "from 0");
    check_refused("--mode virtual a", "--mode virtual");
    check_refused("--end well a", "--end well");
    check_refused("--expect= a", "1 to 255");
    check_refused("--unknown a", "--unknown");
    check_refused("--json=1 a", "--json=1");
    check_refused("--trace", "--trace");
    check_refused("--exits", "no image");
    check_refused("--vcpus 3 a b", "2 images for 3 vCPUs");
    check_refused("--mode long a b", "only real mode");
    check_refused("a b c d e f g h i", "at most 8");
}
