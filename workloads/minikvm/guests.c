/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do mini-kvm's guests write what they should, and make exactly the exits that follow from it?
 * Three count the exits: mini-kvm itself, KVM's binary statistics, and a tracepoint. docs/METHOD.md
 * explains the metrics.
 */
#include <string.h>

#include "base/error.h"
#include "host/requirement.h"
#include "run/case.h"
#include "workloads/minikvm/guest-list.h"
#include "workloads/minikvm/launch.h"

typedef struct {
    GStrv names;  /* the guests, one for each vCPU */
    GStrv images; /* their files */
    bool traced;
} Guests;

static const char *const guests_prefers[] = {"perf-kvm", NULL};

/* --fault guest-bit: a copy of the image with the lowest bit of its last byte flipped. */
static char *damaged(const char *image, const char *dir, GError **error)
{
    g_autofree char *name = g_path_get_basename(image);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *bytes = NULL;
    gsize length;

    if (!g_file_get_contents(image, &bytes, &length, error)) {
        return NULL;
    }
    if (length > 0) {
        bytes[length - 1] ^= 1;
    }
    return g_file_set_contents(path, bytes, (gssize)length, error) ? g_steal_pointer(&path) : NULL;
}

static bool guests_setup(SyCase *c, GError **error)
{
    Guests *g = g_new0(Guests, 1);

    c->state = g;
    g->names = g_strsplit(sy_case_text(c, "guest"), "+", -1);
    g->images = g_new0(char *, g_strv_length(g->names) + 1);
    g->traced = sy_requirement_check_all(guests_prefers, NULL, NULL);
    if (!g->traced) {
        sy_case_ungated(c, "trace_count_off",
                        "n/a: perf may not count kvm:kvm_userspace_exit here");
    }
    for (guint i = 0; g->names[i]; i++) {
        g_autofree char *file = g_strconcat(g->names[i], ".bin", NULL);
        g_autofree char *image = g_build_filename(c->env->guests_dir, "minikvm", file, NULL);

        g->images[i] = sy_faults_has(c->env->faults, "guest-bit") ? damaged(image, c->dir, error)
                                                                  : g_steal_pointer(&image);
        if (!g->images[i]) {
            return false;
        }
    }
    return true;
}

static double difference(guint64 a, guint64 b)
{
    return (double)(a > b ? a - b : b - a);
}

/* Says of the first guest that is wrong what it did. */
static void note_evidence(SyCase *c, const char *name, const MinikvmVcpu *vcpu, guint64 wrong)
{
    if (wrong || vcpu->exits != minikvm_guest_exits(name)) {
        sy_case_evidence(c,
                         "%s: %" G_GUINT64_FORMAT " exits instead of %" G_GUINT64_FORMAT
                         ", %" G_GUINT64_FORMAT " wrong bytes, end %s; logs: mini-kvm.json",
                         name, vcpu->exits, minikvm_guest_exits(name), wrong, vcpu->end);
    }
}

/* The samples of each guest by itself, summed up: one that makes an exit too few is not made up for
 * by another's. */
static void take_samples(SyCase *c, const Guests *g, const MinikvmRun *run)
{
    double exits = 0, exits_off = 0, wrong_bytes = 0, kvm_off = 0;
    guint64 runs = 0;
    bool counted = true;

    for (guint i = 0; i < run->vcpus->len; i++) {
        const MinikvmVcpu *vcpu = g_ptr_array_index(run->vcpus, i);
        g_autofree char *wanted = minikvm_guest_output(g->names[i]);
        guint64 wrong = minikvm_wrong_bytes(wanted, vcpu->output);

        wrong += vcpu->output_bytes - MIN(vcpu->output_bytes, vcpu->output->len);
        note_evidence(c, g->names[i], vcpu, wrong);
        wrong_bytes += (double)wrong;
        exits += (double)vcpu->exits;
        exits_off += difference(vcpu->exits, minikvm_guest_exits(g->names[i]));
        runs += vcpu->exits + vcpu->interrupted;
        counted = counted && vcpu->runs_by_kvm >= 0;
        kvm_off += difference((guint64)vcpu->runs_by_kvm, vcpu->exits + vcpu->interrupted);
    }
    sy_case_sample(c, "exits", exits);
    sy_case_sample(c, "exits_off", exits_off);
    sy_case_sample(c, "output_wrong_bytes", wrong_bytes);
    if (counted) {
        sy_case_sample(c, "kvm_count_off", kvm_off);
    } else {
        sy_case_na(c, "kvm_count_off", "n/a: this KVM has no binary statistics (Linux 5.14)");
    }
    if (run->runs_by_tracer >= 0) {
        sy_case_sample(c, "trace_count_off", difference((guint64)run->runs_by_tracer, runs));
    }
}

static bool guests_measure(SyCase *c, GError **error)
{
    const Guests *g = c->state;
    g_autoptr(MinikvmRun) run = minikvm_launch(
        &(MinikvmLaunch){
            .program = c->env->mini_kvm,
            .images = (const char *const *)g->images,
            .dir = c->dir,
            .traced = g->traced,
        },
        error);

    if (!run) {
        return false;
    }
    if (run->vcpus->len != g_strv_length(g->names)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "mini-kvm reports %u vCPUs, not %u",
                    run->vcpus->len, g_strv_length(g->names));
        return false;
    }
    take_samples(c, g, run);
    return true;
}

static void guests_teardown(SyCase *c)
{
    Guests *g = c->state;

    if (g) {
        g_strfreev(g->names);
        g_strfreev(g->images);
        g_free(g);
    }
}

static const SyParamSpec guests_params[] = {
    {.name = "guest",
     .type = SY_PARAM_STRING,
     .value = "hello",
     .choices = "minimal,hello,counter,multiplication,fibonacci,matrix,multiplication+counter,"
                "counter+hello+multiplication+minimal",
     .key = true,
     .summary = "the guest; several, joined by '+', run at once, each on a vCPU of its own"},
    {0},
};

/* A gate of 0 would mean no gate. */
static const SyMetricSpec guests_metrics[] = {
    {.name = "exits_off",
     .unit = "exits",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "how many exits more or fewer than follow from what the guests write"},
    {.name = "output_wrong_bytes",
     .unit = "bytes",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "bytes of the guests' output that are wrong, missing or too many"},
    {.name = "kvm_count_off",
     .unit = "exits",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "by how much KVM's binary statistics count other KVM_RUNs than mini-kvm"},
    {.name = "trace_count_off",
     .unit = "exits",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "by how much the tracepoint kvm:kvm_userspace_exit does"},
    {.name = "exits",
     .unit = "exits",
     .better = SY_BETTER_TARGET,
     .summary = "exits of all vCPUs, as mini-kvm counts them"},
    {0},
};

const SyWorkload sy_workload_minikvm_guests = {
    .version = SY_WORKLOAD_VERSION,
    .name = "minikvm.guests",
    .summary = "whether mini-kvm's guests write what they should, with the exits that it takes",
    .groups = "minikvm",
    .faults = (const char *const[]){"guest-bit", NULL},
    .requires = (const char *const[]){"kvm", NULL},
    .prefers = guests_prefers,
    .params = guests_params,
    .metrics = guests_metrics,
    .setup = guests_setup,
    .measure = guests_measure,
    .teardown = guests_teardown,
};
