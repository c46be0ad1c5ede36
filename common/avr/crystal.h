/* Time from the 32.768 kHz watch crystal on Timer2, which runs on in power-save sleep. */
#ifndef COMMON_AVR_CRYSTAL_H
#define COMMON_AVR_CRYSTAL_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the crystal; it needs up to a second until the first tick is right. */
void crystal_init(void);
/* Milliseconds since crystal_init(), modulo 2^32. Main loop; waits up to 92 us. */
uint32_t crystal_ms(void);
/* The same in steps of 128 ms, up to 250 ms behind, modulo 2^8. ISR. */
uint8_t crystal_tick(void);
/* True once per 250 ms; the interrupt that makes it true ends any sleep. */
bool crystal_take_quarter(void);
/* Must come between waking and sleeping again: the timer's wake-up logic needs one crystal cycle
 * (ATmega1284P data sheet, "Asynchronous operation of Timer/Counter2"). */
void crystal_ready_to_sleep(void);

#endif
