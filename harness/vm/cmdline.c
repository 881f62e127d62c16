/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/cmdline.h"

#include <string.h>

#include "base/argv.h"

static void add_path(GPtrArray *argv, const char *option, const char *path, const char *base_dir)
{
    g_autofree char *absolute = g_canonicalize_filename(path, base_dir);

    sy_argv_add_option(argv, option, absolute);
}

static void add_machine(GPtrArray *argv, const SyVmConfig *config)
{
    guint vcpus = config->vcpus ? config->vcpus : 1;
    guint max_vcpus = config->max_vcpus ? config->max_vcpus : vcpus;

    sy_argv_add_option(argv, "-accel", config->accel ? config->accel : "kvm");
    sy_argv_add_option(argv, "-machine", config->machine ? config->machine : "pc");
    if (config->cpu) {
        sy_argv_add_option(argv, "-cpu", config->cpu);
    }
    sy_argv_add_printf(argv, "-m", "%uM", config->memory_mib ? config->memory_mib : 128);
    sy_argv_add_printf(argv, "-smp", "cpus=%u,maxcpus=%u", vcpus, max_vcpus);
}

/* Only devices and files that the description names; and a reset ends QEMU instead of looping. */
static void add_bareness(GPtrArray *argv)
{
    static const char *const options[] = {"-nodefaults", "-no-user-config", "-no-reboot"};

    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        sy_argv_add(argv, options[i]);
    }
    sy_argv_add_option(argv, "-display", "none");
    sy_argv_add_option(argv, "-vga", "none");
    sy_argv_add_option(argv, "-nic", "none");
}

static void add_sockets(GPtrArray *argv)
{
    sy_argv_add_option(argv, "-chardev",
                       "socket,id=qmp,path=" SY_VM_QMP_SOCKET ",server=on,wait=off");
    sy_argv_add_option(argv, "-mon", "chardev=qmp,mode=control");
    sy_argv_add_option(argv, "-chardev",
                       "socket,id=serial,path=" SY_VM_SERIAL_SOCKET
                       ",server=on,wait=off,logfile=" SY_VM_SERIAL_LOG ",logappend=on");
    sy_argv_add_option(argv, "-serial", "chardev:serial");
}

/*
 * For the backend `simple`. The backend `log` would write the same events to stderr and cannot be
 * switched off (qemu_set_log_internal() in QEMU's util/log.c), so its output goes to /dev/null.
 */
static void add_tracing(GPtrArray *argv, const SyVmConfig *config)
{
    for (const char *const *event = config->trace_events; event && *event; event++) {
        sy_argv_add_printf(argv, "-trace", "enable=%s,file=" SY_VM_TRACE, *event);
    }
    if (config->trace_events) {
        sy_argv_add_option(argv, "-D", "/dev/null");
    }
}

GStrv sy_vm_cmdline(const SyVmConfig *config, const char *base_dir)
{
    GPtrArray *argv = g_ptr_array_new();
    g_autofree char *name = sy_argv_escape_commas(config->name ? config->name : "steelyard");

    if (strchr(config->qemu, '/')) {
        g_ptr_array_add(argv, g_canonicalize_filename(config->qemu, base_dir));
    } else {
        sy_argv_add(argv, config->qemu);
    }
    sy_argv_add_printf(argv, "-name", "guest=%s,debug-threads=on", name);
    for (const char *const *dir = config->firmware_dirs; dir && *dir; dir++) {
        add_path(argv, "-L", *dir, base_dir);
    }
    add_machine(argv, config);
    add_bareness(argv);
    add_sockets(argv);
    add_tracing(argv, config);
    if (config->kernel) {
        add_path(argv, "-kernel", config->kernel, base_dir);
    }
    if (config->initrd) {
        add_path(argv, "-initrd", config->initrd, base_dir);
    }
    if (config->append) {
        sy_argv_add_option(argv, "-append", config->append);
    }
    if (config->paused) {
        sy_argv_add(argv, "-S");
    }
    for (const char *const *arg = config->extra_args; arg && *arg; arg++) {
        sy_argv_add(argv, *arg);
    }
    return sy_argv_end(argv);
}

char *sy_vm_cmdline_quote(const char *const *argv)
{
    GString *out = g_string_new(NULL);

    for (; *argv; argv++) {
        const char *plain =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,/:@%";
        bool is_plain = **argv && strspn(*argv, plain) == strlen(*argv);
        g_autofree char *word = is_plain ? g_strdup(*argv) : g_shell_quote(*argv);

        g_string_append_printf(out, "%s%s", out->len ? " " : "", word);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
