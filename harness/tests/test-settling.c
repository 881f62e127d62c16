/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A late settling: the throttle's or the host's? A quota of 4 ms in 20 ms, twenty periods. */
#include "workloads/throttle/settling.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "workloads/throttle/withheld.h"

#define US SY_NS_PER_US
#define MS SY_NS_PER_MS
#define QUOTA (4 * MS)
#define PERIOD (20 * MS)
#define BEGIN (1000 * MS)
#define PERIODS 20

TestSuite(settling, .timeout = 60);

/* What happened in one period, numbered from 1. All zeros: it used its quota and was stopped. */
typedef struct {
    int64_t off_ns;   /* used beyond the quota */
    int64_t delay_ns; /* run delay that ended in it */
    int64_t late_ns;  /* how late its first look was */
    bool running;     /* it was not stopped, but ran across the boundary at its end */
} Happened;

typedef struct {
    int64_t brought_ns; /* credit at the change */
    Happened in[PERIODS + 2];
} Story;

static GArray *marks_of(const Story *s)
{
    GArray *marks = g_array_new(FALSE, TRUE, sizeof(WithheldMark));
    WithheldMark m = {.when_ns = BEGIN - PERIOD};

    g_array_append_val(marks, m);
    for (int i = 1; i <= PERIODS; i++) {
        m.when_ns = BEGIN + (i - 1) * PERIOD + PERIOD / 4;
        g_array_append_val(marks, m);
        m.when_ns += PERIOD / 2;
        m.delay_ns += s->in[i].delay_ns;
        g_array_append_val(marks, m);
    }
    return marks;
}

static Periods *periods_of(const Story *s)
{
    Periods *p = periods_new(QUOTA, PERIOD);
    int64_t used_ns = 0;
    ThrottleEvent e = {.kind = THROTTLE_SET,
                       .time_ns = BEGIN,
                       .quota_ns = QUOTA,
                       .period_ns = PERIOD,
                       .budget_ns = QUOTA + s->brought_ns};

    periods_add(p, &e);
    for (int i = 1; i <= PERIODS; i++) {
        int64_t start_ns = BEGIN + (i - 1) * PERIOD;

        used_ns += QUOTA + s->in[i].off_ns;
        if (!s->in[i].running) {
            e = (ThrottleEvent){.kind = THROTTLE_KICK,
                                .time_ns = start_ns + QUOTA + s->in[i].off_ns,
                                .budget_ns = i * QUOTA + s->brought_ns - used_ns};
            periods_add(p, &e);
        }
        e = (ThrottleEvent){.kind = THROTTLE_REFILL,
                            .time_ns = start_ns + PERIOD + s->in[i + 1].late_ns,
                            .late_ns = s->in[i + 1].late_ns,
                            .windows = 1,
                            .budget_ns = (i + 1) * QUOTA + s->brought_ns - used_ns,
                            .used_ns = used_ns};
        periods_add(p, &e);
        if (!s->in[i].running) {
            e = (ThrottleEvent){.kind = THROTTLE_WAKE,
                                .time_ns = start_ns + PERIOD + s->in[i + 1].late_ns,
                                .late_ns = s->in[i + 1].late_ns};
            periods_add(p, &e);
        }
    }
    return p;
}

static Settling judge(const Story *s)
{
    g_autoptr(Periods) p = periods_of(s);
    g_autoptr(GArray) marks = marks_of(s);

    return settling_judge(p, 1, QUOTA, marks);
}

Test(settling, a_throttle_that_holds_at_once_has_settled_at_once)
{
    Settling s = judge(&(Story){0});

    cr_assert_eq(s.n, PERIODS - 1, "%u: the last one does not count", s.n);
    cr_assert(s.settled == 0 && s.host == 0 && s.error == 0);
    cr_assert_not(settling_undecided(&s));
    cr_assert_eq(judge(&(Story){.in[PERIODS] = {.off_ns = MS}}).settled, 0);
}

