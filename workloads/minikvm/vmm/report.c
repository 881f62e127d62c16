/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/report.h"

#include <string.h>

#include "workloads/minikvm/vmm/explain.h"
#include "workloads/minikvm/vmm/stats.h"

/* Bits of the texts that any vCPU has written. */
static uint32_t written(const MkOptions *options, const MkVcpu *vcpus, bool forbidden)
{
    uint32_t bits = 0;

    for (int i = 0; i < options->vcpus; i++) {
        bits |= forbidden ? vcpus[i].console.forbidden : vcpus[i].console.expected;
    }
    return bits;
}

static uint32_t missing(const MkOptions *options, const MkVcpu *vcpus)
{
    return ((1U << options->expect.count) - 1) & ~written(options, vcpus, false);
}

MkStatus mk_report_status(const MkOptions *options, const MkVcpu *vcpus)
{
    MkStatus status = MK_STATUS_OK;

    if (missing(options, vcpus) || written(options, vcpus, true)) {
        status = MK_STATUS_OUTPUT;
    }
    for (int i = 0; i < options->vcpus; i++) {
        MkStatus end = mk_end_status(vcpus[i].end, options->good_end);

        status = end > status ? end : status;
    }
    return status;
}

static void print_texts(const char *what, const MkTexts *texts, uint32_t bits, FILE *out)
{
    for (int i = 0; i < texts->count; i++) {
        if (bits >> i & 1) {
            fprintf(out, "mini-kvm: %s: %s\n", what, texts->text[i]);
        }
    }
}

void mk_report_faults(const MkOptions *options, const MkVcpu *vcpus, FILE *out)
{
    char text[256];

    for (int i = 0; i < options->vcpus; i++) {
        MkStatus status = mk_end_status(vcpus[i].end, options->good_end);

        if (status != MK_STATUS_OK) {
            mk_explain_end(&vcpus[i], text, sizeof(text));
            fprintf(out, "mini-kvm: vCPU %d: %s\n", i, text);
        }
        if (options->explain && (status >= MK_STATUS_TIMEOUT)) {
            mk_explain_state(&vcpus[i], out);
        }
    }
    print_texts("expected, but not written", &options->expect, missing(options, vcpus), out);
    print_texts("forbidden, but written", &options->forbid, written(options, vcpus, true), out);
}

static uint64_t all_exits(const MkOptions *options, const MkVcpu *vcpus)
{
    uint64_t sum = 0;

    for (int i = 0; i < options->vcpus; i++) {
        sum += vcpus[i].exits;
    }
    return sum;
}

void mk_report_exits(const MkOptions *options, const MkVcpu *vcpus, FILE *out)
{
    for (int i = 0; i < options->vcpus; i++) {
        fprintf(out, "vCPU %d: %llu exits, end %s:", i, (unsigned long long)vcpus[i].exits,
                mk_ends[vcpus[i].end].name);
        for (int kind = 0; kind < MK_KINDS; kind++) {
            if (vcpus[i].by_kind[kind]) {
                fprintf(out, " %s %llu", mk_kind_names[kind],
                        (unsigned long long)vcpus[i].by_kind[kind]);
            }
        }
        fprintf(out, "\n");
    }
    if (options->vcpus > 1) {
        fprintf(out, "all: %llu exits\n", (unsigned long long)all_exits(options, vcpus));
    }
}

/* A JSON string in which character N stands for byte N. */
static void print_bytes(const uint8_t *bytes, size_t count, FILE *out)
{
    fputc('"', out);
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '"' && bytes[i] != '\\') {
            fputc(bytes[i], out);
        } else {
            fprintf(out, "\\u%04x", bytes[i]);
        }
    }
    fputc('"', out);
}

static void print_number(const char *name, uint64_t value, FILE *out)
{
    fprintf(out, ", \"%s\": %llu", name, (unsigned long long)value);
}

/* An object; with `some` without its zeros. */
static void print_numbers(const char *name, const char *const *names, const uint64_t *values,
                          int count, bool some, FILE *out)
{
    const char *between = "";

    fprintf(out, "\"%s\": {", name);
    for (int i = 0; i < count; i++) {
        if (values[i] || !some) {
            fprintf(out, "%s\"%s\": %llu", between, names[i], (unsigned long long)values[i]);
            between = ", ";
        }
    }
    fputs("}", out);
}

static void print_vcpu(const MkVcpu *vcpu, FILE *out)
{
    MkStats stats = mk_stats_read(vcpu->machine, vcpu->id);
    char text[256];

    mk_explain_end(vcpu, text, sizeof(text));
    fprintf(out, "{\"id\": %d, \"end\": \"%s\", \"reason\": ", vcpu->id, mk_ends[vcpu->end].name);
    print_bytes((const uint8_t *)text, strlen(text), out);
    print_number("exits", vcpu->exits, out);
    fputs(", ", out);
    print_numbers("by_kind", mk_kind_names, vcpu->by_kind, MK_KINDS, true, out);
    print_number("interrupted", vcpu->interrupted, out);
    print_number("steps", vcpu->steps, out);
    if (stats.available) {
        fputs(", ", out);
        print_numbers("kvm_stats", mk_stat_names, stats.value, MK_STATS, false, out);
    }
    print_number("output_bytes", vcpu->console.bytes, out);
    fputs(", \"output\": ", out);
    print_bytes(vcpu->console.kept, vcpu->console.kept_bytes, out);
    fputs("}", out);
}

void mk_report_json(const MkOptions *options, const MkVcpu *vcpus, int64_t start_ns, FILE *out)
{
    static const char *const phases[] = {"open", "vm", "memory", "vcpu", "registers", "run"};
    uint64_t phase_ns[MK_PHASES + 1];
    int64_t first_ns = vcpus[0].first_exit_ns;

    for (int i = 0; i < MK_PHASES; i++) {
        phase_ns[i] = (uint64_t)vcpus[0].machine->phase_ns[i];
    }
    phase_ns[MK_PHASES] = (uint64_t)vcpus[0].first_run_ns;
    fprintf(out, "{\"status\": %d, \"mode\": \"%s\", \"exits\": %llu, \"first_exit_ns\": ",
            mk_report_status(options, vcpus), mk_mode_names[options->mode],
            (unsigned long long)all_exits(options, vcpus));
    fprintf(out, first_ns ? "%ld" : "null", (long)(first_ns - start_ns));
    fputs(",\n", out);
    print_numbers("phase_ns", phases, phase_ns, MK_PHASES + 1, false, out);
    fprintf(out, ",\n\"vcpus\": [");
    for (int i = 0; i < options->vcpus; i++) {
        fprintf(out, "%s", i ? ",\n" : "\n");
        print_vcpu(&vcpus[i], out);
    }
    fprintf(out, "]}\n");
}
