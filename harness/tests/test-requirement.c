/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "host/fingerprint.h"
#include "host/probe.h"
#include "host/requirement.h"
#include "result/finding.h"

static void clear(SyRequirementResult *result)
{
    g_free(result->evidence);
    g_free(result->remedy);
    *result = (SyRequirementResult){0};
}

Test(requirement, each_one_answers_within_a_second_with_evidence_and_remedy)
{
    gsize count;
    const SyRequirement *all = sy_requirement_all(&count);

    cr_assert_geq(count, 14);
    for (gsize i = 0; i < count; i++) {
        int64_t start = sy_now_ns();
        const SyRequirementResult *result = sy_requirement_check(all[i].name, NULL);

        cr_assert_not_null(result);
        cr_assert_leq(sy_now_ns() - start, 1500 * SY_NS_PER_MS, "%s took long", all[i].name);
        cr_assert_str_eq(result->name, all[i].name);
        cr_assert(result->evidence && result->evidence[0], "%s", all[i].name);
        cr_assert_eq(result->met, result->remedy == NULL, "%s", all[i].name);
        cr_assert(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0, "%s is not sorted",
                  all[i].name);
        cr_log_info("%-12s %-3s %s%s%s\n", all[i].name, result->met ? "yes" : "no",
                    result->evidence, result->remedy ? "; " : "",
                    result->remedy ? result->remedy : "");
    }
}

/* A row copied from another one keeps that one's probe: every probe stands in one row only. */
Test(requirement, each_name_has_a_probe_of_its_own)
{
    gsize count;
    const SyRequirement *all = sy_requirement_all(&count);

    for (gsize i = 0; i < count; i++) {
        cr_assert_not_null(all[i].probe, "%s", all[i].name);
        for (gsize k = 0; k < i; k++) {
            cr_assert_neq(all[i].probe, all[k].probe, "%s and %s", all[k].name, all[i].name);
        }
    }
}

