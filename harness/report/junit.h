/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit.xml as Jenkins and GitLab read it (Jenkins' junit-10.xsd): FAIL is a failure, ERROR an
 * error, SKIP skipped, INCONCLUSIVE skipped with a message that begins "inconclusive: ".
 */
#ifndef SY_REPORT_JUNIT_H
#define SY_REPORT_JUNIT_H

#include "result/result.h"

/* The document; valid XML 1.0 in UTF-8 whatever the strings hold. The caller frees. */
char *sy_junit_render(const SyRunResult *run);

#endif
