#include "common/avr/switch_matrix.h"

#include <avr/io.h>
#include <util/delay_basic.h>

#include "board.h"
#include "common/hal.h"

#ifdef BOARD_SWITCHES

#define SETTLE_LOOPS 16 /* 48 cycles, 12 us: 50 pF on a 35 k pull-up needs 2 us per time constant */
#define COLUMNS ((uint8_t)(0x0Fu << SWITCH_COLUMN_SHIFT))

/* Columns of one row, column 0 in bit 0, 1 = switch ON. */
static uint8_t read_row(uint8_t row_bit)
{
    uint8_t columns;

    SWITCH_DDR = (uint8_t)(SWITCH_DDR | _BV(row_bit));
    _delay_loop_1(SETTLE_LOOPS);
    columns = (uint8_t)(SWITCH_PIN & COLUMNS);
    SWITCH_DDR = (uint8_t)(SWITCH_DDR & ~_BV(row_bit));
    return (uint8_t)((columns ^ COLUMNS) >> SWITCH_COLUMN_SHIFT);
}

static uint8_t mirrored(uint8_t nibble)
{
    return (uint8_t)(((nibble & 1u) << 3) | ((nibble & 2u) << 1) | ((nibble & 4u) >> 1) |
                     ((nibble & 8u) >> 3));
}

/* The port is shared with the ring's pins, whose interrupts change it: hence the single-bit and
 * interrupt-free accesses. */
static void columns_as_inputs(uint8_t inputs)
{
    uint8_t irq = hal_irq_save();
    if (inputs) {
        SWITCH_DDR &= (uint8_t)(COLUMNS ^ 0xFFu);
        SWITCH_PORT |= COLUMNS;
    } else {
        SWITCH_PORT &= (uint8_t)(COLUMNS ^ 0xFFu);
        SWITCH_DDR |= COLUMNS;
    }
    hal_irq_restore(irq);
}

uint8_t switch_matrix_read(void)
{
    uint8_t first;
    uint8_t second;

    columns_as_inputs(1);
    first = read_row(SWITCH_ROW_FIRST);
    second = read_row(SWITCH_ROW_SECOND);
    columns_as_inputs(0);
    return (uint8_t)(mirrored(first) << 4 | mirrored(second));
}

#endif
