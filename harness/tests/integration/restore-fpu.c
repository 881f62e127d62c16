/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the state of the FPU again and again, as each context switch does. Ends by a signal. */
int main(void)
{
    static char state[28];

    __asm__ volatile("fninit; fnstenv %0" : "=m"(state));
    for (;;) {
        __asm__ volatile("fldenv %0" : : "m"(state));
    }
}
