/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024
#define MIB (1024 * KIB)
#define PAGE (4 * KIB)

const char mk_usage[] =
    "usage: mini-kvm [OPTION]... IMAGE...\n"
    "Runs flat guest images under KVM, which write to port 0x500 or the UART at 0x3F8.\n\n"
    "  --mode MODE        real (default), protected, paged or long\n"
    "  --vcpus N          1 to 8; default: one for each image. One image with several vCPUs:\n"
    "                     each runs it\n"
    "  --memory SIZE      memory in all but real mode, such as 512K or 64M; default 4M\n"
    "  --irqchip          interrupt controllers and a PIT in the kernel; HLT waits, then\n"
    "  --cpuid, --no-cpuid  give vCPUs the host's CPUID; default: in all but real mode\n"
    "  --vmcall           take VMCALL and VMMCALL for hypercalls, too\n"
    "  --prefault         bring all of the guest's memory in before it runs\n"
    "  --huge             advise the host to use huge pages for it (MADV_HUGEPAGE)\n"
    "  --resume-hlt       HLT does not end a vCPU\n"
    "  --ioeventfd        a write of a byte to port 0x510 signals an eventfd, without an exit\n"
    "  --no-sync-regs     ask KVM for registers, even where it keeps them in kvm_run\n"
    "  --end exit|hlt|any what ends a vCPU well; default any\n"
    "  --expect TEXT      fail unless a vCPU writes TEXT; up to 16 times\n"
    "  --forbid TEXT      fail, and stop, once a vCPU writes TEXT; up to 16 times\n"
    "  --timeout SECONDS  default 10; 0: none\n"
    "  --exits            print the exits of each vCPU, by kind, to stderr\n"
    "  --trace FILE       write a line for each exit\n"
    "  --explain          single-step, and explain a fault: registers, code, what KVM said\n"
    "  --json             print the result, with the guests' output in it, as JSON to stdout\n"
    "  --kvm FILE         default /dev/kvm\n"
    "  --help\n\n"
    "Exit status: 0 good; 1 output or end other than asked; 2 command line or image wrong;\n"
    "3 KVM missing or refusing; 4 time limit; 5 guest fault.\n";

const char *const mk_mode_names[] = {"real", "protected", "paged", "long"};
static const char *const end_names[] = {"any", "exit", "hlt"};

/* A number from `min` to `max`, a multiple of `step` unless that is 0; if that is PAGE, of bytes,
 * which ends in K or M. `wanted` says so to people. */
static bool read_number(const char *option, double min, double max, size_t step, const char *wanted,
                        double *out, MkError *error)
{
    char *end;
    double value = strtod(optarg, &end);
    bool good = end != optarg;

    if (step == PAGE) {
        value *= *end == 'M' ? MIB : KIB;
        good = good && (*end == 'K' || *end == 'M');
        end += good;
    }
    good = good && *end == '\0' && value >= min && value <= max &&
           (!step || value == (double)((size_t)value - (size_t)value % step));
    *out = good ? value : 0;
    return good || mk_fail(error, MK_STATUS_USAGE, "--%s %s: give %s", option, optarg, wanted);
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
        good = read_name(name, optarg, mk_mode_names, 4, &index, error);
        out->mode = (MkMode)index;
        return good;
    case 'E':
        good = read_name(name, optarg, end_names, 3, &index, error);
        out->good_end = (MkGoodEnd)index;
        return good;
    case 'v':
        good = read_number(name, 1, MK_MAX_VCPUS, 1, "a whole number from 1 to 8", &number, error);
        out->vcpus = (int)number;
        return good;
    case 'M':
        /* Below the addresses that KVM itself needs (machine.c). */
        good = read_number(name, 2 * MIB, 2048.0 * MIB, PAGE,
                           "pages of 4K, such as 64M, from 2M to 2048M", &number, error);
        out->memory_bytes = (size_t)number;
        return good;
    case 't':
        return read_number(name, 0, 1e6, 0, "seconds from 0 to 1000000", &out->timeout_s, error);
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
static bool complete(MkOptions *out, MkError *error)
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
    out->cpuid = out->cpuid >= 0 ? out->cpuid : !real;
    return true;
}

bool mk_options_read(int argc, char **argv, MkOptions *out, MkError *error)
{
    int letter, index = 0;
    const struct option table[] = {
        {"mode", 1, NULL, 'm'},
        {"vcpus", 1, NULL, 'v'},
        {"memory", 1, NULL, 'M'},
        {"end", 1, NULL, 'E'},
        {"expect", 1, NULL, 'e'},
        {"forbid", 1, NULL, 'f'},
        {"timeout", 1, NULL, 't'},
        {"trace", 1, NULL, 'T'},
        {"kvm", 1, NULL, 'k'},
        {"irqchip", 0, &out->irqchip, 1},
        {"cpuid", 0, &out->cpuid, 1},
        {"no-cpuid", 0, &out->cpuid, 0},
        {"vmcall", 0, &out->vmcall, 1},
        {"no-sync-regs", 0, &out->no_sync_regs, 1},
        {"resume-hlt", 0, &out->resume_hlt, 1},
        {"ioeventfd", 0, &out->ioeventfd, 1},
        {"prefault", 0, &out->prefault, 1},
        {"huge", 0, &out->huge, 1},
        {"exits", 0, &out->exits, 1},
        {"explain", 0, &out->explain, 1},
        {"json", 0, &out->json, 1},
        {"help", 0, &out->help, 1},
        {NULL, 0, NULL, 0},
    };

    *out = (MkOptions){.timeout_s = 10, .kvm = "/dev/kvm", .cpuid = -1};
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
    if (argc - optind > MK_MAX_VCPUS) {
        return mk_fail(error, MK_STATUS_USAGE, "%d images: at most %d", argc - optind,
                       MK_MAX_VCPUS);
    }
    while (optind < argc) {
        out->image[out->images++] = argv[optind++];
    }
    return out->help || complete(out, error);
}
