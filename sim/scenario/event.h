#ifndef SIM_SCENARIO_EVENT_H
#define SIM_SCENARIO_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario/reader.h"
#include "scenario/series.h"

/* What a scenario does to the world and the boards, and which members of
 * struct event say more. */
enum event_kind {
    EVENT_CHARGER,          /* a = A (0 = off), b = V per cell */
    EVENT_LOAD_CURRENT,     /* a = A, 0 = off */
    EVENT_LOAD_POWER,       /* a = W */
    EVENT_PROFILE,          /* series (NULL = off), a = scale, flag = loop */
    EVENT_RIPPLE,           /* a = Hz (0 = off), b = depth 0..1 */
    EVENT_BREAK,            /* the wire from cell to cell2 */
    EVENT_REPAIR,           /* the same */
    EVENT_TEMPERATURE,      /* cell (0 = all), a = °C */
    EVENT_TEMPERATURE_FREE, /* cell (0 = all) */
    EVENT_AMBIENT,          /* a = °C */
    EVENT_REMOVE,           /* cell */
    EVENT_SWAP,             /* cell, cell2 */
    EVENT_REPLACE,          /* cell */
    EVENT_INSERT,           /* cell */
    EVENT_LEAK,             /* cell (0 = all), a = ohm, 0 = no leak */
    EVENT_SOC,              /* cell (0 = all), a = 0..1 */
    EVENT_SENSOR_OFFSET,    /* sensor, a = A */
    EVENT_SENSOR_GAIN,      /* sensor, a = factor */
    EVENT_SENSOR_OPEN,      /* sensor, flag = open (false: connected again) */
    EVENT_RESET,            /* cell (0 = all) */
    EVENT_BUTTON,           /* flag2 = that of End, not Begin; flag = pressed */
    EVENT_NTC,              /* cell, flag2 = the resistor's, not the cell's; ntc */
    EVENT_FAULT_RAM,        /* cell, address, bit, flag = value */
    EVENT_FAULT_FLASH,      /* cell, address, bit */
    EVENT_FAULT_DIVIDER,    /* cell, a = factor on its ratio */
    EVENT_FAULT_EEPROM,     /* cell, address = writes from now, bit = enum eeprom_torn */
    EVENT_FAULT_CRYSTAL,    /* cell, flag = dead */
    EVENT_FAULT_BYTE,       /* cell, address, bit = new value of that byte, once */
    EVENT_FAULT_WIRE,       /* cell = hop, address = byte, wire, a = value or µs */
    EVENT_FAULT_PULSE,      /* cell = hop, wire = low or high, a = µs, b = ms behind the break */
    EVENT_NOISE,            /* cell = hop (0 = all), a = bit error rate, 0 = none */
    EVENT_STUCK,            /* cell = hop, level */
    EVENT_BABBLE,           /* cell, flag = begins */
    EVENT_CLOCK,            /* cell, a = relative error, b = s */
    EVENT_BROWNOUT,         /* cell, a = s */
    EVENT_SWITCHES,         /* switches, and as typed in text */
    EVENT_PRINT,            /* text */
    EVENT_APP,              /* text */
};

enum { EVENT_KINDS = EVENT_APP + 1, EVENT_TEXT_SIZE = 256 };

/* In the order of enum disturb_kind, engine/disturb.h. */
enum wire_fault {
    WIRE_DROP,
    WIRE_FLIP,
    WIRE_INSERT,
    WIRE_DUPLICATE,
    WIRE_TRUNCATE,
    WIRE_FRAMING,
    WIRE_DELAY,
    WIRE_GLITCH,
    WIRE_LOW,
    WIRE_HIGH,
};

enum stuck_level { STUCK_OFF, STUCK_LOW, STUCK_HIGH };

enum ntc_fault { NTC_WORKS, NTC_WIRE_OPEN, NTC_SHORTED };

struct event {
    double t_s;
    int line;
    enum event_kind kind;
    int cell;   /* 1-based, 0 = all or none */
    int cell2;  /* 1-based */
    int sensor; /* 1 or 2 */
    int address;
    int bit;
    double a;
    double b;
    bool flag;
    bool flag2;
    enum ntc_fault ntc;
    enum wire_fault wire;
    enum stuck_level stuck;
    uint8_t switches;           /* switch 1 is bit 7 */
    char text[EVENT_TEXT_SIZE]; /* for EVENT_PROFILE: the file name, as typed */
    const struct series *series;
};

/* Parses the words of an action into *event, all but t_s and series. */
bool event_parse(struct reader *reader, struct event *event);

/* Whether it does something to the ring or a board, and not to the world round them. */
bool event_disturbs(const struct event *event);

/* Whether its cells exist in a pack of that many; sets "FILE:LINE: ...". */
bool event_check(const struct event *event, const char *path, int cells, struct err *err);

#endif
