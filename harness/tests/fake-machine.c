/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake-machine.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "lab/archive.h"
#include "run/lab-event.h"
#include "tests/check.h"

/* Stands where a SyMachine would. */
typedef struct {
    GStrv steps;
    guint next;
    int status;
    char *cmdline;
    char *dir;
    SyArchive *archive;
} Fake;

static const char *const *scripts;
static GPtrArray *boots;
static guint ended;

static void fake_boot_free(gpointer data)
{
    FakeBoot *boot = data;

    g_free(boot->request);
    g_free(boot->dir);
    g_free(boot->task);
    g_free(boot);
}

void fake_machine_clear(void)
{
    g_clear_pointer(&boots, g_ptr_array_unref);
    ended = 0;
    scripts = NULL;
}

void fake_machine_script(const char *const *new_scripts)
{
    fake_machine_clear();
    boots = g_ptr_array_new_with_free_func(fake_boot_free);
    scripts = new_scripts;
}

const GPtrArray *fake_machine_boots(void)
{
    return boots;
}

guint fake_machine_ended(void)
{
    return ended;
}

static SyMachine *fake_boot(const SyMachineConfig *config, GError **error)
{
    FakeBoot *boot = g_new0(FakeBoot, 1);
    Fake *fake;

    cr_assert_not_null(*scripts, "boot %u was not expected", boots->len + 1);
    boot->mode = config->mode;
    boot->cpus = config->cpus;
    boot->request = g_strdup(config->request);
    boot->dir = g_strdup(config->dir);
    boot->task = g_strdup(config->task);
    boot->silence_limit_s = config->silence_limit_s;
    g_ptr_array_add(boots, boot);
    cr_assert_not(g_file_test(config->dir, G_FILE_TEST_EXISTS), "%s was used before", config->dir);
    cr_assert(sy_fs_private_dir(config->dir, NULL));
    if (strcmp(*scripts, "refuse") == 0) {
        scripts++;
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "no emulator here; build one");
        return NULL;
    }
    fake = g_new0(Fake, 1);
    fake->steps = g_strsplit(*scripts++, " ", -1);
    fake->status = -1;
    fake->dir = g_strdup(config->dir);
    fake->cmdline =
        g_strdup_printf("%s -serial file:%s/console.log -m 2048", config->qemu, config->dir);
    return (SyMachine *)fake;
}

/* What a workload of the test's would have measured: one sample of `name`, held unless the case
 * fails. */
static char *case_line(const char *id, const char *name, SyStatus status, const char *reason)
{
    g_autofree char *workload = g_strndup(id, strcspn(id, "/"));
    g_autoptr(SyCaseResult) result = sy_case_result_new(id, workload);
    SyMetric *metric = sy_metric_new(name, "%", SY_BETTER_TARGET);
    const double sample = 0.25;

    g_array_append_val(metric->samples, sample);
    g_ptr_array_add(result->metrics, metric);
    metric->verdict = status == SY_STATUS_FAIL ? SY_VERDICT_FAIL : SY_VERDICT_PASS;
    result->status = status;
    result->reason = g_strdup(reason);
    result->host_mode = g_strdup("somewhere");
    result->duration_s = 1.5;
    result->log_dir = g_strdup_printf("logs/%s", workload);
    return sy_lab_event_text(&(SyLabEvent){.kind = SY_LAB_CASE, .result = result});
}

static char *line_of(const char *verb, char *argument)
{
    SyHostFingerprint host = {.kernel = (char *)"6.12-lab", .cpus = 2};

    if (strcmp(verb, "host") == 0) {
        return sy_lab_event_text(&(SyLabEvent){.kind = SY_LAB_HOST, .host = &host});
    }
    if (strcmp(verb, "begin") == 0) {
        return sy_lab_event_text(&(SyLabEvent){.kind = SY_LAB_BEGIN, .id = argument});
    }
    if (strcmp(verb, "rep") == 0) {
        return sy_lab_event_text(
            &(SyLabEvent){.kind = SY_LAB_REPETITION, .id = argument, .repetition = 2});
    }
    if (strcmp(verb, "case") == 0) {
        return case_line(argument, "figure", SY_STATUS_PASS, NULL);
    }
    if (strcmp(verb, "wrong") == 0) {
        return case_line(argument, "figure", SY_STATUS_FAIL, "two bytes are wrong");
    }
    if (strcmp(verb, "late") == 0) {
        return case_line(argument, "took", SY_STATUS_FAIL, "took 6 us");
    }
    if (strcmp(verb, "unsure") == 0) {
        return case_line(argument, "figure", SY_STATUS_INCONCLUSIVE, "the witnesses disagree");
    }
    if (strcmp(verb, "end") == 0) {
        return sy_lab_event_text(&(SyLabEvent){.kind = SY_LAB_END});
    }
    if (strcmp(verb, "stopped") == 0) {
        return sy_lab_event_text(
            &(SyLabEvent){.kind = SY_LAB_STOPPED, .message = (char *)"no room"});
    }
    cr_assert_str_eq(verb, "raw");
    return g_strdup(argument);
}

