/* The button of the End board: held for 5 s it resets the PIN. Pure logic, main loop. */
#ifndef END_BOARD_RESET_BUTTON_H
#define END_BOARD_RESET_BUTTON_H

#include <stdbool.h>
#include <stdint.h>

#define RESET_BUTTON_HELD_MS 5000u
#define RESET_BUTTON_SHOWN_MS 3000u /* the LEDs answer for so long */

struct reset_button {
    bool down;
    uint8_t away; /* looks in a row that found it released */
    bool fired;   /* in this press */
    uint32_t since_ms;
    bool showing;
    uint32_t fired_ms;
};

void reset_button_init(struct reset_button *b);
/* Four times a second or more. True once when it has been held long enough. One look that finds it
 * released is a bounce; two are a release. */
bool reset_button_step(struct reset_button *b, bool pressed, uint32_t now_ms);
/* True while the LEDs are to answer. */
bool reset_button_shown(const struct reset_button *b);

#endif
