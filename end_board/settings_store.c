#include "end_board/settings_store.h"

#include "common/record.h"
#include "end_board/eeprom_map.h"

bool settings_load(struct settings *s)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    if (record_load(EEPROM_SETTINGS, SETTINGS_VERSION, payload, SETTINGS_PAYLOAD) &&
        settings_decode(payload, s))
        return true;
    settings_default(s);
    return false;
}

void settings_save(const struct settings *s)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    settings_encode(payload, s);
    record_save(EEPROM_SETTINGS, SETTINGS_VERSION, payload, SETTINGS_PAYLOAD);
}
