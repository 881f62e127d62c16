/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/tuning.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "host/steal.h"

#define NOTE_FILE "/run/steelyard-tuning.ini"
#define NOTE_GROUP "settings"
#define WATCH_NS (200 * SY_NS_PER_MS)
#define STEAL_LIMIT_PCT 1.0

/* A setting that is one file, or one file per CPU. */
typedef struct {
    const char *name, *summary;
    const char *glob; /* its files */
    const char *good; /* good values, separated by blanks; NULL: any but an empty one */
    const char *set;  /* the value to set; NULL: doctor does not set it */
    const char *remedy;
} Setting;

static const Setting settings[] = {
    {"governor", "frequency governor: any but `performance` changes the clock with the load",
     "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", "performance", "performance",
     "steelyard doctor --apply, or cpupower frequency-set -g performance"},
    {"turbo-intel",
     "turbo: the clock depends on the load of the other cores, and on the temperature",
     "/sys/devices/system/cpu/intel_pstate/no_turbo", "1", "1", "steelyard doctor --apply"},
    {"turbo", "boost: the clock depends on the load of the other cores, and on the temperature",
     "/sys/devices/system/cpu/cpufreq/boost", "0", "0", "steelyard doctor --apply"},
    {"smt", "hyper-threads share a core: a busy one takes about half of it from the other",
     "/sys/devices/system/cpu/smt/active", "0", NULL,
     "echo off >/sys/devices/system/cpu/smt/control, or boot with nosmt; either changes the host's "
     "fingerprint"},
    {"thp", "transparent huge pages: with `always` the kernel may move pages at any time",
     "/sys/kernel/mm/transparent_hugepage/enabled", "madvise never", "madvise",
     "steelyard doctor --apply"},
    {"halt-poll", "KVM polls before a halted vCPU sleeps, which takes CPU time that no guest uses",
     "/sys/module/kvm/parameters/halt_poll_ns", "0", "0", "steelyard doctor --apply"},
    {"isolated-cpus", "CPUs kept free of other tasks", "/sys/devices/system/cpu/isolated", NULL,
     NULL, "boot with isolcpus= or make a cpuset, and name those CPUs in the job's `pin`"},
};

/* The files in ROOT that match `pattern`, sorted; empty if there are none. The caller frees. */
static GStrv files_of(const char *root, const char *pattern)
{
    g_autofree char *whole = g_strconcat(root, pattern, NULL);
    g_autoptr(GStrvBuilder) files = g_strv_builder_new();
    glob_t found;

    if (glob(whole, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            g_strv_builder_add(files, found.gl_pathv[i]);
        }
        globfree(&found);
    }
    return g_strv_builder_end(files);
}

/* The value in `path`: its text, or the chosen word of a choice like "always [madvise] never". NULL
 * if it cannot be read; the caller frees. */
static char *read_value(const char *path)
{
    g_autofree char *text = NULL;
    char *open, *close;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return NULL;
    }
    g_strstrip(text);
    open = strchr(text, '[');
    close = open ? strchr(open, ']') : NULL;
    return close ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_steal_pointer(&text);
}

static bool is_good(const Setting *s, const char *value)
{
    g_auto(GStrv) good = s->good ? g_strsplit(s->good, " ", -1) : NULL;

    return good ? g_strv_contains((const char *const *)good, value) : *value != '\0';
}

static SyTuning *tuning_new(const char *name, const char *summary)
{
    SyTuning *t = g_new0(SyTuning, 1);

    t->name = name;
    t->summary = summary;
    t->state = SY_TUNING_ABSENT;
    return t;
}

static void tuning_free(gpointer data)
{
    SyTuning *t = data;

    g_free(t->evidence);
    g_free(t);
}

static SyTuning *check_setting(const char *root, const Setting *s)
{
    g_auto(GStrv) files = files_of(root, s->glob);
    SyTuning *t = tuning_new(s->name, s->summary);

    for (char **file = files; *file && t->state != SY_TUNING_POOR; file++) {
        g_autofree char *value = read_value(*file);

        if (value) {
            t->state = is_good(s, value) ? SY_TUNING_GOOD : SY_TUNING_POOR;
            g_free(t->evidence);
            t->evidence =
                g_strdup_printf("%s is %s", *file + strlen(root), *value ? value : "empty");
        }
    }
    if (t->state == SY_TUNING_ABSENT) {
        t->evidence = g_strdup_printf("this host has no %s", s->glob);
    }
    t->settable = s->set != NULL;
    t->remedy = t->state == SY_TUNING_POOR ? s->remedy : NULL;
    return t;
}

