/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/exit-vm.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/argv.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "workloads/lib/quick-boot.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/minikvm/launch.h"

#define LINE EXITS_NAME ": "
#define ANSWER_NS (120 * SY_NS_PER_S)
#define END_NS (10 * SY_NS_PER_S)
#define LOG "mini-kvm.log"

/* The host's, as in mini-kvm: what KVM does at an exit depends on it. Page-table based KVM refuses
 * the MSR of arch-capabilities, and an APIC in QEMU. Without an APIC, KVM refuses the MSR of
 * kvm-asyncpf-int. */
#define CPU "host,arch-capabilities=off"
#define CPU_WITHOUT_APIC CPU ",kvm-asyncpf-int=off,-apic"

/* ---------------------------------------------------------------------------------------- start */

static char *guest_image(const SyCase *c, GError **error)
{
    char *path = g_build_filename(c->env->guests_dir, "minikvm", "exits.bin", NULL);

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no guest at %s; `make guests` builds it", path);
        g_clear_pointer(&path, g_free);
    }
    return path;
}

static bool start_mini_kvm(ExitVm *vm, const SyCase *c, const ExitVmOptions *options,
                           const char *image, const char *dir, GError **error)
{
    g_auto(GStrv) argv = NULL;
    GPtrArray *words;
    int ends[2];

    if (!minikvm_is_built("mini-kvm", c->env->mini_kvm, error)) {
        return false;
    }
    words = g_ptr_array_new();
    sy_argv_add(words, c->env->mini_kvm);
    sy_argv_add_option(words, "--mode", "long");
    sy_argv_add_printf(words, "--memory", "%uM", options->memory_mib);
    sy_argv_add_printf(words, "--vcpus", "%u", vm->vcpus);
    sy_argv_add(words, "--exits");
    /* Both change nothing for the kinds that do not use them. */
    sy_argv_add(words, "--resume-hlt");
    sy_argv_add(words, "--ioeventfd");
    sy_argv_add_option(words, "--timeout", "0");
    if (options->irqchip) {
        sy_argv_add(words, "--irqchip");
    }
    sy_argv_add(words, image);
    argv = sy_argv_end(words);
    if (!sy_fs_private_dir(dir, error)) {
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        sy_error_set_io(error, errno, "cannot make a socket for", "mini-kvm");
        return false;
    }
    vm->log = g_build_filename(dir, LOG, NULL);
    unlink(vm->log); /* of the repetition before, whose exits do not count */
    vm->channel = sy_channel_new(ends[0]);
    vm->child = sy_child_spawn((const char *const *)argv,
                               &(SyChildOptions){.output_path = vm->log, .socket = ends[1]}, error);
    close(ends[1]);
    return vm->child != NULL;
}

static bool start_qemu(ExitVm *vm, const SyCase *c, const ExitVmOptions *options, const char *image,
                       const char *dir, GError **error)
{
    bool tcg = strcmp(options->vmm, EXIT_VMM_TCG) == 0;
    bool micro = strcmp(options->vmm, EXIT_VMM_MICROVM) == 0;
    g_autofree char *machine = g_strconcat(micro ? "microvm" : "pc",
                                           tcg                ? ""
                                           : options->irqchip ? ",kernel-irqchip=on"
                                                              : ",kernel-irqchip=off",
                                           NULL);
    const SyVmConfig config = {
        .qemu = c->env->qemu,
        .name = EXITS_NAME,
        .accel = tcg ? "tcg" : "kvm",
        .machine = machine,
        .cpu = tcg                ? NULL
               : options->irqchip ? CPU
                                  : CPU_WITHOUT_APIC,
        .memory_mib = options->memory_mib,
        .kernel = image,
        .firmware_dirs = (const char *const *)c->env->firmware,
        .extra_args = quick_boot_args(c->env),
    };

    vm->qemu = sy_vm_start(&config, dir, error);
    return vm->qemu != NULL;
}

/* ---------------------------------------------------------------------------------------- lines */

/* How mini-kvm ended and what it said, if it has ended. */
static void explain(ExitVm *vm, GError **error)
{
    g_autofree char *how = NULL;
    g_autofree char *said = NULL;

    if (!vm->child || !g_error_matches(*error, SY_ERROR, SY_ERROR_DIED)) {
        return;
    }
    sy_child_wait(vm->child, sy_now_ns() + END_NS);
    how = sy_child_describe_exit(vm->child);
    g_file_get_contents(vm->log, &said, NULL, NULL);
    g_prefix_error(error, "mini-kvm: %s; %s; ", how, said ? g_strstrip(said) : "");
}

