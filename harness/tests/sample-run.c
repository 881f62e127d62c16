/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/sample-run.h"

#include <string.h>

#include "judge/baseline-key.h"
#include "judge/verdict.h"
#include "result/comparison.h"

static SyMetric *add_metric(SyCaseResult *result, const char *name, const char *unit,
                            SyBetter better, double limit, guint count, const double *samples)
{
    SyMetric *metric = sy_metric_new(name, unit, better);

    metric->gate = (SyGate){.bounds_samples = limit != 0, .limit = limit};
    g_array_append_vals(metric->samples, samples, count);
    if (count) {
        /* Sorted by hand: the fixtures have one or three samples, the second is the median. */
        metric->median = samples[count / 2];
    }
    if (count > 1) {
        metric->ci95[0] = samples[0];
        metric->ci95[1] = samples[count - 1];
    }
    sy_metric_judge(metric, count);
    g_ptr_array_add(result->metrics, metric);
    return metric;
}

SyCaseResult *sample_case(const char *id, SyStatus status, guint count, const double *samples)
{
    SyCaseResult *result = sy_case_result_new(id, "throttle.share");

    result->status = status;
    result->host_mode = g_strdup("native");
    result->duration_s = 6.25;
    add_metric(result, "share_error_pct", "%", SY_BETTER_TARGET, 5, count, samples);
    return result;
}

static void add_throttle(SyRunResult *run, const char *ratio, const char *load, SyStatus status,
                         const char *reason, guint count, double low, double mid, double high)
{
    const double samples[] = {low, mid, high};
    const double delays[] = {low * low + 0.4, mid * mid + 1.1, high * high + 2.3};
    const double counts[] = {7.1e8 + 1e7 * low, 7.2e8, 7.3e8 + 1e7 * high};
    g_autofree char *id =
        g_strdup_printf("throttle.share/ratio_pct=%s,period_ms=20,load=%s", ratio, load);
    SyCaseResult *result = sample_case(id, status, count, samples);
    SyMetric *cycles;

    result->reason = g_strdup(reason);
    result->log_dir = g_strdup_printf("logs/throttle.share.ratio_pct=%s,load=%s", ratio, load);
    g_ptr_array_add(result->params, sy_param_new("ratio_pct", SY_PARAM_INT, ratio));
    g_ptr_array_add(result->params, sy_param_new("period_ms", SY_PARAM_DOUBLE, "20"));
    g_ptr_array_add(result->params, sy_param_new("load", SY_PARAM_STRING, load));
    add_metric(result, "run_delay_ms", "ms", SY_BETTER_LOWER, 0, count, delays);
    add_metric(result, "guest_loops", "1/s", SY_BETTER_HIGHER, 0, count, counts);
    cycles = add_metric(result, "guest_cycles", "1", SY_BETTER_LOWER, 0, 0, NULL);
    cycles->note = g_strdup("n/a: no PMU in this machine (perf_event_open: ENOENT)");
    g_ptr_array_add(run->cases, result);
}

static void add_others(SyRunResult *run)
{
    const double overhead[] = {41.2, 42.9, 47.5};
    SyCaseResult *result = sy_case_result_new("null", "null");

    result->host_mode = g_strdup("native");
    result->duration_s = 0.31;
    add_metric(result, "overhead_us", "us", SY_BETTER_LOWER, 500, 3, overhead);
    g_ptr_array_add(run->cases, result);

    result = sy_case_result_new("peers.net/streams=4", "peers.net");
    result->status = SY_STATUS_SKIP;
    result->host_mode = g_strdup("native");
    result->reason = g_strdup("needs vhost-net: /dev/vhost-net: No such file or directory; "
                              "modprobe vhost_net");
    g_ptr_array_add(result->params, sy_param_new("streams", SY_PARAM_INT, "4"));
    add_metric(result, "throughput", "Gbit/s", SY_BETTER_HIGHER, 0, 0, NULL);
    g_ptr_array_add(run->cases, result);
}

static void add_finding(SyRunResult *run, const char *kind, const char *name, const char *evidence,
                        const char *remedy)
{
    SyFinding *finding = sy_finding_new(kind, name, remedy == NULL);

    finding->summary = g_strdup_printf("what %s is", name);
    finding->evidence = g_strdup(evidence);
    finding->remedy = g_strdup(remedy);
    g_ptr_array_add(run->findings, finding);
}

