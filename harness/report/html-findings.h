/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host findings of the run's start, on the page. */
#ifndef SY_REPORT_HTML_FINDINGS_H
#define SY_REPORT_HTML_FINDINGS_H

#include <glib.h>

/* Appends the findings (SyFinding*): what is not as it should be, with its remedy; what the host
 * lacks; and, folded away, the rest. Nothing without findings. */
void sy_html_findings(GString *out, const GPtrArray *findings);

#endif
