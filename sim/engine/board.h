/* One cell board: chip, analog front end, pins, its place in the world. */
#ifndef SIM_ENGINE_BOARD_H
#define SIM_ENGINE_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/adc.h"
#include "engine/eeprom.h"
#include "engine/ext_pin.h"
#include "engine/firmware.h"
#include "engine/front_end.h"
#include "engine/mcu.h"
#include "engine/ports.h"
#include "engine/ring_pins.h"
#include "engine/timer2.h"
#include "engine/usart.h"
#include "engine/watchdog.h"
#include "world/world.h"

enum board_kind { BOARD_BEGIN, BOARD_BETWEEN, BOARD_END, BOARD_KINDS };

/* A current sensor between the cable and the Begin board's inputs. */
struct hall_sensor {
    bool present;
    bool open;  /* its wire is broken */
    int passes; /* of the cable */
    double offset_a;
    double gain;
    double noise_a; /* rms, low range; the high range has 25 times as much */
};

/* A reading counts for 2.84 s at most. Noise makes a board measure more often than that. */
#define BOARD_TRUTHS 32
#define BOARD_TRUTH_PS 3000000000000LL

struct board_output {
    uint16_t port; /* data address of PORTx */
    uint8_t bit;
};

/* A supply and a chamber instead of a cell. */
struct bench {
    double volts;
    double celsius;
};

struct board {
    enum board_kind kind;
    int number; /* 1-based cell */
    struct firmware *firmware;
    struct world *world;
    const struct bench *bench; /* NULL: the board sits on its cell */
    int64_t browned_ps;        /* its supply is too low until then */
    struct mcu mcu;
    struct core *own_core; /* when its flash is not that of the others */
    struct wire *in;
    struct wire *out;
    struct usart usart;
    struct ring_pins pins;
    struct adc adc;
    struct watchdog watchdog;
    struct eeprom eeprom;
    struct timer2 timer2; /* End only */
    struct ports *ports;  /* End only */
    struct ext_pin ext;   /* Begin and End */
    struct front_end front_end;
    struct rng rng;
    struct hall_sensor sensor[2]; /* Begin only */
    uint8_t switches;             /* Begin only */
    int64_t divider_on_ps;        /* -1: off */
    int64_t ntc_moved_ps;         /* when a foot of the NTC tap last moved, -1: not since reset */
    enum foot ntc_foot, resistor_foot;
    bool button; /* pressed */
    bool balancing;
    int64_t balance_since_ps;
    int64_t balance_on_ps;          /* sum since last taken */
    struct gauge led, divider, ntc; /* for the supply current */
    struct board_truth {
        int64_t at_ps;
        double mv;
        double dc;
    } measured[BOARD_TRUTHS]; /* the cell when this board measured it, newest first */
    double sampled_v;         /* sum over this measurement's conversions */
    int samples;
};

struct board_tolerance {
    double clock_error; /* of the RC oscillator at its factory value */
    double watchdog_error;
    double crystal_ppm;
};

void board_init(struct board *b, enum board_kind kind, int number, struct firmware *firmware,
                struct world *world, struct wire *in, struct wire *out, uint64_t seed,
                const struct board_tolerance *tolerance);
/* After a change of its flash. */
void board_decode(struct board *b);
void board_free(struct board *b);
/* Supply and temperature of the moment, from the world. */
void board_environment(struct board *b);
/* The supply sags to 1.5 V until then, while the cell is well: held in reset, the RAM is kept. */
void board_brown_out(struct board *b, int64_t until_ps);
/* Two boards of a kind change places: converter, divider, sensors, RC oscillator and EEPROM go along.
 * Their RAM is lost. */
void board_swap(struct board *a, struct board *b);
/* Another board of its kind takes its place: other parts, an erased EEPROM. */
void board_replace(struct board *b, double clock_error, struct rng *rng);
/* The button of Begin or End. */
void board_press(struct board *b, bool down);
void board_set_switches(struct board *b, uint8_t switches);
/* Time the balance resistor was on since the last call, in ps. */
int64_t board_take_balance_ps(struct board *b);
/* Outputs that somebody outside can see; a board that has none of it has no irq and is never on. */
enum board_pin { PIN_LED, PIN_BALANCE, PIN_CHARGE, PIN_LOAD, BOARD_PINS };
bool board_pin_on(const struct board *b, enum board_pin pin);
avr_irq_t *board_pin_irq(struct board *b, enum board_pin pin);
/* True when a relay driver pin of the End board is high: 0 charge, 1 load. */
bool board_relay(const struct board *b, int relay);

/* The board with its chip, but for the wires of the ring. */
void board_state(struct board *b, const struct simavr_timers *t, struct state *s);

/* Distance between a reading and the truth at the moments it can be from; 0.1 C for dc. */
double board_error_mv(const struct board *b, double mv);
double board_error_dc(const struct board *b, double dc);

/* A converter code as the factory's rig reads it out: sum of `count` conversions with the cell at
 * these volts and the board at this temperature. */
double board_factory_sum(struct board *b, double cell_v, double celsius, int count);
/* The same for tap and foot of the cell's NTC. */
void board_factory_ntc_sums(struct board *b, double cell_v, double celsius, int count, double *tap,
                            double *foot);
/* The same for an input of the current sensors (Begin) at these volts of the sensor. */
double board_factory_sensor_sum(struct board *b, int input, double sensor_v, double celsius,
                                int count);

#endif
