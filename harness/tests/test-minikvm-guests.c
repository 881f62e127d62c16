/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/check.h"
#include "workloads/minikvm/guest-list.h"
#include "workloads/minikvm/launch.h"

Test(minikvm_guests, make_an_exit_for_each_byte_and_one_for_their_end)
{
    for (int i = 0; minikvm_guest_names[i]; i++) {
        g_autofree char *output = minikvm_guest_output(minikvm_guest_names[i]);

        cr_expect_eq(minikvm_guest_exits(minikvm_guest_names[i]), strlen(output) + 1, "%s",
                     minikvm_guest_names[i]);
    }
    cr_expect_eq(minikvm_guest_exits("none"), 0);
}

static guint64 wrong_bytes(const char *wanted, const char *got)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)got, (guint)strlen(got));
    return minikvm_wrong_bytes(wanted, bytes);
}

Test(minikvm_guests, count_every_wrong_byte)
{
    cr_expect_eq(wrong_bytes("", ""), 0);
    cr_expect_eq(wrong_bytes("abc", "abc"), 0);
    cr_expect_eq(wrong_bytes("abc", "axc"), 1);
    cr_expect_eq(wrong_bytes("abc", "ab"), 1);
    cr_expect_eq(wrong_bytes("abc", "abcde"), 2);
    cr_expect_eq(wrong_bytes("abc", ""), 3);
    cr_expect_eq(wrong_bytes("a", "\xff"), 1);
}

Test(minikvm_launch, reads_what_mini_kvm_prints)
{
    static const char text[] =
        "{\"status\": 0, \"mode\": \"real\", \"exits\": 3, \"first_exit_ns\": null,\n\"vcpus\": [\n"
        "{\"id\": 0, \"end\": \"hlt\", \"reason\": \"r\", \"exits\": 2, \"by_kind\": {\"hlt\": 1}, "
        "\"interrupted\": 4, \"steps\": 0, \"kvm_stats\": {\"exits\": 9, \"fpu_reload\": 6}, "
        "\"output_bytes\": 1, \"output\": \"\\u00ff\"},\n"
        "{\"id\": 1, \"end\": \"exit\", \"exits\": 1, \"interrupted\": 0, \"output_bytes\": 0, "
        "\"output\": \"\"}]}\n";
    GError *error = NULL;
    g_autoptr(MinikvmRun) run = minikvm_run_parse(text, strlen(text), &error);
    const MinikvmVcpu *first, *second;

    check_no_error(error);
    cr_assert_eq(run->vcpus->len, 2);
    first = g_ptr_array_index(run->vcpus, 0);
    second = g_ptr_array_index(run->vcpus, 1);
    cr_expect_str_eq(first->end, "hlt");
    cr_expect_eq(first->exits, 2);
    cr_expect_eq(first->interrupted, 4);
    cr_expect_eq(first->runs_by_kvm, 6);
    cr_expect_eq(first->output->len, 1);
    cr_expect_eq(first->output->data[0], 0xff);
    cr_expect_eq(second->runs_by_kvm, -1, "an old KVM has no statistics");
    cr_expect_eq(run->runs_by_tracer, -1);
}

Test(minikvm_launch, refuses_what_it_does_not_print)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"vcpus\": []}",
        "{\"vcpus\": 3}",
        "{\"vcpus\": [3]}",
        "{\"vcpus\": [{\"end\": \"hlt\", \"exits\": 1, \"interrupted\": 0, \"output\": \"\"}]}",
        "{\"vcpus\": [{\"end\": \"hlt\", \"exits\": -1, \"interrupted\": 0, \"output_bytes\": 0, "
        "\"output\": \"\"}]}",
        "{\"vcpus\": [{\"end\": \"hlt\", \"exits\": 1, \"interrupted\": 0, \"output_bytes\": 1, "
        "\"output\": \"\\u0100\"}]}",
        "{\"vcpus\": [{\"end\": \"hlt\", \"exits\": 1, \"interrupted\": 0, \"output_bytes\": 0, "
        "\"output\": \"\", \"kvm_stats\": {}}]}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;

        cr_expect_null(minikvm_run_parse(texts[i], strlen(texts[i]), &error), "%s", texts[i]);
        check_error(error, SY_ERROR_PROTOCOL, "mini-kvm --json");
    }
}

Test(minikvm_launch, reads_the_count_of_perf_stat)
{
    GError *error = NULL;
    gint64 count = -1;

    cr_assert(minikvm_perf_parse("# started on Mon Nov 30 15:06:38 2026\n\n"
                                 "516,,kvm:kvm_userspace_exit,16860091,100.00,,\n",
                                 &count, &error));
    cr_expect_eq(count, 516);
    cr_assert_not(minikvm_perf_parse(
        "# started\n\n<not counted>,,kvm:kvm_userspace_exit,0,0.00,,\n", &count, &error));
    check_error(error, SY_ERROR_PROTOCOL, "counted nothing");
}
