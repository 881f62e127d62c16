/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a whole consists of, on the page. */
#ifndef SY_REPORT_HTML_PARTS_H
#define SY_REPORT_HTML_PARTS_H

#include "report/parts.h"

/* Appends the table below its plot: an <svg>, a sentence why there is none, or NULL. */
void sy_html_parts(GString *out, const SyParts *parts, const char *plot);

#endif
