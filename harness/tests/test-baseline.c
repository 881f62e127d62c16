/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions are the mods', which differ from the baseline and by how much, and what a file of
 * it must be like. */
#include "judge/baseline.h"

#include "base/exit-code.h"
#include "report/baseline.h"
#include "store/baseline.h"
#include "tests/check.h"

typedef struct {
    const char *name;
    guint instructions;
    const char *sum;
} Row;

static SyCode *code_of(const Row *rows, guint count)
{
    SyCode *code = g_new0(SyCode, 1);

    code->functions = g_ptr_array_new_with_free_func((GDestroyNotify)sy_code_function_free);
    for (guint i = 0; i < count; i++) {
        SyCodeFunction *function = sy_code_function_new(rows[i].name);

        function->instructions = rows[i].instructions;
        g_strlcpy(function->sum, rows[i].sum, sizeof(function->sum));
        g_ptr_array_add(code->functions, function);
    }
    return code;
}

static SyBaseline *baseline_of(const Row *rows, guint count)
{
    SyBaseline *baseline = sy_baseline_new();

    baseline->build = sy_build_info_new();
    baseline->build->release = g_strdup("10.0");
    baseline->build->flavor = g_strdup("modded");
    baseline->build->upstream = g_strdup("10.0.13");
    baseline->build->mods_sha256 = g_strdup("1234567890abcdef");
    baseline->build->configure = g_strdup("--enable-kvm");
    baseline->compiler = g_strdup("GCC 12");
    for (guint i = 0; i < count; i++) {
        sy_baseline_add(baseline, rows[i].name, rows[i].instructions, rows[i].sum);
    }
    sy_baseline_sort(baseline);
    return baseline;
}

#define CODE(rows) code_of(rows, G_N_ELEMENTS(rows))
#define BASELINE(rows) baseline_of(rows, G_N_ELEMENTS(rows))

/* All differences, a line each. */
static char *texts(const SyBaselineCheck *check)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < check->differences->len; i++) {
        g_autofree char *text =
            sy_baseline_difference_text(g_ptr_array_index(check->differences, i));

        g_string_append_printf(out, "%s\n", text);
    }
    return g_string_free(out, FALSE);
}

static void check_texts(const SyBaselineCheck *check, const char *expected)
{
    g_autofree char *text = texts(check);

    cr_assert_str_eq(text, expected);
}

static const Row usual[] = {{"account", 40, "a1"}, {"parse", 8, "b1"}, {"parse", 9, "b2"}};

Test(baseline, the_mods_are_what_the_stock_build_does_not_have_like_this)
{
    const Row in_stock[] = {{"irq", 5, "01"}, {"main", 7, "02"}, {"init", 3, "03"}};
    const Row in_modded[] = {
        {"throttle", 9, "04"}, {"main", 7, "02"}, {"irq", 6, "05"}, {"init", 3, "06"}};
    g_autoptr(SyCode) stock = CODE(in_stock), modded = CODE(in_modded);
    g_autoptr(SyBaseline) baseline = sy_baseline_new();
    static const char *const expected[] = {"init", "irq", "throttle"};

    sy_baseline_take_code(baseline, stock, modded);
    cr_assert_eq(baseline->functions->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const SyBaselineFunction *function = g_ptr_array_index(baseline->functions, i);

        cr_assert_str_eq(function->name, expected[i]);
    }
}

Test(baseline, equal_code_is_equal)
{
    g_autoptr(SyBaseline) was = BASELINE(usual), now = BASELINE(usual);
    g_autoptr(SyBaselineCheck) check = NULL;

    check = sy_baseline_check(was, now);
    check_texts(check, "");
    cr_assert_eq(check->functions, 3);
    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_PASS);
}

Test(baseline, another_commit_of_the_mods_asks_for_nothing)
{
    g_autoptr(SyBaseline) was = BASELINE(usual), now = BASELINE(usual);
    g_autoptr(SyBaselineCheck) check = NULL;

    g_free(now->build->mods_sha256);
    now->build->mods_sha256 = g_strdup("fedcba");
    check = sy_baseline_check(was, now);
    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_PASS);
}

