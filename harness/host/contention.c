/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/contention.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/supervisor.h"
#include "host/proctree.h"

#define START_PATIENCE_NS (5 * SY_NS_PER_S)
#define STOP_PATIENCE_NS (5 * SY_NS_PER_S)
#define POLL_NS (10 * SY_NS_PER_MS)

/*
 * A worker that has used this much CPU time since it was first seen is past its start-up and at
 * work. Starting a program that then sleeps takes 1 to 3 ms on a slow machine.
 */
#define WORKING_NS ((guint64)(10 * SY_NS_PER_MS))

#define MAX_WORKERS 1024

struct SyContention {
    SySupervisor *supervisor;
    SyContentionConfig config; /* strings owned */
    char *description;
    char *scratch_path; /* made for stress-ng, removed at stop */
    char *log_path;
};

/*
 * Each stressor with fixed choices where stress-ng's default varies over time (`cpu` walks through
 * some 80 methods): a competitor that is the same in every second of every run.
 */
static const struct {
    const char *name;
    const char *extra[4];
} stressors[] = {
    {"cpu", {"--cpu-method", "int64", "--cpu-load", "100"}},
    {"fork", {"--fork-max", "1"}},
    {"io", {NULL}},
    {"timer", {"--timer-freq", "100000"}},
    {"vm", {"--vm-bytes", "64M", "--vm-method", "walk-0d"}},
};

static int find_stressor(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(stressors); i++) {
        if (strcmp(stressors[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool check_config(const SyContentionConfig *config, GError **error)
{
    cpu_set_t set;

    if (config->stressor && find_stressor(config->stressor) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "contention: unknown stressor \"%s\"; choose one of cpu, fork, io, timer, vm",
                    config->stressor);
        return false;
    }
    if (config->workers < 1 || config->workers > MAX_WORKERS) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "contention: %u workers; choose 1 to %d",
                    config->workers, MAX_WORKERS);
        return false;
    }
    if (!config->dir) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "contention: no folder for stress-ng's files");
        return false;
    }
    return !config->cpus || sy_cpulist_parse(config->cpus, &set, error);
}

/* The CPUs that the workers are pinned to: the list asked for, or where this thread may run. */
static char *effective_cpus(const char *cpus)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (!cpus && sched_getaffinity(0, sizeof(set), &set) == 0) {
        return sy_cpulist_format(&set);
    }
    return g_strdup(cpus ? cpus : "?");
}

static SyContention *contention_new(const SyContentionConfig *config)
{
    SyContention *contention = g_new0(SyContention, 1);

    contention->config.stressor = g_strdup(config->stressor ? config->stressor : "cpu");
    contention->config.workers = config->workers;
    contention->config.cpus = effective_cpus(config->cpus);
    contention->config.dir = g_strdup(config->dir);
    contention->description = g_strdup_printf("%u x stress-ng %s on CPUs %s", config->workers,
                                              contention->config.stressor, contention->config.cpus);
    contention->log_path = g_build_filename(config->dir, "stress-ng.log", NULL);
    contention->scratch_path = g_build_filename(config->dir, "stress-ng.tmp", NULL);
    return contention;
}

static GPtrArray *command_line(const SyContention *contention)
{
    int index = find_stressor(contention->config.stressor);
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup("stress-ng"));
    g_ptr_array_add(argv, g_strdup("--quiet"));
    g_ptr_array_add(argv, g_strdup_printf("--%s", contention->config.stressor));
    g_ptr_array_add(argv, g_strdup_printf("%u", contention->config.workers));
    for (gsize i = 0; i < G_N_ELEMENTS(stressors[0].extra) && stressors[index].extra[i]; i++) {
        g_ptr_array_add(argv, g_strdup(stressors[index].extra[i]));
    }
    g_ptr_array_add(argv, g_strdup("--timeout"));
    /* Until it is stopped. Not 0 ("for ever"): then `timer` ends after some ten thousand ticks. */
    g_ptr_array_add(argv, g_strdup("365d"));
    g_ptr_array_add(argv, g_strdup("--temp-path"));
    g_ptr_array_add(argv, g_strdup(contention->scratch_path));
    g_ptr_array_add(argv, NULL);
    return argv;
}

/* The last line of stress-ng's log, or NULL if it said nothing; the caller frees. */
static char *last_words(const SyContention *contention)
{
    g_autofree char *text = NULL;
    char *line;

    if (!g_file_get_contents(contention->log_path, &text, NULL, NULL)) {
        return NULL;
    }
    g_strchomp(text);
    line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    return *line ? g_strndup(line, 200) : NULL;
}

static void set_error_with_log(GError **error, int code, const SyContention *contention,
                               const char *what)
{
    g_autofree char *words = last_words(contention);

    g_set_error(error, SY_ERROR, code, "contention (%s): %s%s%s; log: %s", contention->description,
                what, words ? ": " : "", words ? words : "", contention->log_path);
}

