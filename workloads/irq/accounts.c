/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/accounts.h"

#include "observe/irq-log.h"
#include "observe/kvm-events.h"

/* Both clocks are CLOCK_MONOTONIC, but the kernel reads a copy that may lag while it is being
 * updated. */
#define TOLERANCE_NS 2000

/* Lines of the PIC; each is also a GSI. */
#define PIC_LINES 16

static int pin_of_gsi(int gsi)
{
    return gsi == 0 ? (int)IRQS_PIN_PIT : gsi;
}

/* The vector that the guest assigned to a GSI; 0: none. */
static int vector_of_gsi(const IrqEvidence *e, int gsi)
{
    int pin = pin_of_gsi(gsi);

    if (e->irqchip == IRQCHIP_OFF) {
        return gsi == IRQS_LINE_PIT || gsi == IRQS_PIN_SERIAL || gsi == IRQS_PIN_RTC
                   ? (int)IRQS_PIC_VECTOR + gsi
                   : 0;
    }

    switch (pin) {
    case IRQS_PIN_SERIAL:
        return IRQS_VECTOR(IRQS_SERIAL);
    case IRQS_PIN_INTX:
        return IRQS_VECTOR(IRQS_INTX);
    case IRQS_PIN_PIT:
        return IRQS_VECTOR(IRQS_PIT);
    case IRQS_PIN_RTC:
        return IRQS_VECTOR(IRQS_RTC);
    default:
        return 0;
    }
}

/* The source with that vector; IRQS_SOURCES: none. */
static guint source_of_vector(const IrqEvidence *e, uint32_t vector)
{
    for (int gsi = 0; e->irqchip == IRQCHIP_OFF && gsi < PIC_LINES; gsi++) {
        static const guint sources[PIC_LINES] = {
            [IRQS_LINE_PIT] = IRQS_PIT, [IRQS_PIN_SERIAL] = IRQS_SERIAL, [IRQS_PIN_RTC] = IRQS_RTC};

        if (vector_of_gsi(e, gsi) == (int)vector) {
            return sources[gsi];
        }
    }
    return e->irqchip != IRQCHIP_OFF && vector >= IRQS_VECTOR(0) &&
                   vector < IRQS_VECTOR(IRQS_SOURCES)
               ? vector - IRQS_VECTOR(0)
               : IRQS_SOURCES;
}

static bool is_in_time(const IrqEvidence *e, int64_t time_ns)
{
    return time_ns >= e->from_ns && time_ns <= e->to_ns;
}

static bool is_ours(const IrqEvidence *e, const SyKvmEvent *event)
{
    if (!is_in_time(e, event->time_ns)) {
        return false;
    }
    for (guint i = 0; e->tids && i < e->tids->len; i++) {
        if (g_array_index(e->tids, int, i) == event->tid) {
            return true;
        }
    }
    return !e->tids;
}

/* With the PIC in QEMU, user space queues every injection, which KVM traces as a repeated one. */
static bool is_injection(const IrqEvidence *e, const SyKvmEvent *k)
{
    return k->kind == SY_KVM_INJECT && (k->source != 0) == (e->irqchip == IRQCHIP_OFF);
}

static GArray *new_steps(void)
{
    return g_array_new(FALSE, FALSE, sizeof(IrqStep));
}

static void add_step(GArray *steps, int64_t time_ns, int line, int level, uint64_t id)
{
    const IrqStep step = {time_ns, line, level, id};

    g_array_append_val(steps, step);
}

/* Each time a line goes up, as a cause of the next injection of its vector. */
static GArray *raises_of(const IrqEvidence *e)
{
    g_autoptr(GHashTable) levels = g_hash_table_new(NULL, NULL); /* line -> level */
    GArray *steps = new_steps();

    for (guint i = 0; i < e->log->len; i++) {
        const SyIrqRecord *r = &g_array_index(e->log, SyIrqRecord, i);
        gpointer line = GINT_TO_POINTER(r->line);
        bool was_up = g_hash_table_lookup(levels, line) != NULL;
        int vector = vector_of_gsi(e, r->line);

        if (r->handler != SY_IRQ_GSI) {
            continue;
        }
        if (is_in_time(e, r->time_ns) && r->level && !was_up && vector) {
            add_step(steps, r->time_ns, vector, 1, r->sequence);
        }
        g_hash_table_insert(levels, line, GINT_TO_POINTER(r->level != 0));
    }
    return steps;
}

