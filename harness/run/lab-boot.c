/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/lab-boot.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "judge/baseline-key.h"
#include "lab/archive.h"
#include "lab/inside.h"
#include "run/journal-entry.h"
#include "run/lab-event.h"
#include "run/placement.h"

#define TAIL_LINES 8 /* of the console, quoted in reasons */

typedef struct {
    const SyLabRun *lab;
    SyMachineMode mode;
    const GPtrArray *cases;
    SyLabOutcome *outcome;
    SyMachine *machine;
    char *dir;         /* folder of this boot */
    SyCasePlan *begun; /* the running case; NULL: none */
    int64_t begun_ns;
    bool noted;   /* run->lab has this boot */
    bool ended;   /* the run inside has reported its end */
    bool tail_in; /* the error is from machine.c, which quotes the console itself */
} Boot;

guint sy_lab_index(const SyLabRun *lab, const SyCasePlan *plan)
{
    guint index = 0;

    g_ptr_array_find((GPtrArray *)lab->plans, plan, &index);
    return index;
}

void sy_lab_outcome_clear(SyLabOutcome *outcome)
{
    g_clear_pointer(&outcome->failure, g_free);
    g_clear_pointer(&outcome->log_dir, g_free);
}

/* ---- results ---- */

static bool keep(const SyLabRun *lab, const SyCasePlan *plan, SyCaseResult *result, GError **error)
{
    guint index = sy_lab_index(lab, plan);

    result->index = index;
    if (!sy_journal_entry_keep(lab->run, result, lab->journal, error)) {
        return false;
    }
    if (lab->observer->case_end) {
        lab->observer->case_end(result, index, lab->observer->data);
    }
    return true;
}

bool sy_lab_keep_error(const SyLabRun *lab, const SyCasePlan *plan, const SyLabOutcome *outcome,
                       double duration_s, GError **error)
{
    SyCaseResult *result = sy_case_result_of_plan(plan);

    result->status = SY_STATUS_ERROR;
    result->reason = g_strdup(outcome->failure);
    result->log_dir = g_strdup(outcome->log_dir);
    result->duration_s = duration_s;
    return keep(lab, plan, result, error);
}

/* ---- events from inside ---- */

static SyCasePlan *find_case(const Boot *boot, const char *id)
{
    for (guint i = 0; i < boot->cases->len; i++) {
        SyCasePlan *plan = g_ptr_array_index(boot->cases, i);

        if (strcmp(plan->id, id) == 0) {
            return plan;
        }
    }
    return NULL;
}

static bool unexpected(const char *event, const char *id, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "unexpected '%s' for %s", event, id);
    return false;
}

static bool on_begin(Boot *boot, const char *id, GError **error)
{
    const SyRunObserver *observer = boot->lab->observer;
    SyCasePlan *plan = find_case(boot, id);

    if (!plan || boot->begun || sy_run_result_find(boot->lab->run, id)) {
        return unexpected("begin", id, error);
    }
    boot->begun = plan;
    boot->begun_ns = sy_now_ns();
    boot->outcome->began = true;
    if (observer->case_begin) {
        observer->case_begin(plan, sy_lab_index(boot->lab, plan), observer->data);
    }
    return true;
}

static bool on_repetition(Boot *boot, const SyLabEvent *event, GError **error)
{
    const SyRunObserver *observer = boot->lab->observer;

    if (!boot->begun || strcmp(boot->begun->id, event->id) != 0) {
        return unexpected("repetition", event->id, error);
    }
    if (observer->repetition) {
        observer->repetition(boot->begun, sy_lab_index(boot->lab, boot->begun), event->repetition,
                             observer->data);
    }
    return true;
}

/* True if the case has to be measured again in lab-exact, where this machine's noise has no
 * effect. */
static bool is_unsettled(const Boot *boot, const SyCasePlan *plan, const SyCaseResult *result)
{
    return boot->lab->setup->settle && boot->mode == SY_MACHINE_FAST &&
           sy_placement_is_open(plan, result);
}

