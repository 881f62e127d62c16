/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/vcpu.h"

#include <errno.h>

#include "workloads/minikvm/vmm/devices.h"

const MkEndInfo mk_ends[] = {
    [MK_END_NONE] = {"none", "it has not run", MK_STATUS_HOST},
    [MK_END_EXIT] = {"exit", "ended by a hypercall", MK_STATUS_OUTPUT},
    [MK_END_HLT] = {"hlt", "ended by HLT", MK_STATUS_OUTPUT},
    [MK_END_SHUTDOWN] = {"shutdown",
                         "shutdown: an exception that could not be delivered (a triple fault)",
                         MK_STATUS_FAULT},
    [MK_END_INTERNAL_ERROR] = {"internal-error", "internal error of KVM", MK_STATUS_FAULT},
    [MK_END_FAIL_ENTRY] = {"fail-entry", "the processor refuses to enter the guest",
                           MK_STATUS_FAULT},
    [MK_END_UNKNOWN] = {"unknown-exit", "an exit that mini-kvm does not know", MK_STATUS_FAULT},
    [MK_END_RUN_FAILED] = {"run-failed", "KVM cannot run it", MK_STATUS_FAULT},
    [MK_END_TIMEOUT] = {"timeout", "still running at the time limit", MK_STATUS_TIMEOUT},
    [MK_END_STOPPED] = {"stopped", "stopped because of another vCPU, or of what it wrote",
                        MK_STATUS_OUTPUT},
    [MK_END_OUTPUT] = {"output-failed", "its output cannot be written", MK_STATUS_HOST},
};

MkStatus mk_end_status(MkEnd end, MkGoodEnd good)
{
    if ((end == MK_END_EXIT && good != MK_GOOD_HLT) ||
        (end == MK_END_HLT && good != MK_GOOD_EXIT)) {
        return MK_STATUS_OK;
    }
    return mk_ends[end].status;
}

static void trace_exit(const MkVcpu *vcpu, const struct kvm_run *run, int64_t begin_ns)
{
    int64_t end_ns = mk_now_ns();
    char text[120];

    mk_exit_describe(run, text, sizeof(text));
    fprintf(vcpu->trace, "vcpu=%d exit=%lu t_ns=%ld run_ns=%ld %s\n", vcpu->id,
            (unsigned long)vcpu->exits, (long)(end_ns - vcpu->trace_start_ns),
            (long)(end_ns - begin_ns), text);
}

/* Serves an exit; the vCPU's end, or MK_END_NONE. */
static MkEnd serve(MkVcpu *vcpu, MkKind kind)
{
    static const MkEnd ends_by_kind[MK_KINDS] = {
        [MK_KIND_HLT] = MK_END_HLT,
        [MK_KIND_SHUTDOWN] = MK_END_SHUTDOWN,
        [MK_KIND_INTERNAL_ERROR] = MK_END_INTERNAL_ERROR,
        [MK_KIND_FAIL_ENTRY] = MK_END_FAIL_ENTRY,
        [MK_KIND_OTHER] = MK_END_UNKNOWN,
    };

    switch (kind) {
    case MK_KIND_IN:
    case MK_KIND_OUT:
        return mk_serve_port(vcpu);
    case MK_KIND_MMIO_READ:
    case MK_KIND_MMIO_WRITE:
        return mk_serve_memory(vcpu);
    case MK_KIND_VMCALL:
        return mk_serve_vmcall(vcpu);
    default:
        return kind == MK_KIND_HLT && vcpu->options->resume_hlt ? MK_END_NONE : ends_by_kind[kind];
    }
}

/* One KVM_RUN and what follows from it. */
static MkEnd run_once(MkVcpu *vcpu)
{
    struct kvm_run *run = vcpu->machine->run[vcpu->id];
    int64_t begin_ns = vcpu->trace || vcpu->exits == 0 ? mk_now_ns() : 0;
    MkKind kind;
    int result;

    result = vcpu->machine->call(vcpu->machine->vcpu[vcpu->id], KVM_RUN, NULL);
    if (result < 0 && errno != EINTR && errno != EAGAIN) {
        vcpu->run_errno = errno;
        return MK_END_RUN_FAILED;
    }
    /* A signal, or a vCPU that is not ready yet: neither says anything of the guest. */
    if (result < 0 || run->exit_reason == KVM_EXIT_INTR) {
        vcpu->interrupted++;
        return MK_END_NONE;
    }
    if (run->exit_reason == KVM_EXIT_DEBUG) {
        vcpu->step[vcpu->steps++ % MK_STEPS_KEPT] = run->debug.arch.pc;
        return MK_END_NONE;
    }
    if (vcpu->exits == 0) {
        vcpu->first_exit_ns = mk_now_ns();
        vcpu->first_run_ns = vcpu->first_exit_ns - begin_ns;
    }
    kind = mk_exit_kind(run);
    vcpu->exits++;
    vcpu->by_kind[kind]++;
    if (vcpu->trace) {
        trace_exit(vcpu, run, begin_ns);
    }
    return serve(vcpu, kind);
}

void mk_vcpu_run(MkVcpu *vcpu)
{
    /*
     * Whoever sets *stop sets immediate_exit next and sends a signal last. If that comes between
     * the look at *stop and KVM_RUN, the vCPU does not enter the guest.
     */
    while (vcpu->end == MK_END_NONE) {
        vcpu->end = *vcpu->stop ? (MkEnd)*vcpu->stop : run_once(vcpu);
        if (vcpu->console.failed && vcpu->end == MK_END_NONE) {
            vcpu->end = *vcpu->stop ? (MkEnd)*vcpu->stop : MK_END_OUTPUT;
        }
        if (vcpu->console.forbidden) {
            vcpu->stop_all(MK_END_STOPPED);
        }
    }
    mk_console_flush(&vcpu->console);
    if (vcpu->console.failed && vcpu->end <= MK_END_HLT) {
        vcpu->end = MK_END_OUTPUT;
    }
}
