/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast query-phys-pages and QEMU's other commands read guest memory; what a dump costs the
 * guest, and QEMU in memory. Times are QEMU's alone: from sending a command to the last byte of its
 * reply. What is compared comes from pairs of neighbours in time (stats/paired.h).
 */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "guests/pattern/layout.h"
#include "run/case.h"
#include "stats/paired.h"
#include "stats/sample.h"
#include "vm/inspect.h"
#include "vm/phys-pages.h"
#include "workloads/pages/dump-path.h"
#include "workloads/pages/pattern-vm.h"
#include "workloads/pages/peak-memory.h"

/* Dumps of a single page, for the median of their times. */
#define ONE_PAGE_LOOKS 101
/* Pairs of dumps by two commands, and pairs of windows with dumps and without. */
#define DUMP_PAIRS 100
#define WINDOW_PAIRS 25
/* Until QEMU has done all that it does after a reply. */
#define QUIET_NS (500 * SY_NS_PER_MS)
/* If a command that does nothing takes longer than this, a page cannot be read within the limit of
 * 1 ms. */
#define BARE_QMP_MAX_US 250

typedef struct {
    PatternVm p;
    DumpPath path;
    guint pages;
    int64_t window_ns;
    DumpFile file;
    uint64_t at; /* address where the next dump starts */
    /* The most by which QEMU's memory grew for its very first reply, divided by the reply's size:
     * later ones are made in memory that QEMU has kept. */
    double first_reply_ratio;
    double fault; /* --fault page-time: factor by which dumps take longer */
} Speed;

static bool of_query_phys_pages(DumpPath path)
{
    return path == DUMP_ROWS || path == DUMP_BASE64;
}

/* Makes a dump take `scale` times as long as it did. */
static void prolong(DumpCost *cost, double scale)
{
    const int64_t start_ns = sy_now_ns();
    const int64_t more_ns = (int64_t)((double)cost->ns * (scale - 1));
    int64_t now_ns = start_ns;

    while (now_ns - start_ns < more_ns) {
        now_ns = sy_now_ns();
    }
    cost->ns += now_ns - start_ns;
}

static bool dump(Speed *s, DumpPath path, guint pages, DumpCost *cost, GError **error)
{
    const uint64_t bytes = (uint64_t)pages * SY_PHYS_PAGE_BYTES;

    if (s->at + bytes > PATTERN_VM_HIGH_END) {
        s->at = PATTERN_VM_4G;
    }
    if (!dump_path_run(path, s->p.vm, &s->file, s->at, pages, cost, error)) {
        return false;
    }
    s->at += bytes;
    if (s->fault > 1 && of_query_phys_pages(path)) {
        prolong(cost, s->fault);
    }
    return true;
}

/* QEMU's memory before a reply and at its peak, at `before` and `during`. */
static bool dump_and_watch(Speed *s, PeakMemory *before, PeakMemory *during, DumpCost *cost,
                           GError **error)
{
    const pid_t pid = sy_vm_pid(s->p.vm);

    return sy_sleep_until_ns(sy_now_ns() + QUIET_NS, error) && peak_memory_reset(pid, error) &&
           peak_memory_read(pid, before, error) && dump(s, s->path, s->pages, cost, error) &&
           peak_memory_read(pid, during, error);
}

static bool measure_first_reply(Speed *s, GError **error)
{
    PeakMemory before, during;
    DumpCost cost;

    if (!dump_and_watch(s, &before, &during, &cost, error)) {
        return false;
    }
    s->first_reply_ratio = peak_memory_growth(&before, &during) / (double)cost.reply_bytes;
    return true;
}

static bool speed_setup(SyCase *c, GError **error)
{
    Speed *s = g_new0(Speed, 1);

    c->state = s;
    s->file.fd = -1;
    s->path = dump_path_of(sy_case_text(c, "path"));
    s->pages = (guint)sy_case_int(c, "num_pages");
    s->window_ns = (int64_t)sy_case_int(c, "window_ms") * SY_NS_PER_MS;
    s->at = PATTERN_VM_4G;
    s->fault = sy_faults_scale(c->env->faults, "page-time");
    return pattern_vm_start(&s->p, c, false, error) &&
           (!of_query_phys_pages(s->path) ||
            sy_vm_has_command(s->p.vm, "query-phys-pages", error)) &&
           dump_file_open(&s->file, error) &&
           (!of_query_phys_pages(s->path) || measure_first_reply(s, error));
}

/* The work of vCPU 1 so far, in rounds over its page. */
static bool work(Speed *s, uint64_t *rounds, GError **error)
{
    struct pattern_area area;

    if (!sy_vm_read_memory(s->p.vm, PATTERN_AREA_BASE, sizeof(area), &area, error)) {
        return false;
    }
    *rounds = area.rounds;
    return true;
}