static void place_again(const Boot *boot, SyCasePlan *plan, const SyCaseResult *result)
{
    const SyRunObserver *observer = boot->lab->observer;

    sy_placement_move_to_exact(plan, result);
    if (observer->case_again) {
        observer->case_again(result, sy_lab_index(boot->lab, plan), observer->data);
    }
}

static bool on_case(Boot *boot, SyLabEvent *event, GError **error)
{
    SyCasePlan *plan = boot->begun;
    SyCaseResult *result = event->result;

    if (!plan || strcmp(plan->id, result->id) != 0) {
        return unexpected("case", result->id, error);
    }
    /* Only the outside knows where the case ran, and why. */
    g_free(result->host_mode);
    g_free(result->host_why);
    result->host_mode = g_strdup(plan->host_mode);
    result->host_why = g_strdup(plan->host_why);
    boot->begun = NULL;
    if (is_unsettled(boot, plan, result)) {
        place_again(boot, plan, result);
        return true;
    }
    return keep(boot->lab, plan, g_steal_pointer(&event->result), error);
}

static bool on_event(Boot *boot, SyLabEvent *event, GError **error)
{
    switch (event->kind) {
    case SY_LAB_HOST:
        return true; /* note_boot() has it */
    case SY_LAB_BEGIN:
        return on_begin(boot, event->id, error);
    case SY_LAB_REPETITION:
        return on_repetition(boot, event, error);
    case SY_LAB_CASE:
        return on_case(boot, event, error);
    case SY_LAB_END:
        boot->ended = true;
        return true;
    case SY_LAB_STOPPED:
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "the run inside stopped: %s", event->message);
        return false;
    }
    return false;
}

/* ---- the machine ---- */

/* `text` with `word` instead of the folder of this boot, which differs from run to run. */
static char *without_dir(const Boot *boot, const char *text, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(text, boot->dir, -1);

    return g_strjoinv(word, parts);
}

/* The lab's command line without this machine's paths: "QEMU -accel tcg ... -kernel KERNEL ...". */
static char *canonical_command(const Boot *boot)
{
    const SyLabSetup *setup = boot->lab->setup;
    const struct {
        const char *path, *word;
    } table[] = {{boot->dir, "."},
                 {setup->emulator, "QEMU"},
                 {setup->kernel, "KERNEL"},
                 {setup->initrd, "INITRD"}};
    char *text = g_strdup(boot->lab->machine->cmdline(boot->machine));

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_auto(GStrv) parts = g_strsplit(text, table[i].path, -1);

        g_free(text);
        text = g_strjoinv(table[i].word, parts);
    }
    return text;
}

static const char *host_mode_of(SyMachineMode mode)
{
    return mode == SY_MACHINE_EXACT ? SY_HOST_MODE_LAB_EXACT : SY_HOST_MODE_LAB;
}

/* The request without faults and release, which belong to the QEMU under test. */
static char *canonical_request(const Boot *boot)
{
    SyRunRequest request = *boot->lab->request;

    request.faults = NULL;
    request.release = (char *)"";
    return sy_run_request_for_lab(&request, boot->cases, host_mode_of(boot->mode), SY_INSIDE_QEMU);
}

static void add_key(const Boot *boot, SyLabInfo *info)
{
    const GPtrArray *parts = boot->lab->setup->key_parts;
    g_autofree char *command = NULL, *request = NULL;

    if (!parts || boot->mode != SY_MACHINE_EXACT) {
        return;
    }
    command = canonical_command(boot);
    request = canonical_request(boot);
    for (guint i = 0; i < parts->len; i++) {
        const SyKeyPart *part = g_ptr_array_index(parts, i);

        g_ptr_array_add(info->key_parts, sy_key_part_new(part->name, part->sha256, part->what));
    }
    g_ptr_array_add(info->key_parts, sy_key_part_of_text("machine", command, NULL));
    g_ptr_array_add(info->key_parts, sy_key_part_of_text("job", request, NULL));
    info->baseline_key = sy_baseline_key(info->key_parts);
}

