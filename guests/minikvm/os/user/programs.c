/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of the menu. docs/MINIKVM.md derives how many bytes each of them writes. */
#include "minikvm/os/user/user.h"

static int multiplication(unsigned number)
{
    (void)number;
    for (int i = 2; i <= 9; i++) {
        for (int j = 1; j <= 9; j++) {
            put_number(i);
            put('x');
            put_number(j);
            put('=');
            put_number(i * j);
            put(j < 9 ? ' ' : '\n');
        }
    }
    return 0;
}

static int counter(unsigned number)
{
    (void)number;
    for (char digit = '0'; digit <= '9'; digit++) {
        put(digit);
        put(digit < '9' ? ' ' : '\n');
    }
    return 0;
}

static int echo(unsigned number)
{
    char line[LINE];

    (void)number;
    put_text("Type lines; \"quit\" ends.\n");
    while (get_line(line) && !equal(line, "quit")) {
        put_text(line);
        put('\n');
    }
    return 0;
}

static int fibonacci(unsigned number)
{
    int this = 0, next = 1;

    (void)number;
    put_text("Fibonacci: ");
    for (int i = 0; i < 15; i++) {
        int sum = this + next;

        put_text(i ? ", " : "");
        put_number(this);
        this = next;
        next = sum;
    }
    put('\n');
    return 0;
}

static bool is_prime(int number)
{
    for (int i = 2; i * i <= number; i++) {
        if (number % i == 0) {
            return false;
        }
    }
    return number >= 2;
}

static int primes(unsigned number)
{
    int count = 0;

    (void)number;
    put_text("Primes:");
    for (int i = 1; i <= 100; i++) {
        if (is_prime(i)) {
            put(' ');
            put_number(i);
            count++;
        }
    }
    put('\n');
    put_number(count);
    put_text(" primes\n");
    return 0;
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ') {
        text++;
    }
    return text;
}

/* Reads a number with or without a sign; NULL if there is none, or it is too large. */
static const char *read_number(const char *text, int *out)
{
    bool negative = *text == '-';
    int value = 0;

    text += negative;
    if (*text < '0' || *text > '9') {
        return 0;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        int digit = *text - '0';

        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
            return 0;
        }
    }
    *out = value;
    return text;
}

/* The result of "a OPERATOR b" in `out`, or what is wrong. */
static const char *calculate(int a, char operator, int b, int *out)
{
    bool over;

    switch (operator) {
    case '+':
        over = __builtin_add_overflow(a, b, out);
        break;
    case '-':
        over = __builtin_sub_overflow(a, b, out);
        break;
    case '*':
        over = __builtin_mul_overflow(a, b, out);
        break;
    case '/':
    case '%':
        if (b == 0) {
            return "Division by zero.\n";
        }
        over = a == INT32_MIN && b == -1;
        if (!over) {
            *out = operator== '/' ? a / b : a % b;
        }
        break;
    default:
        return "What?\n";
    }
    return over ? "Too large.\n" : 0;
}

static const char *calculate_line(const char *line, int *out)
{
    const char *rest;
    char operator;
    int a, b;

    rest = read_number(skip_blanks(line), &a);
    if (!rest) {
        return "What?\n";
    }
    rest = skip_blanks(rest);
    operator= * rest;
    rest = operator? read_number(skip_blanks(rest + 1), &b) : 0;
    if (!rest || *skip_blanks(rest)) {
        return "What?\n";
    }
    return calculate(a, operator, b, out);
}

static int calculator(unsigned number)
{
    char line[LINE];

    (void)number;
    put_text("Type \"10 + 5\", with + - * / or %; \"q\" ends.\n");
    while (get_line(line) && !equal(line, "q")) {
        int result = 0;
        const char *wrong = calculate_line(line, &result);

        if (wrong) {
            put_text(wrong);
        } else {
            put_text("= ");
            put_number(result);
            put('\n');
        }
    }
    return 0;
}

static int factorial(unsigned number)
{
    int product = 1;

    (void)number;
    for (int i = 0; i <= 12; i++) {
        product *= i ? i : 1;
        put_number(i);
        put_text("! = ");
        put_number(product);
        put('\n');
    }
    return 0;
}

static int gcd_of(int a, int b)
{
    while (b) {
        int rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static int gcd(unsigned number)
{
    static const int pairs[][2] = {{48, 18}, {100, 35}, {17, 13}, {1071, 462}, {270, 192}};

    (void)number;
    for (unsigned i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        put_text("gcd(");
        put_number(pairs[i][0]);
        put_text(", ");
        put_number(pairs[i][1]);
        put_text(") = ");
        put_number(gcd_of(pairs[i][0], pairs[i][1]));
        put('\n');
    }
    return 0;
}

static int about(unsigned number)
{
    (void)number;
    put_text("A kernel of about 1000 lines: paging, user mode, system calls, a timer.\n");
    return 0;
}

const struct program programs[] = {
    {"1", "multiplication", multiplication},
    {"2", "counter", counter},
    {"3", "echo", echo},
    {"4", "fibonacci", fibonacci},
    {"5", "primes", primes},
    {"6", "calculator", calculator},
    {"7", "factorial", factorial},
    {"8", "gcd", gcd},
    {"9", "about", about},
    {0, 0, 0},
};
