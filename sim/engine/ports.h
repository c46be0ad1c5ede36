/* The End board's app port, as waveforms: its USART (RXD1, TXD1). RXD1 also wakes by pin change. */
#ifndef SIM_ENGINE_PORTS_H
#define SIM_ENGINE_PORTS_H

#include "engine/usart.h"

struct ports {
    struct mcu *mcu;
    struct usart app;
    struct wire app_in;  /* to RXD1 */
    struct wire app_out; /* from TXD1 */
    struct source edge;  /* next edge of RXD1 */
    int64_t edge_from_ps;
    avr_irq_t *rx_pin;
};

/* NULL when memory is short. */
struct ports *ports_new(struct mcu *m);
void ports_reset(struct ports *p);
/* Whoever sends on app_in has sent more. */
void ports_wire_grew(struct ports *p);
void ports_state(struct ports *p, struct state *s);

#endif