static SyLabInfo *describe(const Boot *boot)
{
    const SyLabSetup *setup = boot->lab->setup;
    SyLabInfo *info = sy_lab_info_new();

    info->mode = g_strdup(host_mode_of(boot->mode));
    info->kernel = g_strdup(setup->kernel_version);
    info->qemu = g_strdup(setup->emulator_version);
    info->image_sha256 = g_strdup(setup->image_sha256);
    info->command = without_dir(boot, boot->lab->machine->cmdline(boot->machine), ".");
    info->cpus = SY_MACHINE_CPUS;
    info->memory_mib = SY_MACHINE_MEMORY_MIB;
    add_key(boot, info);
    return info;
}

/* Adds this boot to run->lab, at its first event, which should be the lab's fingerprint; that of
 * the first boot counts for all. */
static bool note_boot(Boot *boot, SyLabEvent *event, GError **error)
{
    SyRunResult *run = boot->lab->run;
    double boot_s = boot->lab->machine->boot_s(boot->machine);

    if (boot->noted) {
        return true;
    }
    boot->noted = true;
    run->lab = run->lab ? run->lab : describe(boot);
    g_array_append_val(run->lab->boot_s, boot_s);
    if (!run->lab->host) {
        run->lab->host = g_steal_pointer(&event->host);
    }
    return sy_journal_entry_lab(run, boot->lab->journal, error);
}

/* RUN/logs/lab-N with the first free N. */
static guint choose_dir(Boot *boot)
{
    for (guint i = 1;; i++) {
        g_autofree char *log_dir = g_strdup_printf("logs/lab-%u", i);
        g_autofree char *dir = g_build_filename(boot->lab->env->run_dir, log_dir, NULL);

        if (!g_file_test(dir, G_FILE_TEST_EXISTS)) {
            boot->outcome->log_dir = g_steal_pointer(&log_dir);
            boot->dir = g_steal_pointer(&dir);
            return i;
        }
    }
}

static bool start(Boot *boot, GError **error)
{
    const SyLabSetup *setup = boot->lab->setup;
    g_autofree char *request = sy_run_request_for_lab(boot->lab->request, boot->cases,
                                                      host_mode_of(boot->mode), SY_INSIDE_QEMU);
    const SyMachineConfig config = {
        .mode = boot->mode,
        .cpus = SY_MACHINE_CPUS,
        .memory_mib = SY_MACHINE_MEMORY_MIB,
        .qemu = setup->emulator,
        .firmware = setup->firmware,
        .kernel = setup->kernel,
        .initrd = setup->initrd,
        .dir = boot->dir,
        .task = "job",
        .request = request,
        .silence_limit_s = setup->silence_limit_s,
    };

    boot->machine = boot->lab->machine->boot(&config, error);
    boot->tail_in = boot->machine == NULL;
    return boot->machine != NULL;
}

/* True if this boot still has to run `plan`, which may have been moved to another host mode. */
static bool is_missing(const Boot *boot, const SyCasePlan *plan)
{
    return strcmp(plan->host_mode, host_mode_of(boot->mode)) == 0 &&
           !sy_run_result_find(boot->lab->run, plan->id);
}

static guint unfinished(const Boot *boot)
{
    guint count = 0;

    for (guint i = 0; i < boot->cases->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(boot->cases, i);

        count += is_missing(boot, plan);
    }
    return count;
}

/* A regular end is not enough: a task that ran out of memory and was killed has one, too. */
static bool check_end(const Boot *boot, GError **error)
{
    if (unfinished(boot) == 0) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_DIED,
                boot->ended ? "the run inside ended with status %d before every case had a result"
                            : "the run inside ended unexpectedly with status %d",
                boot->lab->machine->status(boot->machine));
    return false;
}

