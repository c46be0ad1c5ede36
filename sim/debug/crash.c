#include "debug/crash.h"

#include "debug/symbols.h"

static const char *const reason[] = {
    [MCU_NO_CRASH] = "no crash",
    [MCU_BAD_OPCODE] = "bad opcode or access outside memory",
    [MCU_SLEEP_FOREVER] = "asleep with interrupts off",
    [MCU_STACK_IN_DATA] = "stack grew into data",
    [MCU_RESET_LOOP] = "watchdog reset loop",
};

void crash_report(FILE *out, const struct board *b)
{
    const struct mcu *m = &b->mcu;
    struct symbols *symbols = symbols_load(b->firmware->path);
    char place[128] = "outside the flash";

    if (m->crash_pc <= m->avr->flashend)
        symbols_place(symbols, m->crash_pc, place, sizeof place);
    fprintf(out, "bms-sim: board %d (%s) crashed at %.6f s, cycle %llu, pc 0x%04x (%s): %s\n",
            b->number, b->firmware->path, (double)mcu_now_ps(m) * 1e-12,
            (unsigned long long)m->avr->cycle, m->crash_pc, place, reason[m->crash]);
    symbols_free(symbols);
}
