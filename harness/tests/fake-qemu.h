/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that stands in for QEMU: the test binary itself, started with the environment variable
 * below. It opens the sockets, answers the QMP commands vm/ uses, and misbehaves as the variable's
 * value says.
 */
#ifndef SY_TESTS_FAKE_QEMU_H
#define SY_TESTS_FAKE_QEMU_H

#define FAKE_QEMU_VARIABLE "STEELYARD_TEST_FAKE_QEMU"
#define FAKE_QEMU_PATH "/proc/self/exe"

/* The values. */
#define FAKE_QEMU_GOOD "good" /* prints "hello" and FAKE_QEMU_READY when told to run */
#define FAKE_QEMU_MUTE "mute" /* never opens a socket */
#define FAKE_QEMU_NO_GREETING "no-greeting"     /* accepts, and says nothing */
#define FAKE_QEMU_DIE_AT_ONCE "die-at-once"     /* prints eight lines, exit 3 */
#define FAKE_QEMU_DIE_GREETING "die-greeting"   /* exit 4 once connected */
#define FAKE_QEMU_NEVER_READY "never-ready"     /* prints "hello" and no more */
#define FAKE_QEMU_DIE_RUNNING "die-running"     /* a SHUTDOWN event and exit 0 soon after it runs */
#define FAKE_QEMU_CRASH_RUNNING "crash-running" /* SIGSEGV soon after it runs */
#define FAKE_QEMU_KVM_ERROR "kvm-error"         /* lives, with runstate internal-error */
#define FAKE_QEMU_IGNORE_QUIT "ignore-quit"
#define FAKE_QEMU_IGNORE_ALL "ignore-all" /* quit and SIGTERM */
#define FAKE_QEMU_BAD_EXIT "bad-exit"     /* exit 7 when told to quit */
#define FAKE_QEMU_LINGER                                                                           \
    "linger" /* leaves a child (its pid in linger.pid) that ignores SIGTERM                        \
              */
#define FAKE_QEMU_ODD_REPLIES "odd-replies"   /* well-formed JSON, but not what QEMU would say */
#define FAKE_QEMU_CHATTY "chatty"             /* good, with three events more than are kept */
#define FAKE_QEMU_SHORT_MEMORY "short-memory" /* pmemsave writes one byte too few */

#define FAKE_QEMU_READY "spin: ready vcpus=2 area=0x0000000000200000 version=2"

#endif
