#include "factory.h"

#include <math.h>
#include <string.h>

#include <avr_eeprom.h>
#include <sim_io.h>

#include "begin_board/sensor_record.h"
#include "common/calibration.h"
#include "common/hal.h"
#include "common/identity.h"
#include "common/ntc.h"
#include "end_board/settings_store.h"

#define SENSOR_LOW_V 0.6
#define SENSOR_HIGH_V 4.4
#define SENSOR_ZERO_V 2.5
#define SENSOR_REPEATS 4096
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
    return board_factory_sum(b, cell_v, celsius, FACTORY_REPEATS * (int)CELL_SAMPLES) /
           FACTORY_REPEATS;
}

/* What the board's sensor reads off in the chamber, by the firmware's own table. */
static int16_t temperature_offset(double share)
{
    int16_t dc = CALIBRATION_DC;

    if (ntc_temperature((uint16_t)lround(share), &dc) != NTC_OK)
        return 0;
    return (int16_t)fmax(-100.0, fmin(100.0, CALIBRATION_DC - dc));
}

/* The temperature coefficient is the change of gain per kelvin: the sum of the same voltage falls as
 * the reference rises. */
void factory_calibration(const struct factory_sums *sums, struct calibration *out)
{
    double span_mv = (FACTORY_HIGH_V - FACTORY_LOW_V) * 1000.0;
    double mv_per_count = span_mv / (sums->high - sums->low);
    double tc = log(sums->cold / sums->warm) / (FACTORY_WARM_C - FACTORY_COLD_C);

    *out = (struct calibration){
        .gain_q16 = (uint16_t)lround(mv_per_count * 65536.0),
        .offset_dmv = (int16_t)lround((FACTORY_LOW_V * 1000.0 - sums->low * mv_per_count) * 10.0),
        .tc_ppm = (int16_t)lround(tc * 1e6),
        .offset_dc = temperature_offset(sums->ntc_share),
        .valid = true,
    };
}

/* Tap and foot of the cell's NTC as the board makes one figure of them. */
static double rig_ntc_share(struct board *b, double cell_v, double celsius)
{
    double tap;
    double foot;

    board_factory_ntc_sums(b, cell_v, celsius, FACTORY_REPEATS * (int)NTC_SAMPLES, &tap, &foot);
    return ntc_share((uint16_t)lround(tap / FACTORY_REPEATS),
                     (uint16_t)lround(foot / FACTORY_REPEATS));
}

static void calibrate_voltage(struct board *b)
{
    struct factory_sums sums;
    struct calibration c;

    sums.low = rig_sum(b, FACTORY_LOW_V, FACTORY_ROOM_C);
    sums.high = rig_sum(b, FACTORY_HIGH_V, FACTORY_ROOM_C);
    sums.cold = rig_sum(b, FACTORY_MIDDLE_V, FACTORY_COLD_C);
    sums.warm = rig_sum(b, FACTORY_MIDDLE_V, FACTORY_WARM_C);
    sums.ntc_share = rig_ntc_share(b, FACTORY_HIGH_V, FACTORY_ROOM_C);
    factory_calibration(&sums, &c);
    calibration_save(&c);
    identity_load(&c, b->mcu.oscillator.factory); /* the rig has started it once more */
}

static double sensor_code(struct board *b, int input, double volts)
{
    return board_factory_sensor_sum(b, input, volts, FACTORY_ROOM_C, SENSOR_REPEATS) /
           SENSOR_REPEATS;
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

void factory_calibrate_sensors(struct board *b)
{
    get_eeprom(b);
    calibrate_sensors(b);
    put_eeprom(b);
}

void factory_copy_eeprom(struct board *to, struct board *from)
{
    get_eeprom(from);
    put_eeprom(to);
}

void factory_read_calibration(struct board *b, struct calibration *out)
{
    get_eeprom(b);
    calibration_load(out);
}

void factory_calibrate_board(struct board *b)
{
    get_eeprom(b);
    calibrate_voltage(b);
    if (b->kind == BOARD_BEGIN)
        calibrate_sensors(b);
    put_eeprom(b);
}

void factory_calibrate(struct chain *c)
{
    for (int i = 0; i < c->cells; i++)
        factory_calibrate_board(&c->board[i]);
}

void factory_settings(struct chain *c, const struct settings *settings)
{
    struct board *end = &c->board[c->cells - 1];

    get_eeprom(end);
    settings_save(settings);
    put_eeprom(end);
}
