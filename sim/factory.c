#include "factory.h"

#include <math.h>
#include <string.h>

#include <avr_eeprom.h>
#include <sim_io.h>

#include "begin_board/sensor_record.h"
#include "common/calibration.h"
#include "common/hal.h"
#include "common/ntc.h"
#include "end_board/settings_store.h"

#define LOW_V 2.0
#define HIGH_V 4.0
#define MIDDLE_V 3.0
#define ROOM_C 25.0
#define COLD_C (-5.0)
#define WARM_C 55.0
#define SENSOR_LOW_V 0.6
#define SENSOR_HIGH_V 4.4
#define SENSOR_ZERO_V 2.5
#define SENSOR_REPEATS 4096
#define REPEATS 16 /* readings of CELL_SAMPLES conversions that the rig averages */
#define EEPROM_MAX 4096

/* The firmware's own record code writes into this image of an EEPROM. */
static uint8_t image[EEPROM_MAX];

uint8_t hal_eeprom_read(uint16_t address)
{
    return image[address];
}

void hal_eeprom_write(uint16_t address, uint8_t value)
{
    image[address] = value;
}

bool hal_eeprom_ready(void)
{
    return true;
}

uint8_t hal_irq_save(void)
{
    return 0;
}

void hal_irq_restore(uint8_t state)
{
    (void)state;
}

static void get_eeprom(struct board *b)
{
    avr_eeprom_desc_t desc = { .ee = image, .offset = 0, .size = b->mcu.avr->e2end + 1u };
    memset(image, 0xFF, sizeof image);
    avr_ioctl(b->mcu.avr, AVR_IOCTL_EEPROM_GET, &desc);
}

static void put_eeprom(struct board *b)
{
    avr_eeprom_desc_t desc = { .ee = image, .offset = 0, .size = b->mcu.avr->e2end + 1u };
    avr_ioctl(b->mcu.avr, AVR_IOCTL_EEPROM_SET, &desc);
}

/* What CELL_SAMPLES conversions add up to, averaged. */
static double rig_sum(struct board *b, double cell_v, double celsius)
{
    return board_factory_sum(b, cell_v, celsius, REPEATS * (int)CELL_SAMPLES) / REPEATS;
}

/* Change of gain per kelvin: the sum of the same voltage falls as the reference rises. */
static double temperature_coefficient(struct board *b)
{
    double cold = rig_sum(b, MIDDLE_V, COLD_C);
    double warm = rig_sum(b, MIDDLE_V, WARM_C);

    return log(cold / warm) / (WARM_C - COLD_C);
}

/* What the board's sensor reads off in the chamber, by the firmware's own table. */
static int8_t temperature_offset(struct board *b)
{
    double tap;
    double foot;
    int16_t dc = CALIBRATION_DC;
    uint16_t share;

    board_factory_ntc_sums(b, MIDDLE_V, ROOM_C, REPEATS * (int)NTC_SAMPLES, &tap, &foot);
    share = ntc_share((uint16_t)lround(tap / REPEATS), (uint16_t)lround(foot / REPEATS));
    if (ntc_temperature(share, &dc) != NTC_OK)
        return 0;
    return (int8_t)fmax(-100.0, fmin(100.0, CALIBRATION_DC - dc));
}

static void calibrate_voltage(struct board *b)
{
    double low = rig_sum(b, LOW_V, ROOM_C);
    double high = rig_sum(b, HIGH_V, ROOM_C);
    double mv_per_count = (HIGH_V - LOW_V) * 1000.0 / (high - low);
    struct calibration c = {
        .gain_q16 = (uint16_t)lround(mv_per_count * 65536.0),
        .offset_dmv = (int16_t)lround((LOW_V * 1000.0 - low * mv_per_count) * 10.0),
        .tc_ppm = (int16_t)lround(temperature_coefficient(b) * 1e6),
        .offset_dc = temperature_offset(b),
        .valid = true,
    };

    calibration_save(&c);
}

static double sensor_code(struct board *b, int input, double volts)
{
    return board_factory_sensor_sum(b, input, volts, ROOM_C, SENSOR_REPEATS) / SENSOR_REPEATS;
}

/* Gain of an input against a reference of 1.1 V and a divider of 35.5 k and 10 k. */
static double sensor_gain(struct board *b, int input)
{
    double nominal = (SENSOR_HIGH_V - SENSOR_LOW_V) * 10.0 / 45.5 / 1.1 * 1024.0;
    return nominal / (sensor_code(b, input, SENSOR_HIGH_V) - sensor_code(b, input, SENSOR_LOW_V));
}

/* The zero points are those of ideal sensors: what an owner does with the button. */
static void calibrate_sensors(struct board *b)
{
    struct sensor_record r = { .zeroed = { true, true }, .gains_known = true };

    for (int i = 0; i < (int)SENSOR_INPUTS; i++) {
        r.input[i].zero_q6 = (uint16_t)lround(sensor_code(b, i, SENSOR_ZERO_V) * SENSOR_ZERO_UNITY);
        r.input[i].gain_q14 = (uint16_t)lround(sensor_gain(b, i) * SENSOR_GAIN_UNITY);
    }
    sensor_record_save(&r);
}

void factory_calibrate(struct chain *c)
{
    for (int i = 0; i < c->cells; i++) {
        struct board *b = &c->board[i];
        get_eeprom(b);
        calibrate_voltage(b);
        if (b->kind == BOARD_BEGIN)
            calibrate_sensors(b);
        put_eeprom(b);
    }
}

void factory_settings(struct chain *c, const struct settings *settings)
{
    struct board *end = &c->board[c->cells - 1];

    get_eeprom(end);
    settings_save(settings);
    put_eeprom(end);
}
