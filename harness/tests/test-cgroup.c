/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control groups, in a folder that behaves as the kernel's files do. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/cgroup.h"
#include "tests/check.h"

/* ------------------------------------------------------------------------------ a tree of our own
 */

static const char *const v1_files[] = {"tasks",
                                       "cgroup.procs",
                                       "cpu.cfs_period_us",
                                       "cpu.cfs_quota_us",
                                       "cpu.cfs_burst_us",
                                       "cpu.stat",
                                       NULL};
static const char *const v2_files[] = {"cgroup.procs", "cgroup.threads",         "cgroup.type",
                                       "cpu.stat",     "cgroup.subtree_control", NULL};
static const char *const v2_cpu_files[] = {"cpu.max", "cpu.max.burst", NULL};
static guint busy; /* so often rmdir() says EBUSY */

/* The folder of the group, which ends its description. */
static const char *cgroup_dir(const SyCgroup *group)
{
    return strchr(sy_cgroup_describe(group), '/');
}

static char *content(const char *dir, const char *file)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void put(const char *dir, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);

    g_mkdir_with_parents(dir, 0755);
    cr_assert(g_file_set_contents(path, text, -1, NULL), "%s", path);
}

static void put_all(const char *dir, const char *const *files)
{
    for (; *files; files++) {
        put(dir, *files, "");
    }
}

/* A group has the controller's files only if the one above has it switched on for those below. */
static int make_v2(const char *path, mode_t mode)
{
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *control = content(parent, "cgroup.subtree_control");

    if (mkdir(path, mode) < 0) {
        return -1;
    }
    put_all(path, v2_files);
    if (control && strstr(control, "cpu")) {
        put_all(path, v2_cpu_files);
    }
    return 0;
}

static int make_v1(const char *path, mode_t mode)
{
    if (mkdir(path, mode) < 0) {
        return -1;
    }
    put_all(path, v1_files);
    return 0;
}

static int remove_group(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *below = g_build_filename(path, name, NULL);

        if (g_file_test(below, G_FILE_TEST_IS_DIR)) {
            errno = EBUSY;
            return -1;
        }
    }
    if (busy > 0) {
        busy--;
        errno = EBUSY;
        return -1;
    }
    if (!dir) {
        errno = ENOENT;
        return -1;
    }
    sy_fs_remove_tree(path);
    return 0;
}

typedef struct {
    char *dir, *proc;
    SyCgroupTree *tree;
} Fake;

/* `home` is the group that process 7 is in, below the top; "/" for that. */
static Fake fake(bool v2, const char *home)
{
    Fake f = {.dir = check_folder(), .proc = check_folder()};
    g_autofree char *line =
        g_strdup_printf(v2 ? "4:memory:/x\n0::%s\n" : "0::/x\n3:cpu,cpuacct:%s\n", home);
    g_autofree char *process = g_build_filename(f.proc, "7", NULL);
    g_autofree char *group = g_build_filename(f.dir, home, NULL);

    put(process, "cgroup", line);
    put_all(f.dir, v2 ? v2_files : v1_files);
    put_all(group, v2 ? v2_files : v1_files);
    f.tree = sy_cgroup_tree_at(f.dir, v2);
    f.tree->proc = f.proc;
    f.tree->make = v2 ? make_v2 : make_v1;
    f.tree->remove = remove_group;
    busy = 0;
    return f;
}

static void fake_free(Fake *f)
{
    sy_cgroup_tree_free(f->tree);
    check_folder_remove(f->dir);
    check_folder_remove(f->proc);
}

static SyCgroup *group_in(const Fake *f)
{
    g_autoptr(GString) failures = g_string_new(NULL);
    SyCgroup *group = sy_cgroup_try_in(f->tree, 7, 8, failures);

    cr_assert(group, "%s", failures->str);
    return group;
}

#define check_content(dir, file, expected)                                                         \
    do {                                                                                           \
        g_autofree char *text_ = content(dir, file);                                               \
        cr_assert_str_eq(text_ ? text_ : "(none)", expected, "%s", file);                          \
    } while (0)

static guint groups_in(const char *parent)
{
    g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
    const char *name;
    guint n = 0;

    while (dir && (name = g_dir_read_name(dir))) {
        n += sy_cgroup_name_pid(name) > 0;
    }
    return n;
}

Test(cgroup, v1_limits_one_thread_and_puts_it_back)
{
    Fake f = fake(false, "/machine");
    g_autofree char *home = g_build_filename(f.dir, "machine", NULL);
    g_autoptr(GError) error = NULL;
    SyCgroup *group = group_in(&f);

    cr_assert(g_str_has_prefix(cgroup_dir(group), home));
    check_content(cgroup_dir(group), "tasks", "8");
    check_content(cgroup_dir(group), "cgroup.procs", "");
    cr_assert(sy_cgroup_limit(group, 2000400, 20000000, 1000000, &error), "%s", error->message);
    check_content(cgroup_dir(group), "cpu.cfs_quota_us", "2000");
    check_content(cgroup_dir(group), "cpu.cfs_period_us", "20000");
    check_content(cgroup_dir(group), "cpu.cfs_burst_us", "1000");
    cr_assert(sy_cgroup_end(group, &error), "%s", error->message);
    check_content(home, "tasks", "8");
    cr_assert_eq(groups_in(home), 0);
    fake_free(&f);
}