static bool listen(Boot *boot, GError **error)
{
    for (;;) {
        g_autofree char *line = NULL;
        g_auto(SyLabEvent) event = {0};

        if (!boot->lab->machine->next(boot->machine, &line, error)) {
            boot->tail_in = true;
            return false;
        }
        if (!line) {
            return check_end(boot, error);
        }
        if (!sy_lab_event_parse(line, &event, error) || !note_boot(boot, &event, error) ||
            !on_event(boot, &event, error)) {
            return false;
        }
    }
}

/* ---- the end ---- */

/* The start of the reason: "the lab died: " ...; "" for messages of machine.c, which have one. */
static char *head(const GError *cause)
{
    static const struct {
        SyError kind;
        const char *how;
    } table[] = {
        {SY_ERROR_TIMEOUT, "hung"},
        {SY_ERROR_DIED, "died"},
        {SY_ERROR_PROTOCOL, "sent an invalid message"},
        {SY_ERROR_UNAVAILABLE, "cannot boot"},
    };
    const char *how = "failed";

    if (g_str_has_prefix(cause->message, "the lab ")) {
        return g_strdup("");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        how = g_error_matches(cause, SY_ERROR, (gint)table[i].kind) ? table[i].how : how;
    }
    return g_strdup_printf("the lab %s: ", how);
}

/* How the lab failed, one line, with the last lines of its console. */
static char *failure_text(const Boot *boot, const GError *cause)
{
    g_autofree char *begin = head(cause);
    g_autofree char *message = without_dir(boot, cause->message, boot->outcome->log_dir);
    g_autofree char *tail =
        boot->tail_in ? NULL : boot->lab->machine->console_tail(boot->machine, TAIL_LINES);
    g_autofree char *text =
        g_strconcat(begin, message, tail && *tail ? "; console: " : NULL, tail, NULL);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_strstrip(lines[i]);
    }
    return g_strjoinv(" | ", lines);
}

bool sy_lab_unpack(const SyRunEnv *env, const char *dir, GError **error)
{
    g_autofree char *archive = g_build_filename(dir, SY_MACHINE_ARCHIVE, NULL);

    if (!sy_archive_unpack(archive, env->run_dir, NULL, error)) {
        return false;
    }
    unlink(archive);
    return true;
}

/* The seconds that the running case has taken; 0 in exact mode, whose results must not contain this
 * machine's time. */
static double spent_s(const Boot *boot)
{
    return boot->mode == SY_MACHINE_EXACT ? 0
                                          : (double)(sy_now_ns() - boot->begun_ns) / SY_NS_PER_S;
}

/* Finishes after the lab has ended with `cause`; NULL: without an error. */
static bool conclude(Boot *boot, const GError *cause, GError **error)
{
    /* If the run stops anyway, its own message is more useful than one about the archive. */
    if (cause && sy_runner_must_stop(cause)) {
        sy_lab_unpack(boot->lab->env, boot->dir, NULL);
        g_propagate_error(error, g_error_copy(cause));
        return false;
    }
    if (boot->begun &&
        !sy_lab_keep_error(boot->lab, boot->begun, boot->outcome, spent_s(boot), error)) {
        return false;
    }
    return sy_lab_unpack(boot->lab->env, boot->dir, error);
}

bool sy_lab_boot(const SyLabRun *lab, SyMachineMode mode, const GPtrArray *cases,
                 SyLabOutcome *outcome, GError **error)
{
    Boot boot = {.lab = lab, .mode = mode, .cases = cases, .outcome = outcome};
    g_autoptr(GError) cause = NULL;
    const SyRunObserver *observer = lab->observer;
    guint number = choose_dir(&boot);
    bool ok;

    if (observer->lab_boot) {
        observer->lab_boot(host_mode_of(mode), number, cases->len, observer->data);
    }
    if (!start(&boot, &cause) || !listen(&boot, &cause)) {
        sy_runner_blame(lab->env, &cause);
        outcome->failure = failure_text(&boot, cause);
    }
    lab->machine->end(boot.machine);
    ok = conclude(&boot, cause, error);
    g_free(boot.dir);
    return ok;
}
