/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-args.h"

#include "base/argv.h"
#include "lab/inside.h"

/*
 * The size of TCG's code buffer. Together with the lab's memory and QEMU itself it stays below
 * 3 GiB; a run of some minutes fills half of it. When it is full, TCG discards all of it and starts
 * over, which in exact mode moves the turns of the CPUs. So the larger it is, the less it matters
 * what code this machine's TCG makes.
 */
#define TRANSLATED_MIB 512

/* An EPYC with nested SVM, without the features that TCG would warn it lacks, and without the
 * host's random numbers. */
#define CPU_MODEL                                                                                  \
    "EPYC,+svm,+npt,-fxsr-opt,-misalignsse,-osvw,-topoext,-nrip-save,-xsavec,-rdrand,-rdseed"

/* With instruction-counted time a tick of the time stamp counter is a nanosecond. */
#define EXACT_TSC_KHZ 1000000

static void add_firmware(GPtrArray *argv, const SyMachineConfig *config,
                         const SyMachineFound *found)
{
    for (const char *const *dir = config->firmware; dir && *dir; dir++) {
        sy_argv_add_option(argv, "-L", *dir);
    }
    if (found->qboot) {
        sy_argv_add_option(argv, "-bios", SY_MACHINE_QBOOT); /* half a second faster than SeaBIOS */
    }
}

/* Adds everything that the lab's time depends on. */
static void add_clockwork(GPtrArray *argv, const SyMachineConfig *config)
{
    if (config->mode == SY_MACHINE_EXACT) {
        sy_argv_add_printf(argv, "-accel", "tcg,thread=single,tb-size=%u", TRANSLATED_MIB);
        sy_argv_add_option(argv, "-icount", "shift=1,sleep=off");
        sy_argv_add_option(argv, "-rtc", "clock=vm,base=2026-01-01");
        sy_argv_add_option(argv, "-seed", "1");
    } else {
        sy_argv_add_printf(argv, "-accel", "tcg,thread=multi,tb-size=%u", TRANSLATED_MIB);
    }
}

static void add_machine(GPtrArray *argv, const SyMachineConfig *config)
{
    guint memory = config->memory_mib ? config->memory_mib : SY_MACHINE_MEMORY_MIB;

    sy_argv_add(argv, "-nodefaults");
    sy_argv_add(argv, "-no-user-config");
    sy_argv_add(argv, "-no-reboot"); /* a reset ends QEMU, after a task or a panic */
    sy_argv_add_option(argv, "-display", "none");
    sy_argv_add_option(argv, "-machine", config->shared_dir ? "pc,memory-backend=ram" : "pc");
    add_clockwork(argv, config);
    sy_argv_add_printf(argv, "-smp", "%u", config->cpus ? config->cpus : SY_MACHINE_CPUS);
    sy_argv_add_option(argv, "-cpu", CPU_MODEL);
    sy_argv_add_printf(argv, "-m", "%uM", memory);
    if (config->shared_dir) {
        /* virtiofsd reads and writes the lab's memory. */
        sy_argv_add_printf(argv, "-object", "memory-backend-memfd,id=ram,size=%uM,share=on",
                           memory);
    }
}

/* Hotkeys (C-a x ends QEMU) instead of signals: C-c goes to the lab. */
static void add_console(GPtrArray *argv, const SyMachineConfig *config)
{
    if (config->console) {
        sy_argv_add_option(argv, "-chardev", "stdio,id=console,mux=on,signal=off");
        sy_argv_add_option(argv, "-mon", "chardev=console,mode=readline");
    } else {
        sy_argv_add_option(argv, "-chardev", "file,id=console,path=" SY_MACHINE_CONSOLE_LOG);
    }
    sy_argv_add_option(argv, "-serial", "chardev:console");
}