/* The guest's next line that begins with EXITS_NAME; the caller frees. */
static char *next_line(ExitVm *vm, int64_t limit_ns, GError **error)
{
    char *line = NULL;

    if (vm->qemu) {
        if (!sy_vm_wait_ready(vm->qemu, LINE, limit_ns, &line, error)) {
            return NULL;
        }
    } else if (!sy_channel_wait_line(vm->channel, LINE, sy_now_ns() + limit_ns, &line, error)) {
        explain(vm, error);
        return NULL;
    }
    vm->bytes += strlen(line) + 1;
    if (g_str_has_prefix(line, LINE "error: ")) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "the guest says '%s'", line);
        g_clear_pointer(&line, g_free);
    }
    return line;
}

static bool say(ExitVm *vm, const char *text, GError **error)
{
    vm->bytes += strlen(text);
    if (vm->qemu) {
        return sy_vm_write(vm->qemu, text, ANSWER_NS, error);
    }
    if (!sy_channel_write(vm->channel, text, -1, sy_now_ns() + ANSWER_NS, error)) {
        explain(vm, error);
        return false;
    }
    return true;
}

/* A line that has to be `expected`. */
static bool expect_line(ExitVm *vm, const char *expected, int64_t limit_ns, GError **error)
{
    g_autofree char *line = next_line(vm, limit_ns, error);

    if (line && strcmp(line, expected) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the guest said '%s' instead of '%s'; `make guests` rebuilds it", line,
                    expected);
        return false;
    }
    return line != NULL;
}

bool exit_vm_start(ExitVm *vm, const SyCase *c, const ExitVmOptions *options, GError **error)
{
    int64_t ready_ns = (int64_t)sy_case_int(c, SPIN_VM_READY_PARAM) * SY_NS_PER_S;
    g_autofree char *dir = g_build_filename(c->dir, options->dir, NULL);
    g_autofree char *image = guest_image(c, error);
    g_autofree char *ready = g_strdup_printf(LINE "ready version=%d", EXITS_VERSION);
    bool mini = strcmp(options->vmm, EXIT_VMM_MINI_KVM) == 0;

    *vm = (ExitVm){.vcpus = MAX(options->vcpus, 1), .memory_mib = options->memory_mib};
    return image &&
           (mini ? start_mini_kvm(vm, c, options, image, dir, error)
                 : start_qemu(vm, c, options, image, dir, error)) &&
           expect_line(vm, ready, ready_ns, error) && (mini || sy_vm_pause(vm->qemu, error));
}

/* ------------------------------------------------------------------------------------- commands */

bool exit_vm_set(ExitVm *vm, const char *kind, guint64 count, guint batches, guint64 ticks,
                 GError **error)
{
    /* The last MiB has the tables of mini-kvm, or of QEMU's firmware. */
    g_autofree char *line =
        g_strdup_printf("%c kind=%s count=%" G_GINT64_MODIFIER
                        "x batches=%x ticks=%" G_GINT64_MODIFIER "x limit=%x\n",
                        EXITS_SET, kind, count, batches, ticks, (vm->memory_mib - 1) << 20);

    return (!vm->qemu || sy_vm_resume(vm->qemu, error)) && say(vm, line, error) &&
           expect_line(vm, LINE "set", ANSWER_NS, error) &&
           (!vm->qemu || sy_vm_pause(vm->qemu, error));
}

bool exit_vm_go(ExitVm *vm, GError **error)
{
    g_autofree char *bytes = g_strnfill(vm->vcpus, EXITS_GO);

    return say(vm, bytes, error);
}

bool exit_vm_answer(ExitVm *vm, ExitAnswer *out, GError **error)
{
    g_autofree char *line = next_line(vm, ANSWER_NS, error);

    vm->bytes++; /* the newline before it */
    return line && exit_answer_parse(line, out, error);
}

bool exit_vm_go_alone(ExitVm *vm, guint tsc_khz, ExitAnswer *out, GError **error)
{
    int64_t begin_ns = sy_now_ns();

    return (!vm->qemu || sy_vm_resume(vm->qemu, error)) && exit_vm_go(vm, error) &&
           exit_vm_answer(vm, out, error) &&
           exit_answer_check(out, sy_now_ns() - begin_ns, tsc_khz, error) &&
           (!vm->qemu || sy_vm_pause(vm->qemu, error));
}

bool exit_vm_end(ExitVm *vm, guint64 *exits, guint64 *for_console, GError **error)
{
    g_autofree char *bytes = g_strnfill(vm->vcpus, EXITS_END);
    g_autofree char *said = NULL;

    if (!say(vm, bytes, error)) {
        return false;
    }
    if (!sy_child_wait(vm->child, sy_now_ns() + END_NS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                    "mini-kvm did not end when its guest was told to");
        return false;
    }
    *for_console = vm->bytes + vm->vcpus;
    return g_file_get_contents(vm->log, &said, NULL, error) && exit_count_parse(said, exits, error);
}

void exit_vm_stop(ExitVm *vm)
{
    sy_vm_stop(vm->qemu, NULL);
    g_clear_pointer(&vm->qemu, sy_vm_free);
    sy_child_free(vm->child);
    g_clear_pointer(&vm->channel, sy_channel_free);
    g_free(vm->log);
    *vm = (ExitVm){0};
}
