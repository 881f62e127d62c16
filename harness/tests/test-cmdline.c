/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/cmdline.h"

#include <unistd.h>

#include "tests/check.h"

#define BARE "-nodefaults -no-user-config -no-reboot -display none -vga none -nic none "
#define SOCKETS                                                                                    \
    "-chardev socket,id=qmp,path=qmp.sock,server=on,wait=off -mon chardev=qmp,mode=control "       \
    "-chardev socket,id=serial,path=serial.sock,server=on,wait=off,logfile=serial.log,"            \
    "logappend=on -serial chardev:serial"

/* The words of the command line joined by blanks. */
static char *joined(const SyVmConfig *config)
{
    g_auto(GStrv) argv = sy_vm_cmdline(config, "/base");

    return g_strjoinv(" ", argv);
}

Test(cmdline, of_the_defaults_is_exactly_this)
{
    SyVmConfig config = {.qemu = "qemu-system-x86_64"};
    g_autofree char *line = joined(&config);

    cr_assert_str_eq(line, "qemu-system-x86_64 -name guest=steelyard,debug-threads=on -accel kvm "
                           "-machine pc -m 128M -smp cpus=1,maxcpus=1 " BARE SOCKETS);
}

Test(cmdline, of_everything_is_exactly_this)
{
    static const char *const firmware[] = {"/usr/share/qemu", "fw", NULL};
    static const char *const extra[] = {"-device", "isa-debug-exit", NULL};
    static const char *const events[] = {"kvm_throttle_*", "vm_state_notify", NULL};
    SyVmConfig config = {
        .qemu = "build/qemu/qemu-system-x86_64",
        .name = "case 1",
        .accel = "tcg,thread=single",
        .machine = "q35,kernel-irqchip=split",
        .cpu = "max",
        .memory_mib = 256,
        .vcpus = 2,
        .max_vcpus = 4,
        .kernel = "build/guests/spin.elf",
        .initrd = "build/guests/initrd",
        .append = "a=1 b=2",
        .trace_events = events,
        .firmware_dirs = firmware,
        .extra_args = extra,
        .paused = true,
    };
    g_autofree char *line = joined(&config);

    cr_assert_str_eq(line,
                     "/base/build/qemu/qemu-system-x86_64 -name guest=case 1,debug-threads=on "
                     "-L /usr/share/qemu -L /base/fw -accel tcg,thread=single -machine "
                     "q35,kernel-irqchip=split -cpu max -m 256M -smp cpus=2,maxcpus=4 " BARE SOCKETS
                     " -trace enable=kvm_throttle_*,file=qemu.trace "
                     "-trace enable=vm_state_notify,file=qemu.trace -D /dev/null"
                     " -kernel /base/build/guests/spin.elf -initrd /base/build/guests/initrd "
                     "-append a=1 b=2 -S "
                     "-device isa-debug-exit");
}

Test(cmdline, doubles_commas_only_where_qemu_splits_at_them)
{
    static const char *const firmware[] = {"/f,w", NULL};
    SyVmConfig config = {
        .qemu = "/q,emu",
        .name = "share,10=%",
        .kernel = "/k,1",
        .initrd = "/i,1",
        .append = "x=1,2",
        .firmware_dirs = firmware,
    };
    g_auto(GStrv) argv = sy_vm_cmdline(&config, "/");
    const char *const *words = (const char *const *)argv;

    cr_assert_str_eq(words[0], "/q,emu");
    cr_assert(g_strv_contains(words, "guest=share,,10=%,debug-threads=on"));
    /* -kernel, -initrd, -append and -L take their argument as it is. */
    cr_assert(g_strv_contains(words, "/k,1"));
    cr_assert(g_strv_contains(words, "/i,1"));
    cr_assert(g_strv_contains(words, "x=1,2"));
    cr_assert(g_strv_contains(words, "/f,w"));
}

Test(cmdline, quoted_line_is_read_back_by_a_shell_to_the_same_words)
{
    static const char *const argv[] = {
        "/a b/qemu", "-append", "it's \"x\" $HOME `id` \\ \n *", "", "a,,b", "~", NULL};
    g_autofree char *line = sy_vm_cmdline_quote(argv);
    g_autofree char *script = g_strdup_printf("printf '%%s\\0' %s", line);
    const char *shell[] = {"/bin/sh", "-c", script, NULL};
    g_autoptr(GString) expected = g_string_new(NULL);
    int out = -1;
    gsize got = 0;
    char buffer[512];

    cr_assert(g_spawn_async_with_pipes(NULL, (char **)shell, NULL, 0, NULL, NULL, NULL, NULL, &out,
                                       NULL, NULL));
    for (ssize_t n; (n = read(out, buffer + got, sizeof(buffer) - got)) > 0;) {
        got += (gsize)n;
    }
    for (gsize i = 0; argv[i]; i++) {
        g_string_append_len(expected, argv[i], (gssize)strlen(argv[i]) + 1);
    }
    cr_assert_eq(got, expected->len);
    cr_assert_arr_eq(buffer, expected->str, got);
    cr_assert_eq(line[strlen(line) - 1], '\n');
}
