/*
 * JSON written from its source when a reply is written, not before
 *
 * A reply of many thousand values takes a multiple of its own size as a tree
 * of QObjects.  An object made here stands for such a tree: it holds what the
 * values are made of, and becomes text in the very buffer that goes out.
 *
 * It can be stored, unreferenced and made JSON of like any QObject.  Nothing
 * else may be asked of it: it is a list only to those who look into it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef JSON_DEFERRED_H
#define JSON_DEFERRED_H

#include "qobject/json-writer.h"
#include "qobject/qlist.h"

/*
 * Write one JSON value called @name (NULL outside of objects) that is made of
 * @data.  Called as often as JSON is made of the object, from any thread.
 */
typedef void JSONDeferredWrite(JSONWriter *writer, const char *name,
                               const void *data);

/*
 * An object that @write makes JSON of.  Takes over @data, which g_free() will
 * free.
 */
QObject *json_deferred_new(JSONDeferredWrite *write, void *data);

/* If @list was made by json_deferred_new(), write it and return true. */
bool json_deferred_write(JSONWriter *writer, const char *name,
                         QList *list);

#endif /* JSON_DEFERRED_H */
