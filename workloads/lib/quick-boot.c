/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/quick-boot.h"

/*
 * SeaBIOS takes seconds where guest kernel code is emulated; qboot (qemu-system-data) boots the
 * same multiboot guest in a tenth of a second. Where it is missing, QEMU's default firmware is
 * used.
 */
const char *const *quick_boot_args(const SyRunEnv *env)
{
    static const char *const qboot[] = {"-bios", "qboot.rom", NULL};

    for (guint i = 0; env->firmware[i]; i++) {
        g_autofree char *path = g_build_filename(env->firmware[i], qboot[1], NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS)) {
            return qboot;
        }
    }
    return NULL;
}
