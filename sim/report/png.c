#include "report/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define REST_MAX 4096 /* all chunks but the image's data */

struct bytes {
    uint8_t *data;
    size_t size;
};

static void put(struct bytes *b, const void *data, size_t size)
{
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void put_byte(struct bytes *b, size_t byte)
{
    b->data[b->size++] = (uint8_t)byte;
}

static void put_high_first(struct bytes *b, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        put_byte(b, value >> shift & 0xFFu);
}

/* Returns where the chunk's type lies. */
static size_t begin_chunk(struct bytes *b, const char *type)
{
    put_high_first(b, 0);
    put(b, type, 4);
    return b->size - 4;
}

static void end_chunk(struct bytes *b, size_t start)
{
    uint32_t length = (uint32_t)(b->size - start - 4);

    for (int i = 0; i < 4; i++)
        b->data[start - 4 + (size_t)i] = (uint8_t)(length >> (24 - 8 * i));
    put_high_first(b, (uint32_t)crc32_z(0, b->data + start, b->size - start));
}

static void put_header(struct bytes *b, int width, int height)
{
    static const uint8_t rest[] = { 8, 3, 0, 0, 0 }; /* 8 bit, palette */
    size_t chunk = begin_chunk(b, "IHDR");

    put_high_first(b, (uint32_t)width);
    put_high_first(b, (uint32_t)height);
    put(b, rest, sizeof rest);
    end_chunk(b, chunk);
}

/* The room for it is there, see png_write_data(). */
static bool put_image(struct bytes *b, const uint8_t *raw, size_t size)
{
    size_t chunk = begin_chunk(b, "IDAT");
    uLongf room = compressBound(size);
    bool good = compress2(b->data + b->size, &room, raw, size, Z_BEST_COMPRESSION) == Z_OK;

    b->size += good ? room : 0;
    end_chunk(b, chunk);
    return good;
}

static void put_palette(struct bytes *b, const struct png_color *palette, int colors)
{
    size_t chunk = begin_chunk(b, "PLTE");

    for (int i = 0; i < colors; i++) {
        put_byte(b, palette[i].red);
        put_byte(b, palette[i].green);
        put_byte(b, palette[i].blue);
    }
    end_chunk(b, chunk);
}

static void put_base64(FILE *out, const struct bytes *b)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < b->size; i += 3) {
        uint32_t three = (uint32_t)b->data[i] << 16;
        if (i + 1 < b->size)
            three |= (uint32_t)b->data[i + 1] << 8;
        if (i + 2 < b->size)
            three |= b->data[i + 2];
        fputc(digit[three >> 18], out);
        fputc(digit[three >> 12 & 63u], out);
        fputc(i + 1 < b->size ? digit[three >> 6 & 63u] : '=', out);
        fputc(i + 2 < b->size ? digit[three & 63u] : '=', out);
    }
}

bool png_write_data(FILE *out, const uint8_t *pixel, int width, int height,
                    const struct png_color *palette, int colors)
{
    static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };
    size_t row = (size_t)width + 1;
    size_t size = row * (size_t)height;
    uint8_t *raw = calloc(size, 1); /* each row begins with filter 0, none */
    struct bytes b = { .data = malloc(compressBound(size) + REST_MAX) };
    bool good = false;
    size_t chunk;

    if (raw && b.data) {
        for (size_t y = 0; y < (size_t)height; y++)
            memcpy(raw + y * row + 1, pixel + y * (size_t)width, (size_t)width);
        put(&b, signature, sizeof signature);
        put_header(&b, width, height);
        put_palette(&b, palette, colors);
        good = put_image(&b, raw, size);
        chunk = begin_chunk(&b, "IEND");
        end_chunk(&b, chunk);
    }
    if (good) {
        fputs("data:image/png;base64,", out);
        put_base64(out, &b);
    }
    free(raw);
    free(b.data);
    return good;
}
