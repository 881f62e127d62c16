/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/run-dir.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/fs.h"

#define JOB_NAME_MAX 80 /* bytes of the job's name that go into the id */
#define TRIES_MAX 1000  /* runs of one job that can start in one second */
#define LISTED_MAX 5    /* runs named in an error message */
#define STAMP_LENGTH 16 /* of "20261120T160800Z" */

static char *make_id(const char *job, GDateTime *started)
{
    g_autoptr(GDateTime) utc = g_date_time_to_utc(started);
    g_autofree char *stamp = g_date_time_format(utc, "%Y%m%dT%H%M%SZ");
    g_autofree char *name = g_strndup(job && *job ? job : "run", JOB_NAME_MAX);

    g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+-", '-');
    return g_strconcat(stamp, "-", name, NULL);
}

static bool make_folders(const char *path, GError **error)
{
    g_autofree char *logs = g_build_filename(path, "logs", NULL);
    g_autofree char *traces = g_build_filename(path, "traces", NULL);

    return sy_fs_private_dir(path, error) && sy_fs_private_dir(logs, error) &&
           sy_fs_private_dir(traces, error);
}

char *sy_run_dir_create_bare(const char *results, const char *job, GDateTime *started,
                             GError **error)
{
    g_autofree char *id = make_id(job, started);

    if (g_mkdir_with_parents(results, 0755) < 0) {
        sy_error_set_io(error, errno, "cannot make the folder", results);
        return NULL;
    }
    for (int i = 1; i <= TRIES_MAX; i++) {
        g_autofree char *name = i == 1 ? g_strdup(id) : g_strdup_printf("%s-%d", id, i);
        g_autofree char *path = g_build_filename(results, name, NULL);

        /* mkdir() decides: of two runs that start together only one gets the name. */
        if (g_mkdir(path, 0700) == 0) {
            return g_steal_pointer(&path);
        }
        if (errno != EEXIST) {
            sy_error_set_io(error, errno, "cannot make the folder", path);
            return NULL;
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_IO,
                "%s: there are already %d runs named %s; move some of them away", results,
                TRIES_MAX, id);
    return NULL;
}

char *sy_run_dir_create(const char *results, const char *job, GDateTime *started, GError **error)
{
    g_autofree char *path = sy_run_dir_create_bare(results, job, started, error);

    return path && make_folders(path, error) ? g_steal_pointer(&path) : NULL;
}

bool sy_run_dir_set_latest(const char *results, const char *run_dir, GError **error)
{
    g_autofree char *id = g_path_get_basename(run_dir);
    g_autofree char *link = g_build_filename(results, "latest", NULL);

    return sy_fs_symlink_atomic(id, link, error);
}

static bool has_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static bool is_run(const char *path)
{
    return has_file(path, SY_RUN_JOURNAL) || has_file(path, SY_RUN_RESULTS);
}

/* By start time; within a second by length first, so that "-10" follows "-9". */
static int newest_first(gconstpointer a, gconstpointer b)
{
    const char *left = *(const char *const *)a;
    const char *right = *(const char *const *)b;
    int order = strncmp(right, left, STAMP_LENGTH);

    if (order == 0 && strlen(left) != strlen(right)) {
        order = strlen(left) < strlen(right) ? 1 : -1;
    }
    return order ? order : strcmp(right, left);
}

GStrv sy_run_dir_list(const char *results)
{
    g_autoptr(GDir) dir = g_dir_open(results, 0, NULL);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(results, name, NULL);

        if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && is_run(path)) {
            g_ptr_array_add(ids, g_strdup(name));
        }
    }
    g_ptr_array_sort(ids, newest_first);
    g_ptr_array_add(ids, NULL);
    return (GStrv)g_ptr_array_steal(ids, NULL);
}

static void set_missing(const char *results, const char *name, GError **error)
{
    g_auto(GStrv) ids = sy_run_dir_list(results);
    guint count = g_strv_length(ids);
    g_autofree char *newest = NULL;

    if (count == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "no run '%s': there are no runs in %s yet; `make bench` makes one", name,
                    results);
        return;
    }
    if (count > LISTED_MAX) {
        g_clear_pointer(&ids[LISTED_MAX], g_free);
        for (guint i = LISTED_MAX + 1; i < count; i++) {
            g_clear_pointer(&ids[i], g_free);
        }
    }
    newest = g_strjoinv(", ", ids);
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "no run '%s' in %s; give a run folder or an id; %s: %s", name, results,
                count > LISTED_MAX ? "the newest are" : "there are", newest);
}

/* RESULTS/latest with the link resolved, or NULL. */
static char *find_latest(const char *results)
{
    g_autofree char *link = g_build_filename(results, "latest", NULL);
    g_autofree char *target = g_file_read_link(link, NULL);

    if (!target || !is_run(link)) {
        return NULL;
    }
    return g_path_is_absolute(target) ? g_steal_pointer(&target)
                                      : g_build_filename(results, target, NULL);
}

/* `name` as a path to a run folder, or to a file in one; or NULL. */
static char *find_path(const char *name)
{
    g_autofree char *parent = NULL;

    if (is_run(name)) {
        return g_strdup(name);
    }
    if (!g_file_test(name, G_FILE_TEST_IS_REGULAR)) {
        return NULL;
    }
    parent = g_path_get_dirname(name);
    return is_run(parent) ? g_steal_pointer(&parent) : NULL;
}

char *sy_run_dir_find(const char *results, const char *name, GError **error)
{
    g_autofree char *path = NULL;
    char *found = NULL;

    if (!name || strcmp(name, "latest") == 0) {
        name = "latest";
        found = find_latest(results);
    } else if (*name) {
        path = g_build_filename(results, name, NULL);
        found = !strchr(name, '/') && is_run(path) ? g_steal_pointer(&path) : find_path(name);
    }
    if (!found) {
        set_missing(results, name, error);
    }
    return found;
}
