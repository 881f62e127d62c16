/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a machine, with a shell script for its QEMU: it runs in the folder of the boot, and
 * writes there what QEMU would write. */
#include "lab/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "tests/check.h"

#define UP "echo '!up 2.5' >> events.log; "
#define BYE "echo '!bye 0' >> events.log; "

static char *folder, *qemu, *image, *dir;

static void set_up(void)
{
    folder = check_folder();
    qemu = g_build_filename(folder, "qemu", NULL);
    image = g_build_filename(folder, "image", NULL);
    dir = g_build_filename(folder, "boot", NULL);
    cr_assert(g_file_set_contents(image, "", 0, NULL));
}

static void tear_down(void)
{
    check_folder_remove(folder);
    g_free(qemu);
    g_free(image);
    g_free(dir);
}

TestSuite(machine, .init = set_up, .fini = tear_down, .timeout = 60);

static SyMachineConfig config(const char *script)
{
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, NULL);

    cr_assert(g_file_set_contents_full(qemu, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    return (SyMachineConfig){
        .qemu = qemu,
        .kernel = image,
        .initrd = image,
        .dir = dir,
        .task = "job",
        .boot_limit_s = 30,
        .silence_limit_s = 30,
    };
}

static SyMachine *boot(const SyMachineConfig *c)
{
    GError *error = NULL;
    SyMachine *machine = sy_machine_boot(c, &error);

    check_no_error(error);
    return machine;
}

static SyMachine *boot_script(const char *script)
{
    SyMachineConfig c = config(script);

    return boot(&c);
}

static char *read_file(const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;

    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "no %s", name);
    return text;
}

static void check_line(SyMachine *machine, const char *expected)
{
    g_autofree char *line = NULL;
    GError *error = NULL;

    cr_assert(sy_machine_next(machine, &line, &error), "%s", error->message);
    cr_assert_str_eq(line ? line : "(end)", expected);
}

/* The next line does not come, because of `kind`, and the message holds `text`. */
static void check_failure(SyMachine *machine, SyError kind, const char *text)
{
    g_autofree char *line = NULL;
    GError *error = NULL;

    cr_assert_not(sy_machine_next(machine, &line, &error));
    cr_assert_null(line);
    check_error(error, kind, text);
}

/* Waits for the script to have written its process id. */
static pid_t await_pid(void)
{
    g_autofree char *path = g_build_filename(dir, "pid", NULL);
    int64_t deadline_ns = sy_now_ns() + 10 * SY_NS_PER_S;

    for (;;) {
        g_autofree char *text = NULL;

        if (g_file_get_contents(path, &text, NULL, NULL) && strchr(text, '\n')) {
            return (pid_t)g_ascii_strtoll(text, NULL, 10);
        }
        cr_assert_lt(sy_now_ns(), deadline_ns, "the script did not start");
        g_usleep(2000);
    }
}

Test(machine, lines_come_until_the_farewell)
{
    g_autoptr(SyMachine) m = boot_script(UP "echo one >> events.log; sleep 0.1; "
                                            "printf 'two\\nthr' >> events.log; sleep 0.1; "
                                            "echo ee >> events.log; echo '!bye 7' >> events.log");

    cr_assert_eq(sy_machine_status(m), -1);
    cr_assert_eq(sy_machine_boot_s(m), 0);
    check_line(m, "one");
    cr_assert_gt(sy_machine_boot_s(m), 0);
    cr_assert_lt(sy_machine_boot_s(m), 30);
    check_line(m, "two");
    check_line(m, "three");
    check_line(m, "(end)");
    cr_assert_eq(sy_machine_status(m), 7);
    check_line(m, "(end)");
}

Test(machine, what_is_said_last_is_heard_though_qemu_is_gone)
{
    g_autoptr(SyMachine) m = boot_script(UP "echo one >> events.log; echo two >> events.log; " BYE);

    g_usleep(300000);
    check_line(m, "one");
    check_line(m, "two");
    check_line(m, "(end)");
    cr_assert_eq(sy_machine_status(m), 0);
}

Test(machine, after_the_farewell_nothing_is_heard)
{
    g_autoptr(SyMachine) m = boot_script(UP BYE "echo late >> events.log; echo '!bye x' >> "
                                                "events.log");

    check_line(m, "(end)");
    check_line(m, "(end)");
    cr_assert_eq(sy_machine_status(m), 0);
}

