/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/child.h"
#include "base/error.h"
#include "base/fs.h"
#include "vm/json.h"
#include "vm/qemu-log.h"
#include "vm/stream.h"

#define CMDLINE_FILE "cmdline"

/* QEMU's socket closes before its process ends; the end follows within this time. */
#define DEATH_LAG_NS (2 * SY_NS_PER_S)

struct SyVm {
    char *run_dir;
    int dir_fd;
    char *qemu;
    char *guest;     /* the guest image, for messages */
    off_t log_start; /* qemu.log may hold an earlier VM's output */
    int64_t connect_timeout_ns;
    int64_t quit_timeout_ns;
    int64_t term_timeout_ns;
    SyChild *child; /* NULL: not started or stopped */
    SyQmp *qmp;
    SyChannel *channel;
};

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value ? value : otherwise;
}

static double seconds(int64_t ns)
{
    return (double)ns / (double)SY_NS_PER_S;
}

/* Why QEMU ended, if it reported that: "guest-panic", "guest-reset" ... The caller frees. */
static char *shutdown_reason(SyVm *vm)
{
    g_autoptr(JsonObject) event = vm->qmp ? sy_qmp_wait_event(vm->qmp, "SHUTDOWN", 0, NULL) : NULL;
    JsonObject *data = event ? sy_json_object_member(event, "data") : NULL;

    return data ? g_strdup(sy_json_string_member(data, "reason")) : NULL;
}

/* Nobody has to fetch QEMU's events, but who looks for one should know that it may be missing. */
static void log_dropped_events(const SyVm *vm)
{
    if (vm->qmp && sy_qmp_events_dropped(vm->qmp) > 0) {
        g_autofree char *line =
            g_strdup_printf("steelyard: %" G_GUINT64_FORMAT " QMP events were dropped unread",
                            sy_qmp_events_dropped(vm->qmp));

        sy_qemu_log_append(vm->dir_fd, line);
    }
}

static void set_death(SyVm *vm, const char *during, GError **error)
{
    g_autofree char *how = sy_child_describe_exit(vm->child);
    g_autofree char *tail = sy_qemu_log_tail(vm->dir_fd, vm->log_start);
    g_autofree char *reason = shutdown_reason(vm);

    g_set_error(error, SY_ERROR, SY_ERROR_DIED, "QEMU ended %s: %s%s%s; %s/" SY_QEMU_LOG " %s%s",
                during, how, reason ? ", after a SHUTDOWN event: " : "", reason ? reason : "",
                vm->run_dir, tail ? "ends with: " : "is empty", tail ? tail : "");
}

/* Passes on `cause`, or a better message if QEMU's end is behind it. */
static void explain(SyVm *vm, const char *during, GError *cause, GError **error)
{
    if (g_error_matches(cause, SY_ERROR, SY_ERROR_DIED) && vm->child &&
        sy_child_wait(vm->child, sy_now_ns() + DEATH_LAG_NS)) {
        set_death(vm, during, error);
        g_error_free(cause);
        return;
    }
    g_propagate_error(error, cause);
}

static bool usable(SyVm *vm, GError **error)
{
    if (!vm->child) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "this VM was stopped: %s", vm->run_dir);
        return false;
    }
    return true;
}

static void remove_sockets(const SyVm *vm)
{
    unlinkat(vm->dir_fd, SY_VM_QMP_SOCKET, 0);
    unlinkat(vm->dir_fd, SY_VM_SERIAL_SOCKET, 0);
}

