/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mini-kvm: the smallest virtual machine monitor that runs a guest rightly. What a VM's start and
 * an exit cost here is KVM's own, and what they cost more elsewhere is not. docs/MINIKVM.md
 * describes it.
 */
#include <errno.h>
#include <string.h>

#include "workloads/minikvm/vmm/crew.h"
#include "workloads/minikvm/vmm/report.h"

/* Runs the guests; false if they could not begin. */
static bool run(const MkOptions *options, MkMachine *machine, MkVcpu *vcpus, FILE *trace,
                MkError *error)
{
    if (!mk_machine_open(machine, options, error)) {
        return false;
    }
    for (int i = 0; i < options->vcpus; i++) {
        vcpus[i].trace = trace;
        vcpus[i].trace_start_ns = trace ? mk_now_ns() : 0;
    }
    return mk_crew_run(machine, options, vcpus, error);
}

/* Closes a file that was written; false with the reason if not all of it was. */
static bool finish(FILE *file, const char *name, MkError *error)
{
    bool good = !ferror(file);

    return (fclose(file) == 0 && good) ||
           mk_fail(error, MK_STATUS_HOST, "%s: %s", name, strerror(errno ? errno : EIO));
}

int main(int argc, char **argv)
{
    static MkVcpu vcpus[MK_MAX_VCPUS];
    int64_t start_ns = mk_now_ns();
    MkMachine machine = {.call = mk_ioctl};
    MkOptions options;
    MkError error = {0};
    FILE *trace = NULL;
    MkStatus status = MK_STATUS_HOST;

    if (!mk_options_read(argc, argv, &options, &error)) {
        fprintf(stderr, "mini-kvm: %s\n", error.text);
        return error.status;
    }
    if (options.help) {
        fputs(mk_usage, stdout);
        return finish(stdout, "stdout", &error) ? MK_STATUS_OK : MK_STATUS_HOST;
    }
    if (options.trace && !(trace = fopen(options.trace, "we"))) {
        fprintf(stderr, "mini-kvm: %s: %s\n", options.trace, strerror(errno));
        return MK_STATUS_USAGE;
    }
    if (run(&options, &machine, vcpus, trace, &error)) {
        mk_report_faults(&options, vcpus, stderr);
        status = mk_report_status(&options, vcpus);
        if (options.exits) {
            mk_report_exits(&options, vcpus, stderr);
        }
        if (options.json) {
            mk_report_json(&options, vcpus, start_ns, stdout);
        }
    }
    if (trace) {
        finish(trace, options.trace, &error);
    }
    finish(stdout, "stdout", &error);
    for (int i = 0; i < options.vcpus; i++) {
        mk_console_free(&vcpus[i].console);
    }
    mk_machine_close(&machine);
    if (error.text[0]) {
        fprintf(stderr, "mini-kvm: %s\n", error.text);
        return error.status;
    }
    return status;
}