Test(baseline, a_difference_has_its_function_and_its_size)
{
    const Row changed[] = {
        {"account", 48, "a1"}, {"parse", 8, "b1"}, {"parse", 9, "b3"}, {"query", 4, "c1"}};
    g_autoptr(SyBaseline) was = BASELINE(usual), now = BASELINE(changed);
    g_autoptr(SyBaselineCheck) check = sy_baseline_check(was, now);
    g_autoptr(SyBaselineCheck) back = sy_baseline_check(now, was);

    check_texts(check, "account: 40 -> 48 instructions (+8)\n"
                       "parse: 9 instructions as before, but other ones\n"
                       "query: new, 4 instructions\n");
    check_texts(back, "account: 48 -> 40 instructions (-8)\n"
                      "parse: 9 instructions as before, but other ones\n"
                      "query: gone, had 4 instructions\n");
    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_FAIL);
    cr_assert_eq(sy_baseline_exit_code(back), SY_EXIT_FAIL);
}

Test(baseline, another_qemu_or_compiler_makes_a_new_one_due)
{
    g_autoptr(SyBaseline) was = BASELINE(usual), now = BASELINE(usual);
    g_autoptr(SyBaselineCheck) check = NULL;
    g_autofree char *text = NULL;
    const SyTerminalStyle style = {.width = 120};

    g_free(now->build->upstream);
    now->build->upstream = g_strdup("10.0.14");
    g_free(now->compiler);
    now->compiler = g_strdup("GCC 14");
    check = sy_baseline_check(was, now);
    cr_assert_eq(check->reasons->len, 2);
    cr_assert_str_eq(g_ptr_array_index(check->reasons, 0), "QEMU: 10.0.13 -> 10.0.14");
    cr_assert_str_eq(g_ptr_array_index(check->reasons, 1), "compiler: GCC 12 -> GCC 14");
    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_INCONCLUSIVE);
    text = sy_baseline_text(check, was, now, "10.0.json", "steelyard baseline --record", &style);
    cr_assert_not_null(strstr(text, "besides, all 3 functions of the mods are equal"), "%s", text);
    cr_assert_not_null(strstr(text, "a new baseline is due"), "%s", text);
}

Test(baseline, the_file_keeps_all_of_it)
{
    char *dir = check_folder();
    g_autofree char *path = sy_baseline_path(dir, "10.0");
    g_autoptr(SyBaseline) was = BASELINE(usual), back = NULL;
    g_autofree char *text = NULL, *again = NULL;
    GError *error = NULL;

    cr_assert(sy_baseline_write(was, path, &error));
    check_no_error(error);
    cr_assert(g_str_has_suffix(path, "/baselines/10.0.json"));
    back = sy_baseline_read(path, &error);
    check_no_error(error);
    text = sy_baseline_to_text(was);
    again = sy_baseline_to_text(back);
    cr_assert_str_eq(text, again);
    cr_assert_not_null(strstr(text, "    [\"parse\", 9, \"b2\"]\n"), "%s", text);
    check_folder_remove(dir);
}

Test(baseline, a_damaged_file_is_named_with_place_and_remedy)
{
    static const struct {
        const char *text, *message;
    } table[] = {
        {"{", "f: not JSON"},
        {"{\"schema\": 2}", "f: $.schema"},
        {"{\"functions\": [[\"a\", 1]]", "[0]: expected an array of three"},
        {"{\"functions\": [[1, 1, \"b\"]]", "[0][0]: expected a string"},
        {"{\"functions\": [[\"a\", -1, \"b\"]]", "[0][1]: expected a whole number"},
        {"{\"functions\": [[\"a\", 1.5, \"b\"]]", "[0][1]: expected a whole number"},
        {"{\"functions\": [[\"a\", 1, 2]]", "[0][2]: expected a string"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        static const char rest[] =
            ", \"schema\": 1, \"release\": null, \"flavor\": null, \"upstream\": null, "
            "\"mods_sha256\": null, \"configure\": null, \"compiler\": \"c\"}";
        g_autofree char *text = g_strconcat(
            table[i].text, g_str_has_prefix(table[i].text, "{\"functions") ? rest : "", NULL);
        GError *error = NULL;

        cr_assert_null(sy_baseline_parse(text, -1, "f", &error), "%s", text);
        cr_assert_not_null(strstr(error->message, "record it again with"), "%s", error->message);
        check_error(error, SY_ERROR_USAGE, table[i].message);
    }
}
