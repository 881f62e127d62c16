/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/insn-path.h"

#include "tests/check.h"

TestSuite(insn_path, .timeout = 60);

#define HEAD "\nprogram:     file format elf64-x86-64\n\n0000000000001000 <set>:\n"

static guint count(const char *text)
{
    GError *error = NULL;
    guint n = 0;

    cr_assert(insn_path_parse(text, "set", &n, &error));
    check_no_error(error);
    return n;
}

Test(insn_path, counts_up_to_the_indirect_jump_without_padding)
{
    cr_assert_eq(count(HEAD "    1000:\ttest   %rdi,%rdi\n"
                            "    1003:\tjz     1010 <set+0x10>\n"
                            "    1005:\tnopl   (%rax)\n"
                            "    1008:\tmov    0x28(%rdi),%rax\n"
                            "    100c:\tjmp    *%rax\n"
                            "    1010:\tret\n"),
                 4);
    cr_assert_eq(count(HEAD "    1000:\tcall   *0x28(%rdi)\n    1003:\tret\n"), 1);
}

Test(insn_path, a_path_without_an_indirect_jump_is_an_error)
{
    static const char *const bad[] = {
        "",
        "0000000000001000 <other>:\n    1000:\tjmp    *%rax\n",
        HEAD "    1000:\tcall   2000 <log>\n    1005:\tjmp    *%rax\n",
        HEAD "    1000:\tjmp    2000 <log>\n",
        HEAD "    1000:\tret\n",
        HEAD,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        guint n;

        cr_assert_not(insn_path_parse(bad[i], "set", &n, &error));
        check_error(error, SY_ERROR_PROTOCOL, "set");
    }
}
