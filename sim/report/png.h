/* A picture with a palette as a data: address, for what has too many points for SVG. */
#ifndef SIM_REPORT_PNG_H
#define SIM_REPORT_PNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct png_color {
    uint8_t red;
    uint8_t green;
    uint8_t blue;
};

/* pixel: rows from the top, each of width indices below colors (up to 256). False when there is no
 * memory. */
bool png_write_data(FILE *out, const uint8_t *pixel, int width, int height,
                    const struct png_color *palette, int colors);

#endif
