/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-ins for QEMU's small services, and libc calls that can be made to fail (-Wl,--wrap). */
#include "stand-in.h"

#include <stdarg.h>

#include "machine.h"
#include "qapi/error.h"
#include "qapi/qapi-types-kvm-throttle.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/osdep.h"
#include "qom/object.h"
#include "system/kvm_int.h"
#include "trace/trace-accel_kvm_throttle.h"

struct Error {
    char *text;
};

TraceCounts trace_counts;

static KVMState accelerator = {.fd = -1};
KVMState *kvm_state = &accelerator;

static ObjectProperty properties[8];
static size_t n_properties;

__thread bool stand_in_no_timers;

static unsigned timers, timers_made; /* atomic */

void error_setg(Error **errp, const char *format, ...)
{
    va_list args;

    if (!errp) {
        return;
    }
    *errp = g_new0(Error, 1);
    va_start(args, format);
    (*errp)->text = g_strdup_vprintf(format, args);
    va_end(args);
}

void error_setg_errno(Error **errp, int os_errno, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    error_setg(errp, "%s: %s", what, g_strerror(os_errno));
}

const char *error_get_pretty(const Error *error)
{
    return error->text;
}

void error_free(Error *error)
{
    if (error) {
        g_free(error->text);
        g_free(error);
    }
}

void warn_reportf_err(Error *error, const char *format, ...)
{
    error_free(error);
}

void error_report_err(Error *error)
{
    warn_reportf_err(error, "%s", "");
}

void object_class_property_add(ObjectClass *oc, const char *name, const char *type,
                               ObjectPropertyAccessor *get, ObjectPropertyAccessor *set,
                               void *release, void *opaque)
{
    g_assert(n_properties < G_N_ELEMENTS(properties));
    properties[n_properties++] = (ObjectProperty){name, get, set, opaque};
}

const ObjectProperty *object_property_find(const char *name)
{
    for (size_t i = 0; i < n_properties; i++) {
        if (strcmp(properties[i].name, name) == 0) {
            return &properties[i];
        }
    }
    return NULL;
}

int qemu_strtoi64(const char *text, const char **end, int base, int64_t *result)
{
    char *behind;

    errno = 0;
    *result = g_ascii_strtoll(text, &behind, (guint)base);
    if (end) {
        *end = behind;
    }
    return errno || behind == text || (!end && *behind) ? -EINVAL : 0;
}

void qapi_free_KvmThrottleInfoList(KvmThrottleInfoList *list)
{
    while (list) {
        KvmThrottleInfoList *next = list->next;

        g_free(list->value);
        g_free(list);
        list = next;
    }
}

int __real_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer);
int __real_timer_delete(timer_t timer);
int __real_pthread_getcpuclockid(pthread_t thread, clockid_t *clock);
int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer);
int __wrap_timer_delete(timer_t timer);
int __wrap_pthread_getcpuclockid(pthread_t thread, clockid_t *clock);

int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    int result;

    if (stand_in_no_timers) {
        errno = EAGAIN;
        return -1;
    }
    result = __real_timer_create(clock, event, timer);
    if (result == 0) {
        qatomic_inc(&timers);
        qatomic_inc(&timers_made);
    }
    return result;
}

int __wrap_timer_delete(timer_t timer)
{
    qatomic_dec(&timers);
    return __real_timer_delete(timer);
}

unsigned stand_in_timers(void)
{
    return qatomic_read(&timers);
}

unsigned stand_in_timers_made(void)
{
    return qatomic_read(&timers_made);
}

bool stand_in_lacks_cpu_clock(int cpu_index)
{
    return cpu_index % 4 == 2;
}

int __wrap_pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    if (current_cpu && stand_in_lacks_cpu_clock(current_cpu->cpu_index)) {
        return ENOSYS;
    }
    return __real_pthread_getcpuclockid(thread, clock);
}
