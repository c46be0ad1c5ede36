#include "factory.h"

#include <math.h>
#include <string.h>

#include <avr_eeprom.h>
#include <sim_io.h>

#include "begin_board/current.h"
#include "common/calibration.h"
#include "common/hal.h"
#include "end_board/settings_store.h"

#define LOW_V 2.0
#define HIGH_V 4.0
#define MIDDLE_V 3.0
#define ROOM_C 25.0
#define COLD_C (-5.0)
#define WARM_C 55.0
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

static void calibrate_voltage(struct board *b)
{
    double low = rig_sum(b, LOW_V, ROOM_C);
    double high = rig_sum(b, HIGH_V, ROOM_C);
    double mv_per_count = (HIGH_V - LOW_V) * 1000.0 / (high - low);
    struct calibration c = {
        .gain_q16 = (uint16_t)lround(mv_per_count * 65536.0),
        .offset_dmv = (int16_t)lround((LOW_V * 1000.0 - low * mv_per_count) * 10.0),
        .tc_ppm = (int16_t)lround(temperature_coefficient(b) * 1e6),
        .valid = true,
    };

    calibration_save(&c);
}

static void calibrate_sensors(struct board *b)
{
    uint16_t zero_q4[CURRENT_INPUTS];
    double code = 0.55 / front_end_ref_v(&b->front_end, ROOM_C);

    for (unsigned i = 0; i < CURRENT_INPUTS; i++) {
        double sum = 0.0;
        for (int k = 0; k < 256; k++)
            sum += adc_code(&b->adc, code);
        zero_q4[i] = (uint16_t)lround(sum / 16.0);
    }
    current_save_zero(zero_q4);
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
