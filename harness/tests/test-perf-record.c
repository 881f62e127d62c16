/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recording with perf, with a perf made of shell: it obeys the pipes as the real one does. */
#include "observe/perf-record.h"

#include "base/error.h"
#include "tests/check.h"

static char *dir, *path, *log_path;
static const char *const events[] = {"kvm:kvm_set_irq", "kvm:kvm_pio", NULL};

static void set_up(void)
{
    dir = check_folder();
    path = g_build_filename(dir, "kvm.perf", NULL);
    log_path = g_build_filename(dir, "perf.log", NULL);
}

static void tear_down(void)
{
    g_free(path);
    g_free(log_path);
    check_folder_remove(dir);
}

TestSuite(perf_record, .init = set_up, .fini = tear_down, .timeout = 60);

/* The pipes it is given are its last option but the events. */
#define PIPES                                                                                      \
    "#!/bin/sh\necho \"$@\" >arguments\n"                                                          \
    "for a in \"$@\"; do case $a in --control=fifo:*) both=${a#--control=fifo:};; esac; done\n"    \
    "exec 3<>\"${both%,*}\" 4<>\"${both#*,}\"\n"

static SyPerfRecord *start(const char *script, GError **error)
{
    g_autofree char *perf = g_build_filename(dir, "perf", NULL);
    g_autofree char *search = g_strconcat(dir, ":", g_getenv("PATH"), NULL);

    cr_assert(g_file_set_contents_full(perf, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    g_setenv("PATH", search, TRUE);
    return sy_perf_record_start(events, path, log_path, error);
}

static bool exists(const char *name)
{
    g_autofree char *file = g_build_filename(dir, name, NULL);

    return g_file_test(file, G_FILE_TEST_EXISTS);
}

Test(perf_record, records_until_it_is_told_to_stop_and_leaves_no_pipes)
{
    g_autofree char *said = NULL, *file = g_build_filename(dir, "arguments", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(SyPerfRecord) record =
        start(PIPES "read word <&3; [ $word = enable ] && echo ack >&4\n"
                    "read word <&3; [ $word = stop ] && echo events >kvm.perf\n",
              &error);

    cr_assert(record, "%s", error ? error->message : "");
    cr_assert_not(exists("kvm.perf"));
    cr_assert_not(exists("kvm.perf.control") || exists("kvm.perf.answers"));
    cr_assert(sy_perf_record_stop(record, &error), "%s", error ? error->message : "");
    cr_assert(exists("kvm.perf"));
    cr_assert(g_file_get_contents(file, &said, NULL, NULL));
    cr_assert(strstr(said, "--clockid CLOCK_MONOTONIC"), "%s", said);
    cr_assert(strstr(said, "-e kvm:kvm_set_irq -e kvm:kvm_pio"), "%s", said);
}

Test(perf_record, one_that_refuses_is_quoted_by_its_first_line)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(start("#!/bin/sh\necho 'Access denied'\necho 'Usage: ...'\nexit 255\n", &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED));
    cr_assert(strstr(error->message, "it printed: Access denied; log"), "%s", error->message);
    cr_assert_not(exists("kvm.perf.control") || exists("kvm.perf.answers"));
}

Test(perf_record, one_that_dies_in_between_is_noticed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyPerfRecord) record =
        start(PIPES "read word <&3; echo ack >&4; echo 'out of memory'; exit 1\n", &error);

    cr_assert(record, "%s", error ? error->message : "");
    g_usleep(200000);
    cr_assert_not(sy_perf_record_stop(record, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED));
    cr_assert(strstr(error->message, "out of memory"), "%s", error->message);
}
