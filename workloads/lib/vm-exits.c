/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/vm-exits.h"

#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"

/* How long a guest exits before the first round: memory is touched, code translated. */
#define WARM_UP_NS (50 * SY_NS_PER_MS)

/* Coins: each pair of VMs of each repetition has a series of its own. */
#define PAIRS_PER_REPETITION 1000

char *vm_exits_cpu(void)
{
    cpu_set_t set;
    int last = -1;

    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        last = CPU_ISSET(i, &set) ? i : last;
    }
    return last < 0 ? NULL : g_strdup_printf("%d", last);
}

static bool launch(VmExits *e, const SyCase *c, bool modded, GError **error)
{
    SpinVm *spin = modded ? &e->modded : &e->stock;
    SpinRest *rest = modded ? &e->modded_rest : &e->stock_rest;
    const SpinVmOptions options = {
        .qemu = modded ? c->env->qemu : c->env->stock_qemu,
        .dir = modded ? "modded" : "stock",
        .accel = e->accel,
        .out_port = e->out_port,
        .flip = e->flip,
    };
    SpinPhase warm_up;

    return (spin_vm_start_with(spin, c, 1, e->pin, &options, error) &&
            spin_phase_rest(spin, NULL, rest, error) &&
            spin_phase(spin, NULL, WARM_UP_NS, rest, &warm_up, error)) ||
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

static bool take_rounds(VmExits *e, Rounds *rounds, GError **error)
{
    for (guint i = 0; i < rounds_phases(rounds); i++) {
        bool modded = rounds_is_with(rounds, i);
        SpinVm *spin = modded ? &e->modded : &e->stock;
        SpinPhase phase;

        if (!spin_phase(spin, NULL, e->phase_ns, modded ? &e->modded_rest : &e->stock_rest, &phase,
                        error)) {
            return spin_vm_explain(spin, error);
        }
        rounds_put(rounds, i, phase.by_schedstat);
    }
    return sy_vm_check(e->stock.vm, error) && sy_vm_check(e->modded.vm, error);
}

bool vm_exits_run_pair(VmExits *e, const SyCase *c, VmPair *out, GError **error)
{
    g_autofree Rounds *rounds = g_new(Rounds, 1);
    /* Which VM starts first may affect memory and caches, so it alternates. */
    bool modded_first = e->pairs++ % 2 == 1;

    if (!launch(e, c, modded_first, error) || !launch(e, c, !modded_first, error) ||
        !check_builds(e, error)) {
        return false;
    }
    rounds_begin(rounds, e->rounds, c->repetition * PAIRS_PER_REPETITION + e->pairs);
    if (!take_rounds(e, rounds, error)) {
        return false;
    }
    vm_exits_stop(e);
    *out = (VmPair){
        .ratio = rounds_ratio(rounds),
        .stock = rounds_sum(rounds, false),
        .modded = rounds_sum(rounds, true),
        .counted = rounds_counted(rounds),
    };
    return true;
}

void vm_exits_stop(VmExits *e)
{
    spin_vm_stop(&e->stock);
    spin_vm_stop(&e->modded);
}
