/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/mode.h"

#define PAGE 0x1000UL
#define FLAT_ORIGIN 0x100000UL

/* At the end of memory: a page with the GDT, then those of the page tables. */
#define TABLES (8 * PAGE)
#define STACK (4 * PAGE)

#define GDT_CODE32 0x08
#define GDT_DATA 0x10
#define GDT_CODE64 0x18

#define RFLAGS_ALWAYS (1UL << 1)
#define CR0_PE (1UL << 0)
#define CR0_MP (1UL << 1)
#define CR0_ET (1UL << 4)
#define CR0_NE (1UL << 5)
#define CR0_PG (1UL << 31)
#define CR4_PSE (1UL << 4)
#define CR4_PAE (1UL << 5)
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)

/* Present and writable, and in the last level: a large page. */
#define TABLE_ENTRY 0x3UL
#define LARGE_PAGE 0x83UL

static uint64_t tables(const MkOptions *options)
{
    return options->memory_bytes - TABLES;
}

uint64_t mk_mode_origin(const MkOptions *options, int id)
{
    return options->mode == MK_MODE_REAL ? mk_mode_room(options) * (size_t)id : FLAT_ORIGIN;
}

size_t mk_mode_room(const MkOptions *options)
{
    return options->mode == MK_MODE_REAL ? options->memory_bytes / (size_t)options->vcpus
                                         : tables(options) - STACK * MK_MAX_VCPUS - FLAT_ORIGIN;
}

void mk_mode_tables(const MkOptions *options, uint8_t *memory)
{
    uint64_t root = tables(options) + PAGE;
    uint64_t *gdt = (uint64_t *)(memory + tables(options));
    uint64_t *table = (uint64_t *)(memory + root);
    uint32_t *directory = (uint32_t *)(memory + root);

    if (options->mode == MK_MODE_REAL) {
        return;
    }
    gdt[GDT_CODE32 / 8] = 0x00cf9b000000ffff;
    gdt[GDT_DATA / 8] = 0x00cf93000000ffff;
    gdt[GDT_CODE64 / 8] = 0x00af9b000000ffff;
    if (options->mode == MK_MODE_PAGED) {
        /* 1024 pages of 4 MiB. */
        for (uint32_t i = 0; i < 1024; i++) {
            directory[i] = (uint32_t)(i << 22 | LARGE_PAGE);
        }
    } else if (options->mode == MK_MODE_LONG) {
        /* PML4, a table of four directories, and these, with pages of 2 MiB. */
        table[0] = (root + PAGE) | TABLE_ENTRY;
        for (uint64_t i = 0; i < 4; i++) {
            table[512 + i] = (root + (2 + i) * PAGE) | TABLE_ENTRY;
        }
        for (uint64_t i = 0; i < 2048; i++) {
            table[2 * 512 + i] = i << 21 | LARGE_PAGE;
        }
    }
}

/* A segment of 16, 32 or 64 bits. Types: 11 is code and 3 data, both already accessed, so that
 * nothing has to be written to a table when they are used. */
static struct kvm_segment segment(int bits, uint64_t base, uint16_t selector, uint8_t type)
{
    return (struct kvm_segment){
        .base = base,
        .limit = bits == 16 ? 0xffff : 0xffffffff,
        .selector = selector,
        .type = type,
        .present = 1,
        .s = 1,
        .db = bits == 32,
        .l = bits == 64,
        .g = bits != 16,
    };
}

void mk_mode_registers(const MkOptions *options, int id, struct kvm_sregs *sregs,
                       struct kvm_regs *regs)
{
    uint64_t origin = mk_mode_origin(options, id);
    uint64_t base = options->mode == MK_MODE_REAL ? origin : 0;
    int bits = options->mode == MK_MODE_REAL ? 16 : options->mode == MK_MODE_LONG ? 64 : 32;
    uint16_t code = bits == 16 ? base >> 4 : bits == 32 ? GDT_CODE32 : GDT_CODE64;

    *regs = (struct kvm_regs){.rip = origin - base, .rsp = 0xfff0, .rflags = RFLAGS_ALWAYS};
    sregs->cs = segment(bits, base, code, 11);
    sregs->ss = segment(bits, base, bits == 16 ? code : GDT_DATA, 3);
    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss;
    if (options->mode == MK_MODE_REAL) {
        return;
    }
    sregs->gdt.base = tables(options);
    sregs->gdt.limit = GDT_CODE64 + 7;
    sregs->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE;
    if (options->mode != MK_MODE_PROTECTED) {
        sregs->cr0 |= CR0_PG;
        sregs->cr3 = tables(options) + PAGE;
    }
    if (options->mode == MK_MODE_PAGED) {
        sregs->cr4 = CR4_PSE;
    } else if (options->mode == MK_MODE_LONG) {
        sregs->cr4 = CR4_PAE;
        sregs->efer = EFER_LME | EFER_LMA;
    }
    regs->rsp = tables(options) - STACK * (uint64_t)id;
    regs->rdi = (uint64_t)id;
    regs->rsi = options->memory_bytes;
}
