#include "common/switches.h"

#include "common/pgm.h"

#define VOLTAGE_MASK 0x1Fu
#define VOLTAGE_BASE_MV 1800u
#define VOLTAGE_STEP_MV 100u
#define CLASS_SHIFT 5
#define CELLS_MIN 2u

/* Largest pack of each class; the next class starts one above. */
static const uint8_t class_max[8] FLASH_TABLE = { 4, 8, 16, 25, 40, 80, 150, 255 };

uint16_t switches_vbalance_mv(uint8_t switches)
{
    uint8_t code = switches & VOLTAGE_MASK;
    return code == 0 ? 0 : (uint16_t)(VOLTAGE_BASE_MV + code * VOLTAGE_STEP_MV);
}

uint8_t switches_cells_max(uint8_t switches)
{
    return flash_u8(&class_max[switches >> CLASS_SHIFT]);
}

bool switches_fit(uint8_t switches, uint8_t cells)
{
    uint8_t size_class = switches >> CLASS_SHIFT;
    uint8_t below = size_class == 0 ? CELLS_MIN - 1u : flash_u8(&class_max[size_class - 1u]);

    return cells > below && cells <= switches_cells_max(switches);
}
