/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy in a message fits what was tried. */
#include "base/error.h"

#include <errno.h>

#include "tests/check.h"

static char *message_of(int errno_value, const char *what, const char *path)
{
    g_autoptr(GError) error = NULL;

    sy_error_set_io(&error, errno_value, what, path);
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_IO));
    return g_strdup(error->message);
}

static char *message(int errno_value, const char *what)
{
    return message_of(errno_value, what, "results/x");
}

Test(error, who_may_not_write_is_told_to_choose_another_folder)
{
    g_autofree char *denied = message(EACCES, "cannot write");
    g_autofree char *read_only = message(EROFS, "cannot make the folder");

    cr_assert_str_eq(denied, "cannot write results/x: Permission denied; choose a folder this user "
                             "may write");
    cr_assert_str_eq(read_only, "cannot make the folder results/x: Read-only file system; choose a "
                                "folder this user may write");
}

Test(error, who_may_not_read_is_not_told_to_write_elsewhere)
{
    g_autofree char *denied = message(EACCES, "cannot read");
    g_autofree char *refused = message(EPERM, "cannot read QEMU's trace");

    cr_assert_str_eq(denied, "cannot read results/x: Permission denied; this user may not read it");
    cr_assert_str_eq(refused, "cannot read QEMU's trace results/x: Operation not permitted; this "
                              "user may not read it");
}

Test(error, what_the_kernel_keeps_for_root_is_in_no_other_folder)
{
    g_autofree char *proc = message_of(EACCES, "cannot write", "/proc/1/clear_refs");
    g_autofree char *sys = message_of(EROFS, "cannot set", "/sys/kernel/mm/ksm/run");

    cr_assert_str_eq(proc, "cannot write /proc/1/clear_refs: Permission denied");
    cr_assert_str_eq(sys, "cannot set /sys/kernel/mm/ksm/run: Read-only file system");
}
