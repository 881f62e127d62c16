/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the IRQ log's ring from qemu-mods/src, unchanged, among threads that write, one at a time,
 * as under QEMU's big lock, and threads that read without it. Some writers stall within a record.
 * Made for TSan (`make ring-threads SAN=thread`), but the checks also hold without it: no record is
 * torn, each is either read or lost, and lost records stay lost.
 *
 * Usage: irq-ring-threads [RECORDS [ENTRIES]]
 */
#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "irq-log-ring.h"
#include "tests/irq-ring-threads/stall.h"

#define RECORDS 200000 /* of each writer */
#define ENTRIES 64
#define WRITERS 6
#define READERS 3
#define DEADLOCK_S 300
/* One record in STALL_EVERY stalls for STALL_US. */
#define STALL_EVERY 5000
#define STALL_US 200

typedef struct {
    pthread_t thread;
    unsigned number;
    uint64_t present, lost;
    uint64_t torn, revived; /* must stay 0 */
} Player;

static IrqLogRing *ring;
static pthread_mutex_t big_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t records = RECORDS;
static int writers_left = WRITERS;

void irq_ring_stall(void)
{
    static __thread unsigned calls;

    if (++calls % STALL_EVERY == 0) {
        usleep(STALL_US);
    }
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 29;
}

/* Every word follows from the first. */
static IrqLogRecord make_record(uint64_t seed)
{
    return (IrqLogRecord){
        .time_ns = (int64_t)seed,
        .irq = mix(seed + 1),
        .handler = mix(seed + 2),
        .opaque = mix(seed + 3),
        .caller = mix(seed + 4),
        .id = (uint32_t)mix(seed + 5),
        .line = (int32_t)mix(seed + 6),
        .level = (int32_t)mix(seed + 7),
        .tid = (int32_t)mix(seed + 8),
    };
}

static bool is_whole(const IrqLogRecord *r)
{
    const IrqLogRecord want = make_record((uint64_t)r->time_ns);

    return r->irq == want.irq && r->handler == want.handler && r->opaque == want.opaque &&
           r->caller == want.caller && r->id == want.id && r->line == want.line &&
           r->level == want.level && r->tid == want.tid;
}

static void *write_records(void *data)
{
    const Player *p = data;

    for (uint64_t i = 0; i < records; i++) {
        const IrqLogRecord r = make_record((uint64_t)p->number << 40 | i);

        pthread_mutex_lock(&big_lock);
        irq_log_ring_put(ring, &r);
        pthread_mutex_unlock(&big_lock);
    }
    __atomic_fetch_sub(&writers_left, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* Follows the log from its beginning; true while there may be more. */
static bool read_next(Player *p, uint64_t *cursor)
{
    bool over = __atomic_load_n(&writers_left, __ATOMIC_ACQUIRE) == 0;
    uint64_t oldest = irq_log_ring_oldest(ring, irq_log_ring_next(ring));
    IrqLogRecord r;

    if (*cursor < oldest) { /* to where reading is a race with those who write */
        p->revived += irq_log_ring_get(ring, *cursor, &r) == IRQ_LOG_PRESENT;
        p->lost += oldest - *cursor;
        *cursor = oldest;
    }
    switch (irq_log_ring_get(ring, *cursor, &r)) {
    case IRQ_LOG_PRESENT:
        p->torn += !is_whole(&r);
        p->present++;
        ++*cursor;
        return true;
    case IRQ_LOG_LOST:
        p->revived += irq_log_ring_get(ring, *cursor, &r) != IRQ_LOG_LOST;
        p->lost++;
        ++*cursor;
        return true;
    case IRQ_LOG_NONE:
        sched_yield();
        return !over;
    }
    return false;
}

static void *read_records(void *data)
{
    Player *p = data;
    uint64_t cursor = 1;

    while (read_next(p, &cursor)) {
    }
    return NULL;
}

static bool check(bool good, const char *what)
{
    printf("%s - irq ring: %s\n", good ? "ok" : "not ok", what);
    return good;
}

int main(int argc, char **argv)
{
    uint64_t entries = argc > 2 ? strtoull(argv[2], NULL, 10) : ENTRIES;
    Player writers[WRITERS] = {0}, readers[READERS] = {0};
    uint64_t total, torn = 0, revived = 0, unaccounted = 0, present = 0;
    unsigned failed = 0;

    records = argc > 1 ? strtoull(argv[1], NULL, 10) : RECORDS;
    if (!irq_log_entries_valid(entries)) {
        fprintf(stderr, "a ring cannot have %" PRIu64 " entries\n", entries);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    alarm(DEADLOCK_S);
    ring = irq_log_ring_new(entries, 1);
    for (unsigned i = 0; i < READERS; i++) {
        readers[i].number = i;
        pthread_create(&readers[i].thread, NULL, read_records, &readers[i]);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i].number = i;
        pthread_create(&writers[i].thread, NULL, write_records, &writers[i]);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
    }
    total = irq_log_ring_next(ring) - 1;
    for (unsigned i = 0; i < READERS; i++) {
        Player *p = &readers[i];

        pthread_join(p->thread, NULL);
        printf("# reader %u: %" PRIu64 " records, %" PRIu64 " lost\n", i, p->present, p->lost);
        torn += p->torn;
        revived += p->revived;
        present += p->present;
        unaccounted += p->present + p->lost != total;
    }
    printf("# %" PRIu64 " records by %d writers into %" PRIu64 " slots\n", total, WRITERS, entries);
    failed += !check(total == records * WRITERS, "every record has its own number");
    failed += !check(torn == 0, "no record is torn");
    failed += !check(revived == 0, "lost records stay lost");
    failed += !check(unaccounted == 0, "each reader has either read or lost every record");
    failed += !check(present > 0, "some records were read");
    irq_log_ring_unref(ring);
    printf("%u passed, %u failed, 0 skipped\n", 5 - failed, failed);
    return failed ? 1 : 0;
}
