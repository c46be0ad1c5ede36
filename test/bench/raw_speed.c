/* Runs an image for a while of CPU time: by simavr as it comes, by simavr with runs of 64 cycles, and by
 * engine/core.h. Prints the three, in million cycles per second. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sim_avr.h>
#include <sim_elf.h>

#include "engine/core.h"

#define MEASURED_S 1.0
#define RUNS 10000
#define CORE_RUN_CYCLES 1000 /* about as long as between two timers of a board */

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double core_mega_cycles_per_s(avr_t *avr, const struct core *core)
{
    double start_s = cpu_s();
    avr_cycle_count_t start = avr->cycle;

    while (cpu_s() - start_s < MEASURED_S)
        for (int i = 0; i < RUNS; i++) {
            avr->run_cycle_count = CORE_RUN_CYCLES;
            avr->pc = core_run(core, avr);
        }
    return (double)(avr->cycle - start) / (cpu_s() - start_s) * 1e-6;
}

/* avr_run() is simavr's own loop, with its timers and interrupts. */
static double simavr_mega_cycles_per_s(avr_t *avr, unsigned limit)
{
    double start_s = cpu_s();
    avr_cycle_count_t start = avr->cycle;

    avr->run_cycle_limit = limit;
    while (cpu_s() - start_s < MEASURED_S)
        for (int i = 0; i < RUNS; i++)
            avr_run(avr);
    return (double)(avr->cycle - start) / (cpu_s() - start_s) * 1e-6;
}

int main(int argc, char **argv)
{
    elf_firmware_t firmware = { .frequency = 4000000 };
    struct core *core;
    avr_t *avr = avr_make_mcu_by_name("atmega328p");

    if (argc != 2 || !avr || elf_read_firmware(argv[1], &firmware) != 0)
        return 1;
    avr_init(avr);
    avr->log = LOG_NONE;
    avr_load_firmware(avr, &firmware);
    core = core_new(avr->flash, avr->flashend + 1u);
    if (!core)
        return 1;
    printf("%.0f %.0f", simavr_mega_cycles_per_s(avr, 1), simavr_mega_cycles_per_s(avr, 64));
    printf(" %.0f\n", core_mega_cycles_per_s(avr, core));
    free(core);
    return 0;
}
