/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/trace-count.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <trace-cmd.h>

#include "observe/trace-file.h"

SyTraceEvent *sy_trace_event_new(const char *name, uint64_t count)
{
    SyTraceEvent *event = g_new0(SyTraceEvent, 1);

    event->name = g_strdup(name);
    event->count = count;
    return event;
}

void sy_trace_event_free(SyTraceEvent *event)
{
    if (!event) {
        return;
    }
    g_free(event->name);
    g_free(event);
}

/* Counts in a table: event id -> uint64_t. */
static void count_record(struct tracecmd_input *buffer, struct tep_record *record, int cpu,
                         gpointer counts)
{
    gpointer id = GINT_TO_POINTER(tep_data_type(tracecmd_get_tep(buffer), record));
    uint64_t *count = g_hash_table_lookup(counts, id);

    (void)cpu;
    if (!count) {
        count = g_new0(uint64_t, 1);
        g_hash_table_insert(counts, id, count);
    }
    (*count)++;
}

static char *event_name(struct tep_handle *tep, int id)
{
    const struct tep_event *event = tep_find_event(tep, id);

    return event ? g_strdup_printf("%s:%s", event->system, event->name)
                 : g_strdup_printf("unknown:%d", id);
}

/* One line per event: "kvm:kvm_exit 1204". */
static void write_counts(int fd, struct tep_handle *tep, GHashTable *counts)
{
    GHashTableIter iter;
    gpointer id, count;

    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &id, &count)) {
        g_autofree char *name = event_name(tep, GPOINTER_TO_INT(id));

        dprintf(fd, "%s %" G_GUINT64_FORMAT "\n", name, *(uint64_t *)count);
    }
}

static bool count_all(struct tracecmd_input *file, int out_fd, gpointer data)
{
    g_autoptr(GHashTable) counts = g_hash_table_new_full(NULL, NULL, NULL, g_free);

    (void)data;
    if (!sy_trace_file_each(file, count_record, counts)) {
        return false;
    }
    write_counts(out_fd, tracecmd_get_tep(file), counts);
    return true;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp((*(SyTraceEvent *const *)a)->name, (*(SyTraceEvent *const *)b)->name);
}

GPtrArray *sy_trace_count(const char *path, GError **error)
{
    g_autoptr(GByteArray) text = sy_trace_file_read(path, count_all, NULL, error);
    g_auto(GStrv) lines = NULL;
    GPtrArray *events;

    if (!text) {
        return NULL;
    }
    g_byte_array_append(text, (const guint8 *)"", 1);
    events = g_ptr_array_new_with_free_func((GDestroyNotify)sy_trace_event_free);
    lines = g_strsplit((const char *)text->data, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        char *blank = strrchr(lines[i], ' ');

        if (blank) {
            *blank = '\0';
            g_ptr_array_add(events,
                            sy_trace_event_new(lines[i], g_ascii_strtoull(blank + 1, NULL, 10)));
        }
    }
    g_ptr_array_sort(events, compare_names);
    return events;
}