Test(machine, folder_is_private_and_shows_what_was_run)
{
    SyMachineConfig c = config("cat request > seen; pwd -P > cwd; " UP BYE);
    g_autoptr(SyMachine) m = NULL;
    g_autofree char *cmdline = NULL, *seen = NULL, *cwd = NULL;
    struct stat st;

    c.request = "a request\nof two lines";
    m = boot(&c);
    check_line(m, "(end)");
    cmdline = read_file("cmdline");
    seen = read_file("seen");
    cwd = g_strstrip(read_file("cwd"));
    cr_assert_str_eq(cmdline, sy_machine_cmdline(m));
    cr_assert_not_null(strstr(cmdline, "-icount") ? NULL : strstr(cmdline, qemu));
    cr_assert_str_eq(seen, c.request);
    cr_assert(g_str_has_suffix(cwd, "/boot"));
    cr_assert_eq(stat(dir, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0700);
}

Test(machine, an_earlier_boot_in_the_same_folder_is_forgotten)
{
    SyMachine *first = boot_script(UP "echo old >> events.log; echo old > console.log; "
                                      "echo old > archive.tar; echo '!bye 3' >> events.log");
    g_autoptr(SyMachine) second = NULL;
    g_autofree char *archive = g_build_filename(dir, "archive.tar", NULL);

    check_line(first, "old");
    check_line(first, "(end)");
    sy_machine_end(first);
    second = boot_script("exit 1");
    cr_assert_not(g_file_test(archive, G_FILE_TEST_EXISTS));
    check_failure(second, SY_ERROR_DIED, "its console is empty");
    cr_assert_eq(sy_machine_status(second), -1);
}

Test(machine, end_kills_and_waits)
{
    SyMachine *m = boot_script("trap '' TERM; echo $$ > pid; while :; do sleep 1; done");
    pid_t pid = await_pid();

    sy_machine_end(m);
    cr_assert_eq(kill(pid, 0), -1);
    cr_assert_eq(errno, ESRCH);
    sy_machine_end(NULL);
}

Test(machine, nothing_is_left_when_its_owner_is_killed)
{
    SyMachineConfig c = config("echo $$ > pid; exec sleep 60");
    int64_t deadline_ns = sy_now_ns() + 5 * SY_NS_PER_S;
    pid_t owner = fork(), pid;

    if (owner == 0) {
        boot(&c);
        for (;;) {
            pause();
        }
    }
    pid = await_pid();
    kill(owner, SIGKILL);
    waitpid(owner, NULL, 0);
    while (kill(pid, 0) == 0 && sy_now_ns() < deadline_ns) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid), *stat = NULL;

        if (g_file_get_contents(path, &stat, NULL, NULL) && strstr(stat, ") Z ")) {
            return; /* dead; not every init of a container buries */
        }
        g_usleep(2000);
    }
    cr_assert_lt(sy_now_ns(), deadline_ns, "process %d lives on", (int)pid);
}

Test(machine, not_up_in_time_is_a_timeout_with_the_end_of_the_console)
{
    SyMachineConfig c =
        config("for i in 1 2 3 4 5 6 7 8 9; do printf \"\\033[1mline $i\\033[0m\\r\\n\"; done > "
               "console.log; sleep 60");
    g_autoptr(SyMachine) m = NULL;
    int64_t begin_ns = sy_now_ns();
    g_autofree char *tail = NULL;

    c.boot_limit_s = 0.5;
    m = boot(&c);
    check_failure(m, SY_ERROR_TIMEOUT,
                  "not up within 0.5 s; console: line 2 | line 3 | line 4 | line 5 | line 6 | line "
                  "7 | line 8 | line 9");
    cr_assert_lt(sy_now_ns() - begin_ns, 5 * SY_NS_PER_S);
    tail = sy_machine_console_tail(m, 2);
    cr_assert_str_eq(tail, "line 8\nline 9");
}

Test(machine, silence_is_a_timeout_counted_from_the_last_line)
{
    SyMachineConfig c = config(UP "for i in 1 2 3; do sleep 0.6; echo $i >> events.log; done; "
                                  "echo stuck > console.log; sleep 60");
    g_autoptr(SyMachine) m = NULL;

    c.silence_limit_s = 1.5;
    c.boot_limit_s = 30;
    m = boot(&c);
    check_line(m, "1");
    check_line(m, "2");
    check_line(m, "3");
    check_failure(m, SY_ERROR_TIMEOUT, "has been silent for 1.5 s; console: stuck");
}

Test(machine, qemu_that_cannot_run_shows_its_own_words)
{
    g_autoptr(SyMachine) m = boot_script("echo 'qemu: a remark' >&2; "
                                         "echo 'qemu: no such device' >&2; exit 1");

    check_failure(m, SY_ERROR_DIED,
                  "died with its QEMU: exit status 1: qemu: no such device; its console is empty");
}