/* Which CPU vulnerabilities the kernel works around, which slows every exit and switch. */
static SyTuning *check_mitigations(const char *root)
{
    g_auto(GStrv) files = files_of(root, "/sys/devices/system/cpu/vulnerabilities/*");
    SyTuning *t =
        tuning_new("mitigations", "work-arounds for CPU bugs slow every exit and context switch");
    GString *names = g_string_new(NULL);

    for (char **file = files; *file; file++) {
        g_autofree char *value = read_value(*file), *name = g_path_get_basename(*file);

        if (value && g_str_has_prefix(value, "Mitigation")) {
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", name);
        }
    }
    if (*files) {
        t->state = names->len ? SY_TUNING_POOR : SY_TUNING_GOOD;
    }
    t->evidence = names->len ? g_strdup_printf("the kernel mitigates %s", names->str)
                             : g_strdup(*files ? "the kernel mitigates nothing"
                                               : "the kernel does not list them");
    t->remedy = names->len ? "boot with mitigations=off if this host runs nothing else; or compare "
                             "only hosts with the same mitigations"
                           : NULL;
    g_string_free(names, TRUE);
    return t;
}

/* An isolated CPU that takes device interrupts is not isolated from them. */
static SyTuning *check_irqs(const char *root)
{
    g_autofree char *path = g_strconcat(root, "/sys/devices/system/cpu/isolated", NULL);
    g_autofree char *isolated = read_value(path);
    g_auto(GStrv) files = files_of(root, "/proc/irq/[0-9]*/effective_affinity_list");
    SyTuning *t = tuning_new("irq-affinity", "device interrupts disturb isolated CPUs");
    guint on = 0;

    if (!isolated || !*isolated || !*files) {
        t->evidence = g_strdup("no CPU is isolated, or no IRQ shows its affinity");
        return t;
    }
    for (char **file = files; *file; file++) {
        g_autofree char *cpus = read_value(*file);

        on += cpus && strcmp(cpus, isolated) == 0;
    }
    t->state = on ? SY_TUNING_POOR : SY_TUNING_GOOD;
    t->evidence = g_strdup_printf("%u of %u IRQs go to CPU %s", on, g_strv_length(files), isolated);
    t->remedy = on ? "stop irqbalance, and move them by /proc/irq/N/smp_affinity_list" : NULL;
    return t;
}

static bool read_steal(const char *root, uint64_t *ticks)
{
    g_autofree char *path = g_strconcat(root, "/proc/stat", NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && sy_steal_parse(text, ticks);
}

static SyTuning *check_steal(const char *root)
{
    SyTuning *t = tuning_new("steal", "CPU time that a hypervisor takes from this host");
    double watched =
        (double)WATCH_NS / SY_NS_PER_S * (double)sysconf(_SC_CLK_TCK) * g_get_num_processors();
    uint64_t before, after;
    double pct;

    if (!read_steal(root, &before) || !sy_sleep_until_ns(sy_now_ns() + WATCH_NS, NULL) ||
        !read_steal(root, &after)) {
        t->evidence = g_strdup("/proc/stat does not show it");
        return t;
    }
    pct = 100 * (double)(after - before) / watched;
    t->state = pct > STEAL_LIMIT_PCT ? SY_TUNING_POOR : SY_TUNING_GOOD;
    t->evidence = g_strdup_printf("%.1f %% of the CPU time in the last 0.2 s", pct);
    t->remedy = t->state == SY_TUNING_POOR ? "use bare metal, or --host lab-exact" : NULL;
    return t;
}

GPtrArray *sy_tuning_check(const char *root)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(tuning_free);

    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_ptr_array_add(all, check_setting(root, &settings[i]));
    }
    g_ptr_array_add(all, check_irqs(root));
    g_ptr_array_add(all, check_mitigations(root));
    g_ptr_array_add(all, check_steal(root));
    return all;
}

/* ---- setting ---- */

/* Opens a file of sysfs to write it in place. -1 with an error. */
static int open_value(const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot set", path);
    }
    return fd;
}

