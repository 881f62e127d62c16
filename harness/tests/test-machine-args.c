/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-args.h"

#include "tests/check.h"

static const char *const firmware[] = {"/fw/a", "/fw/b", NULL};

/* A configuration in which only what a test is about differs from the defaults. */
static SyMachineConfig config(SyMachineMode mode)
{
    return (SyMachineConfig){
        .mode = mode,
        .qemu = "/q/qemu",
        .firmware = firmware,
        .kernel = "/k/vmlinuz",
        .initrd = "/k/initrd",
        .dir = "/d",
        .task = "job",
    };
}

/* The value that follows `option`, the `nth` time (from 0); NULL if it does not. */
static const char *value_of(GStrv argv, const char *option, guint nth)
{
    for (char **word = argv; *word; word++) {
        if (strcmp(*word, option) == 0 && nth-- == 0) {
            return word[1];
        }
    }
    return NULL;
}

/* Is there a word that contains `text`? */
static bool mentions(GStrv argv, const char *text)
{
    for (char **word = argv; *word; word++) {
        if (strstr(*word, text)) {
            return true;
        }
    }
    return false;
}

static GStrv args(const SyMachineConfig *c, bool qboot, guint tsc_khz)
{
    return sy_machine_args(c, &(SyMachineFound){.qboot = qboot, .tsc_khz = tsc_khz});
}

Test(machine_args, fast_runs_a_thread_per_cpu_in_real_time)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = args(&c, false, 2500000);

    cr_assert_str_eq(argv[0], "/q/qemu");
    cr_assert(g_str_has_prefix(value_of(argv, "-accel", 0), "tcg,thread=multi,"));
    cr_assert_null(value_of(argv, "-icount", 0));
    cr_assert_null(value_of(argv, "-seed", 0));
    cr_assert_null(value_of(argv, "-rtc", 0));
    cr_assert_str_eq(value_of(argv, "-smp", 0), "2");
    cr_assert_str_eq(value_of(argv, "-m", 0), "2048M");
    cr_assert(mentions(argv, " tsc_early_khz=2500000 "));
    cr_assert_not(mentions(argv, "nokaslr"));
    cr_assert_not(mentions(argv, "nohz"));
}

Test(machine_args, exact_counts_instructions_and_knows_neither_clock_nor_randomness_of_the_host)
{
    SyMachineConfig c = config(SY_MACHINE_EXACT);
    g_auto(GStrv) argv = args(&c, false, 2500000);

    cr_assert(g_str_has_prefix(value_of(argv, "-accel", 0), "tcg,thread=single,"));
    cr_assert_str_eq(value_of(argv, "-icount", 0), "shift=1,sleep=off");
    cr_assert_str_eq(value_of(argv, "-rtc", 0), "clock=vm,base=2026-01-01");
    cr_assert_str_eq(value_of(argv, "-seed", 0), "1");
    cr_assert(mentions(argv, " nokaslr "));
    cr_assert(mentions(argv, " nohz=off "), "switches that cost the same each time");
    cr_assert(strstr(value_of(argv, "-cpu", 0), ",-rdrand,-rdseed"));
    cr_assert(mentions(argv, "virtio-serial-pci,id=ports,ioeventfd=off"));
}

Test(machine_args, exact_is_the_same_on_every_host)
{
    SyMachineConfig c = config(SY_MACHINE_EXACT);
    g_auto(GStrv) slow = args(&c, true, 1000), fast = args(&c, true, 5000000);
    g_auto(GStrv) unknown = args(&c, true, 0);

    cr_assert(g_strv_equal((const char *const *)slow, (const char *const *)fast));
    cr_assert(g_strv_equal((const char *const *)slow, (const char *const *)unknown));
}

Test(machine_args, a_clock_that_is_not_known_is_not_named)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = args(&c, false, 0);

    cr_assert_not(mentions(argv, "tsc_early_khz"));
}

Test(machine_args, size_is_as_asked_for)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = NULL;

    c.cpus = 1;
    c.memory_mib = 777;
    argv = args(&c, false, 0);
    cr_assert_str_eq(value_of(argv, "-smp", 0), "1");
    cr_assert_str_eq(value_of(argv, "-m", 0), "777M");
}

Test(machine_args, firmware_folders_come_in_order_and_qboot_only_if_found)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) with = args(&c, true, 0), without = args(&c, false, 0);

    cr_assert_str_eq(value_of(with, "-L", 0), "/fw/a");
    cr_assert_str_eq(value_of(with, "-L", 1), "/fw/b");
    cr_assert_str_eq(value_of(with, "-bios", 0), "qboot.rom");
    cr_assert_null(value_of(without, "-bios", 0));
}

