#include <avr/eeprom.h>

#include "common/hal.h"

bool hal_eeprom_ready(void)
{
    return eeprom_is_ready();
}

uint8_t hal_eeprom_read(uint16_t address)
{
    return eeprom_read_byte((const uint8_t *)address);
}

void hal_eeprom_write(uint16_t address, uint8_t value)
{
    eeprom_update_byte((uint8_t *)address, value);
}
