/*
 * Runs one test image in simavr as fast as it goes and prints what it writes to its console.
 * Exit: 0 when the image declared success, 1 when it failed, crashed, hung or just ended, 2 on a
 * wrong call. The register protocol is in avr_cmocka.c.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sim_avr.h>
#include <sim_elf.h>

enum {
    REG_CONSOLE = 0x3E,   /* GPIOR0 */
    REG_EXIT_CODE = 0x4A, /* GPIOR1 */
    REG_SEAL = 0x4B,      /* GPIOR2 */
    SEAL_START = 0x5A,
    RAM_START = 0x100,
    /* Between two looks at the core; it is quick with any value from 16 up. */
    RUN_CYCLES = 256,
    OPCODE_JUMP_TO_SELF = 0xCFFF,
};

struct options {
    const char *image;
    const char *mcu;
    uint32_t hz;
    uint64_t max_cycles;
};

struct run {
    uint32_t starts;
    bool ended;
    uint8_t exit_code;
    bool sealed;
    char last_char;
};

static const struct argp_option option_table[] = {
    { "mcu", 'm', "NAME", 0, "part to simulate (atmega1284p)", 0 },
    { "frequency", 'f', "HZ", 0, "its clock (4000000)", 0 },
    { "max-cycles", 'c', "N", 0, "fail after N cycles (4e9)", 0 },
    { 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'm':
        options->mcu = arg;
        return 0;
    case 'f':
        options->hz = (uint32_t)strtod(arg, NULL);
        return 0;
    case 'c':
        options->max_cycles = (uint64_t)strtod(arg, NULL);
        return 0;
    case ARGP_KEY_ARG:
        if (options->image != NULL)
            argp_usage(state);
        options->image = arg;
        return 0;
    case ARGP_KEY_END:
        if (options->image == NULL)
            argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    option_table, parse_option, "IMAGE.elf", "Run an AVR test image in simavr.", NULL, NULL, NULL
};

static void log_errors_only(struct avr_t *avr, const int level, const char *format, va_list args)
{
    (void)avr;
    if (level <= LOG_ERROR)
        vfprintf(stderr, format, args);
}

static void do_not_sleep(struct avr_t *avr, avr_cycle_count_t cycles)
{
    (void)avr;
    (void)cycles;
}

static void on_console(struct avr_t *avr, avr_io_addr_t addr, uint8_t value, void *param)
{
    struct run *run = param;

    avr->data[addr] = value;
    run->last_char = (char)value;
    putchar(value);
}

static void on_seal(struct avr_t *avr, avr_io_addr_t addr, uint8_t value, void *param)
{
    struct run *run = param;

    avr->data[addr] = value;
    if (value == SEAL_START)
        run->starts++;
}

static void on_exit_code(struct avr_t *avr, avr_io_addr_t addr, uint8_t value, void *param)
{
    struct run *run = param;

    avr->data[addr] = value;
    run->ended = true;
    run->exit_code = value;
    run->sealed = (avr->data[REG_SEAL] ^ value) == 0xFF;
}

static avr_t *load(const struct options *options, uint16_t *ram_end_of_data)
{
    elf_firmware_t *firmware = calloc(1, sizeof(*firmware));

    if (firmware == NULL || elf_read_firmware(options->image, firmware) != 0) {
        fprintf(stderr, "avr-run: cannot read %s\n", options->image);
        exit(2);
    }
    avr_t *avr = avr_make_mcu_by_name(options->mcu);
    if (avr == NULL) {
        fprintf(stderr, "avr-run: simavr does not know %s\n", options->mcu);
        exit(2);
    }
    avr_init(avr);
    avr_load_firmware(avr, firmware);
    avr->frequency = options->hz;
    avr->sleep = do_not_sleep;
    avr->run_cycle_limit = RUN_CYCLES;
    *ram_end_of_data = (uint16_t)(RAM_START + firmware->datasize + firmware->bsssize);
    return avr;
}

static uint16_t stack_pointer(const avr_t *avr)
{
    return (uint16_t)(avr->data[R_SPL] | avr->data[R_SPH] << 8);
}

/* `_exit: rjmp .` with interrupts off: the image left without our exit(). */
static bool is_dead_end(const avr_t *avr)
{
    return !avr->sreg[S_I] && avr->pc + 1 < avr->flashend &&
           (avr->flash[avr->pc] | avr->flash[avr->pc + 1] << 8) == OPCODE_JUMP_TO_SELF;
}

/* Returns why the image failed, or NULL when it declared success. */
static const char *run_to_end(avr_t *avr, struct run *run, uint64_t max_cycles, uint16_t data_end)
{
    static char failed_with[64];

    while (!run->ended) {
        int state = avr_run(avr);

        if (run->ended)
            break;
        if (run->starts > 1)
            return "crashed: the program jumped to address 0";
        if (state == cpu_Crashed)
            return "crashed";
        if (state == cpu_Done || is_dead_end(avr))
            return "ended without declaring success";
        if (run->starts > 0 && stack_pointer(avr) < data_end)
            return "crashed: the stack ran into the variables";
        if (avr->cycle > max_cycles)
            return "used up its cycles without an end";
    }
    if (!run->sealed)
        return "crashed: it wrote the exit code by accident";
    if (run->exit_code == 0)
        return NULL;
    snprintf(failed_with, sizeof(failed_with), "failed, exit code %u", run->exit_code);
    return failed_with;
}

int main(int argc, char **argv)
{
    struct options options = { .mcu = "atmega1284p", .hz = 4000000, .max_cycles = 4000000000u };
    struct run run = { .last_char = '\n' };
    uint16_t data_end;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    avr_global_logger_set(log_errors_only);

    avr_t *avr = load(&options, &data_end);
    avr_register_io_write(avr, REG_CONSOLE, on_console, &run);
    avr_register_io_write(avr, REG_SEAL, on_seal, &run);
    avr_register_io_write(avr, REG_EXIT_CODE, on_exit_code, &run);

    const char *failure = run_to_end(avr, &run, options.max_cycles, data_end);
    if (run.last_char != '\n')
        putchar('\n');
    if (failure == NULL) {
        printf("avr-run: %" PRIu64 " cycles\n", avr->cycle);
        return 0;
    }
    printf("avr-run: %s: %s (pc 0x%x, cycle %" PRIu64 ")\n", options.image, failure,
           (unsigned)avr->pc, avr->cycle);
    return 1;
}
