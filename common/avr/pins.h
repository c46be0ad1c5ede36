/* Inputs of a board that are not the ring's. */
#ifndef COMMON_AVR_PINS_H
#define COMMON_AVR_PINS_H

#include <stdbool.h>

/* The button's contact is closed. Any context. */
bool button_down(void);

#endif
