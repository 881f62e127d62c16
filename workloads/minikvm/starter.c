/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/argv.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "workloads/minikvm/launch.h"

#define LIMIT_NS (60 * SY_NS_PER_S)
/* How often a VMM that stays silent is looked at. */
#define LOOK_MS 100
/* A PC's ROM ends at 4 GiB, and the processor begins 16 bytes before its end. */
#define ROM_BYTES (64 * 1024)
#define RESET_BYTES 16

struct Starter {
    const SyRunEnv *env;
    char *image, *rom, *fifo;
    char *log; /* what QEMU says */
    int fd;    /* of the FIFO, both ways, so that it stays open */
};

static const struct {
    const char *name;
    const char *accel, *machine; /* of QEMU */
} vmms[] = {
    [STARTER_MINI_KVM] = {"mini-kvm", NULL, NULL},
    [STARTER_QEMU_KVM] = {"qemu-kvm", "kvm", "pc"},
    [STARTER_QEMU_MICROVM] = {"qemu-microvm", "kvm", "microvm,x-option-roms=off,isa-serial=on"},
    [STARTER_QEMU_TCG] = {"qemu-tcg", "tcg", "pc"},
};

StarterVmm starter_vmm(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(vmms); i++) {
        if (strcmp(vmms[i].name, name) == 0) {
            return (StarterVmm)i;
        }
    }
    g_assert_not_reached();
}

GBytes *starter_rom(const void *code, gsize bytes)
{
    g_autofree guint8 *rom = g_malloc0(ROM_BYTES);

    if (bytes > RESET_BYTES) {
        return NULL;
    }
    memcpy(rom + ROM_BYTES - RESET_BYTES, code, bytes);
    return g_bytes_new_take(g_steal_pointer(&rom), ROM_BYTES);
}

/* QEMU without firmware, and with the guest's UART into the FIFO. */
static void add_qemu(GPtrArray *argv, const Starter *starter, StarterVmm vmm, guint vcpus)
{
    g_autofree char *fifo = sy_argv_escape_commas(starter->fifo);
    static const char *const bare[] = {
        "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-nic", "none"};

    sy_argv_add(argv, starter->env->qemu);
    for (char **dir = starter->env->firmware; *dir; dir++) {
        sy_argv_add_option(argv, "-L", *dir);
    }
    sy_argv_add_option(argv, "-accel", vmms[vmm].accel);
    sy_argv_add_option(argv, "-machine", vmms[vmm].machine);
    sy_argv_add_option(argv, "-m", "16M");
    sy_argv_add_printf(argv, "-smp", "%u", vcpus);
    for (gsize i = 0; i < G_N_ELEMENTS(bare); i++) {
        sy_argv_add(argv, bare[i]);
    }
    sy_argv_add_printf(argv, "-chardev", "file,id=out,path=%s", fifo);
    sy_argv_add_option(argv, "-serial", "chardev:out");
    sy_argv_add_option(argv, "-bios", starter->rom);
}

/* With its stdout into the FIFO. */
static void add_mini_kvm(GPtrArray *argv, const Starter *starter, guint vcpus)
{
    sy_argv_add(argv, starter->env->mini_kvm);
    sy_argv_add_option(argv, "--timeout", "0");
    sy_argv_add_printf(argv, "--vcpus", "%u", vcpus);
    sy_argv_add(argv, starter->image);
}

/* Writes the ROM with the guest in it. */
static bool make_rom(const Starter *starter, GError **error)
{
    g_autoptr(GBytes) rom = NULL;
    g_autofree char *code = NULL;
    gsize bytes;

    if (!g_file_get_contents(starter->image, &code, &bytes, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no guest %s: `make mini-kvm guests` builds it", starter->image);
        return false;
    }
    rom = starter_rom(code, bytes);
    if (!rom) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "guest %s has %" G_GSIZE_FORMAT " bytes, more than the %d at a reset: `make "
                    "guests` builds the right one",
                    starter->image, bytes, RESET_BYTES);
        return false;
    }
    return g_file_set_contents(starter->rom, g_bytes_get_data(rom, NULL),
                               (gssize)g_bytes_get_size(rom), error);
}

static bool make_fifo(Starter *starter, GError **error)
{
    starter->fd = mkfifo(starter->fifo, 0600) == 0
                      ? open(starter->fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC)
                      : -1;
    if (starter->fd < 0) {
        sy_error_set_io(error, errno, "cannot make the FIFO", starter->fifo);
    }
    return starter->fd >= 0;
}

Starter *starter_new(const SyCase *c, GError **error)
{
    g_autoptr(Starter) starter = g_new0(Starter, 1);

    starter->env = c->env;
    starter->fd = -1;
    starter->image = g_build_filename(c->env->guests_dir, "minikvm", "first-byte.bin", NULL);
    starter->rom = g_build_filename(c->dir, "first-byte.rom", NULL);
    starter->fifo = g_build_filename(c->dir, "first-byte.fifo", NULL);
    starter->log = g_build_filename(c->dir, "qemu.log", NULL);
    if (!minikvm_is_built("mini-kvm", c->env->mini_kvm, error)) {
        return NULL;
    }
    return make_rom(starter, error) && make_fifo(starter, error) ? g_steal_pointer(&starter) : NULL;
}

