/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024
#define MIB (1024 * KIB)

const char mk_usage[] =
    "usage: mini-kvm [OPTION]... IMAGE...\n"
    "Runs flat guest images under KVM. A guest writes by OUT to port 0x500 or to the UART at "
    "0x3F8.\n"
    "\n"
    "  --mode MODE        real (default), protected, paged or long\n"
    "  --vcpus N          1 to 8; default: one for each image. One image with several vCPUs:\n"
    "                     each runs it\n"
    "  --memory SIZE      memory in all but real mode, such as 512K or 64M; default 4M\n"
    "  --irqchip          interrupt controllers and a PIT in the kernel; HLT waits, then\n"
    "  --cpuid, --no-cpuid\n"
    "                     give the vCPUs the host's CPUID; default: in all but real mode\n"
    "  --vmcall           take VMCALL and VMMCALL for hypercalls, too\n"
    "  --end exit|hlt|any what ends a vCPU well; default any\n"
    "  --expect TEXT      fail unless a vCPU writes TEXT; up to 16 times\n"
    "  --forbid TEXT      fail, and stop, once a vCPU writes TEXT; up to 16 times\n"
    "  --timeout SECONDS  default 10; 0: none\n"
    "  --exits            print the exits of each vCPU, by kind, to stderr\n"
    "  --trace FILE       write a line for each exit\n"
    "  --explain          single-step, and explain a fault: registers, code, what KVM said\n"
    "  --json             print the result, with the guests' output in it, as JSON to stdout\n"
    "  --kvm FILE         default /dev/kvm\n"
    "  --help\n"
    "\n"
    "Exit status: 0 good; 1 output or end other than asked; 2 command line or image wrong;\n"
    "3 KVM missing or refusing; 4 time limit; 5 guest fault.\n";

static const char *const mode_names[] = {"real", "protected", "paged", "long"};
static const char *const end_names[] = {"any", "exit", "hlt"};

const char *mk_mode_name(MkMode mode)
{
    return mode_names[mode];
}

/* A number from `min` to `max`, in bytes if it ends in K or M. */
static bool read_number(const char *option, const char *text, double min, double max, bool bytes,
                        double *out, MkError *error)
{
    char *end;
    double value = strtod(text, &end);
    bool good = end != text;

    if (bytes) {
        value *= *end == 'M' ? MIB : KIB;
        good = good && (*end == 'K' || *end == 'M');
        end += good;
    }
    good = good && *end == '\0' && value >= min && value <= max &&
           (!bytes || (size_t)value % (4 * KIB) == 0);
    *out = value;
    return good ||
           mk_fail(error, MK_STATUS_USAGE, "--%s %s: give %s from %.0f%s to %.0f%s", option, text,
                   bytes ? "pages of 4K, such as 64M," : "a number", bytes ? min / MIB : min,
                   bytes ? "M" : "", bytes ? max / MIB : max, bytes ? "M" : "");
}

static bool read_text(const char *option, const char *text, MkTexts *texts, MkError *error)
{
    size_t length = strlen(text);

    if (length < 1 || length > MK_MAX_TEXT_BYTES || texts->count == MK_MAX_TEXTS) {
        return mk_fail(error, MK_STATUS_USAGE, "--%s: give at most %d texts of 1 to %d bytes",
                       option, MK_MAX_TEXTS, MK_MAX_TEXT_BYTES);
    }
    texts->text[texts->count++] = text;
    return true;
}

/* The position of `text` among the names. */
static bool read_name(const char *option, const char *text, const char *const *names, int count,
                      int *out, MkError *error)
{
    for (*out = 0; *out < count; (*out)++) {
        if (strcmp(text, names[*out]) == 0) {
            return true;
        }
    }
    return mk_fail(error, MK_STATUS_USAGE, "--%s %s: no such value; see --help", option, text);
}

