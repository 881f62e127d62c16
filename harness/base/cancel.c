/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cancel.h"

#include <signal.h>
#include <string.h>

#include "base/error.h"

static volatile sig_atomic_t cancel_signal;

static void on_signal(int signo)
{
    cancel_signal = signo;
}

void sy_cancel_install(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    /* No SA_RESTART: blocking calls must return. SA_RESETHAND: the second signal has its default
     * effect. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        sigaction(signals[i], &action, NULL);
    }
}

bool sy_cancelled(GError **error)
{
    if (cancel_signal == 0) {
        return false;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_CANCELLED, "interrupted by SIG%s",
                sigabbrev_np(cancel_signal));
    return true;
}

void sy_cancel_forget(void)
{
    cancel_signal = 0;
}