/*
 * How many workers (children of stress-ng, each with helpers of its own below it) have consumed CPU
 * time since they were first seen. `first` remembers what each had used then.
 */
static guint count_working(const SyContention *contention, GHashTable *first)
{
    pid_t program = sy_supervisor_program(contention->supervisor);
    g_autoptr(GArray) tree = sy_proctree_below(program);
    guint working = 0;

    for (guint i = 0; i < tree->len; i++) {
        const SyProc *proc = &g_array_index(tree, SyProc, i);
        gpointer key = GINT_TO_POINTER(proc->pid);
        guint64 used, *before;

        if (proc->parent != program || proc->state == 'Z') {
            continue;
        }
        used = sy_proctree_cpu_ns(tree, proc->pid);
        before = g_hash_table_lookup(first, key);
        if (!before) {
            g_hash_table_insert(first, key, g_memdup2(&used, sizeof(used)));
        } else if (used >= *before + WORKING_NS) {
            working++;
        }
    }
    return working;
}

static bool wait_until_working(SyContention *contention, GError **error)
{
    g_autoptr(GHashTable) first = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    int64_t deadline_ns = sy_now_ns() + START_PATIENCE_NS;
    guint working;

    for (;;) {
        working = count_working(contention, first);
        if (working == contention->config.workers) {
            return true;
        }
        if (!sy_supervisor_alive(contention->supervisor)) {
            set_error_with_log(error, SY_ERROR_DIED, contention, "stress-ng ended by itself");
            return false;
        }
        if (sy_now_ns() >= deadline_ns) {
            break;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + POLL_NS, error)) {
            return false;
        }
    }
    g_autofree char *what =
        g_strdup_printf("%u of %u workers consume CPU time after %d s", working,
                        contention->config.workers, (int)(START_PATIENCE_NS / SY_NS_PER_S));
    set_error_with_log(error, SY_ERROR_TIMEOUT, contention, what);
    return false;
}

SyContention *sy_contention_start(const SyContentionConfig *config, GError **error)
{
    g_autoptr(SyContention) contention = NULL;
    g_autoptr(GPtrArray) argv = NULL;
    g_autoptr(GError) cause = NULL;
    SyChildOptions options = {0};

    if (!check_config(config, error)) {
        return NULL;
    }
    contention = contention_new(config);
    if (!sy_fs_private_dir(contention->scratch_path, error)) {
        return NULL;
    }
    argv = command_line(contention);
    options.cwd = contention->scratch_path;
    options.output_path = contention->log_path;
    options.cpus = config->cpus;
    contention->supervisor =
        sy_supervisor_spawn((const char *const *)argv->pdata, &options, &cause);
    if (!contention->supervisor) {
        if (g_error_matches(cause, SY_ERROR, SY_ERROR_UNAVAILABLE) &&
            !g_find_program_in_path("stress-ng")) {
            g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                        "contention: there is no stress-ng in PATH; `make deps` installs it");
        } else {
            g_propagate_prefixed_error(error, g_steal_pointer(&cause),
                                       "contention (%s): ", contention->description);
        }
        return NULL;
    }
    if (!wait_until_working(contention, error)) {
        return NULL;
    }
    return g_steal_pointer(&contention);
}

bool sy_contention_alive(SyContention *contention)
{
    return sy_supervisor_alive(contention->supervisor);
}

guint64 sy_contention_cpu_ns(const SyContention *contention)
{
    pid_t program = sy_supervisor_program(contention->supervisor);
    g_autoptr(GArray) tree = sy_proctree_below(sy_supervisor_pid(contention->supervisor));

    return sy_proctree_cpu_ns(tree, program);
}

const char *sy_contention_describe(const SyContention *contention)
{
    return contention->description;
}

bool sy_contention_stop(SyContention *contention, GError **error)
{
    bool ok = true;

    if (!contention) {
        return true;
    }
    if (contention->supervisor) {
        if (!sy_supervisor_alive(contention->supervisor)) {
            set_error_with_log(error, SY_ERROR_DIED, contention, "stress-ng had ended by itself");
            ok = false;
        }
        /* The supervisor ends only when nothing below it is left: that is the proof. */
        ok = sy_supervisor_end(contention->supervisor, STOP_PATIENCE_NS, ok ? error : NULL) && ok;
    }
    sy_fs_remove_tree(contention->scratch_path);
    g_free((char *)contention->config.stressor);
    g_free((char *)contention->config.cpus);
    g_free((char *)contention->config.dir);
    g_free(contention->description);
    g_free(contention->scratch_path);
    g_free(contention->log_path);
    g_free(contention);
    return ok;
}

void sy_contention_free(SyContention *contention)
{
    sy_contention_stop(contention, NULL);
}
