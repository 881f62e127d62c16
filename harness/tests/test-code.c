/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a function's machine code is counted and summed, and what of its place is not. */
#include "observe/code.h"

#include "tests/check.h"

/* "12.2": how it writes the rest is up to the compiler. */
#ifdef __clang__
#define COMPILER_VERSION G_STRINGIFY(__clang_major__) "." G_STRINGIFY(__clang_minor__)
#else
#define COMPILER_VERSION G_STRINGIFY(__GNUC__) "." G_STRINGIFY(__GNUC_MINOR__)
#endif

TestSuite(code, .timeout = 60);

/* A function of this program, of the assembly text `body`. */
#define FUNCTION(name, body)                                                                       \
    __asm__(".text\n.p2align 4\n.type " #name ", @function\n" #name ":\n" body ".size " #name      \
            ", . - " #name "\n")
#define BODY(callee) "push %rbx\nmov shared(%rip), %rbx\ncall " callee "\njz 1f\nadd $5, %rbx\n1:"
#define END "pop %rbx\nret\n"

__asm__(".data\n.balign 8\nshared: .quad 1\n.text\n");
FUNCTION(code_callee, "mov $1, %eax\nret\n");
FUNCTION(code_other, "mov $2, %eax\nret\n");
FUNCTION(code_plain, BODY("code_callee") END);
FUNCTION(code_moved, BODY("code_callee") END);
FUNCTION(code_nops, BODY("code_callee") "nop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\n" END);
FUNCTION(code_aligned, BODY("code_callee") ".byte 0x66, 0x0f, 0x1f, 0x44, 0, 0, 0x90\n" END);
FUNCTION(code_elsewhere, BODY("code_other") END);
FUNCTION(code_line_200, "mov $200, %esi\nret\n");
FUNCTION(code_line_300, "mov $300, %esi\nret\n");
FUNCTION(code_small, "mov $100, %esi\nret\n");
FUNCTION(code_large, "mov $1000000, %esi\nret\n");
FUNCTION(code_larger, "mov $1000001, %esi\nret\n");
FUNCTION(code_bad, ".byte 0x06\nret\n"); /* no instruction in 64-bit mode */

static SyCode *code;

static void set_up(void)
{
    GError *error = NULL;

    code = sy_code_read("/proc/self/exe", &error);
    check_no_error(error);
}

static void tear_down(void)
{
    sy_code_free(code);
}

static const SyCodeFunction *find(const char *name)
{
    for (guint i = 0; i < code->functions->len; i++) {
        const SyCodeFunction *function = g_ptr_array_index(code->functions, i);

        if (strcmp(function->name, name) == 0) {
            return function;
        }
    }
    cr_assert_fail("no function %s", name);
    return NULL;
}

/* Whether `b` has the sum of `a`, and how many instructions more. */
static bool same_sum(const char *a, const char *b, int more)
{
    const SyCodeFunction *x = find(a), *y = find(b);

    cr_assert_eq((int)y->instructions - (int)x->instructions, more, "%s %u, %s %u", a,
                 x->instructions, b, y->instructions);
    return strcmp(x->sum, y->sum) == 0;
}

Test(code, equal_code_in_another_place_is_equal, .init = set_up, .fini = tear_down)
{
    cr_assert_eq(find("code_plain")->instructions, 7);
    cr_assert_neq(find("code_plain")->address, find("code_moved")->address);
    cr_assert(same_sum("code_plain", "code_moved", 0));
}

Test(code, eight_nops_are_eight_instructions, .init = set_up, .fini = tear_down)
{
    same_sum("code_plain", "code_nops", 8);
}

Test(code, what_aligns_a_loop_does_not_count, .init = set_up, .fini = tear_down)
{
    same_sum("code_plain", "code_aligned", 0);
}

Test(code, a_call_of_another_function_is_other_code, .init = set_up, .fini = tear_down)
{
    cr_assert_not(same_sum("code_plain", "code_elsewhere", 0));
}

Test(code, a_constant_counts_unless_it_may_be_a_line, .init = set_up, .fini = tear_down)
{
    cr_assert(same_sum("code_line_200", "code_line_300", 0));
    cr_assert_not(same_sum("code_line_200", "code_small", 0));
    cr_assert_not(same_sum("code_large", "code_larger", 0));
}

Test(code, a_byte_that_is_no_instruction_counts_as_one, .init = set_up, .fini = tear_down)
{
    cr_assert_eq(find("code_bad")->instructions, 2);
}

Test(code, the_compiler_is_what_the_program_says, .init = set_up, .fini = tear_down)
{
    cr_assert_not_null(strstr(code->compiler, COMPILER_VERSION), "%s", code->compiler);
}

Test(code, what_has_no_functions_is_named)
{
    char *dir = check_folder();
    g_autofree char *text = g_build_filename(dir, "text", NULL);
    g_autofree char *stripped = g_build_filename(dir, "stripped", NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    char *argv[] = {(char *)"strip", (char *)"-o", stripped, self, NULL};
    GError *error = NULL;

    cr_assert(g_file_set_contents(text, "#!/bin/sh\n", -1, NULL));
    cr_assert_null(sy_code_read(text, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "text: not an ELF program for x86-64");
    cr_assert_null(sy_code_read("/nonexistent/qemu", &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "/nonexistent/qemu: No such file");
    cr_assert(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
    cr_assert_null(sy_code_read(stripped, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "stripped: it has no symbols");
    check_folder_remove(dir);
}
