/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake-trace.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <tracefs.h>
#include <unistd.h>

static const char script[] =
    "#!/bin/sh\n"
    "dir=$(dirname \"$0\")\n"
    "echo \"$*\" >\"$dir/arguments\"\n"
    "mode=$(cat \"$dir/mode\")\n"
    "shift # record\n"
    "while [ $# -gt 0 ]; do\n"
    "    case $1 in -o) out=$2 ;; -B) buffer=$dir/tracing/instances/$2 ;; esac\n"
    "    shift 2\n"
    "done\n"
    "finish() {\n"
    "    kill $recorder\n"
    "    [ $mode != full ] || { echo 'trace-cmd: No space left on device'; exit 1; }\n"
    "    cp \"$dir/made.dat\" \"$out\"\n"
    "    echo 'Hit Ctrl^C to stop recording'\n"
    "    exit 0\n"
    "}\n"
    "if [ $mode = refused ]; then\n"
    "    echo 'trace-cmd: Operation not permitted'\n"
    "    echo \"  Can't enable ftrace\"\n"
    "    echo 'Hit Ctrl^C to stop recording'\n"
    "    exit 1\n"
    "fi\n"
    "trap finish INT\n"
    "setsid sleep 60 & recorder=$!\n"
    "sleep 0.05\n"
    "echo 1 >\"$buffer/tracing_on\"\n"
    "[ $mode != dies ] || exit 0\n"
    "while :; do sleep 0.02; done\n";

static void put(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    cr_assert_eq(g_mkdir_with_parents(parent, 0700), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

void fake_trace_set_up(const char *dir, FakeTraceMode mode)
{
    static const char *const names[] = {
        [FAKE_TRACE_WELL] = "well",
        [FAKE_TRACE_REFUSED] = "refused",
        [FAKE_TRACE_DIES] = "dies",
        [FAKE_TRACE_FULL] = "full",
    };
    g_autofree char *tracing = g_build_filename(dir, "tracing", NULL);
    g_autofree char *name = g_strdup_printf("instances/steelyard-%d", getpid());
    g_autofree char *buffer = g_build_filename(tracing, name, NULL);
    g_autofree char *program = g_build_filename(dir, "trace-cmd", NULL);
    g_autofree char *path = g_strconcat(dir, ":", g_getenv("PATH"), NULL);

    /* The kernel fills a new buffer's folder; plain files have to be there before. */
    put(buffer, "tracing_on", "1\n");
    put(buffer, "per_cpu/cpu0/stats",
        "entries: 40\noverrun: 3\ncommit overrun: 0\nbytes: 99\noldest event ts:     5.100000\n"
        "now ts:     9.000000\ndropped events: 0\nread events: 2\n");
    put(buffer, "per_cpu/cpu1/stats",
        "entries: 0\noverrun: 0\ncommit overrun: 0\nbytes: 99\ndropped events: 1\n"
        "read events: 58\n");
    put(dir, "mode", names[mode]);
    put(dir, "trace-cmd", script);
    cr_assert_eq(chmod(program, 0700), 0);
    g_setenv("PATH", path, TRUE);
    cr_assert_eq(tracefs_set_tracing_dir(tracing), 0);
}

static char *get(const char *path)
{
    char *text = NULL;

    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    return g_strchomp(text);
}

char *fake_trace_buffer_file(const char *dir, const char *name)
{
    g_autofree char *path =
        g_strdup_printf("%s/tracing/instances/steelyard-%d/%s", dir, getpid(), name);

    return get(path);
}

char *fake_trace_arguments(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, "arguments", NULL);

    return get(path);
}
