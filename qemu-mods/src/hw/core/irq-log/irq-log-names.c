/*
 * Log of qemu_set_irq() calls: names for the numbers in a record, which are
 * looked up only when somebody reads it
 *
 * A record names its IRQ by a number, because the IRQ may be gone when
 * somebody asks for its path.  So the paths are learnt when logging begins and
 * when a device is realized, and kept under that number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/qdev-core.h"
#include "qemu/lockable.h"
#include "qemu/main-loop.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "irq-log-int.h"

#define ANONYMOUS "(anonymous)"

/* How long a thread's name is trusted: it can change, and a tid be reused. */
#define THREAD_NAME_NS NANOSECONDS_PER_SECOND

typedef struct {
    char *path;
    int gic_spis;           /* IRQ_LOG_NO_GIC: not an Arm GIC's */
    uint64_t gone_at;       /* it has no record from this number on */
    bool seen;              /* found in this walk */
} IrqName;

typedef struct {
    char *name;
    int64_t until_ns;
} ThreadName;

static QemuMutex lock;
static GHashTable *irqs;    /* id -> IrqName; under lock */
static GHashTable *threads; /* tid -> ThreadName; under lock */

/* Under the BQL. */
static char *marking_glob;
static uint32_t marking;
static uint64_t refreshed_at;

static void irq_name_free(void *opaque)
{
    IrqName *name = opaque;

    g_free(name->path);
    g_free(name);
}

static void thread_name_free(void *opaque)
{
    ThreadName *name = opaque;

    g_free(name->name);
    g_free(name);
}

/* The number of SPIs, if @parent is a GIC. */
static int gic_spis(Object *parent)
{
    int64_t irqs_of_gic;

    if (!parent || (!object_dynamic_cast(parent, "arm_gic_common") &&
                    !object_dynamic_cast(parent, "arm-gicv3-common"))) {
        return IRQ_LOG_NO_GIC;
    }
    irqs_of_gic = object_property_get_int(parent, "num-irq", NULL);
    return MAX(irqs_of_gic, 32) - 32;
}

static int learn(Object *obj, void *opaque)
{
    g_autofree char *path = NULL;
    IrqName *name;
    qemu_irq irq;

    if (!object_dynamic_cast(obj, TYPE_IRQ)) {
        return 0;
    }
    irq = IRQ(obj);
    path = object_get_canonical_path(obj);
    if (!path) {
        return 0;
    }
    if (marking_glob) {
        qatomic_set(&irq->log_mark,
                    g_pattern_match_simple(marking_glob, path) ? marking
                                                               : marking - 1);
    }
    QEMU_LOCK_GUARD(&lock);
    name = g_hash_table_lookup(irqs, GUINT_TO_POINTER(irq->log_id));
    if (!name) {
        name = g_new0(IrqName, 1);
        name->gic_spis = gic_spis(obj->parent);
        g_hash_table_insert(irqs, GUINT_TO_POINTER(irq->log_id), name);
    }
    if (g_strcmp0(name->path, path) != 0) {
        g_free(name->path);
        name->path = g_steal_pointer(&path);
    }
    name->seen = true;
    name->gone_at = 0;
    return 0;
}

static void device_realized(DeviceListener *listener, DeviceState *dev)
{
    if (irq_log_is_on()) {
        object_child_foreach(OBJECT(dev), learn, NULL);
    }
}

static void init_once(void)
{
    static DeviceListener listener = { .realize = device_realized };

    if (!irqs) {
        qemu_mutex_init(&lock);
        irqs = g_hash_table_new_full(NULL, NULL, NULL, irq_name_free);
        threads = g_hash_table_new_full(NULL, NULL, NULL, thread_name_free);
        device_listener_register(&listener);
    }
}

/* Under lock. */
static void forget_the_gone(uint64_t oldest, uint64_t next)
{
    GHashTableIter iter;
    void *value;

    g_hash_table_iter_init(&iter, irqs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        IrqName *name = value;

        if (!name->seen && !name->gone_at) {
            name->gone_at = next;
        }
        if (name->gone_at && name->gone_at <= oldest) {
            g_hash_table_iter_remove(&iter);
        }
        name->seen = false;
    }
}