Test(cgroup, v2_limits_one_thread_in_a_threaded_group)
{
    Fake f = fake(true, "/");
    g_autoptr(GError) error = NULL;
    SyCgroup *group = group_in(&f);

    check_content(f.dir, "cgroup.subtree_control", "+cpu");
    check_content(cgroup_dir(group), "cgroup.type", "threaded");
    check_content(cgroup_dir(group), "cgroup.threads", "8");
    cr_assert(sy_cgroup_limit(group, 10000000, 100000000, 0, &error), "%s", error->message);
    check_content(cgroup_dir(group), "cpu.max", "10000 100000");
    check_content(cgroup_dir(group), "cpu.max.burst", "");
    cr_assert(sy_cgroup_end(group, &error), "%s", error->message);
    check_content(f.dir, "cgroup.threads", "8");
    check_content(f.dir, "cgroup.subtree_control", "-cpu");
    cr_assert_eq(groups_in(f.dir), 0);
    fake_free(&f);
}

/* As in a session's scope under systemd, which has no cpu controller and is not ours to give one.
 */
Test(cgroup, v2_moves_the_process_to_the_top_where_its_own_group_will_not_do)
{
    Fake f = fake(true, "/user.slice");
    g_autofree char *home = g_build_filename(f.dir, "user.slice", NULL);
    g_autofree char *control = g_build_filename(home, "cgroup.subtree_control", NULL);
    g_autofree char *outer = NULL;
    g_autoptr(GError) error = NULL;
    SyCgroup *group;

    unlink(control);
    put(f.dir, "cgroup.subtree_control", "cpu memory\n");
    group = group_in(&f);
    outer = g_path_get_dirname(cgroup_dir(group));
    cr_assert_eq(groups_in(home), 0);
    cr_assert_eq(groups_in(f.dir), 1);
    check_content(outer, "cgroup.procs", "7");
    check_content(cgroup_dir(group), "cgroup.type", "threaded");
    check_content(cgroup_dir(group), "cgroup.threads", "8");
    cr_assert(sy_cgroup_end(group, &error), "%s", error->message);
    check_content(home, "cgroup.procs", "7");
    check_content(f.dir, "cgroup.subtree_control", "cpu memory\n"); /* it was on before */
    cr_assert_eq(groups_in(f.dir), 0);
    fake_free(&f);
}

Test(cgroup, a_controller_that_another_steelyard_uses_stays_on)
{
    Fake f = fake(true, "/");
    g_autofree char *other = g_strdup_printf("%s/steelyard-%d-1", f.dir, (int)getppid());
    SyCgroup *group = group_in(&f);

    g_mkdir_with_parents(other, 0755);
    cr_assert(sy_cgroup_end(group, NULL));
    check_content(f.dir, "cgroup.subtree_control", "+cpu");
    fake_free(&f);
}

Test(cgroup, nothing_is_left_of_a_group_that_could_not_be_made)
{
    Fake f = fake(true, "/user.slice");
    g_autofree char *control = g_build_filename(f.dir, "user.slice/cgroup.subtree_control", NULL);
    g_autofree char *top_control = g_build_filename(f.dir, "cgroup.subtree_control", NULL);
    g_autofree char *home = g_build_filename(f.dir, "user.slice", NULL);
    g_autoptr(GString) failures = g_string_new(NULL);

    unlink(control);
    put(f.dir, "cgroup.subtree_control", "memory\n");
    f.tree->make = make_v1; /* groups without cgroup.type: an old kernel */
    cr_assert_null(sy_cgroup_try_in(f.tree, 7, 8, failures));
    cr_assert_not_null(strstr(failures->str, "user.slice/cgroup.subtree_control: No such file"),
                       "%s", failures->str);
    cr_assert_not_null(strstr(failures->str, "cgroup.subtree_control: No such file"), "%s",
                       failures->str);
    cr_assert_eq(groups_in(f.dir), 0);
    cr_assert_eq(groups_in(home), 0);
    fake_free(&f);
}

Test(cgroup, a_thread_on_its_way_out_holds_its_group_for_a_moment_only)
{
    Fake f = fake(false, "/");
    SyCgroup *group = group_in(&f);

    busy = 3;
    cr_assert(sy_cgroup_end(group, NULL));
    cr_assert_eq(groups_in(f.dir), 0);
    fake_free(&f);
}

