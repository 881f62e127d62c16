/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Life within the lab: `steelyard lab init` is its process 1. It mounts what a host has mounted,
 * loads the modules of /etc/steelyard/modules, says that it is up, runs the task, says farewell
 * with the task's exit status, and resets the machine (which ends QEMU, run with -no-reboot).
 *
 * Wire. From outside, as fw_cfg items: the task (SY_INSIDE_TASK_*), the request (any text, left out
 * if empty; SY_INSIDE_REQUEST inside), and for a console its environment, lines "NAME=VALUE" (TERM;
 * COLUMNS and LINES become the console's size). A folder that is shared comes by virtiofs. To
 * outside, through two virtio-serial ports: 1 lines, 2 an archive (lab/archive.h). A line that
 * begins with '!' is between init and lab/machine.c: "!up SECONDS" (CLOCK_BOOTTIME), "!fail
 * MESSAGE" (the lab could not be set up), "!bye STATUS" (the task's exit status, or 128 + signal).
 * All others are the task's.
 *
 * A job is SY_INSIDE_PROGRAM lab job, its output on the console; a shell is a login shell on the
 * console, or the request as a command line of sh; in /work if there is one, else in /root.
 */
#ifndef SY_LAB_INSIDE_H
#define SY_LAB_INSIDE_H

#include <glib.h>
#include <stdbool.h>

#define SY_INSIDE_ROOT "/opt/steelyard" /* steelyard, qemu, guests/: the build folder inside */
#define SY_INSIDE_PROGRAM SY_INSIDE_ROOT "/steelyard"
#define SY_INSIDE_QEMU SY_INSIDE_ROOT "/qemu"
#define SY_INSIDE_STOCK_QEMU SY_INSIDE_ROOT "/qemu-stock" /* if a case of the job requires it */
#define SY_INSIDE_MODULES "/etc/steelyard/modules"
#define SY_INSIDE_WORK "/work"
#define SY_INSIDE_REQUEST "/run/steelyard/request"
#define SY_INSIDE_LINES "/dev/vport0p1"
#define SY_INSIDE_ARCHIVE "/dev/vport0p2"

#define SY_INSIDE_TASK_JOB "job"
#define SY_INSIDE_TASK_SHELL "shell"
#define SY_INSIDE_TASK_CONSOLE "console" /* the same as a shell, for whoever wants to watch */

#define SY_INSIDE_ITEM_TASK "opt/steelyard/task"
#define SY_INSIDE_ITEM_REQUEST "opt/steelyard/request"
#define SY_INSIDE_ITEM_ENV "opt/steelyard/env"
#define SY_INSIDE_VIRTIOFS_TAG "work"

/* Is this process in a lab? (The lab's image has /etc/steelyard/lab.) */
bool sy_inside(void);

/*
 * Process 1 of the lab. Does not return: anything that goes wrong is reported as "!fail" and on the
 * console, and resets the machine. Whoever calls it as another process is told so, exit 2.
 */
G_NORETURN void sy_inside_init(void);

/*
 * For the task: opens the port of lines, which one process may have open at a time (close(2) gives
 * it back), and sends one line (without its newline; SY_ERROR_USAGE if it holds any). Blocking; in
 * the order sent. SY_ERROR_IO.
 */
int sy_inside_open_lines(GError **error);
bool sy_inside_send(int fd, const char *line, GError **error);

#endif
