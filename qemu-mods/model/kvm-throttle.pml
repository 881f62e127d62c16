/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The races of the KVM throttle, for spin: one vCPU thread that runs what is in
 * src/accel/kvm/throttle/kvm-throttle.c and QEMU's kvm_cpu_exec(), and all the threads that may
 * interfere with it. Run it with check-model.
 *
 * What is checked, in every interleaving:
 *  - no kick is lost: every request that the thread leave execution has been answered by the time
 *    nothing moves any more, even if the boundary that a throttle sleep waits for never comes;
 *  - by then the settings last asked for are in force;
 *  - a guest under a limit runs only with its timer armed or its signal on the way, and a guest
 *    that has used up its quota does not run beyond that signal;
 *  - there is no deadlock, and no endless loop;
 *  - the timer is never armed after it was deleted;
 *  - the thread never sleeps while threads that want it to stop running have to wait for it.
 *
 * How faithful the model is:
 *  - Each statement is one access to shared memory or one system call. A signal is handled between
 *    any two statements of the thread while it is not blocked, is not handled inside the kernel,
 *    and is handled at the latest when a system call returns or opens the mask: KVM_RUN, ppoll(),
 *    pthread_sigmask(). Only KVM_RUN and ppoll() end because of it.
 *  - Time is modelled as events: the clock passes the deadline at any moment, or never; then the
 *    quota is used up, or not yet because CPU time went slower; the timer's signal comes after
 *    that; a boundary comes at any moment, or never.
 *  - Every process acts only a few times, so every run ends, and any cycle is an error.
 *  - Memory is sequentially consistent. Condition variables are assumed to work: a waiter sees what
 *    it waits for. The order of stores on weaker machines is not modelled.
 *
 * Each BROKEN_* takes one precaution away; spin must then find the property above it violated.
 */

#ifndef SETS
#define SETS      2     /* changes of the settings */
#endif
#ifndef PAUSES
#define PAUSES    1     /* 1: the VM is stopped and continued */
#endif
#ifndef CPU_EXITS
#define CPU_EXITS 1     /* 1: a kick without the BQL */
#endif
#ifndef EXCLUSIVE
#define EXCLUSIVE 1     /* 1: another vCPU wants all the others to stand still */
#endif
#define TICKS     2     /* times that the clock passes a deadline */
#define REFILLS   1     /* boundaries that refill the bucket */
#define EXITS     CPU_EXITS     /* exits to QEMU that do not concern the throttle */

/* --- The vCPU thread's signal, SIG_IPI --- */
bool pending;
bool blocked;
bool in_user = true;    /* executes its own code, or waits for a lock, which goes on afterwards */

/* --- kvm_run and CPUState --- */
bool immediate_exit, exit_request, thread_kicked;
bool stop, stopped;
bool work;              /* apply() is on the work list */
bool running, has_waiter;
byte pending_cpus;      /* 0: nobody wants exclusive execution */

/* --- KvmThrottle --- */
byte wanted;            /* 0: no limit, else the number of the limit */
bool queued, has_timer;
bool limited;           /* kvm_throttle_active is set */
bool due;               /* now >= deadline_ns */
bool spent;             /* the bucket is exhausted */

/* --- The timer in the kernel --- */
bool armed;
bool timer_due;         /* its time has come */

bool bql;

/* --- For the properties only --- */
bool guest;             /* guest code is executed */
bool overdrawn;         /* the bucket is exhausted, and the thread has been told */
bool asked;             /* someone asked the thread to leave execution, which it has not since */
byte in_force;          /* settings applied last */
bool resting;           /* the thread waits for what may never come: a signal, or time */
/* How many of the other processes are not finished */
byte unanswered = 1 + PAUSES + CPU_EXITS + EXCLUSIVE;

inline lock()
{
    atomic { !bql -> bql = true }
}

inline unlock()
{
    bql = false
}

/* qemu_cpu_kick(), in any thread */
inline kick()
{
    if
    :: thread_kicked
    :: else ->
        thread_kicked = true;
        pending = true          /* pthread_kill() */
    fi
}

/* --------------------------------------------------------------------- in the vCPU thread */

/* On the way back to user space: kvm_ipi_signal(). Use it in an atomic. */
inline deliver()
{
    in_user = true;
    if
    :: pending && !blocked -> pending = false; immediate_exit = true
    :: else
    fi
}

inline set_timer(on)
{
    assert(has_timer);
    armed = on
}

