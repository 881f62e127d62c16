/*
 * Limit the CPU time of KVM vCPUs: a vCPU's books (its accounting)
 *
 * Only CPU time that the host withheld is made up, so the bucket must be told
 * how much that was.  The thread's count of voluntary context switches tells
 * whether it slept since the last boundary.  If it did not, it wanted to run
 * all the time, and whatever it did not use was withheld.  If it did (halted in
 * KVM or in QEMU, stopped, or waiting for a lock), it slept for the time it did
 * not run, minus its run delay: the time it was ready and waited for a CPU,
 * from /proc/thread-self/schedstat.  What it could have used while asleep was
 * not withheld.  Both are read once per boundary, never on an ordinary exit.
 *
 * Sleeps of the throttle itself do not count.  They begin when the budget is
 * used up, so there is nothing to carry over until the boundary at which they
 * should end; the host is to blame for any time beyond that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/resource.h>

#include "block/aio.h"
#include "qapi/error.h"
#include "qapi/qapi-events-kvm-throttle.h"
#include "qemu/cutils.h"
#include "qemu/main-loop.h"
#include "kvm-throttle-int.h"
#include "trace.h"

/* A look takes microseconds; the vCPU updates its books some times a period. */
#define LOOKS_MAX 16

/* How the time since the last update of the books was spent */
typedef struct Interval {
    int64_t end_ns;         /* now */
    int64_t used_ns;        /* CPU time used */
    int64_t withheld_ns;    /* argument of kvm_throttle_bucket_account() */
    int64_t denied_ns;      /* how long the vCPU waited for the host */
} Interval;

int64_t kvm_throttle_clock_ns(clockid_t clock)
{
    struct timespec ts;

    if (clock_gettime(clock, &ts)) {
        return -1;
    }
    return ts.tv_sec * NANOSECONDS_PER_SECOND + ts.tv_nsec;
}

/* Voluntary context switches of this thread */
static int64_t own_switches(void)
{
    struct rusage ru;

    return getrusage(RUSAGE_THREAD, &ru) ? -1 : ru.ru_nvcsw;
}

/* The same for another thread; -1 if unknown */
static int64_t switches_of(int thread_id)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/status",
                                            thread_id);
    g_autofree char *status = NULL;
    const char *line, *end;
    int64_t n;

    if (!g_file_get_contents(path, &status, NULL, NULL)) {
        return -1;
    }
    line = strstr(status, "\nvoluntary_ctxt_switches:");
    if (!line || qemu_strtoi64(strchr(line, ':') + 1, &end, 10, &n)) {
        return -1;
    }
    return n;
}

/* Run delay of the vCPU's thread, in ns; -1 if unknown.  Any thread. */
static int64_t read_run_delay(KvmThrottle *t)
{
    char text[80];              /* three numbers of at most 20 digits */
    const char *delay;
    int64_t ns;
    ssize_t len;

    if (t->schedstat_fd < 0) {
        return -1;
    }
    len = pread(t->schedstat_fd, text, sizeof(text) - 1, 0);
    if (len < 0) {
        return -1;
    }
    text[len] = '\0';
    delay = strchr(text, ' ');
    if (!delay || qemu_strtoi64(delay, &delay, 10, &ns)) {
        return -1;
    }
    return ns;
}

static bool is_boundary_passed(const KvmThrottleView *v, int64_t now_ns)
{
    return now_ns - v->bucket.window_start_ns >= v->bucket.cfg.period_ns;
}

/*
 * Fill in what the host is to blame for, if the throttle did not put the thread
 * to sleep.  @switches: voluntary context switches of the thread up to now.
 *
 * If an interval in which the vCPU slept spans a boundary, the sleep counts
 * for the periods on both sides, because it may belong to either.
 */
static void blame_host(KvmThrottle *t, KvmThrottleView *v, Interval *i,
                       int64_t switches)
{
    bool slept = switches < 0 || switches != v->switches;
    int64_t delay_ns = read_run_delay(t);
    int64_t slept_ns = 0;
    int64_t into_ns;

    if (slept) {
        slept_ns = v->unrun_ns;
        if (delay_ns >= 0 && v->run_delay_ns >= 0) {
            slept_ns = MAX(slept_ns - (delay_ns - v->run_delay_ns), 0);
        }
    }

    i->denied_ns = v->unrun_ns - slept_ns;
    i->withheld_ns = INT64_MAX;
    if (slept_ns + v->slept_ns) {
        i->withheld_ns = MAX(kvm_throttle_bucket_unused(&v->bucket, i->end_ns,
                                                        i->used_ns) -
                             slept_ns - v->slept_ns, 0);
    }

    into_ns = (i->end_ns - v->bucket.window_start_ns) % v->bucket.cfg.period_ns;
    v->slept_ns = MIN(slept_ns, into_ns);
    v->switches = switches;
    v->run_delay_ns = delay_ns;
}