Test(settling, it_has_settled_with_the_last_period_beyond_the_limit)
{
    Story story = {.in[1] = {.off_ns = -2 * MS}, .in[5] = {50 * US}, .in[6] = {-50 * US}};
    Settling s = judge(&story);

    cr_assert(s.settled == 6 && s.off_ns == -50 * US);
    cr_assert_float_eq(s.error, 0, 1e-12, "what one had too much the next has too little");
    story = (Story){.in[1] = {.off_ns = -2 * MS}, .in[5] = {39 * US}, .in[6] = {-39 * US}};
    cr_assert_eq(judge(&story).settled, 1);
}

/* The host takes 1.5 ms away in period 8, and the throttle gives it back in period 9. */
Test(settling, what_the_host_took_and_the_throttle_gave_back_is_the_hosts)
{
    Story story = {.in[8] = {.off_ns = -1500 * US, .delay_ns = 3 * MS, .running = true},
                   .in[9] = {.off_ns = 1500 * US}};
    Settling s = judge(&story);

    cr_assert(s.settled == 0 && s.host == 2, "settled %u, host %u", s.settled, s.host);
    cr_assert(s.host_off_ns == -1500 * US && s.host_delay_ns == 3 * MS);
    cr_assert_float_eq(s.error, 0, 1e-12);
    cr_assert_not(settling_undecided(&s));
}

Test(settling, what_the_host_took_for_good_is_the_hosts)
{
    Story story = {.in[8] = {.off_ns = -3 * MS, .delay_ns = 19 * MS, .running = true}};
    Settling s = judge(&story);

    cr_assert(s.settled == 0 && s.host == 1);
    cr_assert_float_eq(s.error, 0, 1e-12);
}

/* It is the wait that counts, not the load: the same with less run delay than was lost. */
Test(settling, more_than_the_run_delay_accounts_for_is_the_throttles)
{
    Story story = {.in[8] = {.off_ns = -1500 * US, .delay_ns = 1400 * US, .running = true}};
    Settling s = judge(&story);

    cr_assert(s.settled == 8 && s.host == 0 && s.off_ns == -1500 * US && s.delay_ns == 1400 * US);
    cr_assert_float_eq(s.error, -1.5 / 4 / (PERIODS - 3), 1e-9);
}

Test(settling, run_delay_at_another_time_explains_nothing)
{
    Story story = {.in[8] = {.off_ns = -1500 * US, .running = true},
                   .in[12] = {.delay_ns = 9 * MS}};

    cr_assert_eq(judge(&story).settled, 8);
}

/* A throttle that stops its vCPU too soon, or too late, on a host as busy as it may be. */
Test(settling, a_throttle_that_settles_late_is_not_excused_by_a_busy_host)
{
    static const int64_t faults[] = {-400 * US, 400 * US, 4 * MS};

    for (size_t k = 0; k < G_N_ELEMENTS(faults); k++) {
        Story story = {0};
        Settling s;

        for (int i = 1; i <= PERIODS; i++) {
            story.in[i] = (Happened){.off_ns = i <= 10 ? faults[k] : 0, .delay_ns = 15 * MS};
        }
        s = judge(&story);
        cr_assert(s.settled == 10 && s.host == 0, "fault %zu: %u", k, s.settled);
        cr_assert_not(settling_undecided(&s));
    }
}

/* It is not stopped at all: it uses more than its quotas, and no host does that. */
Test(settling, a_throttle_that_does_not_stop_its_vcpu_is_not_excused_either)
{
    Story story = {0};
    Settling s;

    for (int i = 1; i <= 10; i++) {
        story.in[i] = (Happened){.off_ns = 3 * MS, .delay_ns = 15 * MS, .running = true};
    }
    s = judge(&story);
    cr_assert(s.settled == 10 && s.host == 0, "%u", s.settled);
}

Test(settling, more_back_than_was_taken_is_the_throttles)
{
    Story story = {.in[8] = {.off_ns = -1500 * US, .delay_ns = 3 * MS, .running = true},
                   .in[9] = {.off_ns = 1600 * US}};

    cr_assert_eq(judge(&story).settled, 9);
}

/* The change finds 1 ms of credit, which is used up in the third period. */
Test(settling, credit_from_before_the_change_is_the_hosts)
{
    Story story = {.brought_ns = MS, .in[3] = {.off_ns = MS}};
    Settling s = judge(&story);

    cr_assert(s.settled == 0 && s.host == 1);
    story.brought_ns = 0;
    cr_assert_eq(judge(&story).settled, 3);
}

