/* How fast the CPU clock really is, against the watch crystal. The RC oscillator is off by up to 10 %
 * and follows Begin's; ports to the outside need their own rates. */
#ifndef COMMON_AVR_CPU_CLOCK_H
#define COMMON_AVR_CPU_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* CPU cycles in CPU_CLOCK_TICKS of the crystal's 1024 Hz. */
#define CPU_CLOCK_TICKS 4u
#define CPU_CLOCK_PER_SECOND (1024u / CPU_CLOCK_TICKS)
#define CPU_CLOCK_NOMINAL ((uint16_t)(F_CPU_NOMINAL_HZ / CPU_CLOCK_PER_SECOND))

/* Measures with Timer3, which must not be in use. Main loop, interrupts on, the crystal running since
 * a second: takes 4 to 5 ms and gives up at once, returning false, when the ring asks for the
 * main loop or an interrupt hid the moment of a tick. Error below 0.3 %. */
bool cpu_clock_measure(void);
/* Instead of a measurement: the trim has moved so many steps since, 0.55 % each. */
void cpu_clock_moved(int8_t steps);
/* The last measurement, CPU_CLOCK_NOMINAL before the first. */
uint16_t cpu_clock_cycles(void);
/* Length of a bit, in CPU cycles by the last measurement; half a cycle of 375 is 0.13 %. */
uint16_t cpu_clock_bit(uint16_t baud);

#endif
