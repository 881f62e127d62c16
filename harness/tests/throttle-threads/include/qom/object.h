/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: properties of classes, which nobody here sets. */
#ifndef STAND_IN_QOM_OBJECT_H
#define STAND_IN_QOM_OBJECT_H

typedef struct Object Object;
typedef struct ObjectClass ObjectClass;

#define object_class_property_add(oc, name, type, get, set, release, opaque)                       \
    ((void)(oc), (void)(name), (void)(set), (void)(opaque))
#define OBJ_PROP_FLAG_READWRITE 3
#define object_class_property_add_uint32_ptr(oc, name, value, flags)                               \
    ((void)(oc), (void)(name), (void)(value), (void)(flags))
#define object_class_property_set_description(oc, name, text)                                      \
    ((void)(oc), (void)(name), (void)(text))

#endif
