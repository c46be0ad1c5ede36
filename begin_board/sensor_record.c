#include "begin_board/sensor_record.h"

#include "common/record.h"
#include "protocol/bytes.h"

#define FLAG_GAINS (1u << 0)
#define FLAG_ZEROED (1u << 1) /* of sensor 1; the next bit of sensor 2 */
#define ZERO_MAX_Q6 (1023u * SENSOR_ZERO_UNITY)
#define GAIN_MIN_Q14 12288u
#define GAIN_MAX_Q14 20480u
#define INPUT_SIZE 4u

static bool decode(const uint8_t in[SENSOR_RECORD_PAYLOAD], struct sensor_record *r)
{
    struct sensor_record read = { .gains_known = (in[0] & FLAG_GAINS) != 0 };

    for (uint8_t i = 0; i < SENSOR_INPUTS / 2u; i++)
        read.zeroed[i] = (in[0] & (uint8_t)(FLAG_ZEROED << i)) != 0;
    for (uint8_t i = 0; i < SENSOR_INPUTS; i++) {
        const uint8_t *at = &in[1u + INPUT_SIZE * i];
        read.input[i] = (struct sensor_input){ get_u16(at), get_u16(at + 2) };
        if (read.input[i].zero_q6 > ZERO_MAX_Q6 || read.input[i].gain_q14 < GAIN_MIN_Q14 ||
            read.input[i].gain_q14 > GAIN_MAX_Q14)
            return false;
    }
    *r = read;
    return true;
}

bool sensor_record_load(struct sensor_record *r)
{
    uint8_t payload[SENSOR_RECORD_PAYLOAD];

    return record_load(EEPROM_BOARD, SENSOR_RECORD_VERSION, payload, SENSOR_RECORD_PAYLOAD) &&
           decode(payload, r);
}

void sensor_record_save(const struct sensor_record *r)
{
    uint8_t payload[SENSOR_RECORD_PAYLOAD];

    payload[0] = r->gains_known ? FLAG_GAINS : 0;
    for (uint8_t i = 0; i < SENSOR_INPUTS / 2u; i++)
        if (r->zeroed[i])
            payload[0] = (uint8_t)(payload[0] | (FLAG_ZEROED << i));
    for (uint8_t i = 0; i < SENSOR_INPUTS; i++) {
        uint8_t *at = &payload[1u + INPUT_SIZE * i];
        put_u16(at, r->input[i].zero_q6);
        put_u16(at + 2, r->input[i].gain_q14);
    }
    record_save(EEPROM_BOARD, SENSOR_RECORD_VERSION, payload, SENSOR_RECORD_PAYLOAD);
}
