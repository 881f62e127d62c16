/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/trace-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <trace-cmd.h>
#include <unistd.h>

#include "base/error.h"

static void visit_buffer(struct tracecmd_input *buffer, SyTraceRecordFn *visit, gpointer data)
{
    struct tep_handle *tep = tracecmd_get_tep(buffer);

    for (int cpu = 0; cpu < tep_get_cpus(tep); cpu++) {
        struct tep_record *record;

        while ((record = tracecmd_read_data(buffer, cpu))) {
            visit(buffer, record, cpu, data);
            tracecmd_free_record(record);
        }
    }
}

/* All buffers of a file share its event descriptions. */
bool sy_trace_file_each(struct tracecmd_input *file, SyTraceRecordFn *visit, gpointer data)
{
    int buffers = tracecmd_buffer_instances(file);

    visit_buffer(file, visit, data);
    for (int i = 0; i < buffers; i++) {
        struct tracecmd_input *buffer = tracecmd_buffer_instance_handle(file, i);

        if (!buffer) {
            return false;
        }
        visit_buffer(buffer, visit, data);
        tracecmd_close(buffer);
    }
    return true;
}

static G_NORETURN void reader_main(const char *path, SyTraceReader *reader, gpointer data,
                                   int out_fd)
{
    const struct rlimit no_core = {0};
    int null_fd = open("/dev/null", O_WRONLY);
    struct tracecmd_input *file;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL); /* a crash here does not concern the caller's handlers */
    signal(SIGBUS, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    dup2(null_fd, STDOUT_FILENO); /* the libraries print their complaints */
    dup2(null_fd, STDERR_FILENO);
    file = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS | TRACECMD_FL_LOAD_NO_SYSTEM_PLUGINS);
    _exit(file && reader(file, out_fd, data) ? 0 : 1);
}

static GByteArray *read_all(int fd)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 block[4096];
    ssize_t n;

    while ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR)) {
        g_byte_array_append(bytes, block, (guint)MAX(n, 0));
    }
    return bytes;
}

GByteArray *sy_trace_file_read(const char *path, SyTraceReader *reader, gpointer data,
                               GError **error)
{
    g_autoptr(GByteArray) bytes = NULL;
    int fds[2], status = -1;
    pid_t pid, got = -1;

    if (access(path, R_OK) < 0) {
        sy_error_set_io(error, errno, "cannot read", path);
        return NULL;
    }
    if (pipe2(fds, O_CLOEXEC) < 0) {
        sy_error_set_io(error, errno, "cannot make a pipe for reading", path);
        return NULL;
    }
    pid = fork();
    if (pid == 0) {
        reader_main(path, reader, data, fds[1]);
    }
    close(fds[1]);
    bytes = read_all(fds[0]);
    close(fds[0]);
    do {
        got = pid > 0 ? waitpid(pid, &status, 0) : -1;
    } while (got < 0 && pid > 0 && errno == EINTR);
    if (got <= 0 || status != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "%s is not a complete trace; `trace-cmd report -i` may say more about it",
                    path);
        return NULL;
    }
    return g_steal_pointer(&bytes);
}