/* The same if the throttle put the thread to sleep until @wake_ns. */
static void blame_oversleeping(Interval *i, int64_t wake_ns)
{
    if (i->end_ns >= wake_ns) {
        i->withheld_ns = INT64_MAX;
        i->denied_ns = i->end_ns - wake_ns;
    }
}

/* Add the time since the last update in which the vCPU did not run. */
static void add_unrun(KvmThrottleView *v, const Interval *i)
{
    v->unrun_ns += MAX(i->end_ns - v->bucket.last_ns - i->used_ns, 0);
}

/* Returns the number of boundaries passed. */
static uint64_t advance(KvmThrottle *t, KvmThrottleView *v, Interval *i)
{
    uint64_t periods = v->bucket.periods;
    uint64_t starved_ns = v->bucket.starved_ns;
    uint64_t windows;

    if (t->clock == KVM_THROTTLE_CLOCK_MONOTONIC) {
        i->withheld_ns = 0;     /* preemption already counted as use */
    }
    kvm_throttle_bucket_account(&v->bucket, i->end_ns, i->used_ns,
                                i->withheld_ns);
    windows = v->bucket.periods - periods;
    if (windows) {
        kvm_throttle_starvation_update(&v->starvation, windows,
                                       v->bucket.cfg.quota_ns,
                                       v->bucket.starved_ns - starved_ns,
                                       i->denied_ns);
        v->unrun_ns = 0;
    }
    return windows;
}

typedef struct StarvedEvent {
    int cpu_index;
    KvmThrottleConfig cfg;
    KvmThrottleStarvation starvation;
} StarvedEvent;

static void send_starved_event(void *opaque)
{
    g_autofree StarvedEvent *e = opaque;

    qapi_event_send_kvm_throttle_starved(e->cpu_index, e->starvation.periods,
                                         e->cfg.quota_ns, e->cfg.period_ns,
                                         e->starvation.forfeited_ns,
                                         e->starvation.withheld_ns);
}

/*
 * The main loop sends the event.  Any thread may take the monitor's locks, but
 * a vCPU that the host is starving would hold them, and so block the monitor,
 * for as long as it is preempted.
 */
static void report_starved(KvmThrottle *t)
{
    StarvedEvent *e = g_new(StarvedEvent, 1);

    e->cpu_index = t->cpu->cpu_index;
    e->cfg = t->v.bucket.cfg;
    e->starvation = t->v.starvation;
    aio_bh_schedule_oneshot(qemu_get_aio_context(), send_starved_event, e);
}

static void enter_interval(KvmThrottle *t, Interval *i)
{
    const KvmThrottleBucket *b = &t->v.bucket;
    KvmThrottleStarvation *s = &t->v.starvation;
    uint64_t forgiven_ns = b->forgiven_ns;
    uint64_t windows = advance(t, &t->v, i);

    if (b->forgiven_ns != forgiven_ns) {
        trace_kvm_throttle_forgive(t->cpu->cpu_index,
                                   b->forgiven_ns - forgiven_ns,
                                   b->forgiven_ns);
    }
    if (!windows) {
        return;
    }
    trace_kvm_throttle_refill(t->cpu->cpu_index, windows, b->budget_ns,
                              b->used_ns, i->end_ns - b->window_start_ns);
    if (s->periods) {
        trace_kvm_throttle_starved(t->cpu->cpu_index, s->periods,
                                   s->forfeited_ns, s->withheld_ns);
        if (kvm_throttle_starvation_due(s, t->starved_periods, i->end_ns)) {
            report_starved(t);
        }
    }
}

/* What the vCPU has used since the last call */
static int64_t take_used(KvmThrottle *t, int64_t now_ns)
{
    int64_t clock_ns = now_ns;
    int64_t used_ns;

    if (t->clock == KVM_THROTTLE_CLOCK_THREAD_CPU) {
        clock_ns = kvm_throttle_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    } else if (!t->running) {
        t->v.clock_ns = now_ns;
    }
    used_ns = clock_ns - t->v.clock_ns;
    t->v.clock_ns = clock_ns;
    return used_ns;
}

int64_t kvm_throttle_account(KvmThrottle *t)
{
    Interval i = { .end_ns = kvm_throttle_clock_ns(CLOCK_MONOTONIC) };

    i.used_ns = take_used(t, i.end_ns);
    add_unrun(&t->v, &i);
    if (is_boundary_passed(&t->v, i.end_ns)) {
        blame_host(t, &t->v, &i, own_switches());
    }
    enter_interval(t, &i);
    return i.end_ns;
}

/* Blame neither the vCPU nor the host for what happened before now. */
static void restart_blame(KvmThrottle *t)
{
    t->v.unrun_ns = 0;
    t->v.slept_ns = 0;
    t->v.switches = own_switches();
    t->v.run_delay_ns = read_run_delay(t);
}

int64_t kvm_throttle_account_sleep(KvmThrottle *t, int64_t wake_ns)
{
    Interval i = { .end_ns = kvm_throttle_clock_ns(CLOCK_MONOTONIC) };

    i.used_ns = take_used(t, i.end_ns);
    blame_oversleeping(&i, wake_ns);
    restart_blame(t);
    enter_interval(t, &i);
    return i.end_ns;
}

