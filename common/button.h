/* Debounces a push button that is looked at now and then. Pure logic. */
#ifndef COMMON_BUTTON_H
#define COMMON_BUTTON_H

#include <stdbool.h>
#include <stdint.h>

#define BUTTON_STEADY_MS 30u /* contacts bounce for 10 ms at most */
#define BUTTON_LOOK_MS 50u   /* how often to look while something is going on */

struct button {
    bool pressed; /* debounced */
    bool raw;
    uint16_t changed_ms; /* when raw last changed */
};

/* down: the contact is closed. True while the button wants to be looked at every BUTTON_LOOK_MS. */
bool button_step(struct button *b, bool down, uint16_t now_ms);

#endif
