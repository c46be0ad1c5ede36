/* The first instructions after a reset, and the self-test's hardware side. */
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/power.h>
#include <avr/wdt.h>

#include "common/apart.h"
#include "common/avr/port.h"
#include "common/hal.h"
#include "common/health.h"
#include "common/seal.h"
#include "common/self_test.h"

#define PASSED 0x5A
#define FAILED 0x3C
#define PAINT 0xC5
#define KEPT __attribute__((section(".noinit"), used))

extern const uint8_t __data_start[], __data_end[]; /* constants, and nothing else */
extern uint8_t _end[]; /* first byte above .noinit: from here to RAMEND is stack */

uint8_t reset_causes KEPT;
uint8_t ram_verdict[2] KEPT; /* value and complement: a stuck bit here is no pass */
static struct reset_log reset_log KEPT;

const struct flash_seal flash_seal PROGMEM __attribute__((used)) = { 0, 0 };

/* Before .data and .bss exist, and without a stack.
 *
 * A watchdog reset leaves the watchdog running with its shortest time-out (ATmega328P data sheet,
 * "Watchdog system reset"); two seconds last for all of the start, the crystal's included. Fuse
 * CKDIV8 starts the chip at 1 MHz, legal at any supply; 4 MHz is legal from 1.8 V.
 *
 * The RAM test is March C- (van de Goor: up w0; up r0,w1; up r1,w0; down r0,w1; down r1,w0; r0) on
 * whole bytes. It finds stuck bits, bits that do not change, wrong addressing and coupling between
 * bytes; 54 cycles a byte. RAM below .noinit is tested with ones for zeros and read once more when
 * the rest is done and holds zeros, so that addresses which meet across .noinit show. The bytes of
 * .noinit are each tried with 0x55 and 0xAA and restored.
 *
 * Then the stack is painted, to see later how deep it went.
 *
 * r16 background, r17 its complement, r18:r19 first, r20:r21 end of the region, r23 verdict, r24 the
 * region in work, in its upper bit which of the two passes of a direction: the second one has r16 and
 * r17 swapped. */
