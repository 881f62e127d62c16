/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accelerator.h"

#include "checks.h"
#include "kvm-throttle-int.h"
#include "machine.h"
#include "qapi/error.h"
#include "qom/object.h"
#include "system/kvm_int.h"

#define PUBLISHED 20000

static const char *const names[] = {"throttle-quota-us", "throttle-period-us", "throttle-burst-us",
                                    "throttle-max-debt-us", "x-throttle-lose-wakeup"};

static int64_t get(const char *name)
{
    const ObjectProperty *p = object_property_find(name);
    Visitor v = {.takes = true};

    p->get((Object *)kvm_state, &v, name, p->opaque, NULL);
    return v.value;
}

static bool set(const char *name, int64_t value)
{
    const ObjectProperty *p = object_property_find(name);
    Visitor v = {.value = value};
    Error *error = NULL;

    p->set((Object *)kvm_state, &v, name, p->opaque, &error);
    if (error) {
        error_free(error);
        return false;
    }
    return true;
}

void accelerator_start(void)
{
    kvm_throttle_class_init(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int64_t value = 20000 + (int64_t)i;

        if (!object_property_find(names[i])) {
            check_fatal(CHECK_PROPERTIES, "there is no %s", names[i]);
        }
        if (get(names[i]) != 0 || !set(names[i], value) || get(names[i]) != value) {
            check_failed(CHECK_PROPERTIES, "%s is %" PRId64 " after %" PRId64 " was set", names[i],
                         get(names[i]), value);
        }
    }
    if (kvm_throttle_init(kvm_state) != 0 ||
        kvm_state->throttle.initial.bucket.max_debt_ns != get(names[3]) * SCALE_US) {
        check_failed(CHECK_PROPERTIES, "they do not take effect");
    }

    /* A quota alone may be left out. */
    memset(&kvm_state->throttle, 0, sizeof(kvm_state->throttle));
    set(names[3], 1);
    if (kvm_throttle_init(kvm_state) == 0) {
        check_failed(CHECK_PROPERTIES, "%s without %s is accepted", names[3], names[0]);
    }
    memset(&kvm_state->throttle, 0, sizeof(kvm_state->throttle));
    if (kvm_throttle_init(kvm_state) != 0) {
        check_failed(CHECK_PROPERTIES, "no properties are refused");
    }
    kvm_state->fd = 0;
}

void accelerator_check_refusals(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (set(names[i], 30000) || get(names[i]) != 0) {
            check_failed(CHECK_PROPERTIES, "%s is set while the accelerator runs", names[i]);
        }
    }
}

/* All words that a reader gets are from one update. */
static void look(KvmThrottle *t, bool may_fail)
{
    KvmThrottleView v = {0};

    if (!kvm_throttle_look(t, &v, NULL)) {
        if (!may_fail) {
            check_failed(CHECK_VIEWS, "a query of a vCPU that does nothing fails");
        }
    } else if (v.expiries != v.throttled_ns || (int64_t)v.expiries != v.asleep_ns) {
        check_failed(CHECK_VIEWS, "a mixture: %" PRIu64 ", %" PRIu64 ", %" PRId64, v.expiries,
                     v.throttled_ns, v.asleep_ns);
    }
}

static void publish(KvmThrottle *t, uint64_t n)
{
    t->v.expiries = t->v.throttled_ns = n;
    t->v.asleep_ns = (int64_t)n;
    kvm_throttle_publish(t);
}

static void *publish_on_and_on(void *arg)
{
    for (uint64_t n = 1; n <= PUBLISHED; n++) {
        publish(arg, n);
    }
    return NULL;
}

void accelerator_check_views(void)
{
    CPUState cpu = {.cpu_index = 0};
    KvmThrottle t = {.cpu = &cpu};
    pthread_t thread;

    /* What the vCPU has written when it is preempted anywhere in its next update. */
    publish(&t, 1);
    for (size_t i = 0; i < KVM_THROTTLE_VIEW_WORDS; i++) {
        t.views[(t.view_seq + 1) & 1][i] = 2;
        look(&t, false);
    }

    publish(&t, 0);
    pthread_create(&thread, NULL, publish_on_and_on, &t);
    for (int i = 0; i < PUBLISHED; i++) {
        look(&t, true);
    }
    pthread_join(thread, NULL);
    look(&t, false);
}
