/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What query-phys-pages must refuse, and that a refusal does no harm: QEMU keeps answering, and the
 * guest's memory stays as it was.
 */
#include <string.h>

#include "base/error.h"
#include "run/case.h"
#include "vm/inspect.h"
#include "vm/phys-pages.h"
#include "workloads/pages/pattern-vm.h"

/* Arguments, and what QEMU's error message must contain. */
static const struct {
    const char *arguments;
    const char *words;
} refused[] = {
    {"{}", "'addr' is missing"},
    {"{\"num-pages\":1}", "'addr' is missing"},
    {"{\"addr\":4097}", "page-aligned"},
    {"{\"addr\":1,\"num-pages\":64}", "page-aligned"},
    {"{\"addr\":18446744073709551615}", "page-aligned"},
    {"{\"addr\":-1}", "page-aligned"},
    {"{\"addr\":\"4096\"}", "'addr'"},
    {"{\"addr\":4096.5}", "'addr'"},
    {"{\"addr\":18446744073709551616}", "'addr'"},
    {"{\"addr\":null}", "'addr'"},
    {"{\"addr\":[4096]}", "'addr'"},
    {"{\"addr\":4096,\"num-pages\":0}", "greater than zero"},
    {"{\"addr\":4096,\"num-pages\":65}", "limit of 64"},
    {"{\"addr\":4096,\"num-pages\":65535}", "limit of 64"},
    {"{\"addr\":4096,\"num-pages\":65536}", "'num-pages'"},
    {"{\"addr\":4096,\"num-pages\":-1}", "'num-pages'"},
    {"{\"addr\":4096,\"num-pages\":\"1\"}", "'num-pages'"},
    {"{\"addr\":4096,\"num-pages\":1.5}", "'num-pages'"},
    {"{\"addr\":18446744073709547520,\"num-pages\":2}", "address range overflow"},
    {"{\"addr\":18446744073709293568,\"num-pages\":64}", "address range overflow"},
    {"{\"addr\":4096,\"format\":\"hex\"}", "'format'"},
    {"{\"addr\":4096,\"format\":64}", "'format'"},
    {"{\"addr\":4096,\"pages\":1}", "'pages'"},
};

static bool errors_setup(SyCase *c, GError **error)
{
    PatternVm *p = g_new0(PatternVm, 1);

    c->state = p;
    return pattern_vm_start(p, c, true, error) &&
           sy_vm_has_command(p->vm, "query-phys-pages", error);
}

/* *right: whether these arguments were refused with that message. False with `error` if QEMU did
 * not answer at all. */
static bool is_refused(PatternVm *p, gsize i, bool *right, SyCase *c, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(JsonNode) reply = sy_qmp_execute_text(
        sy_vm_qmp(p->vm), "query-phys-pages", refused[i].arguments, SY_VM_QMP_TIMEOUT_NS, &local);

    if (!reply && !g_error_matches(local, SY_ERROR, SY_ERROR_PEER)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    *right =
        local && strstr(local->message, "GenericError") && strstr(local->message, refused[i].words);
    if (!*right) {
        sy_case_evidence(c, "%s: QEMU's answer was \"%s\", expected an error that contains \"%s\"",
                         refused[i].arguments, local ? local->message : "accepted",
                         refused[i].words);
    }
    return true;
}

static bool errors_measure(SyCase *c, GError **error)
{
    PatternVm *p = c->state;
    uint8_t bytes[SY_PHYS_PAGE_BYTES];
    guint64 wrong_words;
    guint wrong = 0, right_ones = 0;
    bool mapped;

    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        bool right;

        if (!is_refused(p, i, &right, c, error) ||
            !sy_phys_pages_read(sy_vm_qmp(p->vm), pattern_vm_own[0].base, 1, SY_PHYS_BASE64, bytes,
                                &mapped, error)) {
            return false;
        }
        wrong += !right;
        right_ones += right;
    }
    if (!pattern_vm_verify(p, &wrong_words, error) || !sy_vm_check(p->vm, error)) {
        return false;
    }
    sy_case_sample(c, "not_refused", wrong);
    sy_case_sample(c, "wrong_words", (double)wrong_words);
    sy_case_sample(c, "refused", right_ones);
    return true;
}

static void errors_teardown(SyCase *c)
{
    pattern_vm_stop(c->state);
    g_free(c->state);
}

static const SyParamSpec errors_params[] = {PATTERN_VM_PARAMS, {0}};

/* A gate of 0 would mean no gate. */
static const SyMetricSpec errors_metrics[] = {
    {.name = "not_refused",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "bad arguments that QEMU accepted, or refused with the wrong message"},
    {.name = "wrong_words",
     .unit = "words",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "8-byte words of its memory that the guest found changed afterwards"},
    {.name = "refused",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "bad arguments that QEMU refused with the right message"},
    {0},
};

const SyWorkload sy_workload_pages_errors = {
    .version = SY_WORKLOAD_VERSION,
    .name = "pages.errors",
    .summary = "whether query-phys-pages refuses bad arguments and leaves the guest alone",
    .groups = "pages",
    .requires_if = pattern_vm_requires_if,
    .params = errors_params,
    .metrics = errors_metrics,
    .setup = errors_setup,
    .measure = errors_measure,
    .teardown = errors_teardown,
};
