/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "minikvm/os/kernel.h"

#define MENU 0 /* of the user image's programs */

void kernel_main(int flat) __attribute__((noreturn));

void panic(const char *what)
{
    console_text("1K OS: error: ");
    console_text(what);
    console_text("\n");
    console_end(true);
}

/* Called by boot.S. */
void kernel_main(int flat)
{
    console_init(flat);
    trap_init();
    irq_init(!flat);
    console_text("1K OS\n");
    if (process_run(MENU) != 0) {
        panic("the menu has ended badly");
    }
    console_end(false);
}
