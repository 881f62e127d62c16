/*
 * Guest-physical memory by pages: QMP command
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef PHYS_PAGES_H
#define PHYS_PAGES_H

#include "qobject/qdict.h"

/* Most pages in one reply */
#define PHYS_PAGES_MAX 64

/* The handler of query-phys-pages; see qapi/phys-pages.json. */
void qmp_query_phys_pages(QDict *args, QObject **ret, Error **errp);

#endif /* PHYS_PAGES_H */