static void walk(uint64_t oldest, uint64_t next)
{
    object_child_foreach_recursive(object_get_root(), learn, NULL);
    refreshed_at = next;
    QEMU_LOCK_GUARD(&lock);
    forget_the_gone(oldest, next);
}

void irq_log_names_learn(const char *glob, uint32_t mark, uint64_t oldest,
                         uint64_t next)
{
    init_once();
    g_free(marking_glob);
    marking_glob = g_strdup(glob);
    marking = mark;
    walk(oldest, next);
    QEMU_LOCK_GUARD(&lock);
    g_hash_table_remove_all(threads);
}

void irq_log_names_refresh(uint64_t oldest, uint64_t next)
{
    if (irqs && refreshed_at != next) {
        walk(oldest, next);
    }
}

bool irq_log_names_know(uint32_t id)
{
    QEMU_LOCK_GUARD(&lock);
    return g_hash_table_contains(irqs, GUINT_TO_POINTER(id));
}

/* A name for the thread, if one is known and to be trusted.  Under lock. */
static char *known_thread_name(int32_t tid, int64_t now)
{
    ThreadName *t = g_hash_table_lookup(threads, GINT_TO_POINTER(tid));

    return t && now < t->until_ns ? g_strdup(t->name) : NULL;
}

/*
 * If the thread has ended, the last name known, else "".  The file is read
 * without the lock, for which a thread with the BQL may be waiting.
 */
static char *thread_name(int32_t tid)
{
    int64_t now = get_clock();
    g_autofree char *file = NULL;
    g_autofree char *name = NULL;
    ThreadName *t;

    WITH_QEMU_LOCK_GUARD(&lock) {
        name = known_thread_name(tid, now);
    }
    if (name) {
        return g_steal_pointer(&name);
    }
    file = g_strdup_printf("/proc/self/task/%d/comm", tid);
    if (g_file_get_contents(file, &name, NULL, NULL)) {
        g_strchomp(name);
    }
    QEMU_LOCK_GUARD(&lock);
    t = g_hash_table_lookup(threads, GINT_TO_POINTER(tid));
    if (!t) {
        t = g_new0(ThreadName, 1);
        t->name = g_strdup("");
        g_hash_table_insert(threads, GINT_TO_POINTER(tid), t);
    }
    t->until_ns = now + THREAD_NAME_NS;
    if (name) {
        g_free(t->name);
        t->name = g_steal_pointer(&name);
    }
    return g_strdup(t->name);
}

bool irq_log_names_match(uint32_t id, const char *glob)
{
    IrqName *name;

    QEMU_LOCK_GUARD(&lock);
    name = g_hash_table_lookup(irqs, GUINT_TO_POINTER(id));
    return g_pattern_match_simple(glob, name ? name->path : ANONYMOUS);
}

IrqLogEntry *irq_log_names_resolve(uint64_t sequence, uint64_t dropped,
                                   const IrqLogRecord *r)
{
    IrqLogEntry *e = g_new0(IrqLogEntry, 1);
    const char *symbol;
    IrqName *name;

    e->sequence = sequence;
    e->dropped = dropped;
    e->timestamp_ns = r->time_ns;
    e->level = r->level;
    e->irq_line = r->line;
    e->host_tid = r->tid;
    e->thread_name = thread_name(r->tid);
    e->caller_addr = r->caller;
    irq_log_symbol(irq_log_caller(r), &symbol);
    e->caller_symbol = g_strdup(symbol ?: "");
    e->handler_addr = r->handler;
    irq_log_symbol(r->handler, &symbol);
    e->handler_symbol = g_strdup(symbol ?: "");

    QEMU_LOCK_GUARD(&lock);
    name = g_hash_table_lookup(irqs, GUINT_TO_POINTER(r->id));
    e->path = g_strdup(name ? name->path : ANONYMOUS);
    e->kind = g_strdup(irq_log_kind(name ? name->gic_spis : IRQ_LOG_NO_GIC,
                                    r->line));
    return e;
}
