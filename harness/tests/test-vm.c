/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Life and death of a VM, with a stand-in for QEMU: see fake-qemu.h. */
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "tests/check.h"
#include "tests/fake-qemu.h"

#define LIMIT_NS (10 * SY_NS_PER_S)
#define SHORT_NS (200 * SY_NS_PER_MS)

static char *folder;  /* of this test */
static char *run_dir; /* in it */

static void set_up(void)
{
    folder = check_folder();
    run_dir = g_build_filename(folder, "deep", "run", NULL);
}

static void tear_down(void)
{
    check_folder_remove(folder);
    g_free(run_dir);
}

TestSuite(vm, .init = set_up, .fini = tear_down, .timeout = 60);

static SyVm *start(const char *behaviour, GError **error)
{
    SyVmConfig config = {
        .qemu = FAKE_QEMU_PATH,
        .kernel = "/guests/spin.elf",
        .connect_timeout_ns = LIMIT_NS,
        .quit_timeout_ns = SHORT_NS,
        .term_timeout_ns = SHORT_NS,
    };

    if (g_str_equal(behaviour, FAKE_QEMU_MUTE) || g_str_equal(behaviour, FAKE_QEMU_NO_GREETING)) {
        config.connect_timeout_ns = SHORT_NS;
    } else if (!g_str_equal(behaviour, FAKE_QEMU_IGNORE_QUIT) &&
               !g_str_equal(behaviour, FAKE_QEMU_IGNORE_ALL)) {
        config.quit_timeout_ns = LIMIT_NS;
    }
    g_setenv(FAKE_QEMU_VARIABLE, behaviour, TRUE);
    return sy_vm_start(&config, run_dir, error);
}

static SyVm *started(const char *behaviour)
{
    GError *error = NULL;
    SyVm *vm = start(behaviour, &error);

    check_no_error(error);
    return vm;
}

static bool in_run_dir(const char *name)
{
    g_autofree char *path = g_build_filename(run_dir, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool process_exists(pid_t pid)
{
    return kill(pid, 0) == 0 || errno != ESRCH;
}

/* There is no child of this process left, running or not. */
static void check_no_children(void)
{
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_assert_eq(errno, ECHILD);
}

Test(vm, starts_gets_ready_and_stops_leaving_only_its_logs)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    g_autofree char *line = NULL;
    GError *error = NULL;

    cr_assert(sy_vm_wait_ready(vm, "spin: ready", LIMIT_NS, &line, &error));
    cr_assert_str_eq(line, FAKE_QEMU_READY);
    cr_assert(sy_vm_check(vm, &error));
    cr_assert(in_run_dir("qmp.sock"));
    cr_assert(sy_vm_stop(vm, &error), "%s", error->message);
    check_no_children();
    cr_assert_not(in_run_dir("qmp.sock"));
    cr_assert_not(in_run_dir("serial.sock"));
    cr_assert(in_run_dir("qemu.log"));
    cr_assert(in_run_dir("cmdline"));
}

Test(vm, run_folder_and_log_are_private_even_if_the_folder_was_there)
{
    g_autoptr(SyVm) vm = NULL;
    g_autofree char *log = g_build_filename(run_dir, "qemu.log", NULL);
    struct stat st;

    umask(0);
    cr_assert_eq(g_mkdir_with_parents(run_dir, 0777), 0);
    vm = started(FAKE_QEMU_GOOD);
    cr_assert_not_null(vm);
    cr_assert_eq(stat(run_dir, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0700, "mode %o", st.st_mode);
    cr_assert_eq(stat(log, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600, "mode %o", st.st_mode);
}

Test(vm, cmdline_file_can_be_given_to_a_shell_and_does_not_start_paused)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    g_autofree char *path = g_build_filename(run_dir, "cmdline", NULL);
    g_autofree char *expected = g_strdup_printf("cd '%s' &&\n" FAKE_QEMU_PATH " -name ", run_dir);
    g_autofree char *text = NULL;

    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    cr_assert(g_str_has_prefix(text, expected), "%s", text);
    cr_assert_null(strstr(text, " -S"));
}

Test(vm, qemu_is_started_paused_in_the_run_folder)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    g_autofree char *proc = g_strdup_printf("/proc/%d/cmdline", (int)sy_vm_pid(vm));
    g_autofree char *cwd = g_strdup_printf("/proc/%d/cwd", (int)sy_vm_pid(vm));
    g_autofree char *where = g_file_read_link(cwd, NULL);
    g_autofree char *text = NULL;
    gsize length = 0;

    cr_assert(g_file_get_contents(proc, &text, &length, NULL));
    cr_assert_str_eq(text + length - 3, "-S");
    cr_assert_str_eq(where, run_dir);
}

Test(vm, paused_vm_runs_only_after_resume)
{
    SyVmConfig config = {.qemu = FAKE_QEMU_PATH, .paused = true};
    g_autoptr(SyVm) vm = NULL;
    GError *error = NULL;

    g_setenv(FAKE_QEMU_VARIABLE, FAKE_QEMU_GOOD, TRUE);
    vm = sy_vm_start(&config, run_dir, &error);
    check_no_error(error);
    cr_assert_not(sy_vm_wait_ready(vm, "spin: ready", SHORT_NS, NULL, &error));
    check_error(error, SY_ERROR_TIMEOUT, "the guest printed nothing");
    cr_assert(sy_vm_resume(vm, &error));
    cr_assert(sy_vm_wait_ready(vm, "spin: ready", LIMIT_NS, NULL, &error));
}

Test(vm, run_folder_may_be_deeper_than_a_socket_address_is_long)
{
    g_autofree char *name = g_strnfill(150, 'd');
    g_autoptr(SyVm) vm = NULL;

    g_free(run_dir);
    run_dir = g_build_filename(folder, name, name, NULL);
    vm = started(FAKE_QEMU_GOOD);
    cr_assert(sy_vm_wait_ready(vm, "spin: ready", LIMIT_NS, NULL, NULL));
}

Test(vm, run_folder_left_by_a_killed_run_can_be_used_again)
{
    GError *error = NULL;

    for (int i = 0; i < 2; i++) {
        g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);

        cr_assert(sy_vm_wait_ready(vm, "spin: ready", LIMIT_NS, NULL, &error));
        sy_vm_stop(vm, NULL);
        g_autofree char *stale = g_build_filename(run_dir, "qmp.sock", NULL);
        cr_assert(g_file_set_contents(stale, "", 0, NULL));
    }
}

