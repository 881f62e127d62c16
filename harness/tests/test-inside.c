/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/inside.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/inside-task.h"
#include "tests/check.h"

Test(inside, this_machine_is_no_lab)
{
    cr_assert_eq(sy_inside(), g_file_test("/etc/steelyard/lab", G_FILE_TEST_EXISTS));
}

Test(inside, environment_has_what_a_login_would_set)
{
    g_auto(GStrv) env = sy_inside_task_env(NULL);

    cr_assert_str_eq(g_environ_getenv(env, "HOME"), "/root");
    cr_assert_str_eq(g_environ_getenv(env, "LC_ALL"), "C");
    cr_assert_str_eq(g_environ_getenv(env, "STEELYARD_BUILD"), "/opt/steelyard");
    cr_assert_str_eq(g_environ_getenv(env, "TERM"), "linux");
    cr_assert_not_null(strstr(g_environ_getenv(env, "PATH"), "/usr/sbin:/usr/bin:/sbin:/bin"));
}

Test(inside, lines_from_outside_add_to_the_environment_and_others_do_not)
{
    static const char text[] = "TERM=xterm-256color\nCOLUMNS=132\n\nnonsense\n=empty\n1X=digit\n"
                               "A B=space\nEMPTY=\nE=a=b";
    g_auto(GStrv) base = sy_inside_task_env(NULL), env = sy_inside_task_env(text);

    cr_assert_str_eq(g_environ_getenv(env, "TERM"), "xterm-256color");
    cr_assert_str_eq(g_environ_getenv(env, "COLUMNS"), "132");
    cr_assert_str_eq(g_environ_getenv(env, "EMPTY"), "");
    cr_assert_str_eq(g_environ_getenv(env, "E"), "a=b");
    cr_assert_eq(g_strv_length(env), g_strv_length(base) + 3);
}

static void check_argv(const char *name, const char *request, const char *expected)
{
    g_auto(GStrv) argv = sy_inside_task_argv(name, request);
    g_autofree char *line = argv ? g_strjoinv("|", argv) : g_strdup("none");

    cr_assert_str_eq(line, expected);
}

Test(inside, tasks_have_their_command_lines)
{
    check_argv("job", "anything", "/opt/steelyard/steelyard|lab|job");
    check_argv("shell", NULL, "/bin/sh|-l");
    check_argv("shell", "", "/bin/sh|-l");
    check_argv("shell", "ls | wc", "/bin/sh|-c|ls | wc");
    check_argv("console", NULL, "/bin/sh|-l");
    check_argv("jobs", NULL, "none");
    check_argv("", NULL, "none");
}

/* How a process ends that does `how`. */
static int wait_status(void (*how)(int), int argument)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        how(argument);
        _exit(99);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static void end_by_signal(int signo)
{
    raise(signo);
}

Test(inside, status_is_what_a_shell_says)
{
    cr_assert_eq(sy_inside_task_status(wait_status(_exit, 0)), 0);
    cr_assert_eq(sy_inside_task_status(wait_status(_exit, 7)), 7);
    cr_assert_eq(sy_inside_task_status(wait_status(end_by_signal, SIGKILL)), 137);
    cr_assert_eq(sy_inside_task_status(wait_status(end_by_signal, SIGTERM)), 143);
}

Test(inside, a_line_is_sent_whole_with_its_newline)
{
    GError *error = NULL;
    char buffer[32] = {0};
    int fds[2];

    cr_assert_eq(pipe(fds), 0);
    cr_assert(sy_inside_send(fds[1], "case 1 of 3", &error));
    cr_assert(sy_inside_send(fds[1], "", &error));
    check_no_error(error);
    cr_assert_eq(read(fds[0], buffer, sizeof(buffer)), 13);
    cr_assert_str_eq(buffer, "case 1 of 3\n\n");
}

Test(inside, two_lines_are_not_one)
{
    GError *error = NULL;
    char byte;
    int fds[2];

    cr_assert_eq(pipe2(fds, O_NONBLOCK), 0);
    cr_assert_not(sy_inside_send(fds[1], "a\nb", &error));
    check_error(error, SY_ERROR_USAGE, "contains a newline: 'a");
    cr_assert_eq(read(fds[0], &byte, 1), -1, "something was sent");
}

Test(inside, a_port_that_fails_is_an_error)
{
    int fd = open("/dev/full", O_WRONLY);
    GError *error = NULL;

    cr_assert_geq(fd, 0);
    cr_assert_not(sy_inside_send(fd, "line", &error));
    check_error(error, SY_ERROR_IO, "cannot send through /dev/vport0p1");
}
