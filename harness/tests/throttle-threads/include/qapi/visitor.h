/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: a visitor that brings one integer, or takes it. */
#ifndef STAND_IN_QAPI_VISITOR_H
#define STAND_IN_QAPI_VISITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "qapi/error.h"

typedef struct Visitor {
    bool takes;
    int64_t value;
} Visitor;

static inline bool visit_type_int(Visitor *v, const char *name, int64_t *value, Error **errp)
{
    if (v->takes) {
        v->value = *value;
    } else {
        *value = v->value;
    }
    return true;
}

#endif