/* Sets kicked. */
inline sleep_until()
{
#ifndef BROKEN_NO_BLOCK
    blocked = true;
#endif
    if
    :: immediate_exit
    :: else ->
        if
        :: exit_request
        :: else ->
#ifdef BROKEN_PLAIN_POLL
            atomic { blocked = false; deliver() };
#endif
            if
            :: !spent           /* the boundary has passed meanwhile */
            :: else ->
                assert(!running);
                atomic { in_user = false; resting = true };
                if
                :: atomic { pending -> deliver_in_ppoll() }
                :: atomic { !spent -> in_user = true; resting = false }
                fi
            fi
        fi
    fi;
    atomic { blocked = false; deliver() };

    if
    :: atomic { immediate_exit -> kicked = true }
    :: else ->
        if
        :: exit_request -> atomic { immediate_exit = true; kicked = true }
        :: else
        fi
    fi
}

/* ppoll() handles the signal under the mask it was given, and then puts the old one back. */
inline deliver_in_ppoll()
{
    pending = false;
    immediate_exit = true;
    in_user = true;
    resting = false
}

/* Sets again. */
inline wait_and_arm()
{
    exhausted = spent;          /* account() */
    do
#ifdef BROKEN_INSIST
    :: exhausted ->
#else
    :: exhausted && !kicked ->
#endif
        if
        :: armed && !timer_due -> set_timer(false)
        :: else
        fi;
        sleep_until();
        exhausted = spent
    :: else -> break
    od;
#ifdef BROKEN_RUN_AFTER_KICK
    exhausted = false;
#endif
    if
    :: exhausted ->
        due = true;
        again = false
    :: else ->
        /* The budget read before may be used up by now: then the deadline has passed. */
#ifdef BROKEN_RUN_AFTER_KICK
        atomic { due = false; timer_due = false };
#else
        atomic { due = spent; timer_due = spent };
#endif
        atomic { set_timer(true); again = !kicked }
    fi;
    atomic { kicked = false; exhausted = false }
}

inline cpu_exec_start()
{
    running = true;
    if
    :: pending_cpus ->
        if
        :: atomic { !has_waiter -> running = false };
            atomic { pending_cpus == 0 -> running = true }
        :: has_waiter
        fi
    :: else
    fi
}

inline cpu_exec_end()
{
    running = false;
    atomic {
        if
        :: pending_cpus && has_waiter -> has_waiter = false; pending_cpus--
        :: else
        fi
    }
}

/* Sets interrupted. Inside the kernel it matters only whether the signal becomes pending. */
inline kvm_run()
{
    if
    :: atomic { immediate_exit || pending -> interrupted = true; deliver() }
    :: atomic { !immediate_exit && !pending -> in_user = false; guest = true; resting = true };
        if
        :: atomic { pending -> interrupted = true; guest = false; resting = false; deliver() }
        :: atomic { exits -> exits--; guest = false; resting = false; deliver() }
        fi
    fi
}

/* kvm_throttle_interrupted(); sets again. */
inline throttle_interrupted()
{
    again = false;
    if
    :: !limited || !due
    :: else ->
#ifndef BROKEN_IGNORE_KICKED
        if
        :: thread_kicked
        :: else ->
#endif
            if
            :: exit_request
            :: else ->
#ifndef BROKEN_SLEEP_RUNNING
                cpu_exec_end();
#endif
                wait_and_arm();
#ifndef BROKEN_SLEEP_RUNNING
                cpu_exec_start()
#endif
            fi
#ifndef BROKEN_IGNORE_KICKED
        fi
#endif
    fi
}

/* Work of the vCPU thread, under the BQL */
inline apply()
{
    queued = false;
    if
    :: wanted == 0 ->
        limited = false;
        if
        :: has_timer ->
            armed = false;
            has_timer = false   /* timer_delete() */
        :: else
        fi;
        atomic { spent = false; overdrawn = false }
    :: wanted && limited ->     /* credit may have become debt, and vice versa */
        if
        :: atomic { spent = true; overdrawn = true }
        :: atomic { spent = false; overdrawn = false }
        fi;
        due = true
    :: wanted && !limited ->
        atomic { spent = false; overdrawn = false };
        due = true;
        limited = true
    fi;
    in_force = wanted
}