/* The log records that should have an effect in KVM. */
static GArray *causes_of(const IrqEvidence *e)
{
    GArray *steps = e->irqchip == IRQCHIP_OFF ? raises_of(e) : new_steps();

    for (guint i = 0; i < e->log->len; i++) {
        const SyIrqRecord *r = &g_array_index(e->log, SyIrqRecord, i);
        bool by_kvm = r->handler == SY_IRQ_KVM_PIC || r->handler == SY_IRQ_KVM_IOAPIC;
        bool by_ioapic = r->handler == SY_IRQ_IOAPIC;
        int vector = vector_of_gsi(e, r->line);

        if (!is_in_time(e, r->time_ns)) {
            continue;
        }
        if (e->irqchip == IRQCHIP_ON && by_kvm) {
            add_step(steps, r->time_ns, r->line, r->level, r->sequence);
        } else if (e->irqchip == IRQCHIP_SPLIT && by_ioapic && r->level && vector) {
            add_step(steps, r->time_ns, pin_of_gsi(r->line), 1, r->sequence);
        }
    }
    if (e->drop > 0 && e->drop <= steps->len) {
        g_array_remove_index(steps, (guint)e->drop - 1);
    }
    return steps;
}

static GArray *effects_of(const IrqEvidence *e)
{
    GArray *steps = new_steps();

    for (guint i = 0; i < e->kvm->len; i++) {
        const SyKvmEvent *k = &g_array_index(e->kvm, SyKvmEvent, i);
        bool set = k->kind == SY_KVM_SET_IRQ && k->source == 0;

        if (!is_ours(e, k)) {
            continue;
        }
        if ((e->irqchip == IRQCHIP_ON && set) || (e->irqchip == IRQCHIP_SPLIT && set && k->level)) {
            add_step(steps, k->time_ns, (int)k->number, k->level, 0);
        } else if (e->irqchip == IRQCHIP_OFF && is_injection(e, k) &&
                   source_of_vector(e, k->number) != IRQS_SOURCES) {
            add_step(steps, k->time_ns, (int)k->number, 1, 0);
        }
    }
    return steps;
}

/*
 * Within the kernel: after kvm_set_irq for a GSI, the same CPU sets the PIC (for the first 16) and
 * the IOAPIC, each once, before it sets the next GSI.
 */
static guint count_unpaired_chips(const IrqEvidence *e)
{
    g_autoptr(GHashTable) open = g_hash_table_new_full(NULL, NULL, NULL, g_free); /* by CPU */
    guint unpaired = 0;
    GHashTableIter iter;
    gpointer value;

    typedef struct {
        int gsi;
        bool pic_due, ioapic_due;
    } Set;

    for (guint i = 0; e->irqchip == IRQCHIP_ON && i < e->kvm->len; i++) {
        const SyKvmEvent *k = &g_array_index(e->kvm, SyKvmEvent, i);
        Set *set = g_hash_table_lookup(open, GINT_TO_POINTER(k->cpu));

        /* Devices in the kernel act in threads of their own: any thread counts. */
        if (!is_in_time(e, k->time_ns)) {
            continue;
        }
        if (k->kind == SY_KVM_SET_IRQ) {
            unpaired += set && (set->pic_due || set->ioapic_due);
            set = g_new0(Set, 1);
            *set = (Set){(int)k->number, k->number < PIC_LINES, true};
            g_hash_table_insert(open, GINT_TO_POINTER(k->cpu), set);
        } else if (k->kind == SY_KVM_PIC_SET) {
            unpaired += !set || !set->pic_due || set->gsi != (int)k->number;
            if (set) {
                set->pic_due = false;
            }
        } else if (k->kind == SY_KVM_IOAPIC_SET) {
            unpaired += !set || !set->ioapic_due || pin_of_gsi(set->gsi) != (int)k->number;
            if (set) {
                set->ioapic_due = false;
            }
        }
    }
    g_hash_table_iter_init(&iter, open);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Set *set = value;

        unpaired += set->pic_due || set->ioapic_due;
    }
    return unpaired;
}

