/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/third-watch.h"

#include "host/requirement.h"

const char *const third_witness_prefers[] = {"sched-events", NULL};

static void refused(ThirdWatch *w, GError *error)
{
    w->why = g_strdup(error->message);
    g_error_free(error);
}

void third_watch_begin(ThirdWatch *w, const SyCase *c, const pid_t *tids, guint n)
{
    GError *error = NULL;

    /* The run has said so once if this host lacks what is preferred. */
    w->called = c->result->discarded->len > 0 &&
                sy_requirement_check_all(third_witness_prefers, NULL, NULL);
    if (!w->called) {
        return;
    }
    w->trace = sy_sched_trace_start(tids, n, &error);
    if (!w->trace) {
        refused(w, error);
    }
}

void third_watch_end(ThirdWatch *w)
{
    GError *error = NULL;
    uint64_t lost = 0;

    if (!w->trace) {
        return;
    }
    w->events = g_array_new(FALSE, FALSE, sizeof(SySchedEvent));
    if (!sy_sched_trace_stop(w->trace, w->events, &lost, &error)) {
        refused(w, error);
    } else if (lost > 0) {
        w->why = g_strdup_printf("its buffers had no room for %" G_GUINT64_FORMAT " events", lost);
    }
    g_clear_pointer(&w->trace, sy_sched_trace_free);
}

const char *third_watch_read(const ThirdWatch *w, pid_t tid, int64_t from_ns, int64_t to_ns,
                             OnCpu *out)
{
    *out = (OnCpu){0};
    if (w->why) {
        return w->why;
    }
    if (!w->events) {
        return "it was not called";
    }
    return on_cpu_read((const SySchedEvent *)(gconstpointer)w->events->data, w->events->len, tid,
                       from_ns, to_ns, out);
}

void third_watch_clear(ThirdWatch *w)
{
    g_clear_pointer(&w->trace, sy_sched_trace_free);
    g_clear_pointer(&w->events, g_array_unref);
    g_clear_pointer(&w->why, g_free);
}
