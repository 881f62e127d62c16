/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/standard-streams.h"
#include "base/tsc.h"
#include "lab/machine-args.h"
#include "lab/machine-console.h"
#include "lab/machine-tail.h"
#include "lab/machine-terminal.h"
#include "lab/virtiofs.h"

#define POLL_NS (20 * SY_NS_PER_MS)
/* From "!bye" to the end of QEMU, which takes a reset. */
#define RESET_LIMIT_NS (10 * SY_NS_PER_S)
#define TAIL_LINES 8

struct SyMachine {
    char *dir, *cmdline;
    SyMachineMode mode;
    double boot_limit_s, silence_limit_s;
    SyTerminal *terminal; /* NULL unless the console is on it */
    SyChild *qemu, *virtiofsd;
    SyTail *events;
    int64_t start_ns;
    int64_t up_ns;    /* 0 until the lab is up */
    int64_t heard_ns; /* when the last line came, or the start */
    bool ended;       /* by "!bye" */
    int status;       /* the task's */
};

/* ---- boot ---- */

static bool check_part(const char *path, int how, const char *what, const char *remedy,
                       GError **error)
{
    if (path && access(path, how) == 0) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "the lab's %s %s: %s; %s", what,
                path ? path : "(none)", g_strerror(path ? errno : ENOENT), remedy);
    return false;
}

static bool check(const SyMachineConfig *c, GError **error)
{
    if (c->shared_dir && c->mode == SY_MACHINE_EXACT) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "cannot share %s with the lab in exact mode: access to this machine's files would "
            "not follow the lab's clock",
            c->shared_dir);
        return false;
    }
    return check_part(c->qemu, X_OK, "QEMU", "`make qemu` builds it", error) &&
           check_part(c->kernel, R_OK, "kernel", "`make lab` fetches it", error) &&
           check_part(c->initrd, R_OK, "image", "`make lab` builds it", error);
}

static bool has_qboot(const SyMachineConfig *config)
{
    for (const char *const *dir = config->firmware; dir && *dir; dir++) {
        g_autofree char *path = g_build_filename(*dir, SY_MACHINE_QBOOT, NULL);

        if (access(path, R_OK) == 0) {
            return true;
        }
    }
    return false;
}

static bool write_file(const char *dir, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    return sy_fs_write_atomic(path, text, -1, error);
}

/* Files of an earlier boot in the folder must not pass for this one's. */
static void remove_outputs(const char *dir)
{
    static const char *const names[] = {SY_MACHINE_CONSOLE_LOG, SY_MACHINE_QEMU_LOG,
                                        SY_MACHINE_ARCHIVE, SY_MACHINE_REQUEST, SY_MACHINE_ENV};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);

        unlink(path);
    }
}

static bool prepare(SyMachine *m, const SyMachineConfig *c, const char *const *argv, GError **error)
{
    g_autofree char *events = g_build_filename(m->dir, SY_MACHINE_EVENTS, NULL);
    g_autofree char *env = sy_terminal_env();

    remove_outputs(m->dir);
    m->cmdline = sy_machine_args_quote(argv);
    m->events = sy_tail_new(events, error);
    return m->events && write_file(m->dir, SY_MACHINE_CMDLINE, m->cmdline, error) &&
           write_file(m->dir, SY_MACHINE_REQUEST, c->request ? c->request : "", error) &&
           (!c->console || write_file(m->dir, SY_MACHINE_ENV, env, error));
}

static bool start(SyMachine *m, const SyMachineConfig *c, const char *const *argv, GError **error)
{
    g_autofree char *log = g_build_filename(m->dir, SY_MACHINE_QEMU_LOG, NULL);
    /* In real time, everything else that this machine does is noise inside. */
    const SyChildOptions options = {
        .cwd = m->dir,
        .output_path = log,
        .terminal = c->console,
        .ahead = !c->console && m->mode == SY_MACHINE_FAST,
    };

    if (c->shared_dir) {
        m->virtiofsd = sy_virtiofs_start(c->shared_dir, m->dir, SY_MACHINE_VIRTIOFS_SOCKET, error);
        if (!m->virtiofsd) {
            return false;
        }
    }
    m->terminal = c->console ? sy_terminal_save() : NULL;
    m->start_ns = m->heard_ns = sy_now_ns();
    m->qemu = sy_child_spawn(argv, &options, error);
    return m->qemu != NULL;
}

