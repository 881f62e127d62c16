/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scaling, on the page. */
#ifndef SY_REPORT_HTML_SCALING_H
#define SY_REPORT_HTML_SCALING_H

#include "report/scaling.h"

/* Appends the table below its plot: an <svg>, a sentence why there is none, or NULL. */
void sy_html_scaling(GString *out, const SyScaling *scaling, const char *plot);

#endif