void kvm_throttle_books_open(KvmThrottle *t)
{
    memset(&t->v, 0, sizeof(t->v));
    t->v.enabled = 1;
    kvm_throttle_bucket_init(&t->v.bucket, &t->wanted.bucket,
                             kvm_throttle_clock_ns(CLOCK_MONOTONIC));
    if (t->clock == KVM_THROTTLE_CLOCK_THREAD_CPU) {
        t->v.clock_ns = kvm_throttle_clock_ns(CLOCK_THREAD_CPUTIME_ID);
        if (t->schedstat_fd < 0) {
            t->schedstat_fd = open("/proc/thread-self/schedstat",
                                   O_RDONLY | O_CLOEXEC);
        }
        restart_blame(t);
    }
}

void kvm_throttle_books_change(KvmThrottle *t, int64_t now_ns)
{
    kvm_throttle_bucket_reconfigure(&t->v.bucket, &t->wanted.bucket, now_ns);
    kvm_throttle_starvation_end(&t->v.starvation);
    restart_blame(t);
}

/*
 * There are two copies, and view_seq tells readers to take one while the other
 * is written.  With only one, a reader, which holds the BQL, would wait for a
 * vCPU that the host has preempted here.
 */
void kvm_throttle_publish(KvmThrottle *t)
{
    unsigned seq = t->view_seq + 1;
    uint64_t words[KVM_THROTTLE_VIEW_WORDS];
    size_t i;

    memcpy(words, &t->v, sizeof(words));
    for (i = 0; i < ARRAY_SIZE(words); i++) {
        qatomic_set_u64(&t->views[seq & 1][i], words[i]);
    }
    smp_wmb();      /* The copy before its number.  Pairs with copy_view(). */
    qatomic_set(&t->view_seq, seq);
    smp_wmb();      /* The number before the next call writes the other copy. */
}

/*
 * Work out in another thread what has happened since the vCPU's last update.
 * Only the vCPU itself counts starvation and forgives debt, so that the totals
 * never go back: it may still sleep before its next update, which would clear
 * the host, and pay for the debt.
 */
static void bring_up_to_date(KvmThrottle *t, KvmThrottleView *v)
{
    KvmThrottleStarvation starvation = v->starvation;
    uint64_t starved_ns = v->bucket.starved_ns;
    Interval i = { };

    v->bucket.cfg.max_debt_ns = 0;
    /* In this order, time used between the two reads does not look unused. */
    i.end_ns = kvm_throttle_clock_ns(CLOCK_MONOTONIC);
    if (t->clock == KVM_THROTTLE_CLOCK_THREAD_CPU) {
        i.used_ns = kvm_throttle_clock_ns(t->cpu_clock) - v->clock_ns;
    }
    if (v->asleep_ns) {
        blame_oversleeping(&i, kvm_throttle_bucket_wake_time(&v->bucket));
        v->throttled_ns += i.end_ns - v->asleep_ns;
    } else {
        add_unrun(v, &i);
        if (is_boundary_passed(v, i.end_ns)) {
            blame_host(t, v, &i, switches_of(t->cpu->thread_id));
        }
    }
    advance(t, v, &i);
    v->starvation = starvation;
    v->bucket.starved_ns = starved_ns;
}

/* False if the vCPU published meanwhile: then the copy may be a mixture. */
static bool copy_view(KvmThrottle *t, KvmThrottleView *v, unsigned *seq)
{
    uint64_t words[KVM_THROTTLE_VIEW_WORDS];
    size_t i;

    *seq = qatomic_read(&t->view_seq);
    smp_rmb();      /* The number before its copy. */
    for (i = 0; i < ARRAY_SIZE(words); i++) {
        words[i] = qatomic_read_u64(&t->views[*seq & 1][i]);
    }
    smp_rmb();      /* The copy before the second look at the number. */
    if (qatomic_read(&t->view_seq) != *seq) {
        return false;
    }
    memcpy(v, words, sizeof(words));
    return true;
}

bool kvm_throttle_look(KvmThrottle *t, KvmThrottleView *v, Error **errp)
{
    bool copied = false;
    int i;

    /*
     * Repeat if the vCPU updated its books while its clocks were read here.
     * If it always does, the last look is good, except that sleep and run
     * delay may count for the wrong one of two periods.
     */
    for (i = 0; i < LOOKS_MAX; i++) {
        KvmThrottleView copy;
        unsigned seq;

        if (!copy_view(t, &copy, &seq)) {
            continue;
        }
        if (copy.enabled) {
            bring_up_to_date(t, &copy);
        }
        *v = copy;
        copied = true;
        if (qatomic_read(&t->view_seq) == seq) {
            break;
        }
    }
    if (!copied) {
        error_setg(errp, "vCPU %d updated its accounts during each of %d "
                   "attempts to read them", t->cpu->cpu_index, LOOKS_MAX);
    }
    return copied;
}
