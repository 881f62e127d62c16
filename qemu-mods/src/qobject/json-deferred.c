/*
 * JSON that is made only when a reply is written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/json-deferred.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"
#include "qobject-internal.h"

/*
 * The object is a list of three: this mark, which nobody else can put into a
 * list; the address of the function; and the data, disguised as a string so
 * that they are freed like one.
 */
static QString mark = {
    .base = { .type = QTYPE_QSTRING, .refcnt = 1 },
    .string = "deferred",
};

QObject *json_deferred_new(JSONDeferredWrite *write, void *data)
{
    QList *list = qlist_new();
    QString *holder = g_new(QString, 1);

    qobject_init(QOBJECT(holder), QTYPE_QSTRING);
    holder->string = data;
    qlist_append(list, qobject_ref(&mark));
    qlist_append_obj(list, QOBJECT(qnum_from_uint((uintptr_t)write)));
    qlist_append(list, holder);
    return QOBJECT(list);
}

bool json_deferred_write(JSONWriter *writer, const char *name, QList *list)
{
    const QListEntry *entry = qlist_first(list);
    JSONDeferredWrite *write;

    if (!entry || qlist_entry_obj(entry) != QOBJECT(&mark)) {
        return false;
    }
    entry = qlist_next(entry);
    write = (JSONDeferredWrite *)(uintptr_t)
        qnum_get_uint(qobject_to(QNum, qlist_entry_obj(entry)));
    entry = qlist_next(entry);
    write(writer, name,
          qstring_get_str(qobject_to(QString, qlist_entry_obj(entry))));
    return true;
}
