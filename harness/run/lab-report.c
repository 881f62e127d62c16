/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/lab-report.h"

#include <unistd.h>

#include "base/fs.h"
#include "lab/inside.h"
#include "run/lab-event.h"

struct SyLabReport {
    char *run_dir;
    int lines;
    SyArchive *archive;
    GError *failure; /* the first one; after it nothing more is sent */
};

static void report_free(SyLabReport *report)
{
    close(report->lines);
    if (report->archive) {
        sy_archive_close(report->archive, NULL);
    }
    g_clear_error(&report->failure);
    g_free(report->run_dir);
    g_free(report);
}

static void send_event(SyLabReport *report, const SyLabEvent *event)
{
    if (!report->failure) {
        g_autofree char *line = sy_lab_event_text(event);

        sy_inside_send(report->lines, line, &report->failure);
    }
}

/* Sends RUN/`name`, then removes it. */
static void send_files(SyLabReport *report, const char *name)
{
    g_autofree char *path = g_build_filename(report->run_dir, name, NULL);

    if (!report->failure &&
        sy_archive_add(report->archive, report->run_dir, name, &report->failure)) {
        sy_fs_remove_tree(path);
    }
}

static void on_case_begin(const SyCasePlan *plan, guint index, gpointer data)
{
    (void)index;
    send_event(data, &(SyLabEvent){.kind = SY_LAB_BEGIN, .id = plan->id});
}

static void on_repetition(const SyCasePlan *plan, guint index, guint repetition, gpointer data)
{
    (void)index;
    send_event(data,
               &(SyLabEvent){.kind = SY_LAB_REPETITION, .id = plan->id, .repetition = repetition});
}

static void on_case_end(const SyCaseResult *result, guint index, gpointer data)
{
    (void)index;
    if (result->log_dir) {
        send_files(data, result->log_dir);
    }
    if (result->trace) {
        send_files(data, result->trace->file);
    }
    send_event(data, &(SyLabEvent){.kind = SY_LAB_CASE, .result = (SyCaseResult *)result});
}

SyLabReport *sy_lab_report_new(const char *run_dir, int lines, SyArchive *archive, GError **error)
{
    SyLabReport *report = g_new0(SyLabReport, 1);
    g_autoptr(SyHostFingerprint) host = sy_host_fingerprint_take();

    report->run_dir = g_strdup(run_dir);
    report->lines = lines;
    report->archive = archive;
    send_event(report, &(SyLabEvent){.kind = SY_LAB_HOST, .host = host});
    if (report->failure) {
        g_propagate_error(error, g_steal_pointer(&report->failure));
        report_free(report);
        return NULL;
    }
    return report;
}

SyLabReport *sy_lab_report_open(const char *run_dir, GError **error)
{
    int lines = sy_inside_open_lines(error);
    SyArchive *archive = NULL;

    if (lines < 0) {
        return NULL;
    }
    archive = sy_archive_open(SY_INSIDE_ARCHIVE, error);
    if (!archive) {
        close(lines);
        return NULL;
    }
    return sy_lab_report_new(run_dir, lines, archive, error);
}

SyRunObserver sy_lab_report_observer(SyLabReport *report)
{
    return (SyRunObserver){
        .case_begin = on_case_begin,
        .repetition = on_repetition,
        .case_end = on_case_end,
        .data = report,
    };
}

bool sy_lab_report_close(SyLabReport *report, int exit_code, const GError *stopped, GError **error)
{
    SyLabEvent event = {.kind = SY_LAB_END, .exit = exit_code};
    bool ok;

    if (stopped) {
        event = (SyLabEvent){.kind = SY_LAB_STOPPED, .message = stopped->message};
    }
    if (!report->failure) {
        sy_archive_close(g_steal_pointer(&report->archive), &report->failure);
    }
    send_event(report, &event);
    ok = report->failure == NULL;
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&report->failure));
    }
    report_free(report);
    return ok;
}
