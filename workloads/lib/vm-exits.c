/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/vm-exits.h"

#include <string.h>

#include "base/error.h"
#include "stats/sample.h"
#include "workloads/lib/spin-phase.h"

/* A: stock, B: modded. A drift with time or with its square cancels. */
#define ORDER "ABBABAAB"

static SpinVm *vm_of(VmExits *e, char letter)
{
    return letter == 'A' ? &e->stock : &e->modded;
}

static bool launch(VmExits *e, const SyCase *c, char letter, GError **error)
{
    SpinVm *spin = vm_of(e, letter);
    const SpinVmOptions options = {
        .qemu = letter == 'A' ? c->env->stock_qemu : c->env->qemu,
        .dir = letter == 'A' ? "stock" : "modded",
        .accel = e->accel,
        .out_port = e->out_port,
        .flip = e->flip,
    };
    SpinPhase warm_up;

    return (spin_vm_start_with(spin, c, 1, e->pin, &options, error) &&
            spin_phase_rest(spin, error) && spin_phase(spin, NULL, e->phase_ns, &warm_up, error)) ||
           spin_vm_explain(spin, error);
}

/* The mods must be the only difference between the two builds. */
static bool check_builds(const VmExits *e, GError **error)
{
    g_autoptr(SyVmBuild) stock = sy_vm_query_build(e->stock.vm, error);
    g_autoptr(SyVmBuild) modded = stock ? sy_vm_query_build(e->modded.vm, error) : NULL;

    if (!modded) {
        return false;
    }
    if (strcmp(sy_vm_build_flavor(stock), "stock") != 0 ||
        strcmp(sy_vm_build_flavor(modded), "modded") != 0 ||
        strcmp(stock->stamp->upstream, modded->stamp->upstream) != 0 ||
        strcmp(stock->stamp->configure, modded->stamp->configure) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "the modded QEMU (%s) and the stock QEMU (%s) are not builds of one source; "
                    "`make qemu` and `make qemu FLAVOR=stock` build both from one",
                    modded->package, stock->package);
        return false;
    }
    return true;
}

static void add(AbbaPhase *sum, AbbaPhase more)
{
    sum->work += more.work;
    sum->cpu_ns += more.cpu_ns;
}

static bool take_round(VmExits *e, VmPair *pair, double *ratio, GError **error)
{
    AbbaPhase phases[sizeof(ORDER) - 1];

    for (size_t i = 0; i < G_N_ELEMENTS(phases); i++) {
        SpinVm *spin = vm_of(e, ORDER[i]);
        SpinPhase phase;

        if (!spin_phase(spin, NULL, e->phase_ns, &phase, error)) {
            return spin_vm_explain(spin, error);
        }
        phases[i] = phase.by_schedstat;
        pair->exact &= phase.exact;
    }
    add(&pair->stock, abba_sum(phases, ORDER, 'A'));
    add(&pair->modded, abba_sum(phases, ORDER, 'B'));
    *ratio = abba_ratio(phases, ORDER);
    return true;
}

bool vm_exits_run_pair(VmExits *e, const SyCase *c, VmPair *out, GError **error)
{
    /* Which VM starts first may affect memory and caches, so it alternates. */
    bool stock_first = e->pairs++ % 2 == 0;
    double ratios[VM_EXITS_ROUNDS_MAX];

    *out = (VmPair){.exact = true};
    if (!launch(e, c, stock_first ? 'A' : 'B', error) ||
        !launch(e, c, stock_first ? 'B' : 'A', error) || !check_builds(e, error)) {
        return false;
    }
    for (guint i = 0; i < e->rounds; i++) {
        if (!take_round(e, out, &ratios[i], error)) {
            return false;
        }
    }
    if (!sy_vm_check(e->stock.vm, error) || !sy_vm_check(e->modded.vm, error)) {
        return false;
    }
    vm_exits_stop(e);
    out->ratio = sy_sample_median(ratios, e->rounds);
    return true;
}

void vm_exits_stop(VmExits *e)
{
    spin_vm_stop(&e->stock);
    spin_vm_stop(&e->modded);
}
