/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/gnuplot.h"

#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"

#define SVG_BYTES_MAX (1024 * 1024)

/* Removes every stretch from `begin` up to and including `end`. */
static void cut(GString *text, const char *begin, const char *end)
{
    char *from = text->str;

    while ((from = strstr(from, begin)) != NULL) {
        char *to = strstr(from, end);
        gssize at = from - text->str;

        if (!to) {
            return;
        }
        g_string_erase(text, at, to + strlen(end) - from);
        from = text->str + at;
    }
}

/* Replaces gnuplot's colours by the page's, and its ids by ones unique to this plot. */
static void adopt(GString *svg, guint number)
{
    static const char *const to_ink[] = {"rgb(  1,   2,   3)", "rgb(1,2,3)"};
    g_autofree char *point = g_strdup_printf("p%uPt", number);
    g_autofree char *part = g_strdup_printf("plot%u_", number);

    cut(svg, "<title>", "</title>");
    cut(svg, "<desc>", "</desc>");
    cut(svg, "<filter", "</filter>");
    g_string_replace(svg, "gpPt", point, 0);
    g_string_replace(svg, "gpDot", part, 0);
    g_string_replace(svg, "gnuplot_", part, 0);
    g_string_replace(svg, " color=\"black\"", "", 0);
    g_string_replace(svg, "stroke=\"black\"", "stroke=\"currentColor\"", 0);
    g_string_replace(svg, " color=\"gray\"", "", 0);
    g_string_replace(svg, " color=\"white\"", "", 0);
    g_string_replace(svg, "color='white'", "visibility='hidden'", 0); /* halos of points */
    for (gsize i = 0; i < G_N_ELEMENTS(to_ink); i++) {
        g_string_replace(svg, to_ink[i], "currentColor", 0);
    }
}

GString *sy_gnuplot_body(const char *svg, guint number, GError **error)
{
    const char *begin = strstr(svg, "<svg");
    const char *inside = begin ? strchr(begin, '>') : NULL;
    const char *end = inside ? strstr(inside, "</svg>") : NULL;
    GString *body;

    if (!end) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "gnuplot wrote something other than an SVG");
        return NULL;
    }
    body = g_string_new_len(inside + 1, end - inside - 1);
    adopt(body, number);
    return body;
}

/* Runs gnuplot in `dir` on the file `script`. */
static bool run_gnuplot(const char *dir, const char *script, GError **error)
{
    const char *const argv[] = {"gnuplot", "-d", script, NULL};
    g_autofree char *log = g_build_filename(dir, "gnuplot.log", NULL);
    g_autofree char *words = NULL, *how = NULL;
    g_autoptr(SyChild) child =
        sy_child_spawn(argv, &(SyChildOptions){.cwd = dir, .output_path = log}, error);

    if (!child) {
        g_prefix_error(error, "no plot (package gnuplot-nox): ");
        return false;
    }
    if (!sy_child_wait(child, sy_now_ns() + SY_PLOT_LIMIT_S * SY_NS_PER_S)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "no plot: gnuplot took more than %d s",
                    SY_PLOT_LIMIT_S);
        return false;
    }
    if (!sy_child_succeeded(child)) {
        how = sy_child_describe_exit(child);
        g_file_get_contents(log, &words, NULL, NULL);
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "no plot: gnuplot: %s: %s", how,
                    words ? g_strstrip(words) : "");
        return false;
    }
    return true;
}

static char *read_plot(const char *path, GError **error)
{
    g_autofree char *svg = NULL;
    gsize length;

    if (!g_file_get_contents(path, &svg, &length, NULL) || length > SVG_BYTES_MAX ||
        !g_utf8_validate(svg, (gssize)length, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "no plot: gnuplot left no usable SVG");
        return NULL;
    }
    return g_steal_pointer(&svg);
}

static GStrv read_plots(const char *dir, const char *const *files, GError **error)
{
    g_autoptr(GStrvBuilder) plots = g_strv_builder_new();

    for (; *files; files++) {
        g_autofree char *path = g_build_filename(dir, *files, NULL);
        g_autofree char *svg = read_plot(path, error);

        if (!svg) {
            return NULL;
        }
        g_strv_builder_add(plots, svg);
    }
    return g_strv_builder_end(plots);
}

GStrv sy_gnuplot_run(const char *script, const char *const *files, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp("steelyard-plot-XXXXXX", NULL);
    g_autofree char *path = NULL;
    GStrv plots = NULL;

    if (!dir) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "no plot: cannot create a temporary folder");
        return NULL;
    }
    path = g_build_filename(dir, "plot.gp", NULL);
    if (sy_fs_write_atomic(path, script, -1, error) && run_gnuplot(dir, path, error)) {
        plots = read_plots(dir, files, error);
    }
    sy_fs_remove_tree(dir);
    return plots;
}
