/* Transmitter of the extended data output: 9600 baud 8N1, the pin low when idle (the line is
 * inverted). A timer moves the pin itself at the end of each bit, so that interrupts that come late do
 * not move an edge; its interrupt says what the next edge is and has a whole bit, 417 cycles, for it. On End it is Timer3, on Begin Timer1,
 * which must be free: behind link_lead_rest(). */
#ifndef COMMON_AVR_EXT_PORT_H
#define COMMON_AVR_EXT_PORT_H

#include <stdbool.h>
#include <stdint.h>

void ext_port_init(void);
/* Begins to send; the bytes must stay until it is no longer busy. Not while busy. Main loop. */
void ext_port_send(const uint8_t *bytes, uint8_t size, uint16_t bit_cycles);
/* The timer runs: no sleep deeper than idle. Any context. */
bool ext_port_busy(void);
/* Ends a transmission at once. A truncated frame is no frame to a client. Main loop. */
void ext_port_stop(void);

#endif
