/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-console.h"

#include "tests/check.h"

static const struct {
    const char *data, *clean;
} texts[] = {
    {"plain\r\nlines\r\n", "plain\nlines\n"},
    {"\033[31mred\033[0m\033[K \033[1;2Hhere", "red here"},
    {"\033c\033[?25lx", "x"},
    {"case 1\rcase 2\rcase 3\nend", "case 3\nend"},
    {"kept\r", "kept"},
    {"above\r\n12345\rab", "above\nab"},
    {"a\x07\x7f\tb", "a\tb"},
    {"cut \033[1", "cut "},
    {"cut \033", "cut "},
    {"\xff\n", "\xef\xbf\xbd\n"},
    {"", ""},
};

Test(machine_console, clean_is_what_a_terminal_shows)
{
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *clean = sy_console_clean(texts[i].data, strlen(texts[i].data));

        cr_assert_str_eq(clean, texts[i].clean, "%s: %s", texts[i].data, clean);
    }
}

Test(machine_console, clean_leaves_nul_bytes_out)
{
    g_autofree char *clean = sy_console_clean("a\0b", 3);

    cr_assert_str_eq(clean, "ab");
}

static void check_last(const char *text, guint lines, const char *expected)
{
    g_autofree char *last = sy_console_last(text, lines, " | ");

    cr_assert_str_eq(last, expected, "%s", last);
}

Test(machine_console, last_lines_are_joined_without_blank_ones)
{
    check_last("a\nb\nc\n", 2, "b | c");
    check_last("a\n\n  \nb  \n\n", 2, "a | b");
    check_last("a\n", 8, "a");
    check_last("a\nunfinished", 1, "unfinished");
    check_last("\n\n", 8, "");
    check_last("", 8, "");
}

static void check_panic(const char *log, const char *why, const char *left)
{
    g_autofree char *text = g_strdup(log);
    g_autofree char *panic = sy_console_cut_panic(text);

    cr_assert_str_eq(panic ? panic : "none", why);
    cr_assert_str_eq(text, left);
}

Test(machine_console, a_panic_is_told_from_what_led_to_it_and_what_followed)
{
    check_panic("fine\n", "none", "fine\n");
    check_panic("[1] before\n[2] Kernel panic - not syncing: No working init found. \n[2] RIP\n",
                "No working init found.", "[1] before\n");
    check_panic("[1] hog invoked oom-killer: gfp\n[1] Mem-Info:\n"
                "[2] Kernel panic - not syncing: Out of memory: x\nR\n",
                "Out of memory: x", "[1] hog invoked oom-killer: gfp");
    check_panic("[1] a invoked oom-killer: of a group\nrun\n[2] BUG: kernel NULL\n[2] RAX\n"
                "[2] Kernel panic - not syncing: Fatal exception\n",
                "Fatal exception",
                "[1] a invoked oom-killer: of a group\nrun\n[2] BUG: kernel NULL");
    check_panic("Kernel panic - not syncing: at once", "at once", "");
}

Test(machine_console, load_takes_the_end_of_a_long_log)
{
    g_autofree char *folder = check_folder(), *path = g_build_filename(folder, "log", NULL);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *text = NULL, *none = sy_console_load("/nowhere/log");

    for (int i = 0; i < 20000; i++) {
        g_string_append_printf(log, "line %d\r\n", i);
    }
    cr_assert(g_file_set_contents(path, log->str, -1, NULL));
    text = sy_console_load(path);
    check_folder_remove(g_steal_pointer(&folder));
    cr_assert(g_str_has_suffix(text, "line 19998\nline 19999\n"));
    cr_assert_lt(strlen(text), 64 * 1024);
    cr_assert_str_eq(none, "");
}
