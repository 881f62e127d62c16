/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "result/json-text.h"

struct SyJournal {
    char *path;
    int fd;
    off_t end; /* behind the last complete entry */
};

static char *journal_path(const char *run_dir)
{
    return g_build_filename(run_dir, "journal.jsonl", NULL);
}

/* Without the journal there is no run, so this stops it. */
static void set_failed(GError **error, int errno_value, const char *what, const char *path)
{
    g_autoptr(GError) cause = NULL;

    sy_error_set_io(&cause, errno_value, what, path);
    g_set_error_literal(error, SY_ERROR, SY_ERROR_RUN_FOLDER, cause->message);
}

static SyJournal *journal_open(const char *run_dir, int flags, GError **error)
{
    g_autoptr(SyJournal) journal = g_new0(SyJournal, 1);

    journal->path = journal_path(run_dir);
    journal->fd = open(journal->path, flags | O_RDWR | O_CLOEXEC, 0600);
    if (journal->fd < 0) {
        set_failed(error, errno, "cannot open the journal", journal->path);
        return NULL;
    }
    if (flock(journal->fd, LOCK_EX | LOCK_NB) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: another steelyard is using this run; wait for it to end", journal->path);
        return NULL;
    }
    return g_steal_pointer(&journal);
}

SyJournal *sy_journal_create(const char *run_dir, guint cases, GError **error)
{
    g_autoptr(SyJournal) journal = journal_open(run_dir, O_CREAT | O_EXCL, error);

    if (!journal) {
        return NULL;
    }
    if (fallocate(journal->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)(cases + 8) * SY_JOURNAL_CASE_BYTES) <
            0 &&
        errno != EOPNOTSUPP && errno != ENOSYS) {
        set_failed(error, errno, "cannot reserve disk space for the journal", journal->path);
        return NULL;
    }
    return g_steal_pointer(&journal);
}

/*
 * Parses `text` (of `path`) into entries; `*whole` is the length of all complete lines. Only the
 * last line may be incomplete, because every append is synced.
 */
static GPtrArray *parse_entries(const char *path, const char *text, gsize *whole, GError **error)
{
    g_autoptr(GPtrArray) entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
    guint number = 1;

    *whole = 0;
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, number++) {
        g_autoptr(JsonNode) root = sy_json_parse(line, end - line, path, NULL);

        if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
            g_set_error(
                error, SY_ERROR, SY_ERROR_PROTOCOL,
                "%s:%u: not a JSON object; something else has damaged the journal: move the run "
                "away and start a new one",
                path, number);
            return NULL;
        }
        g_ptr_array_add(entries, json_object_ref(json_node_get_object(root)));
        *whole = (gsize)(end + 1 - text);
    }
    return g_steal_pointer(&entries);
}

static GPtrArray *read_entries(const char *path, gsize *whole, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) read_error = NULL;

    if (!g_file_get_contents(path, &text, NULL, &read_error)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read the journal: %s",
                    read_error->message);
        return NULL;
    }
    return parse_entries(path, text, whole, error);
}

GPtrArray *sy_journal_read(const char *run_dir, GError **error)
{
    g_autofree char *path = journal_path(run_dir);
    gsize whole;

    return read_entries(path, &whole, error);
}

SyJournal *sy_journal_open(const char *run_dir, GError **error)
{
    g_autoptr(SyJournal) journal = journal_open(run_dir, 0, error);
    g_autoptr(GPtrArray) entries = NULL;
    gsize whole = 0;

    if (!journal) {
        return NULL;
    }
    entries = read_entries(journal->path, &whole, error);
    if (!entries) {
        return NULL;
    }
    journal->end = (off_t)whole;
    return g_steal_pointer(&journal);
}

/*
 * Writes at our own position instead of with O_APPEND, so that the next entry overwrites a line
 * that a full disk left half-written. Truncating that line would give up the reserved space.
 */
bool sy_journal_append(SyJournal *journal, JsonObject *entry, GError **error)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), entry);
    g_autofree char *text = sy_json_text(node, SY_JSON_LINE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    gsize length = strlen(line), done = 0;

    json_object_unref(entry);
    while (done < length) {
        ssize_t n = pwrite(journal->fd, line + done, length - done, journal->end + (off_t)done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            set_failed(error, errno, "cannot write the journal", journal->path);
            return false;
        }
        done += (gsize)n;
    }
    if (fdatasync(journal->fd) < 0) {
        set_failed(error, errno, "cannot sync the journal", journal->path);
        return false;
    }
    journal->end += (off_t)length;
    return true;
}

void sy_journal_close(SyJournal *journal)
{
    if (!journal) {
        return;
    }
    if (journal->fd >= 0) {
        (void)!ftruncate(journal->fd, MAX(journal->end, 0));
        close(journal->fd);
    }
    g_free(journal->path);
    g_free(journal);
}
