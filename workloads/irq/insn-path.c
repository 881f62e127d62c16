/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/insn-path.h"

#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"

#define OBJDUMP_LIMIT_NS (60 * SY_NS_PER_S)

/* The part of objdump's line after address and bytes, "jmp    *%rax"; NULL if the line has none. */
static const char *instruction_of(const char *line)
{
    const char *tab = strchr(line, '\t');

    return g_ascii_isspace(*line) && tab && strchr(line, ':') ? tab + 1 : NULL;
}

/* Padding, and marks for indirect branches; neither counts. */
static bool is_no_operation(const char *insn)
{
    return g_str_has_prefix(insn, "nop") || g_str_has_prefix(insn, "endbr64") ||
           g_str_has_prefix(insn, "xchg   %ax,%ax") || strstr(insn, "cs nopw");
}

static void set_error(GError **error, const char *function, const char *what)
{
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "cannot count the instructions of %s: %s",
                function, what);
}

bool insn_path_parse(const char *text, const char *function, guint *count, GError **error)
{
    g_autofree char *head = g_strdup_printf("<%s>:\n", function);
    const char *begin = strstr(text, head);
    g_auto(GStrv) lines = NULL;

    if (!begin) {
        set_error(error, function, "the disassembly lacks it");
        return false;
    }
    lines = g_strsplit(begin + strlen(head), "\n", -1);
    *count = 0;
    for (guint i = 0; lines[i]; i++) {
        const char *insn = instruction_of(lines[i]);

        if (!insn || is_no_operation(insn)) {
            continue;
        }
        ++*count;
        if ((g_str_has_prefix(insn, "jmp") || g_str_has_prefix(insn, "call")) &&
            strchr(insn, '*')) {
            return true;
        }
        if (g_str_has_prefix(insn, "call") || g_str_has_prefix(insn, "jmp") ||
            g_str_has_prefix(insn, "ret")) {
            break;
        }
    }
    set_error(error, function, "without taking a branch, it does not reach an indirect jump");
    return false;
}

bool insn_path_count(const char *binary, const char *function, const char *work_path, guint *count,
                     GError **error)
{
    g_autofree char *option = g_strdup_printf("--disassemble=%s", function);
    const char *const argv[] = {"objdump", "-d", "--no-show-raw-insn", option, binary, NULL};
    const SyChildOptions options = {.output_path = work_path};
    g_autoptr(SyChild) child = NULL;
    g_autofree char *text = NULL;

    unlink(work_path);
    child = sy_child_spawn(argv, &options, error);
    if (!child) {
        return false;
    }
    if (!sy_child_wait(child, sy_now_ns() + OBJDUMP_LIMIT_NS) || !sy_child_succeeded(child)) {
        set_error(error, function, "objdump failed");
        return false;
    }
    return g_file_get_contents(work_path, &text, NULL, error) &&
           insn_path_parse(text, function, count, error);
}
