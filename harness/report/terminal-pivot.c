/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/terminal-pivot.h"

#include "report/text.h"

#define GAP 2

/* Row `row` from 0, its label first; row -1 is the head. Clean; the caller frees. */
static char *text_at(const SyPivot *pivot, int row, guint column, bool brief)
{
    g_autofree char *text = NULL;

    if (row < 0) {
        return sy_text_line(column == 0 ? pivot->head
                                        : g_ptr_array_index(pivot->columns, column - 1));
    }
    text = column == 0
               ? g_strdup(((const SyPivotRow *)g_ptr_array_index(pivot->rows, row))->label)
               : sy_pivot_cell(pivot, g_ptr_array_index(pivot->rows, row), column - 1, brief);
    return sy_text_line(text);
}

static guint column_width(const SyPivot *pivot, guint column, bool brief)
{
    guint width = 0;

    for (int row = -1; row < (int)pivot->rows->len; row++) {
        g_autofree char *text = text_at(pivot, row, column, brief);

        width = MAX(width, sy_text_width(text));
    }
    return width;
}

static guint table_width(const SyPivot *pivot, bool brief)
{
    guint width = 0;

    for (guint column = 0; column <= pivot->columns->len; column++) {
        width += GAP + column_width(pivot, column, brief);
    }
    return width;
}

static void append_table(GString *out, const SyPivot *pivot, bool brief)
{
    for (int row = -1; row < (int)pivot->rows->len; row++) {
        for (guint column = 0; column <= pivot->columns->len; column++) {
            g_autofree char *text = text_at(pivot, row, column, brief);
            guint width = column_width(pivot, column, brief);

            g_string_append_printf(out, "%*s", GAP, "");
            if (column == 0) {
                sy_text_append_padded(out, text, width);
            } else {
                g_string_append_printf(out, "%*s%s", (int)(width - sy_text_width(text)), "", text);
            }
        }
        g_string_append_c(out, '\n');
    }
}

static void append_list(GString *out, const SyPivot *pivot, guint columns)
{
    for (int row = 0; row < (int)pivot->rows->len; row++) {
        for (guint column = 1; column <= pivot->columns->len; column++) {
            g_autofree char *label = text_at(pivot, row, 0, true);
            g_autofree char *name = text_at(pivot, -1, column, true);
            g_autofree char *cell = text_at(pivot, row, column, false);
            g_autofree char *line =
                g_strdup_printf("%s%s%s: %s", label, *label ? ", " : "", name, cell);

            if (*cell) {
                g_string_append_printf(out, "%*s", GAP, "");
                sy_text_append_wrapped(out, line, GAP, columns);
                g_string_append_c(out, '\n');
            }
        }
    }
}

void sy_terminal_append_pivot(GString *out, const SyPivot *pivot, guint columns)
{
    g_autofree char *title = sy_pivot_title(pivot);
    g_autofree char *line = sy_text_line(title);

    sy_text_append_wrapped(out, line, GAP, columns);
    g_string_append_c(out, '\n');
    if (table_width(pivot, false) <= columns) {
        append_table(out, pivot, false);
    } else if (table_width(pivot, true) <= columns) {
        append_table(out, pivot, true);
    } else {
        append_list(out, pivot, columns);
    }
}
