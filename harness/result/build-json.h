/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of two compared runs in comparison.json (docs/RESULTS.md). */
#ifndef SY_RESULT_BUILD_JSON_H
#define SY_RESULT_BUILD_JSON_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "result/build.h"

/* {run, started, release, flavor, upstream, mods_sha256, ref, commit, faulty}; without a `build`
 * (NULL) its fields are null. The caller frees with json_object_unref(), or gives it away. */
JsonObject *sy_compared_run_json(const char *id, const char *started, const SyBuildInfo *build,
                                 bool faulty);

#endif
