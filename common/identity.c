#include "common/identity.h"

#include "common/eeprom_map.h"
#include "common/record.h"
#include "protocol/bytes.h"
#include "protocol/crc.h"

static uint16_t made_of(const struct calibration *c, uint8_t factory_trim)
{
    uint8_t bytes[CALIBRATION_PAYLOAD + 1u];
    uint16_t identity;

    calibration_encode(bytes, c);
    bytes[CALIBRATION_PAYLOAD] = factory_trim;
    identity = crc_run(bytes, sizeof bytes);
    return identity == IDENTITY_NOBODY ? 1u : identity;
}

uint16_t identity_load(const struct calibration *c, uint8_t factory_trim)
{
    uint8_t payload[IDENTITY_PAYLOAD];

    if (record_load(EEPROM_IDENTITY, IDENTITY_VERSION, payload, IDENTITY_PAYLOAD))
        return get_u16(payload);
    if (!c->valid)
        return IDENTITY_NOBODY;
    put_u16(payload, made_of(c, factory_trim));
    record_save(EEPROM_IDENTITY, IDENTITY_VERSION, payload, IDENTITY_PAYLOAD);
    return get_u16(payload);
}

/* Each step can be undone, so no two identities have the same part at a place. The figures are the best of
 * forty tried, of those whose shifts are cheap. */
uint16_t identity_part(uint16_t identity, uint8_t number)
{
    uint16_t mixed = (uint16_t)(identity + (uint16_t)(number * 0x89EDu));

    mixed ^= (uint16_t)(mixed >> 9);
    mixed = (uint16_t)(mixed * 0x9CD7u);
    mixed ^= (uint16_t)(mixed >> 9);
    mixed = (uint16_t)(mixed * 0xB9F1u);
    return mixed ^ (uint16_t)(mixed >> 8);
}