static bool open_run_dir(SyVm *vm, GError **error)
{
    struct stat st;

    if (!sy_fs_private_dir(vm->run_dir, error)) {
        return false;
    }
    vm->dir_fd = open(vm->run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (vm->dir_fd < 0) {
        sy_error_set_io(error, errno, "cannot open", vm->run_dir);
        return false;
    }
    /* Left by a run that was killed: nobody listens there. */
    remove_sockets(vm);
    if (fstatat(vm->dir_fd, SY_QEMU_LOG, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        vm->log_start = st.st_size;
    }
    return true;
}

/* Writes the command line without the -S with which steelyard starts QEMU: by hand it would only be
 * in the way. */
static bool write_cmdline(const SyVm *vm, const SyVmConfig *config, const char *base_dir,
                          GError **error)
{
    g_auto(GStrv) argv = sy_vm_cmdline(config, base_dir);
    g_autofree char *words = sy_vm_cmdline_quote((const char *const *)argv);
    g_autofree char *directory = g_canonicalize_filename(vm->run_dir, base_dir);
    g_autofree char *quoted = g_shell_quote(directory);
    g_autofree char *text = g_strdup_printf("cd %s &&\n%s", quoted, words);
    g_autofree char *path = g_build_filename(vm->run_dir, CMDLINE_FILE, NULL);

    return sy_fs_write_atomic(path, text, -1, error);
}

static bool spawn(SyVm *vm, const SyVmConfig *config, GError **error)
{
    g_autofree char *base_dir = g_get_current_dir();
    g_autofree char *output_path = g_build_filename(vm->run_dir, SY_QEMU_LOG, NULL);
    SyChildOptions options = {.cwd = vm->run_dir, .output_path = output_path};
    SyVmConfig held = *config;
    g_auto(GStrv) argv = NULL;

    if (!write_cmdline(vm, config, base_dir, error)) {
        return false;
    }
    held.paused = true;
    argv = sy_vm_cmdline(&held, base_dir);
    vm->child = sy_child_spawn((const char *const *)argv, &options, error);
    return vm->child != NULL;
}

/* Tries until QEMU has made its socket, some time after its start. -1 on error. */
static int connect_socket(SyVm *vm, const char *name, int64_t deadline_ns, GError **error)
{
    const int64_t step_ns = 5 * SY_NS_PER_MS;

    for (;;) {
        int fd = sy_stream_connect(vm->dir_fd, name);
        int saved_errno = errno;

        if (fd >= 0) {
            return fd;
        }
        if (saved_errno != ENOENT && saved_errno != ECONNREFUSED && saved_errno != EAGAIN &&
            saved_errno != EINTR) {
            sy_error_set_io(error, saved_errno, "cannot connect to QEMU's socket", name);
            return -1;
        }
        if (!sy_child_alive(vm->child)) {
            set_death(vm, "while starting", error);
            return -1;
        }
        if (sy_now_ns() >= deadline_ns) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                        "QEMU (%s) did not open %s/%s within %g s", vm->qemu, vm->run_dir, name,
                        seconds(vm->connect_timeout_ns));
            return -1;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + step_ns, error)) {
            return -1;
        }
    }
}

static bool connect_all(SyVm *vm, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + vm->connect_timeout_ns;
    GError *cause = NULL;
    int fd = connect_socket(vm, SY_VM_QMP_SOCKET, deadline_ns, error);

    if (fd < 0) {
        return false;
    }
    vm->qmp = sy_qmp_new(fd, MAX(deadline_ns - sy_now_ns(), 0), &cause);
    if (!vm->qmp) {
        explain(vm, "while starting", cause, error);
        return false;
    }
    fd = connect_socket(vm, SY_VM_SERIAL_SOCKET, deadline_ns, error);
    if (fd < 0) {
        return false;
    }
    vm->channel = sy_channel_new(fd);
    return true;
}

SyVm *sy_vm_start(const SyVmConfig *config, const char *run_dir, GError **error)
{
    g_autoptr(SyVm) vm = g_new0(SyVm, 1);

    vm->dir_fd = -1;
    vm->run_dir = g_strdup(run_dir);
    vm->qemu = g_strdup(config->qemu);
    vm->guest = g_strdup(config->kernel ? config->kernel : "firmware only");
    vm->connect_timeout_ns = or_default(config->connect_timeout_ns, SY_VM_CONNECT_TIMEOUT_NS);
    vm->quit_timeout_ns = or_default(config->quit_timeout_ns, SY_VM_QUIT_TIMEOUT_NS);
    vm->term_timeout_ns = or_default(config->term_timeout_ns, SY_VM_TERM_TIMEOUT_NS);
    if (sy_cancelled(error) || !open_run_dir(vm, error) || !spawn(vm, config, error) ||
        !connect_all(vm, error)) {
        return NULL;
    }
    if (!config->paused && !sy_vm_resume(vm, error)) {
        return NULL;
    }
    return g_steal_pointer(&vm);
}

