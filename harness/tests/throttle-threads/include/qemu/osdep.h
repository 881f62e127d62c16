/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: what every file of QEMU includes, as far as the throttle uses it. */
#ifndef STAND_IN_QEMU_OSDEP_H
#define STAND_IN_QEMU_OSDEP_H

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "qemu/atomic.h"

typedef struct Error Error;

#define SIG_IPI SIGUSR1

#define SCALE_US 1000
#define SCALE_MS 1000000
#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define RETRY_ON_EINTR(call) TEMP_FAILURE_RETRY(call)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define QEMU_BUILD_BUG_ON(condition) _Static_assert(!(condition), "not " #condition)

#endif
