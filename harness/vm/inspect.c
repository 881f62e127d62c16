/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "vm/json.h"

#define MEMORY_FILE "memory.bin"

static void set_unexpected(GError **error, const char *command)
{
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "QMP %s: the reply does not have the expected form", command);
}

static void clear_vcpu(gpointer vcpu)
{
    g_free(((SyVcpu *)vcpu)->qom_path);
}

static int compare_vcpus(gconstpointer a, gconstpointer b)
{
    return ((const SyVcpu *)a)->cpu_index - ((const SyVcpu *)b)->cpu_index;
}

static bool add_vcpu(GArray *vcpus, JsonObject *object)
{
    const char *qom_path = object ? sy_json_string_member(object, "qom-path") : NULL;
    gint64 cpu_index, thread_id;
    SyVcpu vcpu;

    if (!qom_path || !sy_json_int_member(object, "cpu-index", &cpu_index) ||
        !sy_json_int_member(object, "thread-id", &thread_id) || thread_id <= 0 ||
        thread_id > G_MAXINT32 || cpu_index < 0 || cpu_index > G_MAXINT32) {
        return false;
    }
    vcpu = (SyVcpu){(int)cpu_index, (pid_t)thread_id, g_strdup(qom_path)};
    g_array_append_val(vcpus, vcpu);
    return true;
}

GArray *sy_vm_vcpu_tids(SyVm *vm, GError **error)
{
    const char *command = "query-cpus-fast";
    g_autoptr(GArray) vcpus = g_array_new(FALSE, FALSE, sizeof(SyVcpu));
    g_autoptr(JsonNode) result = sy_vm_execute(vm, command, NULL, error);
    JsonArray *list;

    if (!result) {
        return NULL;
    }
    g_array_set_clear_func(vcpus, clear_vcpu);
    list = JSON_NODE_HOLDS_ARRAY(result) ? json_node_get_array(result) : NULL;
    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        if (!add_vcpu(vcpus, sy_json_object(json_array_get_element(list, i)))) {
            set_unexpected(error, command);
            return NULL;
        }
    }
    if (vcpus->len == 0) {
        set_unexpected(error, command);
        return NULL;
    }
    g_array_sort(vcpus, compare_vcpus);
    return g_steal_pointer(&vcpus);
}

/* Reads the file, which must hold exactly `size` bytes. */
static bool read_exactly(int fd, char *buffer, gsize size)
{
    gsize done = 0;
    char extra;
    ssize_t n;

    do {
        n = read(fd, done < size ? buffer + done : &extra, done < size ? size - done : 1);
        if (n > 0) {
            done += (gsize)n;
        }
    } while ((n > 0 && done <= size) || (n < 0 && errno == EINTR));
    return n == 0 && done == size;
}

static bool fetch_file(SyVm *vm, void *buffer, gsize size, GError **error)
{
    int fd = openat(sy_vm_dir_fd(vm), MEMORY_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot read the guest memory QEMU wrote to", MEMORY_FILE);
        return false;
    }
    ok = read_exactly(fd, buffer, size);
    close(fd);
    if (!ok) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO,
                    "%s/" MEMORY_FILE " does not have the %zu bytes of guest memory asked for; "
                    "is there space in that folder?",
                    sy_vm_run_dir(vm), size);
    }
    return ok;
}

bool sy_vm_read_memory(SyVm *vm, uint64_t guest_phys, gsize size, void *buffer, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autoptr(JsonNode) result = NULL;
    bool ok;

    if (size == 0 || size > SY_VM_READ_MEMORY_MAX_BYTES || guest_phys > G_MAXINT64 - size) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "cannot read %zu bytes of guest memory at 0x%" G_GINT64_MODIFIER
                    "x: 1 byte to 16 MiB at a time",
                    size, (guint64)guest_phys);
        return false;
    }
    json_object_set_int_member(arguments, "val", (gint64)guest_phys);
    json_object_set_int_member(arguments, "size", (gint64)size);
    json_object_set_string_member(arguments, "filename", MEMORY_FILE);
    unlinkat(sy_vm_dir_fd(vm), MEMORY_FILE, 0);
    result = sy_vm_execute(vm, "pmemsave", arguments, error);
    ok = result && fetch_file(vm, buffer, size, error);
    unlinkat(sy_vm_dir_fd(vm), MEMORY_FILE, 0);
    return ok;
}

SyVmBuild *sy_vm_query_build(SyVm *vm, GError **error)
{
    const char *command = "query-version";
    g_autoptr(JsonNode) result = sy_vm_execute(vm, command, NULL, error);
    JsonObject *object = sy_json_object(result), *numbers;
    gint64 major, minor, micro;
    SyVmBuild *build;

    if (!result) {
        return NULL;
    }
    numbers = object ? sy_json_object_member(object, "qemu") : NULL;
    if (!numbers || !sy_json_int_member(numbers, "major", &major) ||
        !sy_json_int_member(numbers, "minor", &minor) ||
        !sy_json_int_member(numbers, "micro", &micro)) {
        set_unexpected(error, command);
        return NULL;
    }
    build = g_new0(SyVmBuild, 1);
    build->version = g_strdup_printf("%d.%d.%d", (int)major, (int)minor, (int)micro);
    build->release = g_strdup_printf("%d.%d", (int)major, (int)minor);
    build->package = g_strdup(sy_json_string_member(object, "package"));
    if (!build->package) {
        build->package = g_strdup("");
    }
    build->stamp = sy_stamp_parse(build->package);
    return build;
}

const char *sy_vm_build_flavor(const SyVmBuild *build)
{
    return build->stamp ? build->stamp->flavor : "unknown";
}

void sy_vm_build_free(SyVmBuild *build)
{
    if (!build) {
        return;
    }
    g_free(build->version);
    g_free(build->release);
    g_free(build->package);
    sy_stamp_free(build->stamp);
    g_free(build);
}

static bool lists_command(JsonArray *list, const char *command)
{
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonObject *entry = sy_json_object(json_array_get_element(list, i));

        if (entry && g_strcmp0(sy_json_string_member(entry, "name"), command) == 0) {
            return true;
        }
    }
    return false;
}

bool sy_vm_has_command(SyVm *vm, const char *command, GError **error)
{
    g_autoptr(JsonNode) result = sy_vm_execute(vm, "query-commands", NULL, error);
    g_autoptr(SyVmBuild) build = NULL;

    if (!result) {
        return false;
    }
    if (!JSON_NODE_HOLDS_ARRAY(result)) {
        set_unexpected(error, "query-commands");
        return false;
    }
    if (lists_command(json_node_get_array(result), command)) {
        return true;
    }
    build = sy_vm_query_build(vm, error);
    if (build) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "QEMU %s (%s, flavor %s) has no QMP command %s: it was built without "
                    "Steelyard's mods, or with older ones; `make qemu REL=%s FLAVOR=modded` builds "
                    "one that has it",
                    build->version, sy_vm_qemu(vm), sy_vm_build_flavor(build), command,
                    build->release);
    }
    return false;
}
