/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Converts json-glib trees to and from text. Only the parser is json-glib's. Its generator prints
 * 17 digits of every number ("0.10000000000000001"), and 1e20 as "1e+20.0", which is not JSON
 * (json-generator.c of 1.6.6); but results are compared byte for byte.
 */
#ifndef SY_RESULT_JSON_TEXT_H
#define SY_RESULT_JSON_TEXT_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef enum {
    SY_JSON_LINE,   /* everything on one line, without a newline: a journal entry */
    SY_JSON_PRETTY, /* two spaces a level; short lists of scalars stay on one line; ends in '\n' */
} SyJsonStyle;

/*
 * The text of `node`: members in their order; numbers with the fewest digits that read back as the
 * same double (with '.' or an exponent, so that 5.0 stays a double); NAN and infinities as null;
 * bytes that are not UTF-8 as U+FFFD. Equal trees give equal bytes in every locale. The caller
 * frees.
 */
char *sy_json_text(JsonNode *node, SyJsonStyle style);

/*
 * Parses `length` bytes (-1: up to NUL). SY_ERROR_USAGE "<where>: ..." for a text that is not JSON,
 * is empty, or is nested deeper than 64 levels (json-glib recurses; 100000 levels crash it). The
 * caller frees.
 */
JsonNode *sy_json_parse(const char *text, gssize length, const char *where, GError **error);

/*
 * The fewest digits that read back as `value`, decimal for 1e-5 <= |value| < 1e16,
 * locale-independent: "5", "0.1", "1e+20"; "nan", "inf". The canonical text of a SY_PARAM_DOUBLE.
 * The caller frees.
 */
char *sy_number_text(double value);

#endif