static bool fail(const char *verb, GError **error)
{
    static const struct {
        const char *verb;
        SyError kind;
        const char *message;
    } table[] = {
        {"die", SY_ERROR_DIED, "the lab died of a kernel panic: sysrq; console: Kernel panic"},
        {"hang", SY_ERROR_TIMEOUT, "the lab has been silent for 20 s; console: last words"},
        {"cancel", SY_ERROR_CANCELLED, "interrupted by SIGINT"},
        {"io", SY_ERROR_IO, "cannot read events.log"},
        {"full", SY_ERROR_DIED, "the lab died: and no file may grow any more"},
    };

    if (strcmp(verb, "full") == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, RLIM_INFINITY});
    }

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i].verb, verb) == 0) {
            g_set_error(error, SY_ERROR, (gint)table[i].kind, "%s", table[i].message);
            return true;
        }
    }
    return false;
}

static void send_file(Fake *fake, const char *name)
{
    char *base = check_folder();
    g_autofree char *inner = g_build_filename("logs", name, NULL);
    g_autofree char *folder = g_build_filename(base, inner, NULL);
    g_autofree char *file = g_build_filename(folder, "out", NULL);

    if (!fake->archive) {
        g_autofree char *path = g_build_filename(fake->dir, "archive.tar", NULL);

        fake->archive = sy_archive_open(path, NULL);
    }
    cr_assert(sy_fs_private_dir(folder, NULL));
    cr_assert(g_file_set_contents(file, name, -1, NULL));
    cr_assert(sy_archive_add(fake->archive, base, inner, NULL));
    check_folder_remove(base);
}

static bool fake_next(SyMachine *machine, char **line, GError **error)
{
    Fake *fake = (Fake *)machine;
    const char *step = fake->steps[fake->next++];
    g_autofree char *verb = NULL;
    char *argument;

    cr_assert_not_null(step, "it was listened to after its end");
    argument = strchr(step, ':') ? strchr(step, ':') + 1 : (char *)"";
    verb = g_strndup(step, strcspn(step, ":"));
    *line = NULL;
    if (fail(verb, error)) {
        return false;
    }
    if (strcmp(verb, "send") == 0) {
        send_file(fake, argument);
        return fake_next(machine, line, error);
    }
    if (strcmp(verb, "bye") == 0) {
        fake->status = (int)g_ascii_strtoll(argument, NULL, 10);
    } else {
        *line = line_of(verb, argument);
    }
    return true;
}

static int fake_status(const SyMachine *machine)
{
    return ((const Fake *)machine)->status;
}

static double fake_boot_s(const SyMachine *machine)
{
    (void)machine;
    return 1.25;
}

static const char *fake_cmdline(const SyMachine *machine)
{
    return ((const Fake *)machine)->cmdline;
}

static char *fake_console_tail(const SyMachine *machine, guint lines)
{
    (void)machine;
    cr_assert_gt(lines, 2);
    return g_strdup("first words\r\nlast words\n");
}

static void fake_end(SyMachine *machine)
{
    Fake *fake = (Fake *)machine;

    if (fake) {
        ended++;
        g_strfreev(fake->steps);
        g_free(fake->cmdline);
        g_free(fake->dir);
        sy_archive_close(fake->archive, NULL);
        g_free(fake);
    }
}

const SyLabMachine fake_machine = {
    .boot = fake_boot,
    .next = fake_next,
    .status = fake_status,
    .boot_s = fake_boot_s,
    .cmdline = fake_cmdline,
    .console_tail = fake_console_tail,
    .end = fake_end,
};
