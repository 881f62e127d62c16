/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/explain.h"

#include <string.h>

#define CODE_BYTES 16
/* The failure reason of VMX for a state that it cannot run (bit 31: the entry failed). */
#define VMX_INVALID_STATE 0x80000021ULL

static const char *suberror_text(uint32_t suberror)
{
    static const char *const texts[] = {
        [KVM_INTERNAL_ERROR_EMULATION] =
            "it cannot emulate this instruction, or there is no memory where it should be",
        [KVM_INTERNAL_ERROR_SIMUL_EX] = "two exceptions at once",
        [KVM_INTERNAL_ERROR_DELIVERY_EV] = "an exit while it delivered an event to the guest",
        [KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] = "an exit that it does not know",
    };
    bool known = suberror < sizeof(texts) / sizeof(texts[0]) && texts[suberror];

    return known ? texts[suberror] : "unknown to mini-kvm";
}

void mk_explain_end(const MkVcpu *vcpu, char *text, size_t room)
{
    const struct kvm_run *run = vcpu->machine->run[vcpu->id];
    int length = snprintf(text, room, "%s", mk_ends[vcpu->end].text);
    unsigned long long reason;

    text += length;
    room -= (size_t)length;
    switch (vcpu->end) {
    case MK_END_INTERNAL_ERROR:
        snprintf(text, room, ", number %u: %s", run->internal.suberror,
                 suberror_text(run->internal.suberror));
        break;
    case MK_END_FAIL_ENTRY:
        reason = run->fail_entry.hardware_entry_failure_reason;
        snprintf(text, room, ", reason 0x%llx%s", reason,
                 reason != VMX_INVALID_STATE ? ""
                                             : ": an invalid state; real mode needs VMX with "
                                               "unrestricted guest");
        break;
    case MK_END_UNKNOWN:
        snprintf(text, room, ", reason %u", run->exit_reason);
        break;
    case MK_END_RUN_FAILED:
        snprintf(text, room, ": %s", strerror(vcpu->run_errno));
        break;
    default:
        break;
    }
}

/* The bytes of guest memory at a linear address, as the guest's page tables map it; how many. */
static size_t fetch(const MkVcpu *vcpu, uint64_t linear, uint8_t *bytes)
{
    const MkMachine *machine = vcpu->machine;
    struct kvm_translation where = {.linear_address = linear};
    uint64_t address = linear;
    size_t count = CODE_BYTES;

    if (mk_call(machine, machine->vcpu[vcpu->id], KVM_TRANSLATE, &where) == 0) {
        address = where.valid ? where.physical_address : UINT64_MAX;
    }
    if (address >= machine->memory_bytes) {
        return 0;
    }
    if (count > machine->memory_bytes - address) {
        count = machine->memory_bytes - address;
    }
    memcpy(bytes, machine->memory + address, count);
    return count;
}

static void print_code(const MkVcpu *vcpu, const char *what, uint64_t linear, FILE *out)
{
    uint8_t bytes[CODE_BYTES];
    size_t count = fetch(vcpu, linear, bytes);

    fprintf(out, "  %s 0x%llx:", what, (unsigned long long)linear);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, " %02x", bytes[i]);
    }
    fprintf(out, "%s\n", count ? "" : " no memory");
}

static void print_segment(const char *name, const struct kvm_segment *segment, FILE *out)
{
    fprintf(out, "  %s %04x base %llx limit %x type %x dpl %d db %d l %d\n", name,
            segment->selector, segment->base, segment->limit, segment->type, segment->dpl,
            segment->db, segment->l);
}

void mk_explain_state(const MkVcpu *vcpu, FILE *out)
{
    const MkMachine *machine = vcpu->machine;
    int fd = machine->vcpu[vcpu->id];
    const struct kvm_run *run = machine->run[vcpu->id];
    struct kvm_regs r;
    struct kvm_sregs s;

    if (mk_call(machine, fd, KVM_GET_REGS, &r) < 0 || mk_call(machine, fd, KVM_GET_SREGS, &s) < 0) {
        fprintf(out, "  KVM does not tell the registers\n");
        return;
    }
    fprintf(out, "  rip %llx rflags %llx\n", r.rip, r.rflags);
    fprintf(out, "  rax %llx rbx %llx rcx %llx rdx %llx\n", r.rax, r.rbx, r.rcx, r.rdx);
    fprintf(out, "  rsi %llx rdi %llx rbp %llx rsp %llx\n", r.rsi, r.rdi, r.rbp, r.rsp);
    fprintf(out, "  r8 %llx r9 %llx r10 %llx r11 %llx r12 %llx r13 %llx r14 %llx r15 %llx\n", r.r8,
            r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15);
    print_segment("cs", &s.cs, out);
    print_segment("ds", &s.ds, out);
    print_segment("ss", &s.ss, out);
    fprintf(out, "  cr0 %llx cr2 %llx cr3 %llx cr4 %llx efer %llx\n", s.cr0, s.cr2, s.cr3, s.cr4,
            s.efer);
    fprintf(out, "  gdt %llx+%x idt %llx+%x\n", s.gdt.base, s.gdt.limit, s.idt.base, s.idt.limit);
    print_code(vcpu, "code at", s.cs.base + r.rip, out);
    if (vcpu->end == MK_END_INTERNAL_ERROR) {
        fprintf(out, "  KVM's data:");
        for (uint32_t i = 0; i < run->internal.ndata && i < 16; i++) {
            fprintf(out, " %llx", run->internal.data[i]);
        }
        fprintf(out, "\n");
    }
    /* At a shutdown some processors have reset the registers; the steps say where it was. */
    for (uint64_t i = 0; i < MK_STEPS_KEPT && i < vcpu->steps; i++) {
        print_code(vcpu, "before, at", vcpu->step[(vcpu->steps - 1 - i) % MK_STEPS_KEPT], out);
    }
}
