/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Starts the other vCPUs with INIT-SIPI-SIPI, broadcast: they start in parallel, and gaps in the
 * APIC ids (as with 3 cores per socket) do not matter.
 */
#include "lib/apic.h"
#include "lib/deadline.h"
#include "lib/fwcfg.h"
#include "lib/guest.h"
#include "lib/memmap.h"
#include "lib/smp.h"
#include "lib/trap.h"

#define APIC_IDS 256

extern const uint8_t trampoline[], trampoline_end[];

/* Shared with boot.S, by APIC id: a vCPU sets its smp_arrived, then waits for its smp_number, which
 * is never 0, because vCPU 0 does not wait there. */
volatile uint8_t smp_arrived[APIC_IDS];
volatile uint8_t smp_number[APIC_IDS];

static uint8_t apic_ids[SMP_MAX];
static void (*run_others)(unsigned number);

void smp_enter(unsigned number) __attribute__((noreturn));

/* Called by boot.S on each of the other vCPUs. */
void smp_enter(unsigned number)
{
    trap_load(number);
    run_others(number);
    smp_fail(number); /* `run` must not return; there is nothing to return to */
}

unsigned smp_count(void)
{
    unsigned n;

    if (!fwcfg_present()) {
        guest_fail("no fw_cfg device: this guest runs on QEMU only");
    }
    n = fwcfg_cpus();
    _Static_assert(SMP_MAX == 8, "the message below says so");
    if (n < 1 || n > SMP_MAX) {
        guest_fail_number("", n, " vcpus; this guest takes 1 to 8");
    }
    return n;
}

unsigned smp_apic_id(unsigned number)
{
    return apic_ids[number];
}

void smp_fail(unsigned number)
{
    guest_fail_number("cpu ", number, " did not start");
}

static unsigned arrived(unsigned limit)
{
    unsigned count = 0;

    for (unsigned id = 0; id < limit; id++) {
        count += smp_arrived[id];
    }
    return count;
}

/* With gaps in the ids nothing here knows where they are; without them, id and number are the
 * same. */
static unsigned first_missing(unsigned limit)
{
    unsigned id = 0;

    while (id < limit && smp_arrived[id]) {
        id++;
    }
    return id;
}

static void wait_for_all(unsigned n, unsigned limit)
{
    struct deadline d = deadline_in(SMP_START_S);

    while (arrived(limit) < n) {
        /* The second SIPI is for a vCPU that was not waiting yet at the first. */
        if (deadline_second_passed(&d)) {
            apic_start_others(TRAMPOLINE_BASE);
        }
        if (deadline_over(&d)) {
            smp_fail(first_missing(limit));
        }
    }
}

void smp_start(unsigned n, void (*run)(unsigned number))
{
    unsigned limit = fwcfg_apic_id_limit();
    unsigned number = 0;

    limit = limit < n ? n : limit > APIC_IDS ? APIC_IDS : limit;
    apic_enable();
    smp_arrived[apic_id()] = 1;
    if (n > 1) {
        run_others = run;
        for (unsigned i = 0; trampoline + i < trampoline_end; i++) {
            ((volatile uint8_t *)TRAMPOLINE_BASE)[i] = trampoline[i];
        }
        apic_init_others();
        apic_start_others(TRAMPOLINE_BASE);
        wait_for_all(n, limit);
    }
    for (unsigned id = 0; id < limit && number < n; id++) {
        if (smp_arrived[id]) {
            apic_ids[number] = (uint8_t)id;
            smp_number[id] = (uint8_t)number++;
        }
    }
}
