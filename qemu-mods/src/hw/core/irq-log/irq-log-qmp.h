/*
 * Log of qemu_set_irq() calls: the QMP command that makes its own reply
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_QMP_H
#define HW_CORE_IRQ_LOG_QMP_H

#include "qobject/qdict.h"

/*
 * The handler of query-irq-log; see qapi/irq-log.json.  Thousands of records
 * make a reply of a MiB.  Building and freeing that many QDicts would take ten
 * times as long as writing the text.
 */
void qmp_query_irq_log(QDict *args, QObject **ret, Error **errp);

#endif /* HW_CORE_IRQ_LOG_QMP_H */
