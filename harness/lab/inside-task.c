/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/inside-task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "lab/inside.h"

#define ITEMS "/sys/firmware/qemu_fw_cfg/by_name/"
#define TERMINAL "/dev/ttyS0" /* the console, as a device that can be a controlling terminal */
#define HOME "/root"
#define SHELL "/bin/sh"
/* How long to wait for killed processes; one that is stuck in the kernel must not delay the end. */
#define BURIAL_LIMIT_NS (5 * SY_NS_PER_S)

static const char *const base_env[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=" HOME,
    "USER=root",
    "SHELL=" SHELL,
    "TERM=linux",
    "LC_ALL=C",
    "STEELYARD_BUILD=" SY_INSIDE_ROOT,
};

/* ---- description ---- */

/* Length of the name, if `line` is "NAME=VALUE"; else 0. */
static gsize name_length(const char *line)
{
    gsize n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    return line[n] == '=' && !g_ascii_isdigit(line[0]) ? n : 0;
}

GStrv sy_inside_task_env(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    GStrv env = g_new0(char *, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(base_env); i++) {
        g_autofree char *name = g_strndup(base_env[i], name_length(base_env[i]));

        env = g_environ_setenv(env, name, base_env[i] + strlen(name) + 1, TRUE);
    }
    for (char **line = lines; *line; line++) {
        g_autofree char *name = g_strndup(*line, name_length(*line));

        if (*name) {
            env = g_environ_setenv(env, name, *line + strlen(name) + 1, TRUE);
        }
    }
    return env;
}

static bool is_job(const char *name)
{
    return strcmp(name, SY_INSIDE_TASK_JOB) == 0;
}

GStrv sy_inside_task_argv(const char *name, const char *request)
{
    const char *const job[] = {SY_INSIDE_PROGRAM, "lab", "job", NULL};
    const char *const shell[] = {SHELL, "-l", NULL};
    const char *const command[] = {SHELL, "-c", request, NULL};

    if (is_job(name)) {
        return g_strdupv((char **)job);
    }
    if (strcmp(name, SY_INSIDE_TASK_SHELL) != 0 && strcmp(name, SY_INSIDE_TASK_CONSOLE) != 0) {
        return NULL;
    }
    return g_strdupv((char **)(request && *request ? command : shell));
}

int sy_inside_task_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* ---- items ---- */

/* The fw_cfg item `name`; NULL if there is none. The caller frees. */
static char *load_item(const char *name)
{
    g_autofree char *path = g_strconcat(ITEMS, name, "/raw", NULL);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static bool keep_request(const char *request, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(SY_INSIDE_REQUEST);

    g_mkdir_with_parents(dir, 0700);
    return !request || g_file_set_contents(SY_INSIDE_REQUEST, request, -1, error);
}

SyInsideTask *sy_inside_task_load(GError **error)
{
    g_autoptr(SyInsideTask) task = g_new0(SyInsideTask, 1);
    g_autofree char *env = load_item(SY_INSIDE_ITEM_ENV);
    g_auto(GStrv) argv = NULL;

    task->name = load_item(SY_INSIDE_ITEM_TASK);
    task->request = load_item(SY_INSIDE_ITEM_REQUEST);
    task->env = sy_inside_task_env(env);
    if (!task->name) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO,
                    "there is no task: the machine has no fw_cfg item " SY_INSIDE_ITEM_TASK
                    ", or the image lacks the module qemu_fw_cfg");
        return NULL;
    }
    argv = sy_inside_task_argv(task->name, task->request);
    if (!argv) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "unknown task '%s'", task->name);
        return NULL;
    }
    return keep_request(task->request, error) ? g_steal_pointer(&task) : NULL;
}

void sy_inside_task_free(SyInsideTask *task)
{
    if (!task) {
        return;
    }
    g_free(task->name);
    g_free(task->request);
    g_strfreev(task->env);
    g_free(task);
}

/* ---- run ---- */

static gushort env_number(const SyInsideTask *task, const char *name)
{
    const char *text = g_environ_getenv(task->env, name);
    guint64 value = 0;

    return text && g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &value, NULL)
               ? (gushort)value
               : 0;
}

/* Makes the console the child's controlling terminal. */
static bool take_terminal(const SyInsideTask *task)
{
    int fd = open(TERMINAL, O_RDWR);
    const struct winsize size = {
        .ws_row = env_number(task, "LINES"),
        .ws_col = env_number(task, "COLUMNS"),
    };

    if (fd < 0 || ioctl(fd, TIOCSCTTY, 1) < 0) {
        return false;
    }
    if (size.ws_row && size.ws_col) {
        ioctl(fd, TIOCSWINSZ, &size);
    }
    return dup2(fd, STDIN_FILENO) >= 0 && dup2(fd, STDOUT_FILENO) >= 0 &&
           dup2(fd, STDERR_FILENO) >= 0 && (fd <= STDERR_FILENO || close(fd) == 0);
}

/* A job reads nothing; its output goes to the console, like process 1's. */
static bool take_null(void)
{
    int fd = open("/dev/null", O_RDONLY);

    return fd >= 0 && dup2(fd, STDIN_FILENO) >= 0 && (fd == STDIN_FILENO || close(fd) == 0);
}

static G_NORETURN void child(const SyInsideTask *task, char **argv)
{
    bool job = is_job(task->name);

    setsid();
    if ((job ? take_null() : take_terminal(task)) &&
        chdir(task->shared && !job ? SY_INSIDE_WORK : HOME) == 0) {
        execve(argv[0], argv, task->env);
    }
    dprintf(STDERR_FILENO, "steelyard: cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static void bury_all(void)
{
    int64_t deadline_ns = sy_now_ns() + BURIAL_LIMIT_NS;

    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) >= 0 && sy_now_ns() < deadline_ns) {
        g_usleep(1000);
    }
}

bool sy_inside_task_run(const SyInsideTask *task, int *status, GError **error)
{
    g_auto(GStrv) argv = sy_inside_task_argv(task->name, task->request);
    pid_t pid = fork(), ended;
    int wait_status = 0;

    if (pid < 0) {
        sy_error_set_io(error, errno, "cannot fork for", argv[0]);
        return false;
    }
    if (pid == 0) {
        child(task, argv);
    }
    do {
        ended = waitpid(-1, &wait_status, 0);
    } while (ended != pid && (ended >= 0 || errno == EINTR));
    *status = sy_inside_task_status(wait_status);
    bury_all();
    return true;
}