/* On a busy host a stop may be late, which the next period pays back. */
Test(settling, what_the_host_let_it_use_too_much_and_it_paid_back_is_the_hosts)
{
    Story story = {.in[8] = {.off_ns = 90 * US, .delay_ns = 50 * US},
                   .in[9] = {.off_ns = -90 * US}};
    Settling s = judge(&story);

    cr_assert(s.settled == 0 && s.host == 2);
    story.in[8].delay_ns = 0;
    cr_assert_eq(judge(&story).settled, 9, "a late stop on a quiet host");
    story.in[8].delay_ns = 39 * US;
    cr_assert_eq(judge(&story).settled, 9, "less than 1 %% of the quota");
}

/* On a busy host it woke up slowly, and the period before was charged for that. */
Test(settling, what_a_slow_wake_up_took_is_the_hosts)
{
    Story story = {.in[8] = {.off_ns = -60 * US, .delay_ns = 50 * US, .late_ns = 70 * US}};
    Settling s = judge(&story);

    cr_assert(s.settled == 0 && s.host == 1);
    story.in[8].late_ns = 59 * US;
    cr_assert_eq(judge(&story).settled, 8, "more than it was late");
    story.in[8].late_ns = 70 * US;
    story.in[8].delay_ns = 0;
    cr_assert_eq(judge(&story).settled, 8, "slow on a quiet host");
}

/* Two stops within the limit make one debt beyond it. */
Test(settling, what_settled_periods_left_to_pay_back_is_not_a_late_settling)
{
    Story story = {
        .in[7] = {.off_ns = 15 * US}, .in[8] = {.off_ns = 29 * US}, .in[9] = {.off_ns = -44 * US}};
    Settling s = judge(&story);

    cr_assert(s.settled == 0 && s.host == 1);
    story.in[9].off_ns = -90 * US;
    cr_assert_eq(judge(&story).settled, 9, "more than they left");
}

/* The timer that should have stopped it was late, without a wait just then, on a host that is busy
 * otherwise. */
Test(settling, on_a_busy_host_a_late_stop_is_open)
{
    Story story = {.in[15] = {.delay_ns = 200 * US}, .in[8] = {90 * US}, .in[9] = {-90 * US}};
    Settling s = judge(&story);

    cr_assert(s.settled == 9 && settling_doubtful(&s, QUOTA));
    story.in[15].delay_ns = 80 * US;
    s = judge(&story);
    cr_assert(s.settled == 9 && !settling_doubtful(&s, QUOTA), "it waited for less");
    story = (Story){.in[15] = {.delay_ns = 200 * US}, .in[8] = {90 * US}};
    s = judge(&story);
    cr_assert(s.settled == 8 && !settling_doubtful(&s, QUOTA), "it was not paid back");
}

/* Quotas 10 % too high, as by --fault quota=+10%, under any load. */
Test(settling, quotas_that_are_too_high_are_neither_excused_nor_open)
{
    for (int64_t delay_ns = 0; delay_ns < 19 * MS; delay_ns += MS) {
        Story story = {0};
        Settling s;

        for (int i = 1; i <= PERIODS; i++) {
            story.in[i] = (Happened){.off_ns = QUOTA / 10, .delay_ns = delay_ns};
        }
        s = judge(&story);
        cr_assert(s.settled == PERIODS - 1 && s.host == 0);
        cr_assert(!settling_undecided(&s) && !settling_doubtful(&s, QUOTA));
    }
}

Test(settling, where_the_host_left_less_than_half_alone_nothing_is_decided)
{
    Story story = {0};
    Settling s;

    for (int i = 3; i < 12; i++) { /* nine of the seventeen that are judged */
        story.in[i] = (Happened){.off_ns = -3 * MS, .delay_ns = 19 * MS, .running = true};
    }
    s = judge(&story);
    cr_assert(s.settled == 0 && s.host == 9 && settling_undecided(&s));
    story.in[11] = (Happened){0};
    s = judge(&story);
    cr_assert(s.host == 8 && !settling_undecided(&s));
}