/* Dumps for the length of a window (or just waits, if `cost` is NULL); returns vCPU 1's rounds
 * per second meanwhile. */
static bool window(Speed *s, DumpCost *cost, guint64 *bytes, double *rounds_per_s, GError **error)
{
    uint64_t before = 0, after = 0;
    int64_t start_ns, now_ns;

    if (!work(s, &before, error)) {
        return false;
    }
    start_ns = sy_now_ns();
    if (!cost && !sy_sleep_until_ns(start_ns + s->window_ns / WINDOW_PAIRS, error)) {
        return false;
    }
    while (cost && sy_now_ns() - start_ns < s->window_ns / WINDOW_PAIRS) {
        DumpCost one;

        if (!dump(s, s->path, s->pages, &one, error)) {
            return false;
        }
        cost->ns += one.ns;
        *bytes += (guint64)s->pages * SY_PHYS_PAGE_BYTES;
    }
    now_ns = sy_now_ns();
    if (!work(s, &after, error)) {
        return false;
    }
    *rounds_per_s = (double)(after - before) * SY_NS_PER_S / (double)(now_ns - start_ns);
    return true;
}

/* The guest's rates in pairs of windows; those in which it did nothing are left out. */
typedef struct {
    double with[WINDOW_PAIRS], without[WINDOW_PAIRS];
    size_t n;
} Rates;

static bool take_rates(Speed *s, guint repetition, DumpCost *cost, guint64 *bytes, Rates *r,
                       GError **error)
{
    bool with_first[WINDOW_PAIRS];

    sy_paired_orders(with_first, WINDOW_PAIRS, repetition);
    for (guint i = 0; i < WINDOW_PAIRS; i++) {
        double with, without;

        if (!(with_first[i]
                  ? window(s, cost, bytes, &with, error) && window(s, NULL, NULL, &without, error)
                  : window(s, NULL, NULL, &without, error) &&
                        window(s, cost, bytes, &with, error))) {
            return false;
        }
        if (with > 0 && without > 0) {
            r->with[r->n] = with;
            r->without[r->n++] = without;
        }
    }
    return true;
}

static bool measure_rate(SyCase *c, GError **error)
{
    Speed *s = c->state;
    DumpCost cost = {0};
    guint64 bytes = 0;
    Rates rates = {0};
    SyPairedRatio ratio;

    if (!take_rates(s, c->repetition, &cost, &bytes, &rates, error)) {
        return false;
    }
    sy_case_sample(c, "mb_per_s", (double)bytes / 1e6 / ((double)cost.ns / SY_NS_PER_S));
    sy_paired_ratio(rates.with, rates.without, rates.n, 0.95, &ratio);
    if (2 * rates.n > WINDOW_PAIRS) {
        sy_case_sample(c, "guest_slowdown_pct", 100 * (1 - ratio.ratio));
    } else {
        sy_case_na(c, "guest_slowdown_pct", "n/a: the host did not let vCPU 1 run");
    }
    return true;
}

/* Median time of a command that does nothing. */
static bool bare_qmp(Speed *s, double *us, GError **error)
{
    double took[ONE_PAGE_LOOKS];

    for (guint i = 0; i < ONE_PAGE_LOOKS; i++) {
        SyQmpReply reply;

        if (!sy_qmp_run(sy_vm_qmp(s->p.vm), "query-name", NULL, SY_VM_QMP_TIMEOUT_NS, error)) {
            return false;
        }
        reply = sy_qmp_last_reply(sy_vm_qmp(s->p.vm));
        took[i] = (double)(reply.arrived_ns - reply.sent_ns) / SY_NS_PER_US;
    }
    *us = sy_sample_median(took, ONE_PAGE_LOOKS);
    return true;
}

static bool measure_one_page(SyCase *c, GError **error)
{
    Speed *s = c->state;
    double took[ONE_PAGE_LOOKS], bare_us, us;

    for (guint i = 0; i < ONE_PAGE_LOOKS; i++) {
        DumpCost one;

        if (!dump(s, s->path, 1, &one, error)) {
            return false;
        }
        took[i] = (double)one.ns / SY_NS_PER_US;
    }
    us = sy_sample_median(took, ONE_PAGE_LOOKS);
    if (!bare_qmp(s, &bare_us, error)) {
        return false;
    }
    if (us > sy_case_limit(c, "one_page_us") && bare_us > BARE_QMP_MAX_US) {
        g_autofree char *reason =
            g_strdup_printf("n/a: one page took %.0f us, but on this host, emulated or busy, a "
                            "command that does nothing takes %.0f us",
                            us, bare_us);

        sy_case_na(c, "one_page_us", reason);
        return true;
    }
    sy_case_sample(c, "one_page_us", us);
    return true;
}

