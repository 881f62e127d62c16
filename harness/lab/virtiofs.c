/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/virtiofs.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "lab/machine-console.h"

#define LOG_NAME "virtiofs.log"
#define START_LIMIT_NS (5 * SY_NS_PER_S)
#define STEP_NS (10 * SY_NS_PER_MS)
/* From listening to being ready: only privileges can still be missing, which shows at once. */
#define SETTLE_NS (50 * SY_NS_PER_MS)

/* Where Debian's packages have it: virtiofsd (since trixie), qemu-system-common (bookworm). */
static const char *const places[] = {"/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd"};

#define REMEDY                                                                                     \
    "install the package virtiofsd (bookworm: qemu-system-common), or do not share a folder with " \
    "the lab"

/* The path of virtiofsd, or NULL; the caller frees. */
static char *find_program(void)
{
    const char *chosen = g_getenv("STEELYARD_VIRTIOFSD");

    if (chosen && *chosen) {
        return g_strdup(chosen);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        if (access(places[i], X_OK) == 0) {
            return g_strdup(places[i]);
        }
    }
    return g_find_program_in_path("virtiofsd");
}

static void set_unusable(GError **error, const char *program, const char *why, const char *log)
{
    g_autofree char *text = sy_console_load(log);
    g_autofree char *last = sy_console_last(text, 2, " | ");

    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "%s %s%s%s; " REMEDY, program, why,
                *last ? ": " : "", last);
}

/*
 * *former: this is the old virtiofsd in C, which was part of QEMU ("virtiofsd version 7.2.22
 * (Debian ...)"), not the one in Rust ("virtiofsd 1.13.2"). False if it does not run.
 */
static bool ask_version(const char *program, const char *log, bool *former, GError **error)
{
    const char *const argv[] = {program, "--version", NULL};
    g_autoptr(SyChild) child = sy_child_spawn(argv, &(SyChildOptions){.output_path = log}, error);
    g_autofree char *text = NULL;

    if (!child) {
        return false;
    }
    if (!sy_child_wait(child, sy_now_ns() + START_LIMIT_NS) || !sy_child_succeeded(child)) {
        set_unusable(error, program, "does not run", log);
        return false;
    }
    text = sy_console_load(log);
    *former = g_str_has_prefix(text, "virtiofsd version ");
    if (*former && geteuid() != 0) {
        set_unusable(error, program, "works only for root", log);
        return false;
    }
    return true;
}

/* Can a socket be bound to `path`? If not, virtiofsd gets the name alone. Not always, because of
 * former virtiofsds only one at a time can serve at the same text. */
static bool takes_path(const char *path)
{
    return strlen(path) < sizeof(((struct sockaddr_un *)NULL)->sun_path);
}

/*
 * Without sandboxes that need privileges or a second user: whoever is in the lab is the user who
 * started it.
 */
static GStrv command_line(const char *program, bool former, const char *folder, const char *socket)
{
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    g_autofree char *socket_option = g_strdup_printf("--socket-path=%s", socket);
    g_auto(GStrv) parts = g_strsplit(folder, ",", -1);
    g_autofree char *escaped = g_strjoinv(former ? "\\," : ",", parts); /* -o splits at commas */
    g_autofree char *source = g_strconcat(former ? "source=" : "--shared-dir=", escaped, NULL);

    g_strv_builder_add_many(argv, program, socket_option, "--rlimit-nofile=0", NULL);
    if (former) {
        g_strv_builder_add_many(argv, "-o", source, "-o", "sandbox=chroot", NULL);
    } else {
        g_strv_builder_add_many(argv, source, "--sandbox=none", NULL);
    }
    return g_strv_builder_end(argv);
}

static bool await_socket(SyChild *child, const char *program, const char *socket, const char *log,
                         GError **error)
{
    int64_t deadline_ns = sy_now_ns() + START_LIMIT_NS;

    while (access(socket, F_OK) < 0) {
        if (!sy_child_alive(child) || sy_now_ns() > deadline_ns) {
            set_unusable(error, program, "does not serve", log);
            return false;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + STEP_NS, error)) {
            return false;
        }
    }
    if (sy_child_wait(child, sy_now_ns() + SETTLE_NS)) {
        set_unusable(error, program, "gave up", log);
        return false;
    }
    return true;
}

SyChild *sy_virtiofs_start(const char *folder, const char *dir, const char *socket, GError **error)
{
    g_autofree char *program = find_program(), *log = g_build_filename(dir, LOG_NAME, NULL);
    g_autofree char *path = g_build_filename(dir, socket, NULL);
    const bool short_enough = takes_path(path);
    const SyChildOptions options = {.cwd = short_enough ? NULL : dir, .output_path = log};
    g_auto(GStrv) argv = NULL;
    g_autoptr(SyChild) child = NULL;
    bool former;

    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "cannot share %s with the lab: it is not a folder", folder);
        return NULL;
    }
    if (!program) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot share a folder with the lab: there is no virtiofsd; " REMEDY);
        return NULL;
    }
    unlink(log);
    unlink(path);
    if (!ask_version(program, log, &former, error)) {
        return NULL;
    }
    argv = command_line(program, former, folder, short_enough ? path : socket);
    child = sy_child_spawn((const char *const *)argv, &options, error);
    return child && await_socket(child, program, path, log, error) ? g_steal_pointer(&child) : NULL;
}