SyMachine *sy_machine_boot(const SyMachineConfig *config, GError **error)
{
    const SyMachineFound found = {
        .qboot = has_qboot(config),
        /* Not measured, which takes a while, for exact mode, which has its own clock. */
        .tsc_khz = config->mode == SY_MACHINE_EXACT ? 0 : sy_tsc_khz(),
    };
    g_autoptr(SyMachine) m = NULL;
    g_auto(GStrv) argv = NULL;

    if (!check(config, error) || !sy_fs_private_dir(config->dir, error)) {
        return NULL;
    }
    m = g_new0(SyMachine, 1);
    m->dir = g_canonicalize_filename(config->dir, NULL);
    m->mode = config->mode;
    m->boot_limit_s = config->boot_limit_s > 0 ? config->boot_limit_s : SY_MACHINE_BOOT_LIMIT_S;
    m->silence_limit_s =
        config->silence_limit_s > 0 ? config->silence_limit_s : SY_MACHINE_SILENCE_LIMIT_S;
    m->status = -1;
    argv = sy_machine_args(config, &found);
    if (!prepare(m, config, (const char *const *)argv, error) ||
        !start(m, config, (const char *const *)argv, error)) {
        return NULL;
    }
    return g_steal_pointer(&m);
}

/* ---- failures ---- */

static char *load(const SyMachine *m, const char *name)
{
    g_autofree char *path = g_build_filename(m->dir, name, NULL);

    return sy_console_load(path);
}

char *sy_machine_console_tail(const SyMachine *m, guint lines)
{
    g_autofree char *text = load(m, SY_MACHINE_CONSOLE_LOG);

    return sy_console_last(text, lines, "\n");
}

/* Frees `what`. `console` is clean text. */
static bool set_failure(const SyMachine *m, SyError kind, GError **error, const char *console,
                        char *what)
{
    g_autofree char *last = sy_console_last(console, TAIL_LINES, " | ");

    g_set_error(error, SY_ERROR, kind, "the lab %s; %s%s", what,
                m->terminal ? "its console is this terminal"
                : *last     ? "console: "
                            : "its console is empty",
                m->terminal ? "" : last);
    g_free(what);
    return false;
}

/* QEMU has ended without "!bye". */
static bool set_died(const SyMachine *m, GError **error)
{
    g_autofree char *console = load(m, SY_MACHINE_CONSOLE_LOG);
    g_autofree char *panic = sy_console_cut_panic(console);
    g_autofree char *log = load(m, SY_MACHINE_QEMU_LOG);
    g_autofree char *words = sy_console_last(log, 1, "");
    g_autofree char *exit = sy_child_describe_exit(m->qemu);
    char *what;

    if (panic) {
        what = g_strdup_printf("died of a kernel panic: %s", panic);
    } else if (sy_child_succeeded(m->qemu)) {
        what = g_strdup(m->up_ns ? "ended in the middle of its task" : "ended before it was up");
    } else {
        what = g_strdup_printf("died with its QEMU: %s%s%s", exit, *words ? ": " : "", words);
    }
    return set_failure(m, SY_ERROR_DIED, error, console, what);
}

/* If a port's file cannot grow, the inside waits. */
static bool disk_full(const SyMachine *m)
{
    struct statvfs disk;

    return statvfs(m->dir, &disk) == 0 && disk.f_blocks > 0 && disk.f_bavail == 0;
}

static bool set_late(const SyMachine *m, GError **error)
{
    g_autofree char *console = load(m, SY_MACHINE_CONSOLE_LOG);
    g_autofree char *full =
        disk_full(m) ? g_strdup_printf(": the disk of %s is full", m->dir) : g_strdup("");

    return set_failure(
        m, SY_ERROR_TIMEOUT, error, console,
        m->up_ns ? g_strdup_printf("has been silent for %.3g s%s", m->silence_limit_s, full)
                 : g_strdup_printf("was not up within %.3g s%s", m->boot_limit_s, full));
}

/* ---- limits ---- */

