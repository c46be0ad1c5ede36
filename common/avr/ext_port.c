#include "common/avr/ext_port.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/port.h"

#ifdef BOARD_EXT_PORT

#define CLEAR_AT_TOP (_BV(WGM12) | _BV(CS10)) /* all 16 bit timers have the same bits */
/* Inverted line: a space is high. */
#define SPACE EXT_SET
#define MARK EXT_CLEAR

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
    return GPIOR0 & _BV(PORT_EXT_SENDS);
}

void ext_port_stop(void)
{
    if (!ext_port_busy())
        return;
    GPIOR0 &= (uint8_t)~_BV(PORT_EXT_SENDS);
    EXT_MASK = 0;
    EXT_CONTROL_B = 0;
    EXT_CONTROL_A = 0; /* the port holds the pin low */
}

/* The start bit comes with the next compare, these behind it. */
static inline void take_byte(void)
{
    EXT_CONTROL_A = SPACE;
    bits_low = *next++;
    bits_high = 1;
    left--;
}

void ext_port_send(const uint8_t *bytes, uint8_t size, uint16_t bit_cycles)
{
    next = bytes;
    left = size;
    take_byte();
    EXT_CONTROL_B = 0;
    EXT_COUNT = 0;
    EXT_TOP = (uint16_t)(bit_cycles - 1u);
    EXT_MATCH = (uint16_t)(bit_cycles - 1u);
    EXT_FLAGS = _BV(EXT_MATCHED); /* same bit as in the mask */
    GPIOR0 |= _BV(PORT_EXT_SENDS);
    EXT_MASK = _BV(EXT_MATCHED);
    EXT_CONTROL_B = CLEAR_AT_TOP;
}

/* The other end of EXT_vect, which jumps here while the stop bit is on the pin. */
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

/* The vector has another user, who is called like an interrupt while nothing is sent. */
#ifdef BOARD_EXT_SHARES_VECTOR
#define OTHER_USE                             \
    "sbis  %[flags], %[sends]             \n" \
    "jmp   __vector_ext_other             \n"
#else
#define OTHER_USE ""
#endif

/* Once a bit: 34 cycles and 11 before, 4 to wake, 4 of response, 3 of the vector's jump. In C it would
 * be 30 more. The start bit is said here too, 21 cycles in, before the work of a whole byte: behind the crystal's
 * interrupt and the end of a round, 345 cycles, that came too late for the compare, once in 112 000 frames. */
ISR(EXT_vect, ISR_NAKED)
{
    __asm__ volatile(
        OTHER_USE "push  r24               \n" /* 2 */
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
                  "lds   r24, %[left]      \n"
                  "tst   r24               \n"
                  "breq  4f                \n"
                  "ldi   r24, %[space]     \n"
                  "sts   %[control], r24   \n"
                  "4:                      \n"
                  "pop   r24               \n"
                  "out   %[sreg], r24      \n"
                  "pop   r24               \n"
                  "jmp   __vector_ext_byte \n" ::[sreg] "I"(_SFR_IO_ADDR(SREG)),
        [low] "i"(&bits_low), [high] "i"(&bits_high), [left] "i"(&left), [space] "M"(SPACE),
        [mark] "M"(MARK), [control] "n"(_SFR_MEM_ADDR(EXT_CONTROL_A)),
        [flags] "I"(_SFR_IO_ADDR(GPIOR0)), [sends] "I"(PORT_EXT_SENDS));
}

#endif
