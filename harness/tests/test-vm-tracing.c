/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flushing QEMU's trace, with a stand-in for QEMU: see fake-qemu.h. */
#include "vm/tracing.h"

#include "tests/check.h"
#include "tests/fake-qemu.h"

TestSuite(vm_tracing, .timeout = 60);

static bool flush(const char *behaviour, GError **error)
{
    char *folder = check_folder();
    SyVmConfig config = {.qemu = FAKE_QEMU_PATH};
    SyVm *vm;
    bool ok;

    g_setenv(FAKE_QEMU_VARIABLE, behaviour, TRUE);
    vm = sy_vm_start(&config, folder, error);
    check_no_error(*error);
    ok = sy_vm_trace_flush(vm, error);
    sy_vm_free(vm);
    check_folder_remove(folder);
    return ok;
}

Test(vm_tracing, silence_of_the_monitor_is_success)
{
    GError *error = NULL;

    cr_assert(flush(FAKE_QEMU_GOOD, &error));
    check_no_error(error);
}

Test(vm_tracing, words_of_the_monitor_mean_that_the_backend_is_missing)
{
    GError *error = NULL;

    cr_assert_not(flush(FAKE_QEMU_ODD_REPLIES, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "unknown command: 'trace-file'; is ");
}
