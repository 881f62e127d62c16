/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/spinner.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t spinner_start(void)
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent) { /* it may have died before the line above */
        }
        _exit(0);
    }
    return pid;
}

void spinner_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