JsonNode *sy_vm_execute(SyVm *vm, const char *command, JsonObject *arguments, GError **error)
{
    g_autofree char *during = g_strdup_printf("during QMP %s", command);
    GError *cause = NULL;
    JsonNode *result;

    if (!usable(vm, error)) {
        return NULL;
    }
    result = sy_qmp_execute(vm->qmp, command, arguments, SY_VM_QMP_TIMEOUT_NS, &cause);
    if (!result) {
        explain(vm, during, cause, error);
    }
    return result;
}

char *sy_vm_execute_raw(SyVm *vm, const char *command, JsonObject *arguments, GError **error)
{
    g_autofree char *during = g_strdup_printf("during QMP %s", command);
    GError *cause = NULL;
    char *result;

    if (!usable(vm, error)) {
        return NULL;
    }
    result = sy_qmp_execute_raw(vm->qmp, command, arguments, SY_VM_QMP_TIMEOUT_NS, &cause);
    if (!result) {
        explain(vm, during, cause, error);
    }
    return result;
}

bool sy_vm_pause(SyVm *vm, GError **error)
{
    g_autoptr(JsonNode) result = sy_vm_execute(vm, "stop", NULL, error);

    return result != NULL;
}

bool sy_vm_resume(SyVm *vm, GError **error)
{
    g_autoptr(JsonNode) result = sy_vm_execute(vm, "cont", NULL, error);

    return result != NULL;
}

/* Checks the runstate within `timeout_ns`; see sy_vm_check(). */
static bool check_status(SyVm *vm, int64_t timeout_ns, GError **error)
{
    static const struct {
        const char *status, *meaning;
    } unfit[] = {
        {"guest-panicked", "the guest panicked"},
        {"internal-error", "KVM could not continue the guest"},
        {"io-error", "a disk of the guest failed"},
        {"shutdown", "the guest shut down or reset"},
        {"watchdog", "the guest's watchdog fired"},
    };
    g_autoptr(JsonNode) result = NULL;
    GError *cause = NULL;
    JsonObject *object;
    const char *status;

    if (!sy_child_alive(vm->child)) {
        set_death(vm, "by itself", error);
        return false;
    }
    result = sy_qmp_execute(vm->qmp, "query-status", NULL, timeout_ns, &cause);
    if (!result) {
        explain(vm, "by itself", cause, error);
        return false;
    }
    object = sy_json_object(result);
    status = object ? sy_json_string_member(object, "status") : NULL;
    if (!status) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "QMP query-status: no status in the reply");
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(unfit); i++) {
        if (g_str_equal(status, unfit[i].status)) {
            g_autofree char *tail = sy_qemu_log_tail(vm->dir_fd, vm->log_start);

            g_set_error(error, SY_ERROR, SY_ERROR_DIED, "%s (runstate %s) in guest %s%s%s",
                        unfit[i].meaning, status, vm->guest, tail ? "; qemu.log ends with: " : "",
                        tail ? tail : "");
            return false;
        }
    }
    return true;
}

bool sy_vm_check(SyVm *vm, GError **error)
{
    return usable(vm, error) && check_status(vm, SY_VM_QMP_TIMEOUT_NS, error);
}

static void set_not_ready(const SyVm *vm, const char *prefix, int64_t timeout_ns, GError **error)
{
    g_autofree char *tail = sy_channel_describe_tail(vm->channel);

    g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                "guest %s did not print \"%s\" within %g s; %s; see %s/" SY_VM_SERIAL_LOG,
                vm->guest, prefix, seconds(timeout_ns), tail, vm->run_dir);
}