static SyRunResult *run_new(void)
{
    static const char *const argv[] = {"build/steelyard", "run",        "workloads/smoke.ini",
                                       "--out",           "my results", NULL};
    SyRunResult *run = sy_run_result_new();

    run->id = g_strdup("20261120T160800Z-smoke");
    run->started = g_strdup("2026-11-20T16:08:00Z");
    run->duration_s = 94.7;
    run->job = g_strdup("smoke");
    run->argv = g_strdupv((GStrv)argv);
    run->host = g_new0(SyHostFingerprint, 1);
    run->host->fingerprint = g_strdup("7c0f6c2f9a41be03");
    run->host->hostname = g_strdup("lab-07");
    run->host->cpu_model = g_strdup("AMD EPYC 9654 96-Core Processor");
    run->host->cpus = 192;
    run->host->mem_bytes = G_GUINT64_CONSTANT(810123456512);
    run->host->kernel = g_strdup("6.12.43+deb13-amd64");
    run->host->distro = g_strdup("Debian GNU/Linux 13 (trixie)");
    run->host->hypervisor = g_strdup("none");
    run->host->kvm = g_strdup("svm");
    run->host->clocksource = g_strdup("tsc");
    run->host->load1 = 0.42;
    add_finding(run, SY_FINDING_REQUIREMENT, "kvm", "KVM API 12, svm", NULL);
    add_finding(run, SY_FINDING_REQUIREMENT, "vhost-net", "open /dev/vhost-net: No such file",
                "as root: modprobe vhost_net");
    add_finding(run, SY_FINDING_TUNING, "governor", "scaling_governor is powersave",
                "doctor --apply");
    add_finding(run, SY_FINDING_TUNING, "steal", "0.0 % of all CPUs in the last 0.2 s", NULL);
    run->build = sy_build_info_new();
    run->build->release = g_strdup("10.0");
    run->build->flavor = g_strdup("modded");
    run->build->upstream = g_strdup("1:10.0.13+ds-0+deb13u1");
    run->build->mods_sha256 =
        g_strdup("3b9d5f1c0e7a48b2946d1f0a2c5e8b7d6f4a3c2b1e0d9f8a7b6c5d4e3f2a1b0c");
    run->build->configure = g_strdup("--target-list=x86_64-softmmu --enable-kvm --enable-tcg "
                                     "--enable-slirp --enable-vhost-net "
                                     "--enable-trace-backends=log,simple,ftrace");
    run->build->qemu_version = g_strdup("10.0.13");
    run->build->path = g_strdup("build/qemu/10.0-modded/qemu-system-x86_64");
    return run;
}

SyRunResult *sample_run_passing(void)
{
    SyRunResult *run = run_new();

    add_throttle(run, "10", "idle", SY_STATUS_PASS, NULL, 3, -0.004, 0.013, 0.021);
    add_throttle(run, "25", "idle", SY_STATUS_PASS, NULL, 3, 0.001, 0.008, 0.019);
    add_throttle(run, "50", "contended", SY_STATUS_PASS, NULL, 3, -2.11, -1.18, 0.9);
    run->planned = run->cases->len;
    run->exit = sy_run_exit_code(run);
    return run;
}