static bool check_output(const SyMachine *m, GError **error)
{
    static const struct {
        const char *name, *what;
        goffset limit;
    } outputs[] = {
        {SY_MACHINE_CONSOLE_LOG, "to its console", SY_MACHINE_TEXT_BYTES},
        {SY_MACHINE_QEMU_LOG, "by its QEMU", SY_MACHINE_TEXT_BYTES},
        {SY_MACHINE_EVENTS, "as events", SY_MACHINE_TEXT_BYTES},
        {SY_MACHINE_ARCHIVE, "as files", SY_MACHINE_ARCHIVE_BYTES},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(outputs); i++) {
        g_autofree char *path = g_build_filename(m->dir, outputs[i].name, NULL);
        struct stat st;

        if (stat(path, &st) == 0 && st.st_size > outputs[i].limit) {
            g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                        "the lab wrote more than %" G_GINT64_FORMAT
                        " MiB %s, which no run needs; what it wrote is in %s",
                        (gint64)(outputs[i].limit >> 20), outputs[i].what, path);
            return false;
        }
    }
    return true;
}

/* ---- lines ---- */

/* "!bye STATUS". */
static bool take_bye(SyMachine *m, const char *value, GError **error)
{
    guint64 status;

    if (!g_ascii_string_to_unsigned(value, 10, 0, 255, &status, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "the lab ended with the status '%s'",
                    value);
        return false;
    }
    m->ended = true;
    m->status = (int)status;
    return true;
}

/* A line from init, not from the task. */
static bool take_notice(SyMachine *m, const char *line, GError **error)
{
    if (g_str_has_prefix(line, "!up ")) {
        m->up_ns = m->up_ns ? m->up_ns : m->heard_ns;
        return true;
    }
    if (g_str_has_prefix(line, "!bye ")) {
        return take_bye(m, line + strlen("!bye "), error);
    }
    if (g_str_has_prefix(line, "!fail ")) {
        g_autofree char *console = load(m, SY_MACHINE_CONSOLE_LOG);

        return set_failure(m, SY_ERROR_DIED, error, console,
                           g_strdup_printf("could not be set up: %s", line + strlen("!fail ")));
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "the lab sent '%.80s', which this steelyard does not know; was the image made by "
                "another one?",
                line);
    return false;
}

/* *line is the next line of the task, or NULL if there is none now. Lines after "!bye" are
 * ignored. */
static bool look(SyMachine *m, char **line, GError **error)
{
    *line = NULL;
    while (!m->ended) {
        g_autofree char *text = NULL;

        if (!check_output(m, error) || !sy_tail_next(m->events, &text, error)) {
            return false;
        }
        if (!text) {
            return true;
        }
        m->heard_ns = sy_now_ns();
        if (text[0] != '!') {
            *line = g_steal_pointer(&text);
            return true;
        }
        if (!take_notice(m, text, error)) {
            return false;
        }
    }
    return true;
}

static bool late(const SyMachine *m)
{
    double limit_s = m->up_ns ? m->silence_limit_s : m->boot_limit_s;

    return (double)(sy_now_ns() - m->heard_ns) / SY_NS_PER_S > limit_s;
}

bool sy_machine_next(SyMachine *m, char **line, GError **error)
{
    for (;;) {
        bool alive = sy_child_alive(m->qemu); /* asked first, so that its last lines are read */

        if (!look(m, line, error)) {
            return false;
        }
        if (*line) {
            return true;
        }
        if (m->ended) {
            /* Everything it sent is here; should the reset hang, sy_machine_end() ends it. */
            sy_child_wait(m->qemu, sy_now_ns() + RESET_LIMIT_NS);
            return true;
        }
        if (!alive) {
            return set_died(m, error);
        }
        if (late(m)) {
            return set_late(m, error);
        }
        if (m->terminal && sy_standard_output_unread(0)) { /* QEMU would not notice */
            g_set_error(error, SY_ERROR, SY_ERROR_CANCELLED, "nobody reads the lab's console");
            return false;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + POLL_NS, error)) {
            return false;
        }
    }
}

/* ---- queries ---- */

int sy_machine_status(const SyMachine *m)
{
    return m->status;
}

double sy_machine_boot_s(const SyMachine *m)
{
    return m->up_ns ? (double)(m->up_ns - m->start_ns) / SY_NS_PER_S : 0;
}

const char *sy_machine_cmdline(const SyMachine *m)
{
    return m->cmdline;
}

void sy_machine_end(SyMachine *m)
{
    if (!m) {
        return;
    }
    sy_child_end(m->qemu, 0);
    sy_terminal_restore(m->terminal);
    sy_child_end(m->virtiofsd, 0);
    sy_tail_free(m->events);
    g_free(m->dir);
    g_free(m->cmdline);
    g_free(m);
}
