/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cancel.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"

/* A user who loses patience takes longer than the signals of one request, which come together. */
#define FORCE_AFTER_NS SY_NS_PER_S

static atomic_int cancel_signal;  /* the first one; 0: none */
static _Atomic int64_t cancel_ns; /* when it came */
static atomic_bool held;

static void on_signal(int signo)
{
    int saved_errno = errno, none = 0;
    int64_t now_ns = sy_now_ns();

    if (atomic_load(&cancel_signal) == 0) {
        atomic_store(&cancel_ns, now_ns);
        atomic_compare_exchange_strong(&cancel_signal, &none, signo);
    } else if (now_ns - atomic_load(&cancel_ns) >= FORCE_AFTER_NS) {
        signal(signo, SIG_DFL);
        raise(signo); /* takes effect when this handler returns */
    }
    errno = saved_errno;
}

void sy_cancel_install(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: blocking calls return */
    struct sigaction before;

    sigemptyset(&action.sa_mask);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        /* nohup has SIGHUP ignored. So is SIGINT in the background of a script, but only because
         * the terminal would send it; what sends it by name means it. */
        if (signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 &&
            before.sa_handler == SIG_IGN) {
            continue;
        }
        sigaction(signals[i], &action, NULL);
    }
}

bool sy_cancelled(GError **error)
{
    int signo = atomic_load(&cancel_signal);

    if (signo == 0 || atomic_load(&held)) {
        return false;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_CANCELLED, "interrupted by SIG%s", sigabbrev_np(signo));
    return true;
}

void sy_cancel_hold(bool hold)
{
    atomic_store(&held, hold);
}
