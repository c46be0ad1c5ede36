#include "common/button.h"

bool button_step(struct button *b, bool down, uint16_t now_ms)
{
    if (down != b->raw) {
        b->raw = down;
        b->changed_ms = now_ms;
    } else if ((uint16_t)(now_ms - b->changed_ms) >= BUTTON_STEADY_MS) {
        b->pressed = down;
    }
    return b->raw || b->pressed;
}