Test(requirement, unknown_name_is_a_usage_error_that_lists_the_known)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(sy_requirement_check("kmv", &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
    cr_assert(strstr(error->message, "\"kmv\"") && strstr(error->message, "kvm,"));
}

Test(requirement, answers_are_remembered)
{
    const SyRequirementResult *first, *second;

    setenv("STEELYARD_NO_KVM", "1", 1);
    first = sy_requirement_check("kvm", NULL);
    unsetenv("STEELYARD_NO_KVM");
    second = sy_requirement_check("kvm", NULL);
    cr_assert_eq(first, second);
    cr_assert_not(second->met);
}

Test(requirement, steelyard_no_kvm_hides_kvm_and_says_so)
{
    const SyRequirementResult *kvm;

    setenv("STEELYARD_NO_KVM", "1", 1);
    kvm = sy_requirement_check("kvm", NULL);
    cr_assert_not(kvm->met);
    cr_assert(strstr(kvm->evidence, "STEELYARD_NO_KVM=1"));
    cr_assert(strstr(kvm->remedy, "STEELYARD_NO_KVM"));
}

Test(requirement, steelyard_no_kvm_0_hides_nothing)
{
    const SyRequirementResult *kvm;

    setenv("STEELYARD_NO_KVM", "0", 1);
    kvm = sy_requirement_check("kvm", NULL);
    cr_assert_null(strstr(kvm->evidence, "STEELYARD_NO_KVM"));
}

Test(requirement, check_all_stops_at_the_first_that_is_not_met)
{
    static const char *const names[] = {"schedstat", "kvm", "linux-guest", NULL};
    static const char *const none[] = {NULL}, *const unknown[] = {"nonsense", NULL};
    const SyRequirementResult *missing = NULL;
    g_autoptr(GError) error = NULL;

    setenv("STEELYARD_NO_KVM", "1", 1);
    cr_assert_not(sy_requirement_check_all(names, &missing, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_UNAVAILABLE));
    cr_assert_str_eq(missing->name, "kvm");
    cr_assert(strstr(error->message, "needs kvm: STEELYARD_NO_KVM=1"));
    g_clear_error(&error);
    cr_assert_not(sy_requirement_check_all(unknown, &missing, &error));
    cr_assert_null(missing);
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
    cr_assert(sy_requirement_check_all(none, &missing, NULL));
    cr_assert_null(missing);
}

Test(requirement, kvm_tells_a_missing_node_from_one_that_is_no_kvm)
{
    SyRequirementResult result = {0};

    sy_probe_kvm_node("/nonexistent/kvm", &result);
    cr_assert_not(result.met);
    cr_assert(strstr(result.evidence, "No such file") && strstr(result.remedy, "load kvm_intel"));
    clear(&result);
    sy_probe_kvm_node("/dev/null", &result);
    cr_assert_not(result.met);
    cr_assert(strstr(result.evidence, "KVM_GET_API_VERSION"));
    clear(&result);
}

Test(requirement, kvm_says_of_what_kind_it_is)
{
    const char *kind = sy_host_kvm_take();
    SyRequirementResult result = {0};

    sy_probe_kvm(&result);
    cr_assert_eq(result.met, strcmp(kind, "none") != 0, "%s: %s", kind, result.evidence);
    if (result.met) {
        cr_assert_not_null(strstr(result.evidence, kind), "%s", result.evidence);
        cr_assert_eq(strstr(result.evidence, "runs slowly") != NULL,
                     strcmp(kind, SY_HOST_KVM_EMULATED) == 0);
    }
    clear(&result);
}

Test(requirement, the_lab_is_told_by_a_file_of_its_image)
{
    SyRequirementResult result = {0};

    sy_probe_lab_marker("/nonexistent/lab", &result);
    cr_assert_not(result.met);
    cr_assert_not_null(strstr(result.remedy, "--host lab"));
    clear(&result);
    sy_probe_lab_marker("/", &result);
    cr_assert(result.met);
    clear(&result);
}

Test(requirement, an_ordinary_host_does_not_lack_the_lab)
{
    g_autoptr(GPtrArray) findings = sy_findings_take();
    gsize count, listed = 0;

    sy_requirement_all(&count);
    for (guint i = 0; i < findings->len; i++) {
        const SyFinding *finding = g_ptr_array_index(findings, i);

        cr_assert_str_neq(finding->name, "lab");
        listed += strcmp(finding->kind, SY_FINDING_REQUIREMENT) == 0;
    }
    cr_assert_eq(listed, count - 1, "every other requirement is a finding");
}

Test(requirement, the_lab_has_all_but_hardware_counters_and_what_was_not_built)
{
    gsize count;
    const SyRequirement *all = sy_requirement_all(&count);

    for (gsize i = 0; i < count; i++) {
        bool lacks = strcmp(all[i].name, "perf-hw") == 0 || strcmp(all[i].name, "stock-qemu") == 0;

        cr_assert_eq(all[i].lab, !lacks, "%s", all[i].name);
        cr_assert_eq(sy_requirement_find(all[i].name), &all[i]);
    }
    cr_assert_null(sy_requirement_find("kmv"));
}

Test(requirement, a_linux_guest_needs_both_its_files_and_a_kvm_that_runs_kernels)
{
    g_autofree char *dir = g_dir_make_tmp("sy-guests-XXXXXX", NULL);
    g_autofree char *linux_dir = g_build_filename(dir, "linux", NULL);
    g_autofree char *kernel = g_build_filename(linux_dir, "vmlinuz", NULL);
    g_autofree char *initrd = g_build_filename(linux_dir, "initrd", NULL);
    const char *kind = sy_host_kvm_take();
    bool fit = strcmp(kind, "none") != 0 && strcmp(kind, SY_HOST_KVM_EMULATED) != 0;

    mkdir(linux_dir, 0700);
    cr_assert(g_file_set_contents(kernel, "", 0, NULL));
    sy_requirement_set_guests_dir(dir);
    cr_assert_not(sy_requirement_check("linux-guest", NULL)->met, "half of it is there");
    cr_assert(g_file_set_contents(initrd, "", 0, NULL));
    sy_requirement_set_guests_dir(dir);
    cr_assert_eq(sy_requirement_check("linux-guest", NULL)->met, fit, "%s: %s", kind,
                 sy_requirement_check("linux-guest", NULL)->evidence);
    setenv("STEELYARD_NO_KVM", "1", 1);
    sy_requirement_set_guests_dir(dir);
    cr_assert_not(sy_requirement_check("linux-guest", NULL)->met);
    cr_assert_not_null(strstr(sy_requirement_check("linux-guest", NULL)->evidence, "NO_KVM"));
    sy_requirement_set_guests_dir(NULL);
    cr_assert_not(sy_requirement_check("linux-guest", NULL)->met);
    sy_fs_remove_tree(dir);
}

Test(requirement, stock_qemu_is_a_program_where_it_was_said_to_be)
{
    const SyRequirementResult *result;

    sy_requirement_set_stock_qemu("/nonexistent/qemu");
    result = sy_requirement_check("stock-qemu", NULL);
    cr_assert_not(result->met);
    cr_assert_str_eq(result->evidence, "there is no /nonexistent/qemu");
    cr_assert_not_null(strstr(result->remedy, "make qemu FLAVOR=stock"));
    sy_requirement_set_stock_qemu("/bin/sh");
    cr_assert(sy_requirement_check("stock-qemu", NULL)->met, "the answer before was kept");
    sy_requirement_set_stock_qemu("/etc/passwd");
    cr_assert_not(sy_requirement_check("stock-qemu", NULL)->met, "no program");
    sy_requirement_set_stock_qemu(NULL);
    cr_assert_not(sy_requirement_check("stock-qemu", NULL)->met);
}

Test(requirement, kvm_without_permission_names_the_group)
{
    g_autofree char *dir = g_dir_make_tmp("sy-kvm-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "kvm", NULL);
    SyRequirementResult result = {0};

    cr_assert(g_file_set_contents(path, "", 0, NULL));
    chmod(path, 0);
    chmod(dir, 0755);
    if (geteuid() == 0) {
        cr_assert_eq(seteuid(65534), 0);
    }
    sy_probe_kvm_node(path, &result);
    cr_assert_eq(seteuid(getuid()), 0);
    cr_assert_not(result.met);
    cr_assert(strstr(result.evidence, "Permission denied"), "%s", result.evidence);
    cr_assert(strstr(result.remedy, "group kvm"));
    clear(&result);
    unlink(path);
    rmdir(dir);
}

Test(requirement, stress_ng_outside_path_is_not_met)
{
    SyRequirementResult result = {0};

    setenv("PATH", "/nonexistent", 1);
    sy_probe_stress_ng(&result);
    cr_assert_not(result.met);
    cr_assert(strstr(result.remedy, "make deps"));
    clear(&result);
}

Test(requirement, probes_leave_no_child_behind)
{
    gsize count;
    const SyRequirement *all = sy_requirement_all(&count);

    for (gsize i = 0; i < count; i++) {
        sy_requirement_check(all[i].name, NULL);
    }
    cr_assert_eq(access("/proc/thread-self/children", R_OK), 0);
    g_autofree char *children = NULL;
    cr_assert(g_file_get_contents("/proc/thread-self/children", &children, NULL, NULL));
    cr_assert_str_eq(children, "");
}