void port_early(void) __attribute__((naked, used, section(".init3")));
void port_early(void)
{
    reset_causes = MCUSR;
    MCUSR = 0;
    wdt_enable(WDTO_2S);
    clock_prescale_set(clock_div_2);
    __asm__ volatile(
        "   ldi r23, %[passed]                                      \n"
        "   ldi r24, 0                                              \n"
        "   ldi r16, 0xFF                                           \n"
        "   ldi r17, 0x00                                           \n"
        "   ldi r18, lo8(%[start])                                  \n"
        "   ldi r19, hi8(%[start])                                  \n"
        "   ldi r20, lo8(__noinit_start)                            \n"
        "   ldi r21, hi8(__noinit_start)                            \n"
        "march:                                                     \n"
        "   movw r30, r18                                           \n"
        "0: st Z+, r16                                              \n"
        "   cp r30, r20                                             \n"
        "   cpc r31, r21                                            \n"
        "   brne 0b                                                 \n"
        "1: movw r30, r18                                           \n"
        "2: ld r22, Z                                               \n"
        "   cpse r22, r16                                           \n"
        "   rjmp ram_bad                                            \n"
        "   st Z+, r17                                              \n"
        "   cp r30, r20                                             \n"
        "   cpc r31, r21                                            \n"
        "   brne 2b                                                 \n"
        "   com r16                                                 \n"
        "   com r17                                                 \n"
        "   subi r24, 0x80                                          \n"
        "   brmi 1b                                                 \n"
        "3: movw r30, r20                                           \n"
        "4: ld r22, -Z                                              \n"
        "   cpse r22, r16                                           \n"
        "   rjmp ram_bad                                            \n"
        "   st Z, r17                                               \n"
        "   cp r30, r18                                             \n"
        "   cpc r31, r19                                            \n"
        "   brne 4b                                                 \n"
        "   com r16                                                 \n"
        "   com r17                                                 \n"
        "   subi r24, 0x80                                          \n"
        "   brmi 3b                                                 \n"
        "verify:                                                    \n"
        "   movw r30, r18                                           \n"
        "5: ld r22, Z+                                              \n"
        "   cpse r22, r16                                           \n"
        "   rjmp ram_bad                                            \n"
        "   cp r30, r20                                             \n"
        "   cpc r31, r21                                            \n"
        "   brne 5b                                                 \n"
        "   inc r24                                                 \n"
        "   cpi r24, 2                                              \n"
        "   breq low_again                                          \n"
        "   brcc kept                                               \n"
        "   ldi r16, 0x00                                           \n"
        "   ldi r17, 0xFF                                           \n"
        "   ldi r18, lo8(_end)                                      \n"
        "   ldi r19, hi8(_end)                                      \n"
        "   ldi r20, lo8(%[stop])                                   \n"
        "   ldi r21, hi8(%[stop])                                   \n"
        "   rjmp march                                              \n"
        "low_again:                                                 \n"
        "   ldi r16, 0xFF                                           \n"
        "   ldi r18, lo8(%[start])                                  \n"
        "   ldi r19, hi8(%[start])                                  \n"
        "   ldi r20, lo8(__noinit_start)                            \n"
        "   ldi r21, hi8(__noinit_start)                            \n"
        "   rjmp verify                                             \n"
        "kept:                                                      \n"
        "   ldi r16, 0x55                                           \n"
        "   ldi r17, 0xAA                                           \n"
        "   ldi r30, lo8(__noinit_start)                            \n"
        "   ldi r31, hi8(__noinit_start)                            \n"
        "6: ld r18, Z                                               \n"
        "   st Z, r16                                               \n"
        "   ld r22, Z                                               \n"
        "   cpse r22, r16                                           \n"
        "   ldi r23, %[failed]                                      \n"
        "   st Z, r17                                               \n"
        "   ld r22, Z                                               \n"
        "   cpse r22, r17                                           \n"
        "   ldi r23, %[failed]                                      \n"
        "   st Z+, r18                                              \n"
        "   ldi r22, hi8(_end)                                      \n"
        "   cpi r30, lo8(_end)                                      \n"
        "   cpc r31, r22                                            \n"
        "   brne 6b                                                 \n"
        "   rjmp ram_done                                           \n"
        "ram_bad:                                                   \n"
        "   ldi r23, %[failed]                                      \n"
        "ram_done:                                                  \n"
        "   sts ram_verdict, r23                                    \n"
        "   com r23                                                 \n"
        "   sts ram_verdict + 1, r23                                \n"
        "   ldi r16, %[paint]                                       \n"
        "   ldi r18, hi8(%[stop])                                   \n"
        "   ldi r30, lo8(_end)                                      \n"
        "   ldi r31, hi8(_end)                                      \n"
        "7: st Z+, r16                                              \n"
        "   cpi r30, lo8(%[stop])                                   \n"
        "   cpc r31, r18                                            \n"
        "   brne 7b                                                 \n" ::[start] "i"(RAMSTART),
        [stop] "i"(RAMEND + 1), [passed] "M"(PASSED), [failed] "M"(FAILED), [paint] "M"(PAINT));
}

APART static bool ram_passed(void)
{
    return ram_verdict[0] == PASSED && ram_verdict[1] == (uint8_t)~PASSED;
}

/* With bad RAM these bytes mean nothing, and a board that nobody trusts has to forward. */
bool port_stack_intact(void)
{
    return (_end[0] == PAINT && _end[1] == PAINT) || !ram_passed();
}

APART uint16_t hal_stack_free(void)
{
    const uint8_t *at = _end;

    while (*at == PAINT && at != (const uint8_t *)RAMEND)
        at++;
    return (uint16_t)(at - _end);
}

uint16_t hal_constants_seal(void)
{
    return seal_more(SEAL_INIT, __data_start, (uint16_t)(__data_end - __data_start));
}

uint8_t hal_reset_causes(void)
{
    return reset_causes;
}

APART struct reset_log *hal_reset_log(void)
{
    return &reset_log;
}

uint8_t hal_self_test(void)
{
    uint8_t faults = 0;

    if (!ram_passed())
        faults |= FAULT_RAM;
    if (!self_test_flash(0, &flash_seal))
        faults |= FAULT_FLASH;
    return faults;
}
