/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lab that goes wild fills neither the disk nor the folder of the run. */
#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "lab/archive.h"
#include "lab/machine.h"
#include "tests/check.h"

static char *folder;

static void set_up(void)
{
    folder = check_folder();
}

static void tear_down(void)
{
    check_folder_remove(folder);
}

TestSuite(lab_limits, .init = set_up, .fini = tear_down, .timeout = 60);

/* A shell script stands where QEMU would; it runs in the folder of the boot. `error` is what the
 * lab's next line becomes. */
static void run_script(const char *script, GError **error)
{
    g_autofree char *qemu = g_build_filename(folder, "qemu", NULL);
    g_autofree char *image = g_build_filename(folder, "image", NULL);
    g_autofree char *dir = g_build_filename(folder, "boot", NULL);
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, "\nexec sleep 30\n", NULL);
    const SyMachineConfig config = {
        .qemu = qemu,
        .kernel = image,
        .initrd = image,
        .dir = dir,
        .task = "job",
        .boot_limit_s = 20,
        .silence_limit_s = 20,
    };
    g_autoptr(SyMachine) machine = NULL;
    g_autofree char *line = NULL;

    cr_assert(g_file_set_contents(image, "", 0, NULL));
    cr_assert(g_file_set_contents_full(qemu, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    machine = sy_machine_boot(&config, NULL);
    cr_assert_not_null(machine);
    cr_assert_not(sy_machine_next(machine, &line, error));
}

/* The file has its size without its blocks. */
static void check_limit(const char *name, const char *size, const char *message)
{
    g_autofree char *script = g_strdup_printf("truncate -s %s %s", size, name);
    GError *error = NULL;

    run_script(script, &error);
    check_error(error, SY_ERROR_PROTOCOL, message);
    cr_assert_not_null(strstr(error ? error->message : name, name));
}

Test(lab_limits, console_events_and_output_of_qemu_are_limited)
{
    check_limit("console.log", "257M", "the lab wrote more than 256 MiB to its console");
    check_limit("events.log", "257M", "the lab wrote more than 256 MiB as events");
    check_limit("qemu.log", "257M", "the lab wrote more than 256 MiB by its QEMU");
}

Test(lab_limits, files_sent_are_limited_by_size)
{
    check_limit("archive.tar", "16385M", "the lab wrote more than 16384 MiB as files");
}

Test(lab_limits, notices_without_end_are_limited_too)
{
    GError *error = NULL;

    run_script("yes '!up 1' | head -c 300000000 >> events.log", &error);
    check_error(error, SY_ERROR_PROTOCOL, "more than 256 MiB as events");
}

Test(lab_limits, files_sent_are_limited_by_number)
{
    g_autofree char *path = g_build_filename(folder, "archive.tar", NULL);
    g_autofree char *into = g_build_filename(folder, "into", NULL);
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    GError *error = NULL;

    archive_write_set_format_gnutar(a);
    cr_assert_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
    archive_entry_set_pathname(e, "link");
    archive_entry_set_mode(e, AE_IFLNK | 0777);
    archive_entry_set_symlink(e, "target");
    for (guint i = 0; i <= SY_ARCHIVE_ENTRIES; i++) {
        cr_assert_eq(archive_write_header(a, e), ARCHIVE_OK);
    }
    archive_entry_free(e);
    archive_write_free(a);
    mkdir(into, 0700);
    cr_assert_not(sy_archive_unpack(path, into, NULL, &error));
    check_error(error, SY_ERROR_PROTOCOL, "more than 100000 files and folders");
}
