/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/inside-host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/module.h>
#include <linux/random.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "lab/inside.h"

#define CGROUP_DIR "/sys/fs/cgroup"
/* Where the driver of virtiofs lists its devices, as virtioN. */
#define VIRTIOFS_DIR "/sys/bus/virtio/drivers/virtiofs"

/* In this order, because some lie inside others. */
static const struct {
    const char *type, *target, *data;
    unsigned long flags;
} mounts[] = {
    {"proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"devtmpfs", "/dev", "mode=755", MS_NOSUID},
    {"devpts", "/dev/pts", "mode=620,ptmxmode=666", MS_NOSUID | MS_NOEXEC},
    {"tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV},
    {"tmpfs", "/run", "mode=755", MS_NOSUID | MS_NODEV},
    {"tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV},
    {"tracefs", "/sys/kernel/tracing", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"debugfs", "/sys/kernel/debug", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"cgroup2", CGROUP_DIR, NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
};

/*
 * If the lab as a whole runs out of memory, it panics: otherwise the kernel would kill any process,
 * and the measurements would be worthless. (A group's own limit still kills within the group.)
 */
static const struct {
    const char *path, *value;
} sysctls[] = {
    {"/proc/sys/vm/panic_on_oom", "1"},
    {"/proc/sys/kernel/printk", "5"}, /* also warnings: what ran out of memory, and why */
    {"/proc/sys/kernel/perf_event_paranoid", "-1"},
    {"/proc/sys/kernel/kptr_restrict", "0"},
};

static const struct {
    int resource; /* glibc has a type of its own for it */
    rlim_t limit;
} limits[] = {
    {RLIMIT_MEMLOCK, RLIM_INFINITY}, {RLIMIT_CORE, 0}, /* core dumps would fill the memory */
};

/* ---- file systems ---- */

const char *sy_inside_hides(const char *path)
{
    for (guint i = 0; i < G_N_ELEMENTS(mounts); i++) {
        size_t length = strlen(mounts[i].target);

        if (strncmp(path, mounts[i].target, length) == 0 && path[length] == '/') {
            return mounts[i].target;
        }
    }
    return NULL;
}

static bool mount_on(const char *type, const char *source, const char *target, unsigned long flags,
                     const char *data, GError **error)
{
    g_mkdir_with_parents(target, 0755);
    if (mount(source, target, type, flags, data) < 0 &&
        errno != EBUSY) { /* EBUSY: mounted already */
        g_autofree char *what = g_strdup_printf("cannot mount %s on", type);

        sy_error_set_io(error, errno, what, target);
        return false;
    }
    return true;
}

bool sy_inside_mount(GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mounts); i++) {
        if (!mount_on(mounts[i].type, mounts[i].type, mounts[i].target, mounts[i].flags,
                      mounts[i].data, error)) {
            return false;
        }
    }
    return true;
}

bool sy_inside_mount_virtiofs(bool *shared, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(VIRTIOFS_DIR, 0, NULL);
    const char *name;

    *shared = false;
    while (dir && (name = g_dir_read_name(dir))) {
        *shared = *shared || g_str_has_prefix(name, "virtio");
    }
    return !*shared || mount_on("virtiofs", SY_INSIDE_VIRTIOFS_TAG, SY_INSIDE_WORK,
                                MS_NOSUID | MS_NODEV, NULL, error);
}

/* ---- settings ---- */

static bool write_to(const char *path, const char *value, GError **error)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int saved_errno = errno;
    bool written = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

    if (fd >= 0) {
        saved_errno = errno;
        close(fd);
    }
    if (!written) {
        sy_error_set_io(error, saved_errno, "cannot write", path);
    }
    return written;
}

/* Enables every controller of the kernel for groups below the root's. */
static bool enable_controllers(GError **error)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) names = NULL;

    if (!g_file_get_contents(CGROUP_DIR "/cgroup.controllers", &text, NULL, error)) {
        return false;
    }
    names = g_strsplit(g_strstrip(text), " ", -1);
    for (char **name = names; *name; name++) {
        g_autofree char *value = g_strconcat("+", *name, NULL);

        if (**name && !write_to(CGROUP_DIR "/cgroup.subtree_control", value, error)) {
            return false;
        }
    }
    return true;
}

static bool raise_loopback(GError **error)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0; /* brings 127.0.0.1 with it */

    if (!up) {
        sy_error_set_io(error, errno, "cannot bring up the network interface", "lo");
    }
    if (fd >= 0) {
        close(fd);
    }
    return up;
}

/*
 * Without a seed, the first process that asks for random numbers waits for seconds. This seed is
 * not random; but the lab has no secrets to keep, and in exact mode nothing may be random.
 */
static bool seed_random(GError **error)
{
    union {
        struct rand_pool_info info;
        char bytes[sizeof(struct rand_pool_info) + 32];
    } seed = {.info = {.entropy_count = 8 * 32, .buf_size = 32}};
    int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
    bool seeded = fd >= 0 && ioctl(fd, RNDADDENTROPY, &seed) == 0;

    if (!seeded) {
        sy_error_set_io(error, errno, "cannot seed", "/dev/urandom");
    }
    if (fd >= 0) {
        close(fd);
    }
    return seeded;
}

static bool set_limits(GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        const struct rlimit limit = {limits[i].limit, limits[i].limit};

        if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) < 0) {
            sy_error_set_io(error, errno, "cannot set a limit of", "process 1");
            return false;
        }
    }
    return true;
}

bool sy_inside_settle(GError **error)
{
    if (sethostname("lab", 3) < 0) {
        sy_error_set_io(error, errno, "cannot set the name of", "the lab");
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(sysctls); i++) {
        if (!write_to(sysctls[i].path, sysctls[i].value, error)) {
            return false;
        }
    }
    return seed_random(error) && raise_loopback(error) && set_limits(error) &&
           enable_controllers(error);
}

/* ---- modules ---- */

static bool load_module(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int flags = g_str_has_suffix(path, ".ko") ? 0 : MODULE_INIT_COMPRESSED_FILE;
    bool loaded = fd >= 0 && (syscall(SYS_finit_module, fd, "", flags) == 0 || errno == EEXIST);

    if (!loaded) {
        sy_error_set_io(error, errno, "cannot load the module", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return loaded;
}

bool sy_inside_load_modules(const char *list, GError **error)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(list, &text, NULL, error)) {
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (*g_strstrip(*line) && !load_module(*line, error)) {
            return false;
        }
    }
    return true;
}
