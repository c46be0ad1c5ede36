/* Time from the 32.768 kHz watch crystal on Timer2, which runs on in power-save sleep. */
#ifndef COMMON_AVR_CRYSTAL_H
#define COMMON_AVR_CRYSTAL_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the crystal; it needs up to a second until the first tick is right. One that does not swing
 * within two seconds is taken for dead. */
void crystal_init(void);
/* True from the moment the crystal was found to stand until the next reset. Time then goes on by the
 * CPU clock, 10 % off and more, in steps of 66 ms, and only while that runs: no deep sleep. */
bool crystal_lost(void);
/* Milliseconds since crystal_init(), modulo 2^32. Main loop; waits up to 92 us, or
 * finds within 2 ms that the crystal stands. */
uint32_t crystal_ms(void);
/* The same, up to 250 ms behind and never ahead. ISR, main loop. */
uint32_t crystal_coarse_ms(void);
/* True once per 250 ms, without a crystal per 66 ms; the interrupt that makes it true ends any sleep. */
bool crystal_take_quarter(void);
/* Must come between waking and sleeping again: the timer's wake-up logic needs one crystal cycle
 * (ATmega1284P data sheet, "Asynchronous operation of Timer/Counter2"). Finds a
 * crystal that stands; the watchdog sees to it that the main loop comes here. */
void crystal_ready_to_sleep(void);

#endif
