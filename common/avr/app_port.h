/* The app port: USART1, 8N1, with buffers both ways. docs/app-protocol.md says how a client wakes it.
 * Main loop only. */
#ifndef COMMON_AVR_APP_PORT_H
#define COMMON_AVR_APP_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* The CPU clock is up to 10 % off and the USART divides it by 8 n: n = 13 at 4 MHz, the nearest one may be
 * 4.3 % off. Where it is more than 2 % the port is at the slow rate, with n = 26 and 2.2 % at most. */
#define APP_PORT_BAUD 38400ul
#define APP_PORT_SLOW_BAUD 19200ul
#define APP_PORT_DAMAGED \
    0xFFu /* stands for a byte with a framing error, and where bytes were lost */

void app_port_init(void);
/* Fits the rate to cpu_clock.h, unless something is being sent; goes from one rate to the other only if
 * that may be, while nobody talks. */
void app_port_follow_clock(bool may_change);

/* The next byte; false when there is none. */
bool app_port_read(uint8_t *byte);
/* Room for bytes to be sent. */
uint8_t app_port_room(void);
/* No more than there is room for. */
void app_port_write(const char *bytes, uint8_t size);

/* Something was heard since the last call: a byte, or the edge that ended a deep sleep. */
bool app_port_heard(void);
/* Still sending: no sleep deeper than idle. */
bool app_port_sending(void);
/* Right before and right after a deep sleep, interrupts off: an edge of RXD ends it. */
void app_port_before_sleep(void);
void app_port_after_sleep(void);

#endif
