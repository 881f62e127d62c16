/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/drain.h"

#include "base/clock.h"
#include "workloads/irq/log-qmp.h"

/* Records per query: as many as QEMU returns at most. */
#define BATCH 512

#define PAUSE_NS (5 * SY_NS_PER_MS)

static bool drain_once(SyVm *vm, gint64 *last, IrqDrain *out, guint *taken, GError **error)
{
    if (!irq_log_drain(vm, BATCH, last, taken, &out->dropped, error)) {
        return false;
    }
    out->taken += *taken;
    return true;
}

/* Drains for `wall_ns` while the guest runs. */
static bool drain_for(SyVm *vm, int64_t wall_ns, gint64 *last, IrqDrain *out, GError **error)
{
    int64_t start_ns = sy_now_ns();
    bool paused;

    if (!sy_vm_resume(vm, error)) {
        return false;
    }
    while (sy_now_ns() < start_ns + wall_ns) {
        guint taken;

        /* While QEMU answers, a guest that sets IRQs waits for the big lock: do not make it wait
         * for almost nothing. */
        if (!drain_once(vm, last, out, &taken, error) ||
            (taken < BATCH && !sy_sleep_until_ns(sy_now_ns() + PAUSE_NS, error))) {
            return false;
        }
    }
    paused = sy_vm_pause(vm, error);
    out->wall_ns = sy_now_ns() - start_ns;
    return paused;
}

bool irq_drain_run(SyVm *vm, int64_t wall_ns, IrqDrain *out, GError **error)
{
    IrqLogStatus before, after;
    gint64 last;
    guint taken;

    *out = (IrqDrain){0};
    if (!irq_log_begin(vm, "ring", NULL, error) || !irq_log_status(vm, &before, error)) {
        return false;
    }
    last = before.last_sequence;
    if (!drain_for(vm, wall_ns, &last, out, error) || !irq_log_status(vm, &after, error)) {
        return false;
    }
    do { /* what is left in the ring */
        if (!drain_once(vm, &last, out, &taken, error)) {
            return false;
        }
    } while (taken > 0);
    out->records = after.last_sequence - before.last_sequence;
    out->records_per_s = (double)out->records * SY_NS_PER_S / (double)out->wall_ns;
    return irq_log_end(vm, error);
}