static void count_events(IrqAccounts *a, const IrqEvidence *e, GArray *injections, GArray *handlers)
{
    for (guint i = 0; i < e->kvm->len; i++) {
        const SyKvmEvent *k = &g_array_index(e->kvm, SyKvmEvent, i);
        uint32_t mark = ((uint32_t)k->level & 0xFF) - IRQS_VECTOR(0);
        guint source = k->kind == SY_KVM_INJECT ? source_of_vector(e, k->number)
                                                : MIN(mark, (uint32_t)IRQS_SOURCES);

        if (k->kind == SY_KVM_SET_IRQ && k->source != 0 && k->level && is_in_time(e, k->time_ns)) {
            a->in_kernel++;
        }
        if (!is_ours(e, k) || source >= IRQS_SOURCES) {
            continue;
        }
        if (is_injection(e, k)) {
            a->injected[source]++;
            a->msis += source == IRQS_MSI;
            add_step(injections, k->time_ns, (int)source, 1, 0);
        } else if (k->kind == SY_KVM_PORT_WRITE && k->number == IRQS_PORT) {
            a->handled[source]++;
            add_step(handlers, k->time_ns, (int)source, 1, 0);
        }
    }
}

static GArray *latencies(const GArray *causes, const GArray *effects, const IrqMatch *m)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (guint i = 0; i < m->pairs->len; i++) {
        const IrqPair *p = &g_array_index(m->pairs, IrqPair, i);
        int64_t ns = g_array_index(effects, IrqStep, p->effect).time_ns -
                     g_array_index(causes, IrqStep, p->cause).time_ns;

        g_array_append_val(out, ns);
    }
    return out;
}

static IrqMatch *match(const GArray *causes, const GArray *effects)
{
    return irq_match((const IrqStep *)(const void *)causes->data, causes->len,
                     (const IrqStep *)(const void *)effects->data, effects->len, TOLERANCE_NS);
}

static IrqAccounts *take(const IrqEvidence *e)
{
    IrqAccounts *a = g_new0(IrqAccounts, 1);
    g_autoptr(GArray) causes = causes_of(e), effects = effects_of(e), raises = raises_of(e);
    g_autoptr(GArray) injections = new_steps(), handlers = new_steps();
    g_autoptr(IrqMatch) raised = NULL;

    for (guint i = 0; i < raises->len; i++) { /* injections are identified by their source */
        IrqStep *step = &g_array_index(raises, IrqStep, i);

        step->line = (int)source_of_vector(e, (uint32_t)step->line);
    }
    count_events(a, e, injections, handlers);
    a->lines = match(causes, effects);
    a->handlers = match(injections, handlers);
    a->chips_unpaired = count_unpaired_chips(e);
    raised = match(raises, injections);
    a->log_to_inject_ns = latencies(raises, injections, raised);
    a->inject_to_guest_ns = latencies(injections, handlers, a->handlers);
    return a;
}

/* The events without injections that KVM repeated: between two injections of a vector its handler
 * must start. */
static GArray *without_retries(const IrqEvidence *e)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(SyKvmEvent));
    bool under_way[IRQS_SOURCES + 1] = {false};

    for (guint i = 0; i < e->kvm->len; i++) {
        const SyKvmEvent *k = &g_array_index(e->kvm, SyKvmEvent, i);
        uint32_t mark = ((uint32_t)k->level & 0xFF) - IRQS_VECTOR(0);

        if (is_injection(e, k)) {
            guint source = source_of_vector(e, k->number);

            if (under_way[source]) {
                continue;
            }
            under_way[source] = source != IRQS_SOURCES;
        } else if (k->kind == SY_KVM_PORT_WRITE && k->number == IRQS_PORT) {
            under_way[MIN(mark, (uint32_t)IRQS_SOURCES)] = false;
        }
        g_array_append_val(out, *k);
    }
    return out;
}

IrqAccounts *irq_accounts_take(const IrqEvidence *e)
{
    g_autoptr(GArray) kvm = e->irqchip == IRQCHIP_OFF ? without_retries(e) : NULL;
    IrqEvidence evidence = *e;

    evidence.kvm = kvm ? kvm : e->kvm;
    return take(&evidence);
}

void irq_accounts_free(IrqAccounts *a)
{
    if (a) {
        irq_match_free(a->lines);
        irq_match_free(a->handlers);
        g_array_unref(a->log_to_inject_ns);
        g_array_unref(a->inject_to_guest_ns);
        g_free(a);
    }
}
