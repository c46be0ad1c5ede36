/* Zero calibration of the current sensors by the button: held, with no current in the sensors, until
 * the LED flashes fast (product manual, "Begin Board", "Button"). Pure logic, main loop. */
#ifndef BEGIN_BOARD_ZERO_H
#define BEGIN_BOARD_ZERO_H

#include <stdbool.h>
#include <stdint.h>

#include "begin_board/current.h"

#define ZERO_HOLD_MS 3000u    /* held this long: take zero points */
#define ZERO_FORCE_MS 15000u  /* held on after a refusal: another sensor was fitted */
#define ZERO_COLLECT_MS 1024u /* mean of a thousand samples */

/* Widest distance of a new zero point from the one before, and from the nominal one where there is
 * none before or it is forced: this is a sensor's offset, more is a current. */
#define ZERO_AGAIN_MA 1000
#define ZERO_FIRST_MA 3000
#define ZERO_STEADY_CODES 16u /* low range, least to most: noise, but no ripple */

enum zero_state {
    ZERO_RELEASED,
    ZERO_PRESSED, /* not long enough yet */
    ZERO_COLLECTING,
    ZERO_DONE,    /* new zero points are saved and in use */
    ZERO_REFUSED, /* a sensor sees a current, or there is no sensor */
};

struct zero {
    enum zero_state state;
    bool forced;
    uint16_t pressed_ms; /* when it was pressed */
    uint16_t collect_ms; /* when collecting began */
};

/* pressed: debounced. Call at least every 100 ms while pressed. */
void zero_step(struct zero *z, struct current *c, bool pressed, uint16_t now_ms);

#endif
