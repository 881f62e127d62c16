/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/lab-run.h"

#include <string.h>

#include "base/cancel.h"
#include "base/error.h"
#include "result/host-mode.h"
#include "run/lab-boot.h"

/* After this many boots in a row in which no case began, the remaining cases are given up. */
#define FRUITLESS_BOOTS_MAX 2

static const SyLabMachine real_machine = {
    .boot = sy_machine_boot,
    .next = sy_machine_next,
    .status = sy_machine_status,
    .boot_s = sy_machine_boot_s,
    .cmdline = sy_machine_cmdline,
    .console_tail = sy_machine_console_tail,
    .end = sy_machine_end,
};

static SyMachineMode mode_of(const SyCasePlan *plan)
{
    return strcmp(plan->host_mode, SY_HOST_MODE_LAB_EXACT) == 0 ? SY_MACHINE_EXACT
                                                                : SY_MACHINE_FAST;
}

/* The cases that have yet to run in the lab, as far as they have the host mode of the first one.
 * The plans are borrowed. */
static GPtrArray *unfinished(const SyLabRun *lab)
{
    GPtrArray *cases = g_ptr_array_new();

    for (guint i = 0; i < lab->plans->len; i++) {
        SyCasePlan *plan = g_ptr_array_index(lab->plans, i);

        if (sy_host_mode_is_lab(plan->host_mode) && !sy_run_result_find(lab->run, plan->id) &&
            (cases->len == 0 || mode_of(plan) == mode_of(g_ptr_array_index(cases, 0)))) {
            g_ptr_array_add(cases, plan);
        }
    }
    return cases;
}

static bool give_up(const SyLabRun *lab, const GPtrArray *cases, const SyLabOutcome *outcome,
                    GError **error)
{
    for (guint i = 0; i < cases->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(cases, i);

        if (lab->observer->case_begin) {
            lab->observer->case_begin(plan, sy_lab_index(lab, plan), lab->observer->data);
        }
        if (!sy_lab_keep_error(lab, plan, outcome, 0, error)) {
            return false;
        }
    }
    return true;
}

/* Unpacks archives that a killed steelyard had received but not unpacked. */
static bool salvage(const SyRunEnv *env, GError **error)
{
    for (guint i = 1;; i++) {
        g_autofree char *dir = g_strdup_printf("%s/logs/lab-%u", env->run_dir, i);

        if (!g_file_test(dir, G_FILE_TEST_IS_DIR)) {
            return true;
        }
        if (!sy_lab_unpack(env, dir, error)) {
            return false;
        }
    }
}

/* One run must not mix results of two images. */
static bool same_image(const SyRunResult *run, const SyLabSetup *setup, GError **error)
{
    if (run->lab && g_strcmp0(run->lab->image_sha256, setup->image_sha256) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "run %s began with another lab image (%.12s, now %.12s), because "
                    "steelyard, QEMU or the lab's kernel changed; start a new run",
                    run->id, run->lab->image_sha256 ? run->lab->image_sha256 : "unknown",
                    setup->image_sha256 ? setup->image_sha256 : "unknown");
        return false;
    }
    return true;
}

bool sy_lab_run(const GPtrArray *plans, const SyRunEnv *env, const SyLabSetup *setup,
                const SyRunRequest *request, SyRunResult *run, SyJournal *journal,
                const SyRunObserver *observer, GError **error)
{
    const SyLabRun lab = {
        .plans = plans,
        .env = env,
        .setup = setup,
        .request = request,
        .run = run,
        .journal = journal,
        .observer = observer,
        .machine = setup->machine ? setup->machine : &real_machine,
    };

    if (!same_image(run, setup, error) || !salvage(env, error)) {
        return false;
    }
    for (guint fruitless = 0;;) {
        g_autoptr(GPtrArray) cases = unfinished(&lab);
        g_auto(SyLabOutcome) outcome = {0};

        if (cases->len == 0) {
            return true;
        }
        if (sy_cancelled(error) ||
            !sy_lab_boot(&lab, mode_of(g_ptr_array_index(cases, 0)), cases, &outcome, error)) {
            return false;
        }
        fruitless = outcome.began ? 0 : fruitless + 1;
        if (fruitless == FRUITLESS_BOOTS_MAX) {
            fruitless = 0;
            if (!give_up(&lab, cases, &outcome, error)) {
                return false;
            }
        }
    }
}
