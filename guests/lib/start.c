/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first C code: takes the arguments from the multiboot information and calls the guest.
 */
#include <stddef.h>

#include "lib/guest.h"
#include "lib/io.h"
#include "lib/serial.h"
#include "lib/text.h"
#include "lib/trap.h"

#define MULTIBOOT_LOADER_MAGIC 0x2BADB002
#define MULTIBOOT_HAS_CMDLINE 0x4

#define PIC_MASTER_MASK 0x21
#define PIC_SLAVE_MASK 0xA1

struct multiboot_info {
    uint32_t flags;
    uint32_t mem_lower;
    uint32_t mem_upper;
    uint32_t boot_device;
    uint32_t cmdline;
};

void guest_start(uint32_t magic, const struct multiboot_info *info) __attribute__((noreturn));

void guest_start(uint32_t magic, const struct multiboot_info *info)
{
    const char *args = "";

    serial_init();
    trap_init();
    /* Some firmware leaves the timer ticking; an interrupt that stays pending forever still costs
     * the host time. */
    io_out8(PIC_MASTER_MASK, 0xFF);
    io_out8(PIC_SLAVE_MASK, 0xFF);
    if (magic != MULTIBOOT_LOADER_MAGIC) {
        guest_fail("not started by a multiboot loader");
    }
    if (info->flags & MULTIBOOT_HAS_CMDLINE) {
        args = text_args_of((const char *)(uintptr_t)info->cmdline);
    }
    guest_main(args);
}
