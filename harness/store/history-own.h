/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What history.c and history-query.c share. */
#ifndef SY_STORE_HISTORY_OWN_H
#define SY_STORE_HISTORY_OWN_H

#include "store/history-db.h"
#include "store/history.h"

struct SyHistory {
    sqlite3 *db;
};

#endif
