/* Interrupts whose work is done in C share what saves and restores the registers for it: 17 words each
 * that the compiler would write into every one. An interrupt of this kind takes 11 cycles longer than
 * the compiler's own, its first instruction comes 8 later; what cannot wait goes into FIRST. */
#ifndef COMMON_AVR_ISR_H
#define COMMON_AVR_ISR_H

#include <avr/interrupt.h>

/* Saves r30 and r31, runs FIRST (assembler that changes only these two and no flag), has function
 * called by isr_shared(). */
#define ISR_CALLS_AFTER(vector, function, first, ...)                                            \
    ISR(vector, ISR_NAKED)                                                                       \
    {                                                                                            \
        __asm__ volatile("push r30                    \n"                                        \
                         "push r31                    \n" first "ldi  r30, pm_lo8(%x[call])  \n" \
                         "ldi  r31, pm_hi8(%x[call])  \n"                                        \
                         "jmp  isr_shared             \n" ::[call] "i"(function),                \
                         ##__VA_ARGS__);                                                         \
    }
#define ISR_CALLS(vector, function) ISR_CALLS_AFTER(vector, function, "")

/* Jumped to with r30 and r31 pushed and the address of the function in them. Returns from the
 * interrupt. */
void isr_shared(void);

#endif