bool sy_vm_wait_ready(SyVm *vm, const char *prefix, int64_t timeout_ns, char **line, GError **error)
{
    /* How often the runstate is checked: after a KVM error QEMU lives on, not the guest. */
    const int64_t slice_ns = SY_NS_PER_S;
    int64_t deadline_ns = sy_now_ns() + timeout_ns;

    if (!usable(vm, error)) {
        return false;
    }
    for (;;) {
        int64_t until_ns = MIN(deadline_ns, sy_now_ns() + slice_ns);
        GError *cause = NULL;

        if (sy_channel_wait_line(vm->channel, prefix, until_ns, line, &cause)) {
            return true;
        }
        if (!g_error_matches(cause, SY_ERROR, SY_ERROR_TIMEOUT)) {
            explain(vm, "before the guest was ready", cause, error);
            return false;
        }
        g_clear_error(&cause);
        if (sy_now_ns() >= deadline_ns) {
            set_not_ready(vm, prefix, timeout_ns, error);
            return false;
        }
        if (!check_status(vm, deadline_ns - sy_now_ns(), &cause)) {
            if (g_error_matches(cause, SY_ERROR, SY_ERROR_TIMEOUT)) {
                g_clear_error(&cause);
                continue;
            }
            g_propagate_error(error, cause);
            return false;
        }
    }
}

/* Tries quit, SIGTERM, SIGKILL; returns the signal that was needed, NULL if "quit" was enough. */
static const char *end_process(SyVm *vm)
{
    pid_t pid = sy_child_pid(vm->child);

    if (vm->qmp && sy_qmp_post(vm->qmp, "quit", NULL) &&
        sy_child_wait(vm->child, sy_now_ns() + vm->quit_timeout_ns)) {
        return NULL;
    }
    kill(-pid, SIGTERM);
    if (sy_child_wait(vm->child, sy_now_ns() + vm->term_timeout_ns)) {
        return "SIGTERM";
    }
    kill(-pid, SIGKILL);
    sy_child_wait(vm->child, sy_now_ns() + vm->term_timeout_ns);
    return "SIGKILL";
}

bool sy_vm_stop(SyVm *vm, GError **error)
{
    const char *signal_used;
    bool ok = false;

    if (!vm || !vm->child) {
        return true;
    }
    if (!sy_child_alive(vm->child)) {
        set_death(vm, "before it was told to", error);
    } else if ((signal_used = end_process(vm))) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                    "QEMU did not end within %g s of QMP quit and needed %s; see %s/" SY_QEMU_LOG,
                    seconds(vm->quit_timeout_ns), signal_used, vm->run_dir);
    } else if (!sy_child_succeeded(vm->child)) {
        set_death(vm, "abnormally after QMP quit", error);
    } else {
        ok = true;
    }
    log_dropped_events(vm);
    /* Also kills what may be left of QEMU's process group. */
    g_clear_pointer(&vm->child, sy_child_free);
    g_clear_pointer(&vm->qmp, sy_qmp_free);
    g_clear_pointer(&vm->channel, sy_channel_free);
    remove_sockets(vm);
    return ok;
}

void sy_vm_free(SyVm *vm)
{
    if (!vm) {
        return;
    }
    sy_vm_stop(vm, NULL);
    g_clear_pointer(&vm->qmp, sy_qmp_free);
    if (vm->dir_fd >= 0) {
        close(vm->dir_fd);
    }
    g_free(vm->run_dir);
    g_free(vm->qemu);
    g_free(vm->guest);
    g_free(vm);
}

SyQmp *sy_vm_qmp(SyVm *vm)
{
    return vm->qmp;
}

bool sy_vm_write(SyVm *vm, const char *text, int64_t timeout_ns, GError **error)
{
    GError *cause = NULL;

    if (!usable(vm, error)) {
        return false;
    }
    if (!sy_channel_write(vm->channel, text, -1, sy_now_ns() + timeout_ns, &cause)) {
        explain(vm, "before the guest was written to", cause, error);
        return false;
    }
    return true;
}

pid_t sy_vm_pid(const SyVm *vm)
{
    return vm->child ? sy_child_pid(vm->child) : 0;
}

const char *sy_vm_run_dir(const SyVm *vm)
{
    return vm->run_dir;
}

int sy_vm_dir_fd(const SyVm *vm)
{
    return vm->dir_fd;
}

const char *sy_vm_qemu(const SyVm *vm)
{
    return vm->qemu;
}
