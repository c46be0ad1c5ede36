#include <avr/io.h>
#include <util/delay_basic.h>

#include "board.h"
#include "common/avr/pins.h"
#include "common/hal.h"

#define TRIM_SETTLE_LOOPS \
    2 /* 6 cycles between steps of 0.55 %, far below the 2 % the clock may jump */

void hal_led(bool on)
{
    if (on)
        BOARD_LED_PORT |= _BV(BOARD_LED_BIT);
    else
        BOARD_LED_PORT &= (uint8_t)~_BV(BOARD_LED_BIT);
}

void hal_balance(bool on)
{
    if (on)
        BOARD_BALANCE_PORT |= _BV(BOARD_BALANCE_BIT);
    else
        BOARD_BALANCE_PORT &= (uint8_t)~_BV(BOARD_BALANCE_BIT);
}

uint8_t hal_clock_trim(void)
{
    return OSCCAL;
}

void hal_clock_set_trim(uint8_t osccal)
{
    uint8_t now = OSCCAL;

    while (now != osccal) {
        now = (uint8_t)(now < osccal ? now + 1u : now - 1u);
        OSCCAL = now;
        _delay_loop_1(TRIM_SETTLE_LOOPS);
    }
}

#ifdef BOARD_BUTTON_PIN
bool button_down(void)
{
    return !(BOARD_BUTTON_PIN & _BV(BOARD_BUTTON_BIT));
}
#endif