Test(vm, missing_qemu_is_unavailable_and_named)
{
    SyVmConfig config = {.qemu = "/nowhere/qemu"};
    GError *error = NULL;

    cr_assert_null(sy_vm_start(&config, run_dir, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "/nowhere/qemu");
    check_no_children();
}

Test(vm, run_folder_that_cannot_be_made_is_an_io_error_and_named)
{
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    SyVmConfig config = {.qemu = FAKE_QEMU_PATH};
    GError *error = NULL;

    cr_assert(g_file_set_contents(file, "", 0, NULL));
    g_free(run_dir);
    run_dir = g_build_filename(file, "run", NULL);
    cr_assert_null(sy_vm_start(&config, run_dir, &error));
    check_error(error, SY_ERROR_IO, run_dir);
}

Test(vm, qemu_that_dies_at_once_is_reported_with_exit_and_last_log_lines)
{
    GError *error = NULL;

    cr_assert_null(start(FAKE_QEMU_DIE_AT_ONCE, &error));
    cr_assert_null(strstr(error->message, "3 |"), "%s", error->message);
    check_error(error, SY_ERROR_DIED, "QEMU ended while starting: exit status 3; ");
    cr_assert_null(start(FAKE_QEMU_DIE_AT_ONCE, &error));
    check_error(error, SY_ERROR_DIED,
                "qemu.log ends with: 4 | 5 | 6 | 7 | fake: cannot open kernel");
    check_no_children();
}

Test(vm, log_lines_of_an_earlier_vm_are_not_quoted)
{
    g_autofree char *log = g_build_filename(run_dir, "qemu.log", NULL);
    GError *error = NULL;

    cr_assert_eq(g_mkdir_with_parents(run_dir, 0700), 0);
    cr_assert(g_file_set_contents(log, "old news\n", -1, NULL));
    cr_assert_null(start(FAKE_QEMU_DIE_GREETING, &error));
    cr_assert_null(strstr(error->message, "old news"), "%s", error->message);
    check_error(error, SY_ERROR_DIED, "exit status 4");
}

Test(vm, qemu_that_dies_during_the_greeting_is_reported_with_its_exit)
{
    GError *error = NULL;

    cr_assert_null(start(FAKE_QEMU_DIE_GREETING, &error));
    check_error(error, SY_ERROR_DIED, "exit status 4; ");
    check_no_children();
}

Test(vm, qemu_that_opens_no_socket_times_out_and_is_gone)
{
    GError *error = NULL;

    cr_assert_null(start(FAKE_QEMU_MUTE, &error));
    check_error(error, SY_ERROR_TIMEOUT, "qmp.sock within 0.2 s");
    check_no_children();
}

Test(vm, qemu_that_does_not_greet_times_out_and_is_gone)
{
    GError *error = NULL;

    cr_assert_null(start(FAKE_QEMU_NO_GREETING, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP greeting");
    check_no_children();
}

Test(vm, guest_never_ready_times_out_naming_guest_limit_and_last_lines)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_NEVER_READY);
    int64_t begin = sy_now_ns();
    GError *error = NULL;

    cr_assert_not(sy_vm_wait_ready(vm, "spin: ready", 1500 * SY_NS_PER_MS, NULL, &error));
    cr_assert_lt(sy_now_ns() - begin, 3 * SY_NS_PER_S);
    check_error(error, SY_ERROR_TIMEOUT,
                "guest /guests/spin.elf did not print \"spin: ready\" within 1.5 s; the guest's "
                "last lines: \"hello\"; see ");
    cr_assert(sy_vm_stop(vm, &error));
}

Test(vm, qemu_that_dies_before_the_guest_is_ready_is_reported_with_the_reason)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_DIE_RUNNING);
    int64_t begin = sy_now_ns();
    GError *error = NULL;

    cr_assert_not(sy_vm_wait_ready(vm, "spin: ready", 30 * SY_NS_PER_S, NULL, &error));
    cr_assert_lt(sy_now_ns() - begin, 5 * SY_NS_PER_S);
    check_error(error, SY_ERROR_DIED,
                "QEMU ended before the guest was ready: exit status 0, after a SHUTDOWN event: "
                "guest-reset; ");
}

