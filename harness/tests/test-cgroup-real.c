/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control groups as the kernel has them, where this host lets us. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/cgroup.h"
#include "host/requirement.h"
#include "tests/check.h"
#include "tests/spinner.h"

static void need_cgroup(void)
{
    const SyRequirementResult *result = sy_requirement_check("cgroup", NULL);

    if (!result->met) {
        cr_skip_test("%s", result->evidence);
    }
}

/* The folder of the group, which ends its description. */
static const char *cgroup_dir(const SyCgroup *group)
{
    return strchr(sy_cgroup_describe(group), '/');
}

static double cpu_s(pid_t pid)
{
    clockid_t clock;
    struct timespec ts;

    cr_assert_eq(clock_getcpuclockid(pid, &clock), 0);
    clock_gettime(clock, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / SY_NS_PER_S;
}

static double cpu_share(pid_t pid, double wall_s)
{
    int64_t start_ns = sy_now_ns();
    double before = cpu_s(pid);

    usleep((useconds_t)(wall_s * 1e6));
    return (cpu_s(pid) - before) / ((double)(sy_now_ns() - start_ns) / SY_NS_PER_S);
}

/* Which groups the process is in, in all hierarchies. */
static char *groups_of(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cgroup", (int)pid);
    char *text = NULL;

    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

Test(cgroup_real, the_kernel_holds_a_thread_to_its_quota_until_the_end, .timeout = 60)
{
    g_autofree char *dir = NULL, *before = NULL, *after = NULL;
    g_autoptr(GError) error = NULL;
    SyCgroupStat stat = {0};
    SyCgroup *group;
    pid_t pid;

    need_cgroup();
    pid = spinner_start();
    before = groups_of(pid);
    group = sy_cgroup_new(pid, pid, &error);
    check_no_error(error);
    dir = g_strdup(cgroup_dir(group));
    cr_assert(sy_cgroup_limit(group, 5 * SY_NS_PER_MS, 100 * SY_NS_PER_MS, 0, &error), "%s",
              error->message);
    usleep(200000);
    cr_assert_lt(cpu_share(pid, 1), 0.15); /* slices of 5 ms, and a tick: nothing is exact here */
    cr_assert(sy_cgroup_stat(group, &stat, &error), "%s", error->message);
    cr_assert_gt(stat.throttled, 2);
    cr_assert_gt(stat.throttled_ns, SY_NS_PER_S / 10);
    cr_assert(sy_cgroup_end(group, &error), "%s", error ? error->message : "");
    cr_assert_not(g_file_test(dir, G_FILE_TEST_EXISTS));
    after = groups_of(pid);
    cr_assert_str_eq(after, before);
    spinner_end(pid);
}

Test(cgroup_real, the_end_of_the_process_does_not_keep_the_group, .timeout = 60)
{
    g_autoptr(GError) error = NULL;
    SyCgroup *group;
    pid_t pid;

    need_cgroup();
    pid = spinner_start();
    group = sy_cgroup_new(pid, pid, &error);
    check_no_error(error);
    spinner_end(pid);
    cr_assert(sy_cgroup_end(group, &error), "%s", error ? error->message : "");
}

Test(cgroup_real, a_limit_that_the_kernel_does_not_take_says_what_it_takes, .timeout = 60)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyCgroup) group = NULL;
    pid_t pid;

    need_cgroup();
    pid = spinner_start();
    group = sy_cgroup_new(pid, pid, &error);
    check_no_error(error);
    cr_assert_not(sy_cgroup_limit(group, SY_NS_PER_US, 20 * SY_NS_PER_MS, 0, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "quotas from 1 ms");
    spinner_end(pid);
}

Test(cgroup_real, kill_9_leaves_an_empty_group_that_the_next_one_removes, .timeout = 60)
{
    int fds[2];
    char dir[512] = "";
    pid_t steelyard, again;
    SyCgroup *group;

    need_cgroup();
    cr_assert_eq(pipe(fds), 0);
    steelyard = fork();
    if (steelyard == 0) {
        pid_t pid = spinner_start();

        group = sy_cgroup_new(pid, pid, NULL);
        dprintf(fds[1], "%s", group ? cgroup_dir(group) : "");
        pause();
    }
    cr_assert_gt(read(fds[0], dir, sizeof(dir) - 1), 0);
    cr_assert(g_file_test(dir, G_FILE_TEST_IS_DIR), "%s", dir);
    spinner_end(steelyard);
    again = spinner_start();
    /* The kernel kills the spinner, too, and its last thread holds the group until it is gone. */
    for (int i = 0; i < 1000 && g_file_test(dir, G_FILE_TEST_EXISTS); i++) {
        group = sy_cgroup_new(again, again, NULL);
        cr_assert_not_null(group);
        sy_cgroup_free(group);
        usleep(10000);
    }
    cr_assert_not(g_file_test(dir, G_FILE_TEST_EXISTS), "%s", dir);
    spinner_end(again);
}
