/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/build-json.h"

#include <stddef.h>

const SyJsonStringField sy_build_fields[SY_BUILD_FIELDS] = {
    {"release", offsetof(SyBuildInfo, release)},
    {"flavor", offsetof(SyBuildInfo, flavor)},
    {"upstream", offsetof(SyBuildInfo, upstream)},
    {"mods_sha256", offsetof(SyBuildInfo, mods_sha256)},
    {"configure", offsetof(SyBuildInfo, configure)},
    {"qemu_version", offsetof(SyBuildInfo, qemu_version)},
    {"path", offsetof(SyBuildInfo, path)},
};

JsonObject *sy_compared_run_json(const char *id, const char *started, const SyBuildInfo *build,
                                 bool faulty)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "run", id);
    sy_json_set_string(object, "started", started);
    sy_json_set_string(object, "release", build ? build->release : NULL);
    sy_json_set_string(object, "flavor", build ? build->flavor : NULL);
    sy_json_set_string(object, "upstream", build ? build->upstream : NULL);
    sy_json_set_string(object, "mods_sha256", build ? build->mods_sha256 : NULL);
    sy_json_set_string(object, "ref", build ? build->ref : NULL);
    sy_json_set_string(object, "commit", build ? build->commit : NULL);
    json_object_set_boolean_member(object, "faulty", faulty);
    return object;
}
