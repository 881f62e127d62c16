/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the lab, whose process 1 is `steelyard lab init`. It mounts a host's file systems,
 * loads the modules of /etc/steelyard/modules, reports that it is up, runs the task, reports the
 * task's exit status, and resets the machine (which ends QEMU, because of -no-reboot).
 *
 * Into the lab come these fw_cfg items:
 *
 *     task     one of SY_INSIDE_TASK_*
 *     request  any text, left out if empty; SY_INSIDE_REQUEST inside
 *     env      for a console: lines "NAME=VALUE"; COLUMNS and LINES become the console's size
 *
 * and a shared folder, by virtiofs. Out of the lab lead two virtio-serial ports: 1 for lines, 2 for
 * an archive (lab/archive.h). Lines that begin with '!' go from init to lab/machine.c:
 *
 *     !up SECONDS    the lab is up, by CLOCK_BOOTTIME
 *     !fail MESSAGE  the lab could not be set up
 *     !bye STATUS    the task ended with this exit status, or 128 + signal
 *
 * All other lines are the task's.
 *
 * A job is `SY_INSIDE_PROGRAM lab job`, with its output on the console. A shell is a login shell on
 * the console, or sh with the request as its command line, in /work if there is one, else in /root.
 */
#ifndef SY_LAB_INSIDE_H
#define SY_LAB_INSIDE_H

#include <glib.h>
#include <stdbool.h>

#define SY_INSIDE_ROOT "/opt/steelyard" /* the build folder inside: steelyard, qemu, guests/ */
#define SY_INSIDE_PROGRAM SY_INSIDE_ROOT "/steelyard"
#define SY_INSIDE_QEMU SY_INSIDE_ROOT "/qemu"
#define SY_INSIDE_STOCK_QEMU SY_INSIDE_ROOT "/qemu-stock" /* if a case of the job requires it */
#define SY_INSIDE_MINI_KVM SY_INSIDE_ROOT "/mini-kvm"     /* these if they have been built */
#define SY_INSIDE_MINI_KVM_BENCH SY_INSIDE_MINI_KVM "-bench"
#define SY_INSIDE_MODULES "/etc/steelyard/modules"
#define SY_INSIDE_WORK "/work"
#define SY_INSIDE_REQUEST "/run/steelyard/request"
#define SY_INSIDE_LINES "/dev/vport0p1"
#define SY_INSIDE_ARCHIVE "/dev/vport0p2"

#define SY_INSIDE_TASK_JOB "job"
#define SY_INSIDE_TASK_SHELL "shell"
#define SY_INSIDE_TASK_CONSOLE "console" /* like a shell, with this terminal as the console */

#define SY_INSIDE_ITEM_TASK "opt/steelyard/task"
#define SY_INSIDE_ITEM_REQUEST "opt/steelyard/request"
#define SY_INSIDE_ITEM_ENV "opt/steelyard/env"
#define SY_INSIDE_VIRTIOFS_TAG "work"

/* True if this process runs in a lab: only the lab's image has /etc/steelyard/lab. */
bool sy_inside(void);

/*
 * Process 1 of the lab. Does not return: an error is reported as "!fail" and on the console, and
 * resets the machine. Any other process gets a message and exits with 2.
 */
G_NORETURN void sy_inside_init(void);

/*
 * For the task: open the port for lines, which only one process may have open at a time (close(2)
 * releases it), and send one line without its newline (SY_ERROR_USAGE if it contains one). Lines
 * arrive in the order sent. Both block. SY_ERROR_IO.
 */
int sy_inside_open_lines(GError **error);
bool sy_inside_send(int fd, const char *line, GError **error);

#endif
