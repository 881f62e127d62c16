/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/case-trace.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/fs.h"

/* During the recording the trace is in the case's own folder, with one more file per CPU. If the
 * case has to start again, that folder is removed with all of them. */
static char *raw_path(const SyCase *c)
{
    return g_build_filename(c->dir, "trace.dat", NULL);
}

SyTrace *sy_case_trace_begin(const SyCase *c, GError **error)
{
    g_autofree char *path = raw_path(c);
    g_autofree char *log_path = g_build_filename(c->dir, "trace-cmd.log", NULL);

    return sy_trace_start((const char *const *)c->plan->trace, path, log_path, error);
}

/* RUN/traces/CASE.dat, as a path relative to RUN; the caller frees. */
static char *move_into_place(const SyCase *c, GError **error)
{
    g_autofree char *raw = raw_path(c);
    g_autofree char *dir = g_build_filename(c->env->run_dir, "traces", NULL);
    g_autofree char *name = g_path_get_basename(c->dir);
    g_autofree char *file = g_strdup_printf("traces/%s.dat", name);
    g_autofree char *path = g_build_filename(c->env->run_dir, file, NULL);

    if (!sy_fs_private_dir(dir, error)) {
        return NULL;
    }
    if (rename(raw, path) < 0) {
        sy_error_set_io(error, errno, "cannot move the trace to", path);
        return NULL;
    }
    return g_steal_pointer(&file);
}

static uint64_t total(const GPtrArray *events)
{
    uint64_t sum = 0;

    for (guint i = 0; i < events->len; i++) {
        sum += ((const SyTraceEvent *)g_ptr_array_index(events, i))->count;
    }
    return sum;
}

bool sy_case_trace_end(SyCase *c, SyTrace *trace, GError **error)
{
    g_autofree char *raw = raw_path(c);
    g_autofree char *file = NULL;
    g_autoptr(GPtrArray) events = NULL;
    SyTraceTally tally;
    uint64_t counted;

    if (!sy_trace_stop(trace, &tally, error) || !(events = sy_trace_count(raw, error)) ||
        !(file = move_into_place(c, error))) {
        return false;
    }
    counted = total(events);
    c->result->trace = sy_case_trace_new(file);
    c->result->trace->lost = tally.lost + (tally.kept > counted ? tally.kept - counted : 0);
    g_ptr_array_unref(c->result->trace->events);
    c->result->trace->events = g_steal_pointer(&events);
    return true;
}
