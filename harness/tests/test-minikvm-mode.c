/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/mode.h"

#include <glib.h>

#include "tests/check.h"

#define MEMORY (4 * 1024 * 1024)

static MkOptions options_of(MkMode mode)
{
    return (MkOptions){.mode = mode, .vcpus = 1, .images = 1, .memory_bytes = MEMORY};
}

Test(minikvm_mode, real_vcpus_have_segments_of_their_own_below_a_mebibyte)
{
    MkOptions options = {.vcpus = 8, .memory_bytes = 8 * 128 * 1024};

    for (int id = 0; id < 8; id++) {
        struct kvm_sregs sregs = {0};
        struct kvm_regs regs;

        mk_mode_registers(&options, id, &sregs, &regs);
        cr_expect_eq(sregs.cs.base, (uint64_t)id * 128 * 1024);
        cr_expect_eq(sregs.cs.selector * 16UL, sregs.cs.base, "as virtual-8086 mode needs it");
        cr_expect_eq(sregs.ss.base, sregs.cs.base);
        cr_expect_eq(sregs.cs.base, mk_mode_origin(&options, id));
        cr_expect_eq(regs.rip, 0);
        cr_expect_eq(sregs.cr0 & 1, 0);
    }
}

/* The physical address that the page tables map `linear` to; -1 without one. */
static int64_t translate(const uint8_t *memory, uint64_t root, int levels, uint64_t linear)
{
    uint64_t table = root, entry = 0;

    for (int level = levels; level > 1; level--) {
        uint64_t index = levels == 2 ? linear >> 22 & 1023 : linear >> (12 + 9 * (level - 1)) & 511;

        memcpy(&entry, memory + table + index * (levels == 2 ? 4 : 8), levels == 2 ? 4 : 8);
        if ((entry & 3) != 3) {
            return -1;
        }
        table = entry & ~0xfffULL;
        if (entry & 0x80) {
            uint64_t size = levels == 2 ? 1UL << 22 : 1UL << (12 + 9 * (level - 1));

            return (int64_t)((entry & ~(size - 1)) | (linear & (size - 1)));
        }
    }
    return -1;
}

Test(minikvm_mode, page_tables_map_all_of_4_gib_to_itself)
{
    static const uint64_t addresses[] = {0,          0x100000,   MEMORY - 1, 0x3fffffff,
                                         0x40000000, 0xfee00000, 0xffffffff};
    g_autofree uint8_t *memory = g_malloc(MEMORY);

    for (int levels = 2; levels <= 4; levels += 2) {
        MkOptions options = options_of(levels == 2 ? MK_MODE_PAGED : MK_MODE_LONG);
        struct kvm_sregs sregs = {0};
        struct kvm_regs regs;

        memset(memory, 0, MEMORY);
        mk_mode_tables(&options, memory);
        mk_mode_registers(&options, 0, &sregs, &regs);
        for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
            cr_expect_eq(translate(memory, sregs.cr3, levels, addresses[i]), (int64_t)addresses[i],
                         "level %d, %llx", levels, (unsigned long long)addresses[i]);
        }
    }
}

Test(minikvm_mode, tables_and_stacks_lie_behind_the_largest_image)
{
    MkOptions options = options_of(MK_MODE_LONG);
    uint64_t end = mk_mode_origin(&options, 0) + mk_mode_room(&options);
    struct kvm_sregs sregs = {0};
    struct kvm_regs regs;

    mk_mode_registers(&options, MK_MAX_VCPUS - 1, &sregs, &regs);
    cr_expect_geq(regs.rsp - end, 16 * 1024UL, "the lowest stack has its room");
    cr_expect_geq(sregs.gdt.base, regs.rsp);
    cr_expect_geq(sregs.cr3, sregs.gdt.base + sregs.gdt.limit);
    cr_expect_leq(sregs.cr3 + 6 * 4096, MEMORY);
}

Test(minikvm_mode, code_segments_have_their_width)
{
    static const struct {
        MkMode mode;
        int db, l, paging;
    } modes[] = {
        {MK_MODE_PROTECTED, 1, 0, 0},
        {MK_MODE_PAGED, 1, 0, 1},
        {MK_MODE_LONG, 0, 1, 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        MkOptions options = options_of(modes[i].mode);
        struct kvm_sregs sregs = {0};
        struct kvm_regs regs;

        mk_mode_registers(&options, 2, &sregs, &regs);
        cr_expect_eq(sregs.cs.db, modes[i].db);
        cr_expect_eq(sregs.cs.l, modes[i].l);
        cr_expect_eq(sregs.cr0 >> 31 & 1, (unsigned)modes[i].paging);
        cr_expect_eq(sregs.cr0 & 1, 1);
        cr_expect_eq(regs.rdi, 2, "the number of the vCPU");
        cr_expect_eq(regs.rsi, MEMORY);
        cr_expect_eq(regs.rip, mk_mode_origin(&options, 2));
    }
}
