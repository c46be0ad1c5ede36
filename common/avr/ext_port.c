#include "common/avr/ext_port.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/cpu_clock.h"
#include "common/avr/port.h"

#ifdef BOARD_EXT_PORT

#define BAUD 9600u
#define PIN_HIGH (_BV(COM3A1) | _BV(COM3A0)) /* at the next compare; a space on the inverted line */
#define PIN_LOW _BV(COM3A1)

/* Bits of the byte still to be sent, the next one below, a 1 above the last one: the stop bit. Both 0
 * when that has been given out. */
static volatile uint8_t bits_low;
static volatile uint8_t bits_high;
static const uint8_t *volatile next;
static volatile uint8_t left;

void ext_port_init(void)
{
    EXT_PORT &= (uint8_t)~_BV(EXT_BIT);
    EXT_DDR |= _BV(EXT_BIT);
}

bool ext_port_busy(void)
{
    return TIMSK3 & _BV(OCIE3A);
}

void ext_port_stop(void)
{
    TIMSK3 = 0;
    TCCR3B = 0;
    TCCR3A = 0; /* the port holds the pin low */
}

/* The start bit comes with the next compare, these behind it. */
static inline void take_byte(void)
{
    TCCR3A = PIN_HIGH;
    bits_low = *next++;
    bits_high = 1;
    left--;
}

/* Bit time in cycles, from the measured clock: half a cycle of 375 is 0.13 %. */
static uint16_t bit_cycles(void)
{
    return (uint16_t)(((uint32_t)cpu_clock_cycles() * CPU_CLOCK_PER_SECOND + BAUD / 2u) / BAUD);
}

void ext_port_send(const uint8_t *bytes, uint8_t size)
{
    next = bytes;
    left = size;
    take_byte();
    TCNT3 = 0;
    OCR3A = (uint16_t)(bit_cycles() - 1u);
    TIFR3 = _BV(OCF3A);
    TIMSK3 = _BV(OCIE3A);
    TCCR3B = _BV(WGM32) | _BV(CS30); /* clear on compare A */
}

/* The other end of TIMER3_COMPA_vect, which jumps here while the stop bit is on the pin. */
void __vector_ext_byte(void) __attribute__((signal, used));
void __vector_ext_byte(void)
{
    if (left != 0) {
        take_byte();
        return;
    }
    ext_port_stop();
    port_ask();
}

/* Once a bit: 34 cycles and 11 before, 4 to wake, 4 of response, 3 of the vector's jump. In C it would
 * be 30 more. */
ISR(TIMER3_COMPA_vect, ISR_NAKED)
{
    __asm__ volatile("push  r24               \n" /* 2 */
                     "in    r24, %[sreg]      \n" /* 1 */
                     "push  r24               \n" /* 2 */
                     "lds   r24, %[low]       \n" /* 2 */
                     "tst   r24               \n" /* 1 */
                     "brne  3f                \n" /* 2 */
                     "lds   r24, %[high]      \n" /* a byte 0 has just been taken */
                     "tst   r24               \n"
                     "breq  2f                \n"
                     "3:                      \n"
                     "lds   r24, %[high]      \n" /* 2 */
                     "lsr   r24               \n" /* 1 */
                     "sts   %[high], r24      \n" /* 2 */
                     "lds   r24, %[low]       \n" /* 2 */
                     "ror   r24               \n" /* 1 */
                     "sts   %[low], r24       \n" /* 2 */
                     "ldi   r24, %[space]     \n" /* 1 */
                     "brcc  1f                \n" /* 2 */
                     "ldi   r24, %[mark]      \n" /* or 1 and 1 */
                     "1:                      \n"
                     "sts   %[control], r24   \n" /* 2 */
                     "pop   r24               \n" /* 2 */
                     "out   %[sreg], r24      \n" /* 1 */
                     "pop   r24               \n" /* 2 */
                     "reti                    \n" /* 4 */
                     "2:                      \n"
                     "pop   r24               \n"
                     "out   %[sreg], r24      \n"
                     "pop   r24               \n"
                     "jmp   __vector_ext_byte \n" ::[sreg] "I"(_SFR_IO_ADDR(SREG)),
                     [low] "i"(&bits_low), [high] "i"(&bits_high), [space] "M"(PIN_HIGH),
                     [mark] "M"(PIN_LOW), [control] "n"(_SFR_MEM_ADDR(TCCR3A)));
}

#endif
