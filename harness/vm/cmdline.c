/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/cmdline.h"

#include <string.h>

/* QEMU's option lists separate at commas; a comma that belongs to a value is written twice. */
static char *escape_commas(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    return g_strjoinv(",,", parts);
}

static void add(GPtrArray *argv, const char *word)
{
    g_ptr_array_add(argv, g_strdup(word));
}

static void add_option(GPtrArray *argv, const char *option, const char *value)
{
    add(argv, option);
    add(argv, value);
}

static void G_GNUC_PRINTF(3, 4)
    add_printf(GPtrArray *argv, const char *option, const char *format, ...)
{
    va_list args;

    add(argv, option);
    va_start(args, format);
    g_ptr_array_add(argv, g_strdup_vprintf(format, args));
    va_end(args);
}

static void add_path(GPtrArray *argv, const char *option, const char *path, const char *base_dir)
{
    g_autofree char *absolute = g_canonicalize_filename(path, base_dir);

    add_option(argv, option, absolute);
}

static void add_machine(GPtrArray *argv, const SyVmConfig *config)
{
    guint vcpus = config->vcpus ? config->vcpus : 1;
    guint max_vcpus = config->max_vcpus ? config->max_vcpus : vcpus;

    add_option(argv, "-accel", config->accel ? config->accel : "kvm");
    add_option(argv, "-machine", config->machine ? config->machine : "pc");
    if (config->cpu) {
        add_option(argv, "-cpu", config->cpu);
    }
    add_printf(argv, "-m", "%uM", config->memory_mib ? config->memory_mib : 128);
    add_printf(argv, "-smp", "cpus=%u,maxcpus=%u", vcpus, max_vcpus);
}

/* No device and no file that the VM's description does not name, and a reset ends QEMU instead of
 * looping. */
static void add_bareness(GPtrArray *argv)
{
    static const char *const options[] = {"-nodefaults", "-no-user-config", "-no-reboot"};

    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        add(argv, options[i]);
    }
    add_option(argv, "-display", "none");
    add_option(argv, "-vga", "none");
    add_option(argv, "-nic", "none");
}

static void add_sockets(GPtrArray *argv)
{
    add_option(argv, "-chardev", "socket,id=qmp,path=" SY_VM_QMP_SOCKET ",server=on,wait=off");
    add_option(argv, "-mon", "chardev=qmp,mode=control");
    add_option(argv, "-chardev",
               "socket,id=serial,path=" SY_VM_SERIAL_SOCKET
               ",server=on,wait=off,logfile=" SY_VM_SERIAL_LOG ",logappend=on");
    add_option(argv, "-serial", "chardev:serial");
}

GStrv sy_vm_cmdline(const SyVmConfig *config, const char *base_dir)
{
    GPtrArray *argv = g_ptr_array_new();
    g_autofree char *name = escape_commas(config->name ? config->name : "steelyard");

    if (strchr(config->qemu, '/')) {
        g_ptr_array_add(argv, g_canonicalize_filename(config->qemu, base_dir));
    } else {
        add(argv, config->qemu);
    }
    add_printf(argv, "-name", "guest=%s,debug-threads=on", name);
    for (const char *const *dir = config->firmware_dirs; dir && *dir; dir++) {
        add_path(argv, "-L", *dir, base_dir);
    }
    add_machine(argv, config);
    add_bareness(argv);
    add_sockets(argv);
    if (config->kernel) {
        add_path(argv, "-kernel", config->kernel, base_dir);
    }
    if (config->initrd) {
        add_path(argv, "-initrd", config->initrd, base_dir);
    }
    if (config->append) {
        add_option(argv, "-append", config->append);
    }
    if (config->paused) {
        add(argv, "-S");
    }
    for (const char *const *arg = config->extra_args; arg && *arg; arg++) {
        add(argv, *arg);
    }
    g_ptr_array_add(argv, NULL);
    return (GStrv)g_ptr_array_free(argv, FALSE);
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