Test(vm, qemu_that_is_gone_when_the_guest_is_written_to_is_reported_with_the_reason)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_DIE_RUNNING);
    GError *error = NULL;

    g_usleep(200000);
    cr_assert_not(sy_vm_write(vm, "\n", 5 * SY_NS_PER_S, &error));
    check_error(error, SY_ERROR_DIED,
                "QEMU ended before the guest was written to: exit status 0, after a SHUTDOWN "
                "event: guest-reset; ");
}

Test(vm, qemu_that_crashes_mid_run_is_reported_with_its_signal)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_CRASH_RUNNING);
    GError *error = NULL;

    g_usleep(200000);
    cr_assert_null(sy_vm_execute(vm, "query-status", NULL, &error));
    check_error(error, SY_ERROR_DIED, "QEMU ended during QMP query-status: killed by SIGSEGV; ");
    cr_assert_not(sy_vm_check(vm, &error));
    check_error(error, SY_ERROR_DIED, "killed by SIGSEGV");
    cr_assert_not(sy_vm_stop(vm, &error));
    check_error(error, SY_ERROR_DIED, "QEMU ended before it was told to: killed by SIGSEGV; ");
    check_no_children();
}

Test(vm, kvm_error_is_noticed_while_waiting_though_qemu_lives)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_KVM_ERROR);
    int64_t begin = sy_now_ns();
    GError *error = NULL;

    cr_assert_not(sy_vm_wait_ready(vm, "spin: ready", 30 * SY_NS_PER_S, NULL, &error));
    cr_assert_lt(sy_now_ns() - begin, 10 * SY_NS_PER_S);
    check_error(error, SY_ERROR_DIED,
                "KVM could not continue the guest (runstate "
                "internal-error) in guest /guests/spin.elf");
    cr_assert_not(sy_vm_check(vm, &error));
    check_error(error, SY_ERROR_DIED, "internal-error");
    cr_assert(sy_vm_stop(vm, &error));
}

Test(vm, qemu_that_ignores_quit_is_ended_by_sigterm)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_IGNORE_QUIT);
    GError *error = NULL;

    cr_assert_not(sy_vm_stop(vm, &error));
    check_error(error, SY_ERROR_TIMEOUT, "did not end within 0.2 s of QMP quit and needed SIGTERM");
    check_no_children();
}

Test(vm, qemu_that_ignores_sigterm_is_ended_by_sigkill)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_IGNORE_ALL);
    GError *error = NULL;

    cr_assert_not(sy_vm_stop(vm, &error));
    check_error(error, SY_ERROR_TIMEOUT, "needed SIGKILL");
    check_no_children();
}

Test(vm, bad_exit_status_after_quit_is_reported)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_BAD_EXIT);
    GError *error = NULL;

    cr_assert_not(sy_vm_stop(vm, &error));
    check_error(error, SY_ERROR_DIED, "abnormally after QMP quit: exit status 7");
}