/* Writes `value` in one call, as sysfs requires. Closes `fd`. */
static bool write_value(int fd, const char *path, const char *value, GError **error)
{
    /* The files of tests are truncated; sysfs refuses that. */
    bool ok = (ftruncate(fd, 0) == 0 || errno == EINVAL || errno == EPERM) &&
              write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    int saved_errno = errno;

    close(fd);
    if (!ok) {
        sy_error_set_io(error, saved_errno, "cannot set", path);
    }
    return ok;
}

static GKeyFile *read_notes(const char *path)
{
    GKeyFile *notes = g_key_file_new();

    g_key_file_load_from_file(notes, path, G_KEY_FILE_NONE, NULL);
    return notes;
}

static bool write_notes(GKeyFile *notes, const char *path, GError **error)
{
    g_autofree char *text = g_key_file_to_data(notes, NULL, NULL);

    return sy_fs_write_atomic(path, text, -1, error);
}

/* Saves the value of `file`, unless one is saved, and sets it. What cannot be set is not saved. */
static bool set_file(const Setting *s, const char *root, const char *file, GKeyFile *notes,
                     const char *note_path, GString *changes, GError **error)
{
    const char *key = file + strlen(root);
    g_autofree char *value = read_value(file);
    int fd;

    if (!value || is_good(s, value)) {
        return true;
    }
    fd = open_value(file, error);
    if (fd < 0) {
        return false;
    }
    if (!g_key_file_has_key(notes, NOTE_GROUP, key, NULL)) {
        g_key_file_set_string(notes, NOTE_GROUP, key, value);
        if (!write_notes(notes, note_path, error)) {
            close(fd);
            return false;
        }
    }
    if (!write_value(fd, file, s->set, error)) {
        return false;
    }
    g_string_append_printf(changes, "%s: %s -> %s\n", key, value, s->set);
    return true;
}

/* Keeps the first of several errors. */
static void keep_first(GError **first, GError *error)
{
    if (*first) {
        g_error_free(error);
    } else {
        *first = error;
    }
}

static bool done(GError *first, GError **error)
{
    if (first) {
        g_propagate_error(error, first);
    }
    return !first;
}

bool sy_tuning_apply(const char *root, GString *changes, GError **error)
{
    g_autofree char *note_path = g_strconcat(root, NOTE_FILE, NULL);
    g_autoptr(GKeyFile) notes = read_notes(note_path);
    GError *first = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_auto(GStrv) files = settings[i].set ? files_of(root, settings[i].glob) : NULL;

        for (char **file = files; file && *file; file++) {
            GError *why = NULL;

            if (!set_file(&settings[i], root, *file, notes, note_path, changes, &why)) {
                keep_first(&first, why);
            }
        }
    }
    return done(first, error);
}

/* Restores `key`, unless it has that value already. */
static bool restore_file(const char *root, const char *key, const char *value, GString *changes,
                         GError **error)
{
    g_autofree char *path = g_strconcat(root, key, NULL);
    g_autofree char *now = read_value(path);
    int fd;

    if (g_strcmp0(now, value) == 0) {
        return true;
    }
    fd = open_value(path, error);
    if (fd < 0 || !write_value(fd, path, value, error)) {
        return false;
    }
    g_string_append_printf(changes, "%s: %s -> %s\n", key, now ? now : "?", value);
    return true;
}

bool sy_tuning_restore(const char *root, GString *changes, GError **error)
{
    g_autofree char *note_path = g_strconcat(root, NOTE_FILE, NULL);
    g_autoptr(GKeyFile) notes = read_notes(note_path);
    g_auto(GStrv) keys = g_key_file_get_keys(notes, NOTE_GROUP, NULL, NULL);
    GError *first = NULL;

    if (!keys) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "nothing to restore: %s holds no settings (a reboot restores them as well)",
                    note_path);
        return false;
    }
    for (char **key = keys; *key; key++) {
        g_autofree char *value = g_key_file_get_string(notes, NOTE_GROUP, *key, NULL);
        GError *why = NULL;

        if (!restore_file(root, *key, value, changes, &why)) {
            keep_first(&first, why);
        }
    }
    if (!first && unlink(note_path) < 0) {
        sy_error_set_io(&first, errno, "cannot remove", note_path);
    }
    return done(first, error);
}
