/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: options given at start-up. There are none here, so nothing is ever visited. */
#ifndef STAND_IN_QAPI_VISITOR_H
#define STAND_IN_QAPI_VISITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "qapi/error.h"

typedef struct Visitor Visitor;

static inline bool visit_type_int(Visitor *v, const char *name, int64_t *value, Error **errp)
{
    return false;
}

#endif