/* An option with a value; `letter` is that of the table below. */
static bool read_option(int letter, const char *name, MkOptions *out, MkError *error)
{
    double number = 0;
    int index = 0;
    bool good;

    switch (letter) {
    case 'm':
        good = read_name(name, optarg, mode_names, 4, &index, error);
        out->mode = (MkMode)index;
        return good;
    case 'E':
        good = read_name(name, optarg, end_names, 3, &index, error);
        out->good_end = (MkGoodEnd)index;
        return good;
    case 'v':
        good = read_number(name, optarg, 1, MK_MAX_VCPUS, false, &number, error);
        out->vcpus = good ? (int)number : 0;
        return good && (out->vcpus == number ||
                        mk_fail(error, MK_STATUS_USAGE, "--vcpus %s: not whole", optarg));
    case 'M':
        /* Below the addresses that KVM itself needs (machine.c). */
        good = read_number(name, optarg, 2 * MIB, 2048.0 * MIB, true, &number, error);
        out->memory_bytes = good ? (size_t)number : 0;
        return good;
    case 't':
        return read_number(name, optarg, 0, 1e6, false, &out->timeout_s, error);
    case 'e':
        return read_text(name, optarg, &out->expect, error);
    case 'f':
        return read_text(name, optarg, &out->forbid, error);
    case 'T':
        out->trace = optarg;
        return true;
    default:
        out->kvm = optarg;
        return true;
    }
}

/* What the values have to fulfil together, and the defaults that depend on others. */
static bool complete(MkOptions *out, int cpuid, MkError *error)
{
    bool real = out->mode == MK_MODE_REAL;

    if (out->images == 0) {
        return mk_fail(error, MK_STATUS_USAGE, "no image is given; see --help");
    }
    if (out->vcpus == 0) {
        out->vcpus = out->images;
    }
    if (out->images != 1 && (!real || out->images != out->vcpus)) {
        return mk_fail(error, MK_STATUS_USAGE,
                       real ? "%d images for %d vCPUs: give one, or one each"
                            : "%d images: only real mode takes several",
                       out->images, out->vcpus);
    }
    if (real && out->memory_bytes) {
        return mk_fail(error, MK_STATUS_USAGE, "--memory: not in real mode, where it is fixed");
    }
    if (real) {
        /* Real mode reaches 1 MiB: 256 KiB for each of four vCPUs, 128 for each of eight. */
        out->memory_bytes = (size_t)out->vcpus * (out->vcpus > 4 ? 128 : 256) * KIB;
    } else if (!out->memory_bytes) {
        out->memory_bytes = 4 * MIB;
    }
    out->cpuid = cpuid >= 0 ? cpuid : !real;
    return true;
}

bool mk_options_read(int argc, char **argv, MkOptions *out, MkError *error)
{
    int irqchip = 0, vmcall = 0, exits = 0, explain = 0, json = 0, help = 0, cpuid = -1;
    int letter, index = 0;
    const struct option table[] = {
        {"mode", 1, NULL, 'm'},      {"vcpus", 1, NULL, 'v'},     {"memory", 1, NULL, 'M'},
        {"irqchip", 0, &irqchip, 1}, {"cpuid", 0, &cpuid, 1},     {"no-cpuid", 0, &cpuid, 0},
        {"vmcall", 0, &vmcall, 1},   {"end", 1, NULL, 'E'},       {"expect", 1, NULL, 'e'},
        {"forbid", 1, NULL, 'f'},    {"timeout", 1, NULL, 't'},   {"exits", 0, &exits, 1},
        {"trace", 1, NULL, 'T'},     {"explain", 0, &explain, 1}, {"json", 0, &json, 1},
        {"kvm", 1, NULL, 'k'},       {"help", 0, &help, 1},       {NULL, 0, NULL, 0},
    };

    *out = (MkOptions){.timeout_s = 10, .kvm = "/dev/kvm"};
    opterr = 0;
    optind = 0; /* begin anew, as glibc reads it */
    while ((letter = getopt_long(argc, argv, "", table, &index)) != -1) {
        if (letter == '?') {
            return mk_fail(error, MK_STATUS_USAGE,
                           "%s: no such option, or a value is missing or unwanted; see --help",
                           argv[optind - 1]);
        }
        if (letter != 0 && !read_option(letter, table[index].name, out, error)) {
            return false;
        }
    }
    out->irqchip = irqchip;
    out->vmcall = vmcall;
    out->exits = exits;
    out->explain = explain;
    out->json = json;
    out->help = help;
    if (argc - optind > MK_MAX_VCPUS) {
        return mk_fail(error, MK_STATUS_USAGE, "%d images: at most %d", argc - optind,
                       MK_MAX_VCPUS);
    }
    while (optind < argc) {
        out->image[out->images++] = argv[optind++];
    }
    return help || complete(out, cpuid, error);
}
