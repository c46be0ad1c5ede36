/* The seam between logic and hardware. The linker chooses the implementation: common/avr/ in an
 * image, test/fake/ on the host. Nothing here decides anything.
 *
 * "ISR" marks what is called from, or may be called from, an interrupt. */
#ifndef COMMON_HAL_H
#define COMMON_HAL_H

#include <stdbool.h>
#include <stdint.h>

/* ---- ring link ---------------------------------------------------------------------------- */

/* A bit lasts 8 * divisor CPU cycles (USART in double speed mode). 13 is 38 461 baud at 4 MHz. */
#ifndef LINK_DIVISOR_NOMINAL
#define LINK_DIVISOR_NOMINAL 13u
#endif

/* Falling edges captured in the sync byte 0x55: start bit and bits 1, 3, 5, 7. */
#define SYNC_EDGES 5u

/* OUT goes low and stays low, also asleep; the receiver is off, edges of IN are captured. ISR. */
void hal_link_break(void);
/* OUT goes high, and after a delimiter of two bits the sync byte is sent; eight bits behind it
 * link_open() is called. Receives and sends with this divisor from now on. ISR. */
void hal_link_release(uint8_t divisor);
/* OUT idles high, receiver and capture off; a falling edge of IN calls link_break_seen(). ISR. */
void hal_link_idle(void);
/* After hal_link_idle(): the line as hal_link_release() left it, without break and sync; bytes may be
 * sent at once. A break on IN calls link_break_seen() as inside a round. Interrupts off. */
void hal_link_resume(uint8_t divisor);
/* As hal_link_idle() left it, but link_tick() is called, until the next of these three. */
void hal_link_wait(void);
/* True when hal_link_send() will not lose a byte. ISR. */
bool hal_link_ready(void);
void hal_link_send(uint8_t byte);
/* While on, link_drain() is called whenever hal_link_ready() holds. ISR. */
void hal_link_drain(bool on);
/* link_sent() will be called once the last byte has left the pin. ISR. */
void hal_link_notify_sent(void);
/* There is a new event for link_take_events(): the main loop is to look. ISR. */
void hal_link_event(void);

/* ---- clock --------------------------------------------------------------------------------- */

/* Oscillator trim: about 0.55 % per step, higher is faster. Moves one step at a time. ISR. */
uint8_t hal_clock_trim(void);
void hal_clock_set_trim(uint8_t osccal);

/* ---- analog -------------------------------------------------------------------------------- */

enum analog_input {
    ANALOG_CELL,     /* cell voltage divider against the 1.1 V reference */
    ANALOG_NTC,      /* NTC divider's tap against the cell voltage (ratiometric) */
    ANALOG_NTC_FOOT, /* and its foot, the port pin that is low */
    ANALOG_BAND_GAP, /* 1.1 V reference against the cell voltage */
    ANALOG_INPUTS,
};

/* Switches dividers and converter on and waits until reference and inputs have settled. */
void hal_analog_on(void);
void hal_analog_off(void);
/* Sum of count (1..63) conversions of 10 bits. Sleeps meanwhile; interrupts are served. */
uint16_t hal_analog_sum(enum analog_input input, uint8_t count);
/* Sum of count (1..63) conversions of the balance resistor's sensor, like ANALOG_NTC.
 * Switches on and off what it needs, so not between the two above. About 1.2 ms more than the
 * conversions; sleeps meanwhile. */
uint16_t hal_analog_resistor(uint8_t count);

/* ---- start ---------------------------------------------------------------------------------- */

struct reset_log; /* common/health.h */
/* Why the board was reset, bits of enum reset_cause. */
uint8_t hal_reset_causes(void);
/* RAM that keeps its contents over a reset, and holds anything after power-up. */
struct reset_log *hal_reset_log(void);
/* What the tests of RAM and flash found, enum self_test_fault. Takes 0.1 s for 8 KiB of flash. */
uint8_t hal_self_test(void);
/* Seal of the constants that lie in RAM, the table of the CRC among them: always the same. 0.1 ms. */
uint16_t hal_constants_seal(void);
/* Bytes of RAM the stack has never reached. 2 us for each. */
uint16_t hal_stack_free(void);

/* ---- outputs ------------------------------------------------------------------------------- */

void hal_balance(bool on);
void hal_led(bool on);

/* ---- EEPROM -------------------------------------------------------------------------------- */

uint8_t hal_eeprom_read(uint16_t address);
/* False while a write is under way: another access would wait for up to 3.4 ms. */
bool hal_eeprom_ready(void);
/* Writes one byte if it differs. Waits until the last write is over, then starts this one and
 * returns; interrupts are served meanwhile. */
void hal_eeprom_write(uint16_t address, uint8_t value);

/* ---- interrupts ---------------------------------------------------------------------------- */

uint8_t hal_irq_save(void);
void hal_irq_restore(uint8_t state);

#endif
