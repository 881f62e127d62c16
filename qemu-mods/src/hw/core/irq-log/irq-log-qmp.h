/*
 * Log of what is set by qemu_set_irq(): the QMP command with a reply of its
 * own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_QMP_H
#define HW_CORE_IRQ_LOG_QMP_H

#include "qobject/qdict.h"

/*
 * The handler of query-irq-log; see qapi/irq-log.json.  Thousands of records
 * are a reply of a MiB, and a tree of as many QDicts would take ten times
 * longer to build and to free than its text to write.
 */
void qmp_query_irq_log(QDict *args, QObject **ret, Error **errp);

#endif /* HW_CORE_IRQ_LOG_QMP_H */
