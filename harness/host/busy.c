/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/busy.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

#define PROC_STAT "/proc/stat"

bool sy_busy_parse(const char *text, uint64_t *ticks)
{
    /* user (with guests), nice, system, idle, iowait, irq, softirq */
    static const bool busy[] = {true, true, true, false, false, true, true};
    guint n = 0;

    *ticks = 0;
    if (!g_str_has_prefix(text, "cpu ")) {
        return false;
    }
    text += 4 + strspn(text + 4, " ");
    for (; n < G_N_ELEMENTS(busy) && g_ascii_isdigit(*text); n++) {
        char *end;
        uint64_t field = g_ascii_strtoull(text, &end, 10);

        *ticks += busy[n] ? field : 0;
        text = end + strspn(end, " ");
    }
    return n >= 4;
}

bool sy_busy_others_ns(pid_t pid, int64_t *ns, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    clockid_t clock;
    uint64_t ticks;

    if (!g_file_get_contents(PROC_STAT, &text, NULL, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "%s", cause->message);
        return false;
    }
    if (!sy_busy_parse(text, &ticks)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, PROC_STAT " begins with \"%.40s\"", text);
        return false;
    }
    if (clock_getcpuclockid(pid, &clock) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "process %d does not exist (any more)",
                    (int)pid);
        return false;
    }
    *ns = (int64_t)ticks * (SY_NS_PER_S / sysconf(_SC_CLK_TCK)) - sy_clock_ns(clock) -
          sy_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    return true;
}