static void add_lab(SyRunResult *run)
{
    const double boots[] = {1.42, 1.5};
    SyLabInfo *lab = run->lab = sy_lab_info_new();

    lab->mode = g_strdup("lab");
    lab->kernel = g_strdup("6.12.107+deb13-cloud-amd64");
    lab->qemu = g_strdup("10.0.13");
    lab->image_sha256 =
        g_strdup("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    lab->command = g_strdup("qemu-system-x86_64 -accel tcg -serial file:./console.log");
    lab->baseline_key =
        g_strdup("d8e8fca2dc0f896fd7cb4cb0031ba2499f86d081884c7d659a2feaa0c55ad015");
    g_ptr_array_add(lab->key_parts, sy_key_part_of_text("kernel", "x", lab->kernel));
    g_ptr_array_add(lab->key_parts, sy_key_part_of_text("guests", "y", NULL));
    lab->cpus = 2;
    lab->memory_mib = 2048;
    g_array_append_vals(lab->boot_s, boots, G_N_ELEMENTS(boots));
    lab->host = g_new0(SyHostFingerprint, 1);
    lab->host->fingerprint = g_strdup("00d1ce00d1ce00d1");
    lab->host->hostname = g_strdup("lab");
    lab->host->cpu_model = g_strdup("AMD EPYC Processor");
    lab->host->cpus = 2;
    lab->host->mem_bytes = G_GUINT64_CONSTANT(2085158912);
    lab->host->kernel = g_strdup("6.12.107+deb13-cloud-amd64");
    lab->host->kvm = g_strdup("svm");
}

/* Moves the case to the lab. */
static void to_lab(SyRunResult *run, guint index)
{
    SyCaseResult *result = g_ptr_array_index(run->cases, index);

    g_free(result->host_mode);
    result->host_mode = g_strdup("lab");
    result->host_why = g_strdup("no ftrace here: write /sys/kernel/tracing: Permission denied");
}

SyRunResult *sample_run(void)
{
    SyRunResult *run = run_new();

    add_throttle(run, "10", "idle", SY_STATUS_PASS, NULL, 3, -0.004, 0.013, 0.021);
    add_throttle(run, "25", "idle", SY_STATUS_PASS, NULL, 3, 0.001, 0.008, 0.019);
    add_throttle(run, "50", "idle", SY_STATUS_PASS, NULL, 3, -0.012, 0.002, 0.007);
    add_throttle(run, "75", "idle", SY_STATUS_PASS, NULL, 3, -0.31, -0.021, 0.006);
    add_throttle(run, "90", "idle", SY_STATUS_PASS, NULL, 1, 0.018, 0.018, 0.018);
    add_throttle(run, "10", "contended", SY_STATUS_PASS, NULL, 3, -1.74, 0.42, 2.96);
    add_throttle(run, "25", "contended", SY_STATUS_FAIL,
                 "share_error_pct +9.81 % fails its gate +-5 % in 2 of 3 repetitions", 3, 4.2, 9.81,
                 10.02);
    add_throttle(run, "50", "contended", SY_STATUS_INCONCLUSIVE,
                 "starved: the host gave the vCPU 43.1 % of the 50 % it was allowed; run delay "
                 "2710 ms of 6000 ms",
                 3, -13.9, -13.8, -12.1);
    add_throttle(run, "75", "contended", SY_STATUS_ERROR,
                 "QEMU was killed by SIGSEGV in repetition 2; the end of its log: "
                 "kvm: <script>alert(1)</script> unhandled exit 31",
                 0, 0, 0, 0);
    add_others(run);
    add_lab(run);
    to_lab(run, 3);
    to_lab(run, 4);
    run->planned = run->cases->len;
    run->exit = sy_run_exit_code(run);
    return run;
}

/* A comparison that failed in its only row. */
static SyComparison *comparison_of_text(const char *text)
{
    const char *const values[] = {text, NULL};
    SyComparison *c = sy_comparison_new();
    SyComparisonRow *row = sy_comparison_row_new();

    c->label = g_strdup(text);
    c->workload = g_strdup(text);
    c->param = g_strdup(text);
    c->subject = g_strdup(text);
    c->against = g_strdupv((GStrv)values);
    c->metric = g_strdup(text);
    c->unit = g_strdup(text);
    c->status = row->status = SY_STATUS_FAIL;
    c->reason = g_strdup(text);
    row->where = g_strdup(text);
    row->value = g_strdup(text);
    row->reason = g_strdup(text);
    row->subject = (SyComparisonCase){g_strdup(text), 1, {0, 2}};
    row->against = (SyComparisonCase){g_strdup(text), 2, {1, 3}};
    g_ptr_array_add(c->rows, row);
    return c;
}

SyRunResult *sample_run_of_text(const char *text)
{
    const char *argv[] = {text, text, NULL};
    const double samples[] = {1, 2, 3};
    SyRunResult *run = sy_run_result_new();

    run->id = g_strdup(text);
    run->uuid = g_strdup(text);
    run->started = g_strdup(text);
    run->job = g_strdup(text);
    run->argv = g_strdupv((GStrv)argv);
    run->host = g_new0(SyHostFingerprint, 1);
    run->host->fingerprint = g_strdup(text);
    run->host->hostname = g_strdup(text);
    run->host->cpu_model = g_strdup(text);
    run->host->kernel = g_strdup(text);
    run->host->distro = g_strdup(text);
    run->host->hypervisor = g_strdup(text);
    run->host->kvm = g_strdup(text);
    run->host->clocksource = g_strdup(text);
    for (int met = 0; met < 2; met++) {
        add_finding(run, SY_FINDING_TUNING, text, text, met ? NULL : text);
        add_finding(run, SY_FINDING_REQUIREMENT, text, text, met ? NULL : text);
    }
    run->build = sy_build_info_new();
    run->build->release = g_strdup(text);
    run->build->flavor = g_strdup(text);
    run->build->upstream = g_strdup(text);
    run->build->mods_sha256 = g_strdup(text);
    run->build->configure = g_strdup(text);
    run->build->qemu_version = g_strdup(text);
    run->build->ref = g_strdup(text);
    run->build->commit = g_strdup(text);
    run->build->path = g_strdup(text);
    run->lab = sy_lab_info_new();
    run->lab->mode = g_strdup(text);
    run->lab->kernel = g_strdup(text);
    run->lab->qemu = g_strdup(text);
    run->lab->image_sha256 = g_strdup(text);
    run->lab->command = g_strdup(text);
    run->lab->baseline_key = g_strdup(text);
    g_ptr_array_add(run->lab->key_parts, sy_key_part_new(text, text, text));
    for (int status = 0; status < SY_STATUS_COUNT; status++) {
        SyCaseResult *result = sy_case_result_new(text, text);

        result->status = (SyStatus)status;
        result->host_mode = g_strdup(text);
        result->host_why = g_strdup(text);
        result->reason = g_strdup(text);
        result->log_dir = g_strdup(text);
        g_ptr_array_add(result->params, sy_param_new(text, SY_PARAM_STRING, text));
        add_metric(result, text, text, SY_BETTER_TARGET, 5, status % 2 ? 0 : 3, samples)->note =
            g_strdup(text);
        g_ptr_array_add(run->cases, result);
    }
    /* Without a case in the lab, nothing is said about it. */
    g_free(((SyCaseResult *)g_ptr_array_index(run->cases, 0))->host_mode);
    ((SyCaseResult *)g_ptr_array_index(run->cases, 0))->host_mode = g_strdup("lab");
    g_ptr_array_add(run->comparisons, comparison_of_text(text));
    run->planned = SY_STATUS_COUNT;
    return run;
}

const char *const *sample_hostile_texts(void)
{
    static const char *texts[] = {
        "",
        "\"quoted\" 'twice' \\ back\\slash",
        "<script>alert('x')</script>",
        "</td></table></pre></details></style><svg onload=alert(1)>",
        "]]> --> <!-- <![CDATA[ &amp; &#x0; &nosuch;",
        "a|b `c` *d* _e_ [f](javascript:g) \\| @everyone",
        "line\nbreak\r\nand\ttab",
        "\x01\x02\x07\x08\x0b\x0c\x1b[31mred\x1b[0m\x7f\xc2\x9b",
        "broken \xff\xfe utf-8 \xc3( \xe2\x82 \xf0\x9f\x92 \xed\xa0\x80 end",
        "na\xc3\xafve \xe6\xb0\xb4\xe6\xba\x96 \xf0\x9f\x98\x80 e\xcc\x81 \xe2\x80\xae reversed",
        "\xef\xbf\xbe and \xef\xbf\xbf and \xe2\x80\xa8",
        "javascript:alert(1)",
        "//evil.example/../../etc",
        "%s %n %d",
        NULL, /* 10 kB, below */
        NULL,
    };
    static char *big;

    if (!big) {
        big = g_malloc(10241);
        for (guint i = 0; i < 10240; i++) {
            big[i] = "<&\"' \n\xff x/"[i % 10];
        }
        big[10240] = '\0';
        texts[G_N_ELEMENTS(texts) - 2] = big;
    }
    return texts;
}
