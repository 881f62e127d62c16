/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/vcpu.h"

#include <errno.h>
#include <signal.h>

#include "tests/check.h"
#include "tests/minikvm-fixture.h"
#include "workloads/minikvm/vmm/crew.h"
#include "workloads/minikvm/vmm/explain.h"
#include "workloads/minikvm/vmm/report.h"

static MkVcpu *vcpu;
static int runs;

static int interrupted_then_hlt(void)
{
    static const int failures[] = {EINTR, EAGAIN, EINTR};

    if (runs < (int)G_N_ELEMENTS(failures)) {
        errno = failures[runs++];
        return -1;
    }
    mk_fake_exit(vcpu, KVM_EXIT_HLT);
    return 0;
}

Test(minikvm_vcpu, does_not_take_a_signal_for_an_exit_or_an_error)
{
    vcpu = mk_fake_vcpu();
    mk_fake.run = interrupted_then_hlt;
    mk_vcpu_run(vcpu);
    cr_expect_eq(vcpu->end, MK_END_HLT);
    cr_expect_eq(vcpu->exits, 1);
    cr_expect_eq(vcpu->interrupted, 3);
}

Test(minikvm_vcpu, does_not_enter_the_guest_after_a_stop)
{
    vcpu = mk_fake_vcpu();
    mk_fake.run = interrupted_then_hlt;
    *vcpu->stop = MK_END_TIMEOUT;
    mk_vcpu_run(vcpu);
    cr_expect_eq(vcpu->end, MK_END_TIMEOUT);
    cr_expect_eq(mk_fake_position(KVM_RUN), -1);
}

/* The time limit passes after the look at *stop and before KVM enters the guest, which would then
 * run for ever: KVM_RUN as KVM does it, which the signal itself does not interrupt any more. */
static int signalled_before_entry(void)
{
    if (runs++ == 0) {
        raise(SIGALRM);
    }
    if (vcpu->machine->run[0]->immediate_exit) {
        errno = EINTR;
        return -1;
    }
    errno = EDEADLK;
    return -1;
}

Test(minikvm_crew, does_not_lose_a_signal_before_kvm_run)
{
    MkError error;
    MkVcpu one = {0};

    vcpu = mk_fake_vcpu();
    mk_fake.run = signalled_before_entry;
    cr_assert(mk_crew_run(vcpu->machine, vcpu->options, &one, &error), "%s", error.text);
    cr_expect_eq(one.end, MK_END_TIMEOUT, "%s", mk_ends[one.end].name);
    cr_expect_eq(one.interrupted, 1);
    mk_console_free(&one.console);
}

static unsigned reason;

static int exit_for_reason(void)
{
    struct kvm_run *run = mk_fake_exit(vcpu, reason);

    if (reason == KVM_EXIT_INTERNAL_ERROR) {
        run->internal.suberror = KVM_INTERNAL_ERROR_EMULATION;
    } else if (reason == KVM_EXIT_FAIL_ENTRY) {
        run->fail_entry.hardware_entry_failure_reason = 0x80000021;
    }
    return 0;
}

Test(minikvm_vcpu, calls_no_fault_a_success)
{
    static const struct {
        unsigned reason;
        MkEnd end;
        const char *text;
    } faults[] = {
        {KVM_EXIT_SHUTDOWN, MK_END_SHUTDOWN, "triple fault"},
        {KVM_EXIT_INTERNAL_ERROR, MK_END_INTERNAL_ERROR, "cannot emulate"},
        {KVM_EXIT_FAIL_ENTRY, MK_END_FAIL_ENTRY, "unrestricted guest"},
        {KVM_EXIT_SYSTEM_EVENT, MK_END_UNKNOWN, "reason 24"},
    };
    char text[256];

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        vcpu = mk_fake_vcpu();
        mk_fake.run = exit_for_reason;
        reason = faults[i].reason;
        mk_vcpu_run(vcpu);
        cr_expect_eq(vcpu->end, faults[i].end);
        cr_expect_eq(vcpu->exits, 1);
        cr_expect_eq(mk_end_status(vcpu->end, MK_GOOD_ANY), MK_STATUS_FAULT);
        mk_explain_end(vcpu, text, sizeof(text));
        cr_expect(strstr(text, faults[i].text), "\"%s\" is not in: %s", faults[i].text, text);
    }
}

Test(minikvm_vcpu, says_why_kvm_run_failed)
{
    char text[256];

    vcpu = mk_fake_vcpu();
    mk_vcpu_run(vcpu);
    cr_expect_eq(vcpu->end, MK_END_RUN_FAILED);
    cr_expect_eq(vcpu->exits, 0);
    mk_explain_end(vcpu, text, sizeof(text));
    cr_expect(strstr(text, g_strerror(EIO)), "%s", text);
}

Test(minikvm_vcpu, ends_well_only_as_asked)
{
    cr_expect_eq(mk_end_status(MK_END_HLT, MK_GOOD_ANY), MK_STATUS_OK);
    cr_expect_eq(mk_end_status(MK_END_EXIT, MK_GOOD_ANY), MK_STATUS_OK);
    cr_expect_eq(mk_end_status(MK_END_HLT, MK_GOOD_HLT), MK_STATUS_OK);
    cr_expect_eq(mk_end_status(MK_END_EXIT, MK_GOOD_HLT), MK_STATUS_OUTPUT);
    cr_expect_eq(mk_end_status(MK_END_HLT, MK_GOOD_EXIT), MK_STATUS_OUTPUT);
    cr_expect_eq(mk_end_status(MK_END_TIMEOUT, MK_GOOD_ANY), MK_STATUS_TIMEOUT);
    cr_expect_eq(mk_end_status(MK_END_OUTPUT, MK_GOOD_ANY), MK_STATUS_HOST);
}

Test(minikvm_report, has_the_worst_status_of_all_vcpus)
{
    MkOptions options = {.vcpus = 3, .expect = {.text = {"x"}, .count = 1}};
    MkVcpu vcpus[3] = {{.end = MK_END_HLT}, {.end = MK_END_EXIT}, {.end = MK_END_HLT}};

    cr_expect_eq(mk_report_status(&options, vcpus), MK_STATUS_OUTPUT, "nothing was written");
    vcpus[2].console.expected = 1;
    cr_expect_eq(mk_report_status(&options, vcpus), MK_STATUS_OK);
    vcpus[0].console.forbidden = 1;
    cr_expect_eq(mk_report_status(&options, vcpus), MK_STATUS_OUTPUT);
    vcpus[0].end = MK_END_TIMEOUT;
    cr_expect_eq(mk_report_status(&options, vcpus), MK_STATUS_TIMEOUT);
    vcpus[1].end = MK_END_SHUTDOWN;
    cr_expect_eq(mk_report_status(&options, vcpus), MK_STATUS_FAULT);
}
