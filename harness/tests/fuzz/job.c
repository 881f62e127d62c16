/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Job files: each is either a job, which can be expanded, or an error. */
#include "run/matrix.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/workloads.h"

/* Sweeps multiply: more cases would only test how much memory there is. */
#define CASES_MAX 10000

static bool small_enough(const SyJob *job)
{
    double cases = 0;

    for (guint i = 0; i < job->sections->len; i++) {
        const SyJobSection *section = g_ptr_array_index(job->sections, i);
        double product = 1;

        for (guint k = 0; k < section->sweep->len; k++) {
            product *= g_strv_length(g_ptr_array_index(section->sweep, k));
        }
        cases += product;
    }
    return cases <= CASES_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    g_autoptr(GError) error = NULL;
    SyJob *job;

    if (!g_utf8_validate(text, -1, NULL)) {
        return 0; /* sy_job_load() refuses such text */
    }
    job = sy_job_parse("fuzz.ini", text, sy_workloads, &error);
    g_assert(!job == !!error);
    if (job) {
        g_ptr_array_add(jobs, job);
        plans = small_enough(job) ? sy_matrix_expand(jobs, NULL, 0, NULL) : NULL;
    }
    return 0;
}
