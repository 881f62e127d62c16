/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A build of QEMU in JSON: in results.json, in a baseline, and as one of two compared runs in
 * comparison.json (docs/RESULTS.md). */
#ifndef SY_RESULT_BUILD_JSON_H
#define SY_RESULT_BUILD_JSON_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "result/build.h"
#include "result/json-fields.h"

/* The strings of a SyBuildInfo. Those that say which build it is come first. */
#define SY_BUILD_FIELDS 7
#define SY_BUILD_IDENTITY_FIELDS 5
extern const SyJsonStringField sy_build_fields[SY_BUILD_FIELDS];

/* {run, started, release, flavor, upstream, mods_sha256, ref, commit, faulty}; without a `build`
 * (NULL) its fields are null. The caller frees with json_object_unref(), or gives it away. */
JsonObject *sy_compared_run_json(const char *id, const char *started, const SyBuildInfo *build,
                                 bool faulty);

#endif
