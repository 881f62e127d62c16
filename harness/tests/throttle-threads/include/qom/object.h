/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: properties of the only class; object_property_find() is what looks them up here. */
#ifndef STAND_IN_QOM_OBJECT_H
#define STAND_IN_QOM_OBJECT_H

#include "qapi/visitor.h"

typedef struct Object Object;
typedef struct ObjectClass ObjectClass;

typedef void ObjectPropertyAccessor(Object *obj, Visitor *v, const char *name, void *opaque,
                                    Error **errp);

typedef struct ObjectProperty {
    const char *name;
    ObjectPropertyAccessor *get, *set;
    void *opaque;
} ObjectProperty;

void object_class_property_add(ObjectClass *oc, const char *name, const char *type,
                               ObjectPropertyAccessor *get, ObjectPropertyAccessor *set,
                               void *release, void *opaque);

/* NULL if there is none. */
const ObjectProperty *object_property_find(const char *name);

#define object_class_property_set_description(oc, name, text)                                      \
    ((void)(oc), (void)(name), (void)(text))

#endif
