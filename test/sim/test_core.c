/* The decoded core against simavr's own loop: random instructions on random registers, one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sim_avr.h>
#include <sim_core.h>

#include "engine/core.h"
#include "world/rng.h"

#define TIMES 40 /* each of the 65 536 codes */
#define AT 0x1000u
#define RAM 0x100u
#define CALL 0x940Eu

struct pair {
    avr_t *avr;
    struct core *core;
    struct rng rng;
};

static avr_t *chip(const char *name)
{
    avr_t *avr = avr_make_mcu_by_name(name);

    assert_non_null(avr);
    avr->log = LOG_NONE;
    avr_init(avr);
    avr->log = LOG_NONE;
    return avr;
}

static uint32_t any(struct pair *p, uint32_t below)
{
    return (uint32_t)(rng_u64(&p->rng) % below);
}

struct result {
    avr_flashaddr_t pc;
    avr_cycle_count_t cycle;
    int8_t interrupts;
    int state;
    uint8_t sreg[8];
    uint8_t data[0x10000];
};

/* Pointers that point into the RAM, and sometimes at a register of the core. */
static uint32_t pointer(struct pair *p, bool low_too)
{
    return low_too && any(p, 8) == 0 ? 1 + any(p, 29) : RAM + 64 + any(p, 1024);
}

static void fill(struct pair *p, struct result *from, uint16_t code)
{
    bool displaced = (code & 0xD000) == 0x8000;
    uint32_t sp = pointer(p, false);

    for (int i = 0; i < 32; i++)
        from->data[i] = (uint8_t)any(p, 256);
    for (int at = R_XL; at <= R_ZL; at += 2) {
        uint32_t to = pointer(p, !displaced);
        from->data[at] = (uint8_t)to;
        from->data[at + 1] = (uint8_t)(to >> 8);
    }
    for (int i = 0; i < 8; i++)
        from->sreg[i] = (uint8_t)any(p, 2);
    from->data[R_SPL] = (uint8_t)sp;
    from->data[R_SPH] = (uint8_t)(sp >> 8);
}

/* Accesses outside the registers of the core and the RAM would meet other parts of the chip, which
 * cannot be put back for the second try: chains of real images compare those. */
static bool stays_inside(const avr_t *avr, uint16_t code, uint16_t second)
{
    bool io = (code & 0xF000) == 0xB000 || (code & 0xFC00) == 0x9800;
    bool direct = (code & 0xFC0F) == 0x9000;
    uint16_t address =
        (uint16_t)(32 + ((code & 0xF000) == 0xB000 ? (code >> 5 & 0x30) | (code & 0xF)
                                                   : code >> 3 & 0x1F));

    if (direct)
        return second < 32 || second == R_SREG || (second >= RAM && second <= avr->ramend);
    return !io || address == R_SREG || address == 0x3E || address == R_SPL || address == R_SPH;
}

/* Break, watchdog, self-programming; and ELPM where there is no RAMPZ, which simavr does not survive. */
static bool is_left_to_simavr(const avr_t *avr, uint16_t code)
{
    if (!avr->rampz && (code == 0x95D8 || (code & 0xFE0E) == 0x9006))
        return true;
    return code == 0x9598 || code == 0x95A8 || code == 0x95E8;
}

static void run(struct pair *p, const struct result *from, const struct core *core,
                struct result *to)
{
    avr_t *avr = p->avr;
    size_t size = avr->ramend + 1u;

    memcpy(avr->data, from->data, size);
    memcpy(avr->sreg, from->sreg, 8);
    avr->pc = AT;
    avr->cycle = 1000;
    avr->run_cycle_count = 1;
    avr->interrupt_state = 0;
    avr->state = cpu_Running;
    to->pc = core ? core_run(core, avr) : avr_run_one(avr);
    to->cycle = avr->cycle;
    to->interrupts = avr->interrupt_state;
    to->state = avr->state;
    memcpy(to->data, avr->data, size);
    memcpy(to->sreg, avr->sreg, 8);
}

static void set_word(struct pair *p, uint32_t at, uint16_t word)
{
    p->avr->flash[at] = (uint8_t)word;
    p->avr->flash[at + 1] = (uint8_t)(word >> 8);
}

static void one(struct pair *p, struct result *from, uint16_t code)
{
    static struct result by_simavr, by_core;
    uint16_t second = any(p, 2) ? (uint16_t)any(p, 32) : (uint16_t)(RAM + any(p, 1024));
    size_t size = p->avr->ramend + 1u;

    if (any(p, 4) == 0)
        second = CALL; /* what a skip may skip: a long instruction, mostly a short one */
    if (is_left_to_simavr(p->avr, code) || !stays_inside(p->avr, code, second))
        return;
    set_word(p, AT, code);
    set_word(p, AT + 2, second);
    core_decode(p->core, p->avr->flash, AT / 2);
    fill(p, from, code);
    run(p, from, NULL, &by_simavr);
    run(p, from, p->core, &by_core);
    if (by_core.pc != by_simavr.pc || by_core.cycle != by_simavr.cycle ||
        by_core.interrupts != by_simavr.interrupts || by_core.state != by_simavr.state ||
        memcmp(by_core.data, by_simavr.data, size) != 0 ||
        memcmp(by_core.sreg, by_simavr.sreg, 8) != 0)
        fail_msg("code %04x %04x on %s: pc %x and %x, cycles %u and %u", code, second, p->avr->mmcu,
                 by_simavr.pc, by_core.pc, (unsigned)by_simavr.cycle, (unsigned)by_core.cycle);
}

static void compare(const char *name, uint64_t seed)
{
    static struct result from;
    struct pair p = { .avr = chip(name) };

    rng_seed(&p.rng, seed, 0);
    p.core = core_new(p.avr->flash, p.avr->flashend + 1u);
    assert_non_null(p.core);
    for (uint32_t i = RAM; i <= p.avr->ramend; i++)
        from.data[i] = (uint8_t)any(&p, 256);
    for (int time = 0; time < TIMES; time++)
        for (uint32_t code = 0; code <= 0xFFFF; code++)
            one(&p, &from, (uint16_t)code);
    free(p.core);
    avr_terminate(p.avr);
    free(p.avr);
}

static void test_core_atmega328p_does_what_simavr_does(void **state)
{
    (void)state;
    compare("atmega328p", 1);
}

static void test_core_atmega1284p_does_what_simavr_does(void **state)
{
    (void)state;
    compare("atmega1284p", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_atmega328p_does_what_simavr_does),
        cmocka_unit_test(test_core_atmega1284p_does_what_simavr_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