char *starter_missing(const Starter *starter, StarterVmm vmm)
{
    const char *argv[] = {starter->env->qemu, "-machine", "help", NULL};
    g_autofree char *text = NULL, *name = NULL, *line = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(SyChild) child = NULL;

    if (vmm == STARTER_MINI_KVM) {
        return NULL;
    }
    unlink(starter->log);
    child = sy_child_spawn(argv, &(SyChildOptions){.output_path = starter->log}, &error);
    if (!child || !sy_child_wait(child, sy_now_ns() + LIMIT_NS) ||
        !g_file_get_contents(starter->log, &text, NULL, &error)) {
        return g_strdup_printf("n/a: %s does not list its machines%s%s", starter->env->qemu,
                               error ? ": " : "", error ? error->message : "");
    }
    name = g_strndup(vmms[vmm].machine, strcspn(vmms[vmm].machine, ","));
    line = g_strdup_printf("\n%s ", name);
    return strstr(text, line)
               ? NULL
               : g_strdup_printf("n/a: this QEMU has no machine %s (-machine help)", name);
}

/* All that waits in the FIFO. */
static char *drain(const Starter *starter)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char part[256];
    ssize_t got;

    while ((got = read(starter->fd, part, sizeof(part))) > 0) {
        g_string_append_len(text, part, got);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Waits for the first byte; when it came goes to *at_ns. */
static bool wait_for_byte(const Starter *starter, SyChild *child, int64_t *at_ns, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + LIMIT_NS;
    struct pollfd out = {.fd = starter->fd, .events = POLLIN};
    bool alive = true;

    while (poll(&out, 1, LOOK_MS) <= 0) {
        if (sy_cancelled(error)) {
            return false;
        }
        if (sy_now_ns() > deadline_ns) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "no byte of the guest within a minute");
            return false;
        }
        if (!alive) {
            g_autofree char *how = sy_child_describe_exit(child);

            g_set_error(error, SY_ERROR, SY_ERROR_DIED,
                        "it ended before its guest's first byte: %s", how);
            return false;
        }
        alive = sy_child_alive(child); /* what it wrote last is looked for once more */
    }
    *at_ns = sy_now_ns();
    return true;
}

/* Puts before `error` which VMM it is about, and what QEMU said. */
static void complete_error(const Starter *starter, StarterVmm vmm, GError **error)
{
    g_autofree char *said = NULL;

    if (g_file_get_contents(starter->log, &said, NULL, NULL) && *g_strstrip(said)) {
        g_prefix_error(error, "%s; ", said);
    }
    g_prefix_error(error, "%s: ", vmms[vmm].name);
}

SyChild *starter_start_by(const Starter *starter, const char *const *prefix, StarterVmm vmm,
                          guint vcpus, double *us, GError **error)
{
    bool is_qemu = vmm != STARTER_MINI_KVM;
    GPtrArray *words = g_ptr_array_new();
    g_auto(GStrv) argv = NULL;
    g_autoptr(SyChild) child = NULL;
    g_autofree char *stale = drain(starter), *text = NULL;
    int64_t begin_ns, byte_ns;

    for (; prefix && *prefix; prefix++) {
        sy_argv_add(words, *prefix);
    }
    if (is_qemu) {
        add_qemu(words, starter, vmm, vcpus);
    } else {
        add_mini_kvm(words, starter, vcpus);
    }
    argv = sy_argv_end(words);
    unlink(starter->log);
    begin_ns = sy_now_ns();
    child = sy_child_spawn((const char *const *)argv,
                           &(SyChildOptions){.output_path = is_qemu ? starter->log : starter->fifo},
                           error);
    if (!child || !wait_for_byte(starter, child, &byte_ns, error)) {
        complete_error(starter, vmm, error);
        return NULL;
    }
    text = drain(starter);
    if (text[strspn(text, "\n")]) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s wrote: %s", vmms[vmm].name,
                    g_strstrip(text));
        return NULL;
    }
    *us = (double)(byte_ns - begin_ns) / SY_NS_PER_US;
    return g_steal_pointer(&child);
}

SyChild *starter_start(const Starter *starter, StarterVmm vmm, guint vcpus, double *us,
                       GError **error)
{
    return starter_start_by(starter, NULL, vmm, vcpus, us, error);
}

void starter_free(Starter *starter)
{
    if (starter) {
        if (starter->fd >= 0) {
            close(starter->fd);
        }
        unlink(starter->fifo);
        g_free(starter->image);
        g_free(starter->rom);
        g_free(starter->fifo);
        g_free(starter->log);
        g_free(starter);
    }
}