/* ioeventfd=off: the vCPU thread does the work at once, not another thread some time later. */
static void add_ports(GPtrArray *argv)
{
    sy_argv_add_option(argv, "-device", "virtio-serial-pci,id=ports,ioeventfd=off");
    sy_argv_add_option(argv, "-chardev", "file,id=events,path=" SY_MACHINE_EVENTS);
    sy_argv_add_option(argv, "-device", "virtserialport,bus=ports.0,nr=1,chardev=events");
    sy_argv_add_option(argv, "-chardev", "file,id=archive,path=" SY_MACHINE_ARCHIVE);
    sy_argv_add_option(argv, "-device", "virtserialport,bus=ports.0,nr=2,chardev=archive");
}

static void add_task(GPtrArray *argv, const SyMachineConfig *config)
{
    g_autofree char *task = sy_argv_escape_commas(config->task);

    sy_argv_add_printf(argv, "-fw_cfg", "name=" SY_INSIDE_ITEM_TASK ",string=%s", task);
    if (config->request && *config->request) {
        sy_argv_add_option(argv, "-fw_cfg",
                           "name=" SY_INSIDE_ITEM_REQUEST ",file=" SY_MACHINE_REQUEST);
    }
    if (config->console) {
        sy_argv_add_option(argv, "-fw_cfg", "name=" SY_INSIDE_ITEM_ENV ",file=" SY_MACHINE_ENV);
    }
}

static void add_virtiofs(GPtrArray *argv)
{
    sy_argv_add_option(argv, "-chardev", "socket,id=virtiofs,path=" SY_MACHINE_VIRTIOFS_SOCKET);
    sy_argv_add_option(argv, "-device",
                       "vhost-user-fs-pci,chardev=virtiofs,tag=" SY_INSIDE_VIRTIOFS_TAG);
}

/*
 * A kernel that is in trouble ends at once. It is told how fast its time stamp counter runs,
 * because on a busy host its own measurement would be wrong, by as much as a factor of a hundred.
 */
char *sy_machine_append(const SyMachineConfig *config, const SyMachineFound *found)
{
    bool exact = config->mode == SY_MACHINE_EXACT;
    guint tsc_khz = exact ? EXACT_TSC_KHZ : found->tsc_khz;
    GString *out = g_string_new("console=ttyS0");

    if (!config->verbose) {
        g_string_append(out, " quiet");
    }
    /* The kernel's self-tests of its ciphers would take a third of the boot. */
    g_string_append(out, " panic=-1 oops=panic mitigations=off no_timer_check tsc=reliable"
                         " cryptomgr.notests=1");
    if (tsc_khz > 0) {
        g_string_append_printf(out, " tsc_early_khz=%u", tsc_khz);
    }
    if (exact) {
        /*
         * nohz=off: a wake-up takes longer if the idle CPU had stopped its tick, by more than the
         * two witnesses of a short time slice may differ. With the tick on, every switch costs the
         * same.
         */
        g_string_append(out, " nokaslr nohz=off");
    }
    g_string_append(out, " rdinit=" SY_INSIDE_PROGRAM " -- lab init");
    return g_string_free(out, FALSE);
}

GStrv sy_machine_args(const SyMachineConfig *config, const SyMachineFound *found)
{
    GPtrArray *argv = g_ptr_array_new();
    g_autofree char *append = sy_machine_append(config, found);

    sy_argv_add(argv, config->qemu);
    add_firmware(argv, config, found);
    add_machine(argv, config);
    sy_argv_add_option(argv, "-kernel", config->kernel);
    sy_argv_add_option(argv, "-initrd", config->initrd);
    sy_argv_add_option(argv, "-append", append);
    add_console(argv, config);
    add_ports(argv);
    add_task(argv, config);
    if (config->shared_dir) {
        add_virtiofs(argv);
    }
    return sy_argv_end(argv);
}

char *sy_machine_args_quote(const char *const *argv)
{
    GString *out = g_string_new(NULL);

    for (; *argv; argv++) {
        g_autofree char *word = g_shell_quote(*argv);

        g_string_append_printf(out, "%s%s", out->len ? " " : "", word);
    }
    return g_string_free(out, FALSE);
}
