/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/irq-drain.h"

#include "base/clock.h"
#include "workloads/lib/irq-log-qmp.h"

/* Of one query: some MiB of JSON, some ten milliseconds. */
#define BATCH 4096

/* The guest runs undisturbed for so long. */
#define SLICE_NS (2 * SY_NS_PER_MS)

static bool set_running(SyVm *vm, bool run, GError **error)
{
    g_autoptr(JsonNode) reply = NULL;

    if (run) {
        return sy_vm_resume(vm, error);
    }
    reply = sy_vm_execute(vm, "stop", NULL, error);
    return reply != NULL;
}

static bool drain_once(SyVm *vm, gint64 *last, IrqDrain *out, guint *taken, GError **error)
{
    if (!irq_log_drain(vm, BATCH, last, taken, &out->dropped, error)) {
        return false;
    }
    out->taken += *taken;
    return true;
}

/* Runs the VM whenever it is behind the plan, and drains all the while. */
static bool drain_for(SyVm *vm, const IrqDrainPlan *plan, gint64 first, gint64 *last, IrqDrain *out,
                      GError **error)
{
    int64_t start_ns = sy_now_ns(), now_ns = start_ns;
    bool running = false;

    for (; now_ns < start_ns + plan->wall_ns; now_ns = sy_now_ns()) {
        double due = plan->records_per_s * (double)(now_ns - start_ns) / SY_NS_PER_S;
        IrqLogStatus status;
        bool run;
        guint taken;

        if (!irq_log_status(vm, &status, error)) {
            return false;
        }
        run = plan->records_per_s <= 0 || (double)(status.last_sequence - first) < due;
        if (run != running && !set_running(vm, run, error)) {
            return false;
        }
        running = run;
        /* While QEMU answers, a guest that sets IRQs waits for its big lock. */
        if (run && !sy_sleep_until_ns(sy_now_ns() + SLICE_NS, error)) {
            return false;
        }
        if (run && plan->records_per_s > 0) {
            running = false;
            if (!set_running(vm, false, error)) {
                return false;
            }
        }
        if (!drain_once(vm, last, out, &taken, error) ||
            (!run && taken == 0 && !sy_sleep_until_ns(sy_now_ns() + SY_NS_PER_MS, error))) {
            return false;
        }
    }
    out->records_per_s = (double)(now_ns - start_ns) / SY_NS_PER_S;
    return !running || set_running(vm, false, error);
}

bool irq_drain_run(SyVm *vm, const IrqDrainPlan *plan, IrqDrain *out, GError **error)
{
    IrqLogStatus before, after;
    gint64 last;
    guint taken;

    *out = (IrqDrain){0};
    if (!irq_log_begin(vm, "ring", NULL, error) || !irq_log_status(vm, &before, error)) {
        return false;
    }
    last = before.last_sequence;
    if (!drain_for(vm, plan, before.last_sequence, &last, out, error) ||
        !irq_log_status(vm, &after, error)) {
        return false;
    }
    do { /* what is left in the ring */
        if (!drain_once(vm, &last, out, &taken, error)) {
            return false;
        }
    } while (taken > 0);
    out->records = after.last_sequence - before.last_sequence;
    out->records_per_s = (double)out->records / out->records_per_s;
    return irq_log_end(vm, error);
}