Test(machine_args, kernel_gets_its_image_and_becomes_init)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = args(&c, false, 0);
    const char *append = value_of(argv, "-append", 0);

    cr_assert_str_eq(value_of(argv, "-kernel", 0), "/k/vmlinuz");
    cr_assert_str_eq(value_of(argv, "-initrd", 0), "/k/initrd");
    cr_assert(g_str_has_prefix(append, "console=ttyS0 quiet "), "%s", append);
    cr_assert(g_str_has_suffix(append, " rdinit=/opt/steelyard/steelyard -- lab init"), "%s",
              append);
    cr_assert(strstr(append, " panic=-1 oops=panic "), "%s", append);
    c.verbose = true;
    g_strfreev(g_steal_pointer(&argv));
    argv = args(&c, false, 0);
    cr_assert_not(mentions(argv, "quiet"));
}

Test(machine_args, a_reset_ends_it_and_nothing_is_there_by_default)
{
    static const char *const words[] = {"-no-reboot", "-nodefaults", "-no-user-config"};
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = args(&c, false, 0);

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        cr_assert(g_strv_contains((const char *const *)argv, words[i]), "%s", words[i]);
    }
    cr_assert_str_eq(value_of(argv, "-display", 0), "none");
}

Test(machine_args, output_goes_to_files_in_the_folder_of_the_boot)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = args(&c, false, 0);

    cr_assert_str_eq(value_of(argv, "-chardev", 0), "file,id=console,path=console.log");
    cr_assert_str_eq(value_of(argv, "-chardev", 1), "file,id=events,path=events.log");
    cr_assert_str_eq(value_of(argv, "-chardev", 2), "file,id=archive,path=archive.tar");
    cr_assert(mentions(argv, "nr=1,chardev=events"));
    cr_assert(mentions(argv, "nr=2,chardev=archive"));
    cr_assert_not(mentions(argv, "stdio"));
}

Test(machine_args, a_terminal_console_is_raw_and_tells_its_size)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) argv = NULL;

    c.console = true;
    argv = args(&c, false, 0);
    cr_assert_str_eq(value_of(argv, "-chardev", 0), "stdio,id=console,mux=on,signal=off");
    cr_assert(mentions(argv, "name=opt/steelyard/env,file=env"));
    cr_assert_not(mentions(argv, "console.log"));
}

Test(machine_args, task_and_request_are_handed_in)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) without = args(&c, false, 0), empty = NULL, with = NULL;

    cr_assert_str_eq(value_of(without, "-fw_cfg", 0), "name=opt/steelyard/task,string=job");
    cr_assert_null(value_of(without, "-fw_cfg", 1));
    c.request = "";
    empty = args(&c, false, 0);
    cr_assert_null(value_of(empty, "-fw_cfg", 1), "QEMU refuses empty items");
    c.request = "echo";
    c.task = "a,b";
    with = args(&c, false, 0);
    cr_assert_str_eq(value_of(with, "-fw_cfg", 0), "name=opt/steelyard/task,string=a,,b");
    cr_assert_str_eq(value_of(with, "-fw_cfg", 1), "name=opt/steelyard/request,file=request");
}

Test(machine_args, a_shared_folder_shares_the_memory_too)
{
    SyMachineConfig c = config(SY_MACHINE_FAST);
    g_auto(GStrv) without = args(&c, false, 0), with = NULL;

    cr_assert_not(mentions(without, "memfd"));
    cr_assert_not(mentions(without, "vhost-user"));
    c.shared_dir = "/somewhere";
    c.memory_mib = 777;
    with = args(&c, false, 0);
    cr_assert_str_eq(value_of(with, "-object", 0),
                     "memory-backend-memfd,id=ram,size=777M,share=on");
    cr_assert_str_eq(value_of(with, "-machine", 0), "pc,memory-backend=ram");
    cr_assert(mentions(with, "vhost-user-fs-pci,chardev=virtiofs,tag=work"));
}

Test(machine_args, quoted_line_reads_back_to_the_same_words)
{
    const char *const words[] = {"a", "b c", "it's", "", "$x", NULL};
    g_autofree char *line = sy_machine_args_quote(words);
    g_auto(GStrv) back = NULL;

    cr_assert(g_shell_parse_argv(line, NULL, &back, NULL));
    cr_assert(g_strv_equal((const char *const *)back, words), "%s", line);
}