active proctype vcpu()
{
    bool kicked, exhausted, again, interrupted;
    byte exits = EXITS;

    lock();
outer:
    if
    :: stopped -> goto wait_io_event
    :: else
    fi;

    /* kvm_cpu_exec() */
    unlock();
#ifndef BROKEN_NO_ENTER
    if
    :: limited && due -> wait_and_arm(); again = false
    :: else
    fi;
#endif
    cpu_exec_start();
enter:
    if
    :: exit_request -> immediate_exit = true
    :: else
    fi;
    kvm_run();
    if
    :: !interrupted -> goto enter
    :: else -> interrupted = false
    fi;
    immediate_exit = false;     /* kvm_eat_signals() */
    throttle_interrupted();
    if
    :: again -> again = false; goto enter
    :: else
    fi;
    cpu_exec_end();
    lock();
    exit_request = false;

wait_io_event:
    if
    :: stopped && !stop && !work ->
        atomic { unlock(); resting = true };
        atomic { (!stopped || stop || work) && !bql -> bql = true; resting = false };
        goto wait_io_event
    :: else
    fi;
    atomic { thread_kicked = false; asked = false };
    if
    :: stop -> stop = false; stopped = true
    :: else
    fi;
    if
    :: work -> work = false; apply()
    :: else
    fi;
    goto outer
}

/* ---------------------------------------------------------------------- in other threads */

/* The signal comes between two statements of the vCPU thread. */
active proctype handler()
{
    do
    :: atomic { pending && !blocked && in_user -> pending = false; immediate_exit = true }
    od
}

active proctype clock()
{
    byte ticks = TICKS, refills = REFILLS;

    do
    :: atomic { ticks && limited && (!due || (armed && !timer_due)) ->
        ticks--;
        due = true;
        timer_due = true;
        if
        :: spent = true
        :: skip                 /* the thread was preempted, or the guest halted */
        fi }
    :: atomic { armed && timer_due -> armed = false; pending = true; overdrawn = spent }
    :: atomic { refills && spent -> refills--; spent = false; overdrawn = false }
    od
}

/* QMP kvm-throttle-set */
active proctype monitor()
{
    byte sets = SETS, want;
    bool seen_timer, seen_queued;

    do
    :: atomic { sets -> sets-- };
        if
        :: want = 0
        :: want = 1 + sets      /* another limit each time */
        fi;
#ifdef BROKEN_TIMER_WITHOUT_BQL
        seen_timer = has_timer;
#endif
#ifdef BROKEN_QUEUED_WITHOUT_BQL
        seen_queued = queued;
#endif
        lock();
#ifndef BROKEN_TIMER_WITHOUT_BQL
        seen_timer = has_timer;
#endif
#ifndef BROKEN_QUEUED_WITHOUT_BQL
        seen_queued = queued;
#endif
        if
        :: want && !seen_timer -> has_timer = true; armed = false
        :: else
        fi;
        wanted = want;
        if
        :: seen_queued
        :: else ->
            queued = true;
            atomic { work = true; asked = true };
            kick()
        fi;
#ifdef BROKEN_WAIT_WITH_BQL
        !queued;
#endif
        atomic { unlock(); want = 0; seen_timer = false; seen_queued = false }
    :: else -> break
    od;
    unanswered--
}

/* stop and cont */
active [PAUSES] proctype pauser()
{
    lock();
    atomic { stop = true; asked = true };
    kick();
    unlock();
    atomic { stopped && !bql -> bql = true };
    stopped = false;
    kick();
    unlock();
    unanswered--
}

/* cpu_exit() and a kick without the BQL */
active [CPU_EXITS] proctype exiter()
{
    atomic { exit_request = true; asked = true };
    kick();
    unanswered--
}

/* Another vCPU's start_exclusive() and end_exclusive() */
active [EXCLUSIVE] proctype exclusive()
{
    bool waits;

    pending_cpus = 1;
    atomic {
        waits = running;
        if
        :: waits -> has_waiter = true; pending_cpus = 2
        :: else
        fi
    };
    if
    :: waits -> kick()
    :: else
    fi;
    pending_cpus == 1;
    assert(!guest);
    pending_cpus = 0;
    unanswered--
}

active proctype properties()
{
    do
    :: atomic { guest && limited && !armed && !pending -> assert(armed) }
    :: atomic { guest && overdrawn && !pending -> assert(!overdrawn) }
    :: timeout ->
        assert(resting);
        assert(!asked && !unanswered);
        assert(in_force == wanted);
        break
    od
}