Test(cgroup, a_group_that_will_not_go_is_said_within_two_seconds, .timeout = 60)
{
    Fake f = fake(false, "/");
    int64_t start_ns = sy_now_ns();
    g_autoptr(GError) error = NULL;
    SyCgroup *group = group_in(&f);

    busy = G_MAXUINT;
    cr_assert_not(sy_cgroup_end(group, &error));
    check_error(error, SY_ERROR_IO, "steelyard-");
    cr_assert_lt(sy_now_ns() - start_ns, 10 * SY_NS_PER_S);
    fake_free(&f);
}

/* -------------------------------------------------------------------------------------- leftovers
 */

static pid_t dead_pid(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return pid;
}

Test(cgroup, groups_of_dead_steelyards_go_and_those_of_the_living_stay)
{
    Fake f = fake(true, "/");
    g_autofree char *dead = g_strdup_printf("%s/steelyard-%d-3/vcpu", f.dir, (int)dead_pid());
    g_autofree char *living = g_strdup_printf("%s/steelyard-%d-1", f.dir, (int)getppid());
    g_autofree char *foreign = g_build_filename(f.dir, "steelyard-x", NULL);
    SyCgroup *group;

    g_mkdir_with_parents(dead, 0755);
    g_mkdir_with_parents(living, 0755);
    g_mkdir_with_parents(foreign, 0755);
    group = group_in(&f);
    cr_assert_not(g_file_test(dead, G_FILE_TEST_EXISTS));
    cr_assert(g_file_test(living, G_FILE_TEST_EXISTS));
    cr_assert(g_file_test(foreign, G_FILE_TEST_EXISTS));
    cr_assert_eq(groups_in(f.dir), 2);
    sy_cgroup_free(group);
    fake_free(&f);
}

Test(cgroup, only_names_of_our_own_are_taken_for_ours)
{
    g_autofree char *own = sy_cgroup_name(), *next = sy_cgroup_name();
    static const char *const wrong[] = {"",
                                        "steelyard-",
                                        "steelyard-1",
                                        "steelyard-1-",
                                        "steelyard--1-1",
                                        "steelyard-1-1x",
                                        "steelyard-x-1",
                                        "steelyard-99999999999-1",
                                        "xsteelyard-1-1"};

    cr_assert_eq(sy_cgroup_name_pid(own), getpid());
    cr_assert_str_neq(own, next);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        cr_assert_eq(sy_cgroup_name_pid(wrong[i]), 0, "%s", wrong[i]);
    }
}

/* ---------------------------------------------------------------------------------------- parsers
 */

Test(cgroup, the_path_is_that_of_the_right_hierarchy)
{
    const char *text = "9:name=systemd:/a\n3:cpu,cpuacct:/b:c\n2:cpuset:/d\n0::/e\n";
    g_autofree char *v1 = sy_cgroup_path(text, "cpu"), *v2 = sy_cgroup_path(text, "");

    cr_assert_str_eq(v1, "/b:c");
    cr_assert_str_eq(v2, "/e");
    cr_assert_null(sy_cgroup_path(text, "memory"));
    cr_assert_null(sy_cgroup_path("3:cpu", "cpu"));
    cr_assert_null(sy_cgroup_path("3:cpu:relative", "cpu"));
    cr_assert_null(sy_cgroup_path("", ""));
}

Test(cgroup, stat_is_read_in_the_unit_of_either_version)
{
    SyCgroupStat v1, v2;

    cr_assert(
        sy_cgroup_stat_parse("nr_periods 5\nnr_throttled 4\nthrottled_time 1234567\n", &v1, NULL));
    cr_assert(sy_cgroup_stat_parse("usage_usec 9\nnr_periods 5\nnr_throttled 4\n"
                                   "throttled_usec 1234\nnr_bursts 0\nburst_usec 0\n",
                                   &v2, NULL));
    cr_assert_eq(v1.periods, 5);
    cr_assert_eq(v1.throttled, 4);
    cr_assert_eq(v1.throttled_ns, 1234567);
    cr_assert_eq(v2.periods, 5);
    cr_assert_eq(v2.throttled, 4);
    cr_assert_eq(v2.throttled_ns, 1234000);
}

Test(cgroup, stat_without_a_figure_names_it)
{
    g_autoptr(GError) error = NULL;
    SyCgroupStat stat;

    cr_assert_not(sy_cgroup_stat_parse("nr_throttled 4\nthrottled_usec 1\n", &stat, &error));
    check_error(error, SY_ERROR_PROTOCOL, "no nr_periods");
    cr_assert_not(
        sy_cgroup_stat_parse("nr_periods 1\nnr_throttled x\nthrottled_usec 1", &stat, &error));
    check_error(error, SY_ERROR_PROTOCOL, "no nr_throttled");
    cr_assert_not(
        sy_cgroup_stat_parse("nr_periods 1\nnr_throttled 1\nthrottled_usec -1", &stat, &error));
    check_error(error, SY_ERROR_PROTOCOL, "no throttled_usec or throttled_time");
}
