/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "lab/inside-host.h"
#include "lab/inside-task.h"
#include "lab/inside.h"

static G_NORETURN void reset_machine(void)
{
    sync();
    reboot(RB_AUTOBOOT);
    _exit(1); /* the kernel panics without process 1, which also ends the machine */
}

/* Sends one line to the outside. Closes the port at once, because only one process may open it. */
static bool report(const char *line, GError **error)
{
    int fd = sy_inside_open_lines(error);
    bool sent = fd >= 0 && sy_inside_send(fd, line, error);

    if (fd >= 0) {
        close(fd);
    }
    return sent;
}

static G_NORETURN void fail(GError *failure)
{
    g_autofree char *message = g_strdelimit(g_strdup(failure->message), "\r\n", ' ');
    g_autofree char *line = g_strconcat("!fail ", message, NULL);

    fprintf(stderr, "steelyard: %s\n", message);
    report(line, NULL);
    reset_machine();
}

static bool report_up(GError **error)
{
    g_autofree char *line = NULL;
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    line = g_strdup_printf("!up %ld.%03ld", (long)now.tv_sec, now.tv_nsec / 1000000);
    return report(line, error);
}

/* Drops the environment that the kernel made of its command line, and main()'s signal handlers,
 * which mean nothing here. */
static void forget_inheritance(void)
{
    g_auto(GStrv) env = sy_inside_task_env(NULL);

    clearenv();
    for (char **entry = env; *entry; entry++) {
        putenv(g_strdup(*entry));
    }
    for (int signo = 1; signo < NSIG; signo++) {
        signal(signo, SIG_DFL);
    }
}

static bool live(GError **error)
{
    g_autoptr(SyInsideTask) task = NULL;
    g_autofree char *farewell = NULL;
    int status;

    if (!sy_inside_mount(error) || !sy_inside_settle(error) ||
        !sy_inside_load_modules(SY_INSIDE_MODULES, error)) {
        return false;
    }
    task = sy_inside_task_load(error);
    if (!task || !sy_inside_mount_virtiofs(&task->shared, error) || !report_up(error) ||
        !sy_inside_task_run(task, &status, error)) {
        return false;
    }
    farewell = g_strdup_printf("!bye %d", status);
    return report(farewell, error);
}

void sy_inside_init(void)
{
    GError *error = NULL;

    if (getpid() != 1) {
        fprintf(stderr, "steelyard lab init: only for process 1 of the lab; this is process %d\n",
                (int)getpid());
        exit(2);
    }
    forget_inheritance();
    if (!live(&error)) {
        fail(error);
    }
    reset_machine();
}
