#include "common/avr/isr.h"

#include <avr/io.h>

/* All that a function may change by the ABI; r1 is 0 in C code, but not between a multiplication and the
 * instruction that clears it. */
void isr_shared(void) __attribute__((naked, used));
void isr_shared(void)
{
    __asm__ volatile("push r0            \n"
                     "in   r0, %[sreg]   \n"
                     "push r0            \n"
                     "push r1            \n"
                     "clr  r1            \n"
                     "push r18           \n"
                     "push r19           \n"
                     "push r20           \n"
                     "push r21           \n"
                     "push r22           \n"
                     "push r23           \n"
                     "push r24           \n"
                     "push r25           \n"
                     "push r26           \n"
                     "push r27           \n"
                     "icall              \n"
                     "pop  r27           \n"
                     "pop  r26           \n"
                     "pop  r25           \n"
                     "pop  r24           \n"
                     "pop  r23           \n"
                     "pop  r22           \n"
                     "pop  r21           \n"
                     "pop  r20           \n"
                     "pop  r19           \n"
                     "pop  r18           \n"
                     "pop  r1            \n"
                     "pop  r0            \n"
                     "out  %[sreg], r0   \n"
                     "pop  r0            \n"
                     "pop  r31           \n"
                     "pop  r30           \n"
                     "reti               \n" ::[sreg] "I"(_SFR_IO_ADDR(SREG)));
}