Test(machine, qemu_that_crashes_is_told_from_a_reset)
{
    g_autoptr(SyMachine) crash = boot_script(UP "kill -SEGV $$");

    check_failure(crash, SY_ERROR_DIED, "died with its QEMU: killed by SIGSEGV");
}

Test(machine, reset_without_farewell_is_a_death)
{
    SyMachine *m = boot_script("echo hello > console.log");

    check_failure(m, SY_ERROR_DIED, "the lab ended before it was up; console: hello");
    sy_machine_end(m);
    m = boot_script(UP "echo one >> events.log");
    check_line(m, "one");
    check_failure(m, SY_ERROR_DIED, "the lab ended in the middle of its task");
    cr_assert_eq(sy_machine_status(m), -1);
    sy_machine_end(m);
}

Test(machine, a_panic_is_named)
{
    g_autoptr(SyMachine) m = boot_script(
        UP "printf '[3.1] sysrq: Trigger a crash\\r\\n[3.2] Kernel panic - not syncing: sysrq "
           "triggered crash\\r\\n[3.2] RIP: 0010\\r\\n' > console.log");

    check_failure(m, SY_ERROR_DIED,
                  "the lab died of a kernel panic: sysrq triggered crash; console: [3.1] sysrq: "
                  "Trigger a crash");
}

Test(machine, a_lab_that_cannot_be_set_up_says_why)
{
    g_autoptr(SyMachine) m = boot_script("echo '!fail cannot load the module x.ko: Exec format "
                                         "error' >> events.log; sleep 60");

    check_failure(m, SY_ERROR_DIED, "could not be set up: cannot load the module x.ko: Exec");
}

