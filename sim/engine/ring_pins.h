/* How the ring's wires meet the port pins: IN is RXD and the capture pin of Timer1, OUT is TXD when
 * the transmitter is off. Edges are shown to the core only while its firmware listens for them
 * (pin change or capture interrupt); otherwise the level is brought up to date when it is read, and
 * the flags of both as silicon would have set them, before firmware clears them or enables their interrupts. */
#ifndef SIM_ENGINE_RING_PINS_H
#define SIM_ENGINE_RING_PINS_H

#include "engine/usart.h"

struct ring_pins {
    struct usart *usart;
    struct mcu *mcu;
    struct wire *in;
    struct source edge;
    int64_t edge_from_ps; /* edges before this were shown or skipped */
    bool edges_wanted;
    bool tx_level; /* PORT and DDR bit of TXD */
    bool tx_output;
    uint32_t breaks; /* times OUT was pulled low by its port */
    avr_irq_t *rx_pin;
    avr_irq_t *icp_pin;
    avr_io_read_t old_pin_read;
    void *old_pin_param;
    avr_io_write_t old_flags_write;
    void *old_flags_param;
};

void ring_pins_init(struct ring_pins *p, struct usart *usart);
void ring_pins_reset(struct ring_pins *p);
/* The sender of the incoming wire has been simulated further. */
void ring_pins_wire_grew(struct ring_pins *p);
void ring_pins_state(struct ring_pins *p, struct state *s);

#endif
