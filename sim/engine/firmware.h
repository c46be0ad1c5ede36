/* One ELF image as it would be flashed, and what the simulator looks up in it. */
#ifndef SIM_ENGINE_FIRMWARE_H
#define SIM_ENGINE_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include <sim_avr.h>
#include <sim_elf.h>

#include "checkpoint/state.h"
#include "engine/core.h"
#include "engine/part.h"
#include "scenario/err.h"

struct firmware {
    const char *path;
    const struct part *part;
    elf_firmware_t elf;
    uint8_t *flash;           /* shared by the chips */
    struct core *core;        /* it, decoded */
    uint32_t flash_bytes;     /* .text and the initial values of .data */
    uint32_t ram_bytes;       /* .data, .bss and .noinit */
    uint16_t bss_end;         /* first address above static data */
    uint16_t board_address;   /* of `board` */
    uint16_t counters_offset; /* of its link counters */
    uint16_t health_offset;   /* of its struct health */
    uint16_t pack_address;    /* of `pack`, 0 if there is none */
    uint16_t view_address;    /* of `end_view`, 0 if there is none */
};

/* False with one line in err when the file is missing or is not such an image. */
bool firmware_load(struct firmware *f, const char *path, const struct part *part, struct err *err);
/* A new chip with this image flashed; NULL when simavr does not know it. */
avr_t *firmware_chip(struct firmware *f);
/* Gives this chip a copy of its own of the flash, if it has none. False without memory. */
bool firmware_own_flash(struct firmware *f, avr_t *avr);
/* Flips a bit of this chip's flash, in a copy of its own. */
void firmware_flip(struct firmware *f, avr_t *avr, uint32_t address, uint8_t bit);
/* Loading fails when it is not the image that was saved. */
void firmware_state(const struct firmware *f, struct state *s);
void firmware_chip_free(struct firmware *f, avr_t *avr);
/* After its chips. */
void firmware_free(struct firmware *f);

#endif