Test(machine, words_that_make_no_sense_are_refused)
{
    static const struct {
        const char *script, *message;
    } odd[] = {
        {"echo '!bye 256' >> events.log", "ended with the status '256'"},
        {"echo '!bye ' >> events.log", "ended with the status ''"},
        {"echo '!hello' >> events.log", "the lab sent '!hello'"},
        {"printf '\\377\\n' >> events.log", "not UTF-8"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autofree char *script = g_strconcat(odd[i].script, "; sleep 60", NULL);
        g_autoptr(SyMachine) m = boot_script(script);

        check_failure(m, SY_ERROR_PROTOCOL, odd[i].message);
    }
}

Test(machine, waiting_ends_early_when_the_user_asks_for_it)
{
    g_autoptr(SyMachine) m = boot_script("sleep 60");
    int64_t begin_ns = sy_now_ns();

    sy_cancel_install();
    raise(SIGTERM);
    check_failure(m, SY_ERROR_CANCELLED, "interrupted by SIGTERM");
    cr_assert_lt(sy_now_ns() - begin_ns, 2 * SY_NS_PER_S);
}

static void check_refused(const SyMachineConfig *c, SyError kind, const char *text)
{
    GError *error = NULL;

    cr_assert_null(sy_machine_boot(c, &error));
    check_error(error, kind, text);
}

Test(machine, missing_parts_are_named_with_the_remedy)
{
    SyMachineConfig c = config("exit 0");

    c.qemu = "/nowhere/qemu";
    check_refused(&c, SY_ERROR_UNAVAILABLE, "QEMU /nowhere/qemu: No such file or directory; `make");
    c = config("exit 0");
    c.kernel = "/nowhere/vmlinuz";
    check_refused(&c, SY_ERROR_UNAVAILABLE, "kernel /nowhere/vmlinuz: No such file");
    c = config("exit 0");
    c.initrd = NULL;
    check_refused(&c, SY_ERROR_UNAVAILABLE, "image (none): No such file");
}

Test(machine, exact_mode_shares_no_folder)
{
    SyMachineConfig c = config("exit 0");

    c.mode = SY_MACHINE_EXACT;
    c.shared_dir = folder;
    check_refused(&c, SY_ERROR_USAGE, "with the lab in exact mode");
}

/* A stand-in for virtiofsd, and QEMU `script`, with `folder` to be shared. */
static SyMachineConfig share_config(const char *virtiofsd, const char *script)
{
    g_autofree char *program = g_build_filename(folder, "virtiofsd", NULL);
    g_autofree char *text = g_strconcat("#!/bin/sh\n", virtiofsd, NULL);
    SyMachineConfig c = config(script);

    cr_assert(g_file_set_contents_full(program, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    g_setenv("STEELYARD_VIRTIOFSD", program, TRUE);
    c.shared_dir = folder;
    return c;
}

#define SAY_VERSION "[ $1 != --version ] || { echo virtiofsd 1.13.2; exit; }\n"

Test(machine, a_share_is_served_before_qemu_starts_and_ends_with_it)
{
    SyMachineConfig c = share_config(SAY_VERSION "echo \"$@\" > boot/options; echo $$ > boot/pid; "
                                                 "touch boot/virtiofs.sock; exec sleep 60",
                                     "[ -e virtiofs.sock ] || exit 9; " UP BYE);
    SyMachine *m;
    g_autofree char *options = NULL, *expected = NULL;
    pid_t pid;

    cr_assert_eq(chdir(folder), 0);
    m = boot(&c);
    check_line(m, "(end)");
    pid = await_pid();
    sy_machine_end(m);
    cr_assert_eq(kill(pid, 0), -1);
    options = read_file("options");
    expected = g_strdup_printf("--socket-path=%s/virtiofs.sock --rlimit-nofile=0 --shared-dir=%s "
                               "--sandbox=none\n",
                               dir, folder);
    cr_assert_str_eq(options, expected);
}

Test(machine, the_former_virtiofsd_is_spoken_to_in_its_own_way)
{
    SyMachineConfig c =
        share_config("[ $1 != --version ] || { echo 'virtiofsd version 7.2.22 (Debian)'; exit; }\n"
                     "echo \"$@\" > boot/options; touch boot/virtiofs.sock; exec sleep 60",
                     UP BYE);
    GError *error = NULL;
    SyMachine *m;
    g_autofree char *options = NULL;

    cr_assert_eq(chdir(folder), 0);
    m = sy_machine_boot(&c, &error);
    if (geteuid() != 0) {
        check_error(error, SY_ERROR_UNAVAILABLE, "works only for root");
        return;
    }
    check_no_error(error);
    sy_machine_end(m);
    options = read_file("options");
    cr_assert_not_null(strstr(options, " -o source=/"), "%s", options);
    cr_assert_not_null(strstr(options, " -o sandbox=chroot"), "%s", options);
}

Test(machine, a_virtiofsd_that_is_of_no_use_is_unavailable)
{
    static const struct {
        const char *script, *message;
    } useless[] = {
        {"echo 'no such library' >&2; exit 127", "does not run: no such library; install"},
        {SAY_VERSION "echo 'no permission' >&2; exit 1",
         "does not serve: virtiofsd 1.13.2 | no permission; install"},
        {SAY_VERSION "touch boot/virtiofs.sock; echo 'no sandbox' >&2; exit 1",
         "no sandbox; install"},
    };

    cr_assert_eq(chdir(folder), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(useless); i++) {
        SyMachineConfig c = share_config(useless[i].script, "exit 0");

        check_refused(&c, SY_ERROR_UNAVAILABLE, useless[i].message);
    }
}

Test(machine, what_is_no_folder_cannot_be_shared)
{
    SyMachineConfig c = share_config("exit 0", "exit 0");

    c.shared_dir = "/nowhere";
    check_refused(&c, SY_ERROR_USAGE, "cannot share /nowhere with the lab: it is not a folder");
}

Test(machine, terminal_is_given_back_as_it_was_found)
{
    SyMachineConfig c = config("stty raw -echo; cat env > seen; stty -a > modes; " UP "exec cat");
    struct winsize size = {.ws_row = 33, .ws_col = 99};
    struct termios before, after;
    g_autofree char *seen = NULL, *modes = NULL;
    g_autoptr(SyMachine) m = NULL;
    GError *error = NULL;
    int master, slave;

    cr_assert_eq(openpty(&master, &slave, NULL, NULL, &size), 0);
    dup2(slave, STDIN_FILENO);
    dup2(slave, STDOUT_FILENO);
    tcgetattr(slave, &before);
    g_setenv("TERM", "vt100", TRUE);
    c.console = true;
    c.silence_limit_s = 0.5;
    m = boot(&c);
    cr_assert_not(sy_machine_next(m, &seen, &error));
    check_error(error, SY_ERROR_TIMEOUT, "its console is this terminal");
    fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    sy_machine_end(g_steal_pointer(&m));
    tcgetattr(slave, &after);
    seen = read_file("seen");
    modes = read_file("modes");
    cr_assert_not_null(strstr(modes, "-icanon"), "the script had the terminal: %s", modes);
    cr_assert_str_eq(seen, "TERM=vt100\nCOLUMNS=99\nLINES=33\n");
    cr_assert(after.c_lflag == before.c_lflag && after.c_oflag == before.c_oflag);
    cr_assert_eq(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
}