Test(vm, process_that_qemu_leaves_behind_is_killed_too)
{
    g_autoptr(SyVm) vm = NULL;
    g_autofree char *path = g_build_filename(run_dir, "linger.pid", NULL);
    g_autofree char *text = NULL;
    GError *error = NULL;
    pid_t pid;

    /* The orphan becomes ours, so that its end can be seen. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    vm = started(FAKE_QEMU_LINGER);
    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    pid = (pid_t)g_ascii_strtoll(text, NULL, 10);
    cr_assert(process_exists(pid));
    cr_assert(sy_vm_stop(vm, &error), "%s", error->message);
    for (int i = 0; i < 1000 && process_exists(pid); i++) {
        waitpid(pid, NULL, WNOHANG);
        g_usleep(2000);
    }
    cr_assert_not(process_exists(pid));
}

Test(vm, events_that_were_dropped_unread_are_counted_in_qemus_log)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_CHATTY);
    g_autofree char *path = g_build_filename(run_dir, "qemu.log", NULL), *log = NULL;
    GError *error = NULL;

    cr_assert(sy_vm_wait_ready(vm, "spin: ready", LIMIT_NS, NULL, &error));
    cr_assert(sy_vm_check(vm, &error));
    cr_assert(sy_vm_stop(vm, &error));
    cr_assert(g_file_get_contents(path, &log, NULL, NULL));
    cr_assert_not_null(strstr(log, "steelyard: 3 QMP events were dropped unread\n"), "%s", log);
}

Test(vm, stopping_twice_is_fine_and_later_use_fails)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    GError *error = NULL;

    cr_assert(sy_vm_stop(vm, &error));
    cr_assert(sy_vm_stop(vm, &error));
    cr_assert(sy_vm_stop(NULL, &error));
    cr_assert_not(sy_vm_check(vm, &error));
    check_error(error, SY_ERROR_DIED, "was stopped");
    cr_assert_not(sy_vm_wait_ready(vm, "x", SHORT_NS, NULL, &error));
    check_error(error, SY_ERROR_DIED, "was stopped");
    cr_assert_null(sy_vm_execute(vm, "query-status", NULL, &error));
    check_error(error, SY_ERROR_DIED, "was stopped");
    cr_assert_eq(sy_vm_pid(vm), 0);
    cr_assert_null(sy_vm_qmp(vm));
}

Test(vm, freeing_without_stopping_leaves_no_process)
{
    SyVm *vm = started(FAKE_QEMU_IGNORE_ALL);

    sy_vm_free(vm);
    check_no_children();
}

Test(vm, cancelled_run_ends_waiting_and_still_stops_in_order)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_NEVER_READY);
    int64_t begin = sy_now_ns();
    GError *error = NULL;

    sy_cancel_install();
    raise(SIGINT);
    cr_assert_not(sy_vm_wait_ready(vm, "spin: ready", LIMIT_NS, NULL, &error));
    check_error(error, SY_ERROR_CANCELLED, "SIGINT");
    cr_assert(sy_vm_stop(vm, &error), "%s", error->message);
    cr_assert_lt(sy_now_ns() - begin, 2 * SY_NS_PER_S);
    check_no_children();
    cr_assert_null(start(FAKE_QEMU_GOOD, &error));
    check_error(error, SY_ERROR_CANCELLED, "SIGINT");
}

Test(vm, refused_command_is_told_in_qemus_words)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    GError *error = NULL;

    cr_assert_null(sy_vm_execute(vm, "nonsense", NULL, &error));
    check_error(error, SY_ERROR_PEER,
                "QMP nonsense: CommandNotFound: The command nonsense has "
                "not been found");
}

/* How many descriptors this process has open; those exec would hand on go to `inheritable`. */
static guint count_descriptors(guint *inheritable)
{
    guint open = 0;

    *inheritable = 0;
    for (int fd = 0; fd < 1024; fd++) {
        int flags = fcntl(fd, F_GETFD);

        open += flags >= 0;
        *inheritable += flags >= 0 && !(flags & FD_CLOEXEC);
    }
    return open;
}

Test(vm, descriptors_are_close_on_exec_and_closed_in_the_end)
{
    guint inheritable_before, inheritable, before = count_descriptors(&inheritable_before);
    SyVm *vm = started(FAKE_QEMU_GOOD);

    cr_assert_gt(count_descriptors(&inheritable), before);
    cr_assert_eq(inheritable, inheritable_before);
    sy_vm_free(vm);
    cr_assert_eq(count_descriptors(&inheritable), before);
}
