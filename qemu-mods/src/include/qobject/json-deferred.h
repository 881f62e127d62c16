/*
 * JSON that is made only when a reply is written
 *
 * As a tree of QObjects, a reply of many thousand values takes a multiple of
 * its own size.  A deferred object stands for such a tree: it holds the data
 * that the values are made from, and becomes text in the output buffer itself.
 *
 * It can be stored, unreferenced and turned into JSON like any QObject.  Do
 * nothing else with it: it is a QList, but its elements are private.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef JSON_DEFERRED_H
#define JSON_DEFERRED_H

#include "qobject/json-writer.h"
#include "qobject/qlist.h"

/*
 * Write one JSON value named @name (NULL outside of objects) from @data.
 * Called each time the object is turned into JSON, from any thread.
 */
typedef void JSONDeferredWrite(JSONWriter *writer, const char *name,
                               const void *data);

/*
 * Make an object that @write turns into JSON.  Takes ownership of @data, which
 * g_free() will free.
 */
QObject *json_deferred_new(JSONDeferredWrite *write, void *data);

/* If @list was made by json_deferred_new(), write it and return true. */
bool json_deferred_write(JSONWriter *writer, const char *name,
                         QList *list);

#endif /* JSON_DEFERRED_H */