static bool take_pairs(Speed *s, guint repetition, double *own_ns, double *other_ns, GError **error)
{
    bool own_first[DUMP_PAIRS];

    sy_paired_orders(own_first, DUMP_PAIRS, repetition);
    for (guint i = 0; i < DUMP_PAIRS; i++) {
        for (guint k = 0; k < 2; k++) {
            bool own = own_first[i] == (k == 0);
            DumpCost cost;

            if (!dump(s, own ? s->path : DUMP_PMEMSAVE, s->pages, &cost, error)) {
                return false;
            }
            *(own ? &own_ns[i] : &other_ns[i]) = (double)cost.ns;
        }
    }
    return true;
}

/* The guest is stopped, so that it does not matter whether vCPU 1 happens to share QEMU's CPU. */
static bool measure_of_pmemsave(SyCase *c, GError **error)
{
    Speed *s = c->state;
    double own_ns[DUMP_PAIRS], other_ns[DUMP_PAIRS];
    SyPairedRatio ratio;

    if (s->path == DUMP_PMEMSAVE) {
        sy_case_na(c, "of_pmemsave", "n/a: the path is pmemsave itself");
        return true;
    }
    if (!sy_vm_pause(s->p.vm, error) || !take_pairs(s, c->repetition, own_ns, other_ns, error) ||
        !sy_vm_resume(s->p.vm, error)) {
        return false;
    }
    sy_paired_ratio(other_ns, own_ns, DUMP_PAIRS, 0.95, &ratio);
    sy_case_sample(c, "of_pmemsave", ratio.ratio);
    return true;
}

static bool measure_memory(SyCase *c, GError **error)
{
    Speed *s = c->state;
    PeakMemory before, during, after;
    DumpCost cost;

    if (!dump_and_watch(s, &before, &during, &cost, error) ||
        !sy_sleep_until_ns(sy_now_ns() + QUIET_NS, error) ||
        !peak_memory_read(sy_vm_pid(s->p.vm), &after, error)) {
        return false;
    }
    sy_case_sample(c, "reply_memory_ratio", s->first_reply_ratio);
    sy_case_sample(c, "memory_kept_ratio",
                   (after.now_bytes - before.now_bytes) / (double)cost.reply_bytes);
    return true;
}

static bool speed_measure(SyCase *c, GError **error)
{
    const Speed *s = c->state;

    if (!measure_rate(c, error) || !measure_one_page(c, error) || !measure_of_pmemsave(c, error)) {
        return false;
    }
    if (of_query_phys_pages(s->path)) {
        return measure_memory(c, error) && sy_vm_check(s->p.vm, error);
    }
    sy_case_na(c, "reply_memory_ratio", "n/a: measured for query-phys-pages only");
    sy_case_na(c, "memory_kept_ratio", "n/a: measured for query-phys-pages only");
    return sy_vm_check(s->p.vm, error);
}

static void speed_teardown(SyCase *c)
{
    Speed *s = c->state;

    pattern_vm_stop(&s->p);
    if (s->file.fd >= 0) {
        dump_file_close(&s->file);
    }
    g_free(s);
}

static const SyParamSpec speed_params[] = {
    {.name = "path",
     .type = SY_PARAM_STRING,
     .value = "base64",
     .choices = DUMP_PATH_NAMES,
     .key = true,
     .summary = "the QEMU command that dumps memory"},
    {.name = "num_pages",
     .type = SY_PARAM_INT,
     .value = "64",
     .min = 1,
     .max = SY_PHYS_PAGES_MAX,
     .summary = "pages per dump"},
    {.name = "window_ms",
     .type = SY_PARAM_INT,
     .value = "500",
     .min = 10,
     .max = 60000,
     .summary = "how long dumps are made, and how long none, in 25 pairs of windows"},
    PATTERN_VM_PARAMS,
    {0},
};

static const SyMetricSpec speed_metrics[] = {
    {.name = "mb_per_s",
     .unit = "MB/s",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "guest memory dumped per second, from sending the command to the end of its reply"},
    {.name = "one_page_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "time to dump a single page: median of 101"},
    {.name = "of_pmemsave",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "its rate divided by that of pmemsave to a file in memory: median of 100 pairs"},
    {.name = "guest_slowdown_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "how much less work vCPU 1 did during the dumps"},
    {.name = "reply_memory_ratio",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "peak growth of QEMU's memory for its first reply, divided by the reply's size"},
    {.name = "memory_kept_ratio",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "what a further reply leaves half a second later, divided by the reply's size"},
    {0},
};

const SyWorkload sy_workload_pages_speed = {
    .version = SY_WORKLOAD_VERSION,
    .name = "pages.speed",
    .summary = "how fast guest memory can be dumped, and what that costs the guest and QEMU",
    .groups = "pages",
    .faults = (const char *const[]){"page-time", NULL},
    .requires_if = pattern_vm_requires_if,
    .params = speed_params,
    .metrics = speed_metrics,
    .setup = speed_setup,
    .measure = speed_measure,
    .teardown = speed_teardown,
};
